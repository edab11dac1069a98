/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Two things are done from time to time, each one at a time: what was deployed here since it was
 * looked last is kept, and what others kept is found.  Neither can fail what somebody deploys; what
 * cannot be done is logged once and tried again.
 */
#include "config.h"

#include "platform/engine/records.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/nouns.h"
#include "net/loop.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/registry.h"
#include "platform/engine/adoption.h"
#include "platform/engine/engine.h"
#include "platform/engine/record-notes.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-notes.h"
#include "platform/state/repository-resources.h"
#include "platform/state/repository.h"

#define LOOK_MS 1000
#define FIND_MS 3000
#define SKIPPED_FEW 20
#define RETRY_MS 5000			/* what was skipped, where it is few */
#define RETRY_MANY_MS 60000
#define AGAIN_MS 30000			/* after one that failed */
#define PROBLEMS_MAX 20			/* that are told */
#define NOT_RECORDED "a clone is not recorded in its namespace"

struct records {
	struct platform *platform;
	struct adoption of;		/* its texts are owned */
	struct loop_timer *timer;
	struct driver_task *keeping, *finding;
	char *keeping_name, *keeping_id;	/* id NULL: its notes alone */
	json_t *keeping_notes;
	json_t *kept;			/* {"app/env": the deployment that was kept last} */
	json_t *skipped;		/* {"app/env": true}: among the known, and not taken */
	json_t *known;			/* {"app/env": tag} of what was found */
	json_t *problems;		/* {"app/env": sentence}: what is wrong with its record */
	int64_t version;		/* of the database, when it was looked through */
	int64_t keep_at, find_at, retry_at;	/* steady ms: not before */
	bool has_failed;		/* and that was logged */
	void (*done)(void *data);	/* of records_finish(); NULL: nobody waits */
	void *data;
};

/* --- what is ours --- */

/* As drivers call it here: the organization is called otherwise elsewhere. */
static char *
name_of(const struct place *place)
{
	return xasprintf("%s/%s", place->app, place->env);
}

static struct driver *
driver_of(const struct records *records)
{
	return drivers_find(records->platform->drivers, records->of.driver_type,
			    records->of.cluster);
}

/* A clone of what was adopted in this cluster; its home is filled then. */
static bool
is_clone(struct records *records, const struct place *place, struct env_home *home)
{
	struct error none = {0};

	if (strcmp(place->org, records->of.org) != 0 ||
	    repository_env_home(records->platform->repository, place, home, &none) != 0)
		return false;
	if (*home->origin && strcmp(home->cluster, records->of.cluster) == 0)
		return true;
	env_home_clear(home);
	return false;
}

static void
note_failure(struct records *records, const char *what, const struct error *err)
{
	if (!records->has_failed)
		log_line(LOG_PRIORITY_WARNING, what, "cluster", records->of.cluster, "error",
			 err->text, NULL);
	records->has_failed = true;
}

/* For people who look at the board (records_tell()). */
static void
set_problem(struct records *records, const char *name, const struct error *err)
{
	char *text = error_codes_text(err);

	if (json_object_size(records->problems) < PROBLEMS_MAX)
		json_object_set_new(records->problems, name, json_string(text));
	free(text);
}

void
records_tell(const struct records *records, const char *org, json_t *told)
{
	json_t *warnings = json_object_get(told, "warnings"), *text;
	const char *name;

	if (records && strcmp(records->of.org, org) == 0)
		json_object_foreach(records->problems, name, text)
			json_array_append(warnings, text);
}

/* --- keeping --- */

static void keep_next(struct records *records);

/* What cannot be kept now is by the next daemon. */
static void
finish(struct records *records, bool failed)
{
	void (*done)(void *) = records->done;

	if (!failed)
		keep_next(records);
	if (records->keeping)
		return;
	records->done = NULL;
	done(records->data);
}

static void
clear_keeping(struct records *records)
{
	free(records->keeping_name);
	free(records->keeping_id);
	json_decref(records->keeping_notes);
	records->keeping_name = records->keeping_id = NULL;
	records->keeping_notes = NULL;
}

static void
note_kept(struct records *records)
{
	struct place place = {.org = records->of.org};
	struct error err = {0};
	char *app = xstrdup(records->keeping_name), *slash = strchr(app, '/');

	*slash = '\0';
	place.app = app;
	place.env = slash + 1;
	json_object_del(records->problems, records->keeping_name);
	if (records->keeping_id)
		json_object_set_new(records->kept, records->keeping_name,
				    json_string(records->keeping_id));
	if (record_notes_are_kept(records->platform, &place, records->keeping_notes, &err) != 0)
		note_failure(records, NOT_RECORDED, &err);
	free(app);
}

static void
on_kept(void *data, const struct driver_result *result)
{
	struct records *records = data;

	records->keeping = NULL;
	if (result->err) {
		note_failure(records, NOT_RECORDED, result->err);
		set_problem(records, records->keeping_name, result->err);
		records->keep_at = clock_steady_ms() + AGAIN_MS;
	} else {
		note_kept(records);
	}
	records->version = -1;
	clear_keeping(records);
	if (records->done)
		finish(records, result->err != NULL);
}

/* For people who look at the namespace with kubectl; whose it is may have been changed since. */
static void
add_notes(json_t *notes, const json_t *record, const json_t *known)
{
	json_object_set(notes, "origin", json_object_get(record, "origin"));
	if (!json_object_get(known, "owner"))
		json_object_set(notes, "owner",
				json_object_get(json_object_get(record, "env"), "created_by"));
}

/* What is to be kept of it: notes and, where something else was deployed, the record.  0: there is
 * nothing, 1: there is; -1 with err. */
static int
write_one(struct records *records, const struct place *place, const struct env_home *home,
	  bool is_new, json_t **record, json_t **notes, struct error *err)
{
	struct platform *platform = records->platform;
	json_t *known = NULL;

	*record = NULL;
	if (record_note_promotion(platform, &records->of, place, home->origin, err) != 0)
		return -1;
	*notes = record_notes_to_keep(platform, place, err);
	if (!*notes || repository_read_notes(platform->repository, place, &known, err) != 0)
		return -1;
	if (is_new) {
		*record = record_write(platform, place, home, err);
		if (*record)
			add_notes(*notes, *record, known);
	}
	json_decref(known);
	return is_new && !*record ? -1 : is_new || json_object_size(*notes) > 0;
}

static void
start_keeping(struct records *records, const struct place *place, const json_t *record,
	      const json_t *notes, const char *id)
{
	struct driver *driver = driver_of(records);
	char *space = place_space(place);

	records->keeping_name = name_of(place);
	records->keeping_id = record ? xstrdup(id) : NULL;
	records->keeping_notes = json_incref((json_t *)(uintptr_t)notes);
	records->keeping = driver->ops->keep(driver, space, record, notes,
					     &(struct driver_waiter){.ended = on_kept,
								     .data = records});
	free(space);
}

/* true: it is being kept. */
static bool
keep_one(struct records *records, const struct place *place, const struct env_home *home)
{
	struct driver *driver = driver_of(records);
	struct deployment last = {0};
	struct error err = {0};
	json_t *record = NULL, *notes = NULL;
	char *name = name_of(place);
	const char *kept = json_member_string(records->kept, name);
	int found = 0;

	if (driver && driver->ops->keep && !engine_is_busy(records->platform->engine, place) &&
	    repository_read_newest_succeeded(records->platform->repository, place, &last,
					     &err) == 0)
		found = write_one(records, place, home, !kept || !untrusted_is(&last.id, kept),
				  &record, &notes, &err);
	if (found < 0) {
		note_failure(records, NOT_RECORDED, &err);
		set_problem(records, name, &err);
	}
	if (found > 0)
		start_keeping(records, place, record, notes, untrusted_raw(&last.id));
	json_decref(record);
	json_decref(notes);
	free(name);
	deployment_clear(&last);
	return found > 0;
}

static void
keep_next(struct records *records)
{
	struct repository *repository = records->platform->repository;
	struct placed_environments all = {0};
	struct error err = {0};
	int64_t version = repository_version(repository);
	bool is_keeping = false;

	if (version == records->version ||
	    repository_all_environments(repository, &all, &err) != 0)
		return;
	for (size_t i = 0; i < all.count && !is_keeping; i++) {
		const struct placed_environment *e = &all.items[i];
		const struct place place = {e->org, e->app, e->env};
		struct env_home home = {0};

		if (e->status != ENVIRONMENT_ACTIVE || !is_clone(records, &place, &home))
			continue;
		is_keeping = keep_one(records, &place, &home);
		env_home_clear(&home);
	}
	if (!is_keeping)
		records->version = version;
	placed_environments_clear(&all);
}

/* --- finding --- */

/* Of a clone that is here. */
static void
take_notes(struct records *records, const json_t *found)
{
	struct repository *repository = records->platform->repository;
	const char *space = json_member_string(found, "space");
	char *app = xstrdup(space), *slash = strchr(app, '/');
	struct place place = {records->of.org, app, slash ? slash + 1 : ""};
	struct env_home home = {0};
	struct error err = {0};
	int ret;

	if (slash)
		*slash = '\0';
	ret = is_clone(records, &place, &home) ? repository_begin(repository, &err) : 1;
	if (ret == 0)
		ret = repository_end(repository,
				     record_take_notes(records->platform, &records->of, &place,
						       home.origin, json_object_get(found, "notes"),
						       &err),
				     &err);
	if (ret < 0)
		log_line(LOG_PRIORITY_WARNING, "the notes of a clone cannot be taken", "space",
			 space, "error", err.text, NULL);
	env_home_clear(&home);
	free(app);
}

/* As record_take(); without a record it is the one that is known. */
static int
take_record(struct records *records, const json_t *found, struct error *err)
{
	const json_t *record = json_object_get(found, "record");
	const char *why = json_member_string(found, "error");
	const char *space = json_member_string(found, "space"), *slash = strchr(space, '/');
	struct error reason = {0};
	int ret = 1;

	json_object_del(records->problems, space);
	if (record)
		ret = record_take(records->platform, &records->of,
				  json_member_string(found, "namespace"), record, &reason);
	if (why || ret < 0) {
		ret = error_set_code(err, CODE_RECORD_UNUSABLE, .env = slash ? slash + 1 : space,
				     .reason = why ? why : reason.text);
		set_problem(records, space, err);
	}
	return ret;
}

static void
take_found(struct records *records, const json_t *found)
{
	const json_t *record = json_object_get(found, "record");
	const char *space = json_member_string(found, "space");
	struct error err = {0};
	int ret = take_record(records, found, &err);

	if (ret == 0 || ret == 1)
		take_notes(records, found);
	if (ret == 2) {		/* its source may be found a moment later */
		json_object_set_new(records->skipped, space, json_true());
	} else if (ret < 0) {
		log_line(LOG_PRIORITY_WARNING, "a clone of somebody else cannot be taken", "space",
			 space, "error", err.text, NULL);
	} else if (ret == 0 && record) {
		const json_t *deployments = json_object_get(record, "deployments");

		log_line(LOG_PRIORITY_INFO, "a clone was found in the cluster", "space", space, NULL);
		/* It need not be written back. */
		json_object_set(records->kept, space,
				json_object_get(json_array_get(deployments, 1), "id"));
	}
	json_object_set(records->known, space, json_object_get(found, "tag"));
}

/* Somebody deleted it elsewhere: what is known of it here goes the same way. */
static void
drop_clone(struct records *records, const struct place *place)
{
	struct repository *repository = records->platform->repository;
	struct error err = {0};
	int ret = repository_begin(repository, &err);

	log_line(LOG_PRIORITY_INFO, "a clone is gone", "env", place->env, NULL);
	if (ret == 0) {
		ret = repository_set_deleting(repository, place, clock_wall_ms(), &err);
		if (ret == 0)
			engine_remove(records->platform->engine, place);
		(void)!repository_end(repository, ret, &err);
	}
}

static void
find_gone(struct records *records, const json_t *gone)
{
	struct placed_environments all = {0};
	struct error err = {0};

	if (json_object_size(gone) == 0 ||
	    repository_all_environments(records->platform->repository, &all, &err) != 0)
		return;
	for (size_t i = 0; i < all.count; i++) {
		const struct placed_environment *e = &all.items[i];
		const struct place place = {e->org, e->app, e->env};
		struct env_home home = {0};
		char *name = name_of(&place);

		if (json_object_get(gone, name) && e->status == ENVIRONMENT_ACTIVE &&
		    !engine_is_busy(records->platform->engine, &place) &&
		    is_clone(records, &place, &home)) {
			drop_clone(records, &place);
			env_home_clear(&home);
		}
		free(name);
	}
	placed_environments_clear(&all);
}

static void
on_found(void *data, const struct driver_result *result)
{
	struct records *records = data;
	const json_t *found;
	size_t i;

	records->finding = NULL;
	records->find_at = clock_steady_ms() + (result->err ? AGAIN_MS : FIND_MS);
	if (result->err) {
		note_failure(records, "the clones of others cannot be found", result->err);
		return;
	}
	records->has_failed = false;
	json_array_foreach(json_object_get(result->outputs, "records"), i, found)
		take_found(records, found);
	find_gone(records, json_object_get(result->outputs, "gone"));
}

/* What is not looked at here is read once more: somebody may look at its source by now. */
static void
retry_skipped(struct records *records, int64_t now)
{
	size_t count = json_object_size(records->skipped);
	const char *name;
	json_t *one;

	if (count == 0 || now < records->retry_at)
		return;
	json_object_foreach(records->skipped, name, one)
		json_object_del(records->known, name);
	json_object_clear(records->skipped);
	records->retry_at = now + (count <= SKIPPED_FEW ? RETRY_MS : RETRY_MANY_MS);
}

/* --- from time to time --- */

static void
look(void *data)
{
	struct records *records = data;
	struct driver *driver = driver_of(records);
	int64_t now = clock_steady_ms();

	records->timer = loop_add_timer(records->platform->loop, LOOK_MS, look, records);
	if (!driver || !driver->ops->keep || !driver->ops->kept)
		return;
	if (!records->keeping && now >= records->keep_at)
		keep_next(records);
	if (!records->finding)
		retry_skipped(records, now);
	if (!records->finding && now >= records->find_at)
		records->finding = driver->ops->kept(driver, records->known,
						     &(struct driver_waiter){.ended = on_found,
									     .data = records});
}

struct records *
records_new(struct platform *platform, const struct adoption *adoption)
{
	struct records *records = xcalloc(1, sizeof(*records));

	records->platform = platform;
	records->of = (struct adoption){
		.org = xstrdup(adoption->org),
		.driver_type = xstrdup(adoption->driver_type),
		.cluster = xstrdup(adoption->cluster),
		.def_id = xstrdup(adoption->def_id),
		.user = xstrdup(adoption->user),
	};
	records->kept = json_object();
	records->known = json_object();
	records->skipped = json_object();
	records->problems = json_object();
	records->version = -1;
	records->timer = loop_add_timer(platform->loop, 0, look, records);
	return records;
}

void
records_finish(struct records *records, void (*done)(void *data), void *data)
{
	if (!records || !driver_of(records) || !driver_of(records)->ops->keep) {
		done(data);
		return;
	}
	loop_remove_timer(records->timer);
	records->timer = NULL;
	records->version = -1;
	records->done = done;
	records->data = data;
	if (!records->keeping)
		finish(records, false);
}

void
records_stop(struct records *records)
{
	if (!records)
		return;
	loop_remove_timer(records->timer);
	records->timer = NULL;
	records->done = NULL;
	driver_task_forget(records->keeping);
	driver_task_forget(records->finding);
	records->keeping = records->finding = NULL;
}

void
records_free(struct records *records)
{
	if (!records)
		return;
	records_stop(records);
	free((char *)(uintptr_t)records->of.org);
	free((char *)(uintptr_t)records->of.driver_type);
	free((char *)(uintptr_t)records->of.cluster);
	free((char *)(uintptr_t)records->of.def_id);
	free((char *)(uintptr_t)records->of.user);
	clear_keeping(records);
	json_decref(records->kept);
	json_decref(records->known);
	json_decref(records->skipped);
	json_decref(records->problems);
	free(records);
}
