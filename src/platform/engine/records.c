/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Two things are done from time to time, each one at a time: what was deployed here since it was
 * looked last is kept, and what others kept is found.  Neither can fail what somebody deploys; what
 * cannot be done is logged once and tried again.  Nothing is kept before it is known what is kept
 * there: another machine may have written something newer.
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
#include "model/adoption-report.h"
#include "model/clone-notes.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/nouns.h"
#include "model/recorded-clone.h"
#include "net/loop.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kept-record.h"
#include "platform/drivers/registry.h"
#include "platform/engine/adoption.h"
#include "platform/engine/engine.h"
#include "platform/engine/record-clones.h"
#include "platform/engine/record-notes.h"
#include "platform/engine/record-problems.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-homes.h"
#include "platform/state/repository-notes.h"
#include "platform/state/repository.h"

#define LOOK_MS 1000
#define FIND_MS 3000
#define SKIPPED_FEW 20
#define RETRY_MS 5000			/* what was skipped, where it is few */
#define RETRY_MANY_MS 60000
#define AGAIN_MS 30000			/* after one that failed */
#define SETTLE_MAX_MS 10000		/* that somebody waits for the first of them */
#define NOT_RECORDED "a clone is not recorded in its namespace"

struct records {
	struct platform *platform;
	struct adoption of;		/* its texts are owned */
	struct loop_timer *timer;
	struct driver_task *keeping, *finding;
	char *keeping_name, *keeping_id;	/* id NULL: its notes alone */
	json_t *keeping_notes;
	json_t *kept;			/* {"app/env": the deployment that its record has} */
	json_t *delayed;		/* {"app/env": steady ms}: not to be kept before */
	json_t *skipped;		/* {"app/env": its source, or true}: not taken, or not read */
	json_t *known;			/* {"app/env": tag} of what was found */
	struct record_problems *problems;
	int64_t version;		/* of the database, when it was looked through */
	int64_t keep_at;		/* steady ms: when the next of the delayed is due */
	int64_t find_at, retry_at;	/* steady ms: not before */
	int64_t began_at;		/* steady ms */
	int64_t found_at;		/* wall ms: all were read; 0: never */
	bool has_found;			/* what is there, and nothing of it is looked at anew */
	bool is_settling;		/* what was there at first is looked at once more */
	bool has_settled;		/* and is known, or cannot be */
	bool has_failed;		/* and that was logged */
	void (*done)(void *data);	/* of records_finish(); NULL: nobody waits */
	void *data;
};

/* --- what is ours --- */

static struct driver *
driver_of(const struct records *records)
{
	return drivers_find(records->platform->drivers, records->of.driver_type,
			    records->of.cluster);
}

static void
note_failure(struct records *records, const char *what, const struct error *err)
{
	if (!records->has_failed)
		log_line(LOG_PRIORITY_WARNING, what, "cluster", records->of.cluster, "error",
			 err->text, NULL);
	records->has_failed = true;
}

/* --- keeping --- */

static void keep_next(struct records *records);

/* What cannot be kept now is by the next daemon. */
static void
finish(struct records *records)
{
	void (*done)(void *) = records->done;

	if (!records->has_found && records->finding)
		return;
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

/* It is passed over for a while, and others are kept meanwhile. */
static void
note_not_kept(struct records *records, const char *name, const struct error *err)
{
	note_failure(records, NOT_RECORDED, err);
	record_problems_set(records->problems, name, true, err);
	json_object_set_new(records->delayed, name, json_integer(clock_steady_ms() + AGAIN_MS));
}

static void
note_kept(struct records *records)
{
	struct place place;
	struct error err = {0};
	char *app;

	record_problems_drop(records->problems, records->keeping_name);
	if (records->keeping_id)
		json_object_set_new(records->kept, records->keeping_name,
				    json_string(records->keeping_id));
	if (record_place(records->of.org, records->keeping_name, &app, &place) &&
	    record_notes_are_kept(records->platform, &place, records->keeping_notes, &err) != 0)
		note_failure(records, NOT_RECORDED, &err);
	free(app);
}

static void
on_kept(void *data, const struct driver_result *result)
{
	struct records *records = data;

	records->keeping = NULL;
	if (result->err)
		note_not_kept(records, records->keeping_name, result->err);
	else
		note_kept(records);
	records->version = -1;
	clear_keeping(records);
	if (records->done)
		finish(records);
}

/* For people who look at the namespace with kubectl; whose it is may have been changed since, and a
 * platform may not know who made it. */
static void
add_notes(json_t *notes, const json_t *record, const json_t *known)
{
	struct recorded_clone said;

	recorded_clone_read(&said, record);
	json_object_set_new(notes, "origin", json_string(untrusted_raw(&said.origin)));
	if (!clone_notes_owner(known) && *untrusted_raw(&said.env.created_by))
		json_object_set_new(notes, "owner", json_string(said.env.created_by.raw));
	recorded_clone_clear(&said);
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

	records->keeping_name = record_name(place);
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
	char *name = record_name(place);
	const char *kept = json_member_string(records->kept, name);
	int found = 0;

	if (driver && driver->ops->keep && !engine_is_busy(records->platform->engine, place) &&
	    repository_read_newest_succeeded(records->platform->repository, place, &last,
					     &err) == 0)
		found = write_one(records, place, home, !kept || !untrusted_is(&last.id, kept),
				  &record, &notes, &err);
	if (found < 0)
		note_not_kept(records, name, &err);
	if (found > 0)
		start_keeping(records, place, record, notes, untrusted_raw(&last.id));
	json_decref(record);
	json_decref(notes);
	free(name);
	deployment_clear(&last);
	return found > 0;
}

/* When the first of those that failed is due again; what was due `now` and is still there is of a
 * clone that is gone. */
static int64_t
next_due(struct records *records, int64_t now)
{
	int64_t due = INT64_MAX;
	const char *name;
	json_t *at;
	void *next;

	json_object_foreach_safe(records->delayed, next, name, at)
		if (json_integer_value(at) <= now)
			json_object_del(records->delayed, name);
		else if (json_integer_value(at) < due)
			due = json_integer_value(at);
	return due;
}

/* It failed a moment ago. */
static bool
is_delayed(struct records *records, const struct place *place)
{
	char *name = record_name(place);
	json_int_t at = json_integer_value(json_object_get(records->delayed, name));
	bool is = clock_steady_ms() < at;

	if (!is)
		json_object_del(records->delayed, name);
	free(name);
	return is;
}

/* What is there was not taken, and may be newer; not where it was one of something else. */
static bool
is_skipped(const struct records *records, const struct place *place, const struct env_home *home)
{
	char *name = record_name(place);
	const json_t *source = json_object_get(records->skipped, name);
	bool is = source && (!json_is_string(source) ||
			     strcmp(json_string_value(source), home->origin) == 0);

	free(name);
	return is;
}

static void
keep_next(struct records *records)
{
	struct repository *repository = records->platform->repository;
	struct placed_environments all = {0};
	struct error err = {0};
	int64_t version = repository_version(repository), now = clock_steady_ms();
	bool is_keeping = false;

	if (!records->has_found || (version == records->version && now < records->keep_at) ||
	    repository_all_environments(repository, &all, &err) != 0)
		return;
	for (size_t i = 0; i < all.count && !is_keeping; i++) {
		const struct placed_environment *e = &all.items[i];
		const struct place place = {e->org, e->app, e->env};
		struct env_home home = {0};

		if (e->status != ENVIRONMENT_ACTIVE || is_delayed(records, &place) ||
		    !record_is_clone(records->platform, &records->of, &place, &home))
			continue;
		is_keeping = !is_skipped(records, &place, &home) &&
			     keep_one(records, &place, &home);
		env_home_clear(&home);
	}
	if (!is_keeping) {
		records->version = version;
		records->keep_at = next_due(records, now);
	}
	placed_environments_clear(&all);
}

/* --- finding --- */

/* Of a clone that is here. */
static void
take_notes(struct records *records, const struct kept_record *found)
{
	struct repository *repository = records->platform->repository;
	const char *space = found->space.raw;
	struct place place;
	struct env_home home = {0};
	struct error err = {0};
	const char *odd;
	char *app;
	bool is_ours = record_place(records->of.org, space, &app, &place) &&
		       record_is_clone(records->platform, &records->of, &place, &home);
	int ret = is_ours ? repository_begin(repository, &err) : 1;

	if (ret == 0)
		ret = repository_end(repository,
				     record_take_notes(records->platform, &records->of, &place,
						       home.origin, found->notes, &err),
				     &err);
	if (ret < 0)
		log_line(LOG_PRIORITY_WARNING, "the notes of a clone cannot be taken", "space",
			 space, "error", err.text, NULL);
	odd = is_ours ? record_notes_unreadable(found->notes) : NULL;
	if (odd) {
		error_set_code(&err, CODE_CLONE_NOTE_UNREADABLE, .env = place.env, .name = odd);
		record_problems_set(records->problems, space, true, &err);
	}
	env_home_clear(&home);
	free(app);
}

/* As record_take(); without a record it is the one that is known. */
static int
take_record(struct records *records, const struct kept_record *found, struct error *err)
{
	const json_t *record = found->record;
	const char *why = found->error.raw, *space = found->space.raw;
	const char *namespace = found->namespace.raw;
	struct error reason = {0};
	int ret = 1;

	record_problems_drop(records->problems, space);
	if (record)
		ret = record_agrees(record, space, found->notes, &reason);
	if (record && ret == 0)
		ret = record_take(records->platform, &records->of, namespace, record, &reason);
	if (!why && ret >= 0)
		return ret;
	if (why) {
		log_line(LOG_PRIORITY_INFO, "a record is damaged", "space", space, "reason", why,
			 NULL);
		error_set_code(&reason, CODE_RECORD_DAMAGED);
	}
	record_problems_refuse(records->problems, space, namespace, &reason, err);
	return -1;
}

/* What is there need not be written back; what cannot be read there is left until something else
 * is deployed here. */
static void
note_found(struct records *records, const char *space, const json_t *record, int taken)
{
	struct deployment last = {0};
	struct recorded_clone said;
	struct error none = {0};
	struct place place;
	char *app;

	recorded_clone_read(&said, record);
	if (said.deployment_count > 1 &&
	    (taken == 0 || (taken == 1 && !json_object_get(records->kept, space))))
		json_object_set_new(records->kept, space,
				    json_string(untrusted_raw(&said.deployments[1].id)));
	recorded_clone_clear(&said);
	if (taken >= 0 || json_object_get(records->kept, space))
		return;
	if (record_place(records->of.org, space, &app, &place) &&
	    repository_read_newest_succeeded(records->platform->repository, &place, &last,
					     &none) == 0)
		json_object_set_new(records->kept, space, json_string(untrusted_raw(&last.id)));
	deployment_clear(&last);
	free(app);
}

static void
take_found(struct records *records, const struct kept_record *found)
{
	const json_t *record = found->record;
	const char *space = found->space.raw;
	struct error err = {0};
	int ret = take_record(records, found, &err);

	if (ret == 0 || ret == 1)
		take_notes(records, found);
	json_object_del(records->skipped, space);
	if (ret == 2)		/* its source may be found a moment later */
		json_object_set(records->skipped, space, json_object_get(record, "origin"));
	else if (ret < 0)
		log_line(LOG_PRIORITY_WARNING, "a clone of somebody else cannot be taken", "space",
			 space, "error", err.text, NULL);
	else if (ret == 0 && record)
		log_line(LOG_PRIORITY_INFO, "a clone was found in the cluster", "space", space, NULL);
	note_found(records, space, record, ret);
	json_object_set_new(records->known, space, json_string(untrusted_raw(&found->tag)));
}

/* Deleted elsewhere: what is known here goes the same way.  That a colleague's ends is no news. */
static void
drop_clone(struct records *records, const struct place *place, const struct env_home *home)
{
	bool is_news = record_clone_is_of(records->platform, place, records->of.user);
	struct error err = {0};
	char *name;

	log_line(LOG_PRIORITY_INFO, "a clone is gone", "env", place->env, NULL);
	if (record_clone_drop(records->platform, place, &err) != 0)
		return;
	name = record_name(place);
	json_object_del(records->known, name);
	if (is_news)
		record_problems_set_gone(records->problems, name, home->namespace);
	free(name);
}

static void
find_gone(struct records *records, const json_t *gone)
{
	struct placed_environments all = {0};
	struct error err = {0};
	const char *space;
	json_t *one;

	json_object_foreach((json_t *)(uintptr_t)gone, space, one)
		record_problems_drop(records->problems, space);
	if (json_object_size(gone) == 0 ||
	    repository_all_environments(records->platform->repository, &all, &err) != 0)
		return;
	for (size_t i = 0; i < all.count; i++) {
		const struct placed_environment *e = &all.items[i];
		const struct place place = {e->org, e->app, e->env};
		struct env_home home = {0};
		char *name = record_name(&place);

		if (json_object_get(gone, name) && e->status == ENVIRONMENT_ACTIVE &&
		    !engine_is_busy(records->platform->engine, &place) &&
		    record_is_clone(records->platform, &records->of, &place, &home)) {
			drop_clone(records, &place, &home);
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
	struct kept_record found;
	const json_t *one;
	size_t i;

	records->finding = NULL;
	records->find_at = clock_steady_ms() + (result->err ? AGAIN_MS : FIND_MS);
	if (result->err) {
		note_failure(records, "the clones of others cannot be found", result->err);
	} else {
		records->has_failed = false;
		json_array_foreach(json_object_get(result->outputs, "records"), i, one) {
			kept_record_read(&found, one);
			if (found.space.raw)
				take_found(records, &found);
			kept_record_clear(&found);
			records->version = -1;
		}
		find_gone(records, json_object_get(result->outputs, "gone"));
		json_object_update(records->skipped, json_object_get(result->outputs, "unread"));
		record_problems_set_strays(records->problems,
					   json_object_get(result->outputs, "strays"));
		records->has_found = true;
		records->found_at = clock_wall_ms();
	}
	records->has_settled |= result->err || records->is_settling;
	if (records->done && !records->keeping)
		finish(records);
}

/* Its source is looked at by now, or was never what it waits for. */
static bool
may_be_taken(const struct records *records, const json_t *source)
{
	struct error why = {0};
	struct adopted_env known = {0};

	if (json_is_string(source))
		(void)adoption_place(records->platform, &records->of, json_string_value(source),
				     &known, &why);
	adopted_env_clear(&known);
	return why.kind != ERROR_NOT_FOUND;
}

static bool
has_to_retry(const struct records *records)
{
	const char *name;
	json_t *source;

	json_object_foreach(records->skipped, name, source)
		if (may_be_taken(records, source))
			return true;
	return false;
}

/* What was not looked at here and is by now is read once more, at once; nothing is kept meanwhile
 * that may be older. */
static void
retry_skipped(struct records *records, int64_t now)
{
	size_t count = json_object_size(records->skipped);
	const char *name;
	json_t *source;
	void *next;

	if (count == 0 || now < records->retry_at)
		return;
	records->retry_at = now + (count <= SKIPPED_FEW ? RETRY_MS : RETRY_MANY_MS);
	json_object_foreach_safe(records->skipped, next, name, source)
		if (may_be_taken(records, source)) {
			json_object_del(records->known, name);
			json_object_del(records->skipped, name);
			records->find_at = now;
			records->has_found = false;
		}
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
	if (!records->keeping)
		keep_next(records);
	if (!records->finding)
		retry_skipped(records, now);
	if (!records->finding && now >= records->find_at)
		records->finding = driver->ops->kept(driver, records->known,
						     &(struct driver_waiter){.ended = on_found,
									     .data = records});
}

/* What was found before its source was read here is looked at once more; until then a clone may be
 * missing in what is answered. */
static bool
is_settled(struct records *records)
{
	if (records->has_settled)
		return true;
	if (!records->timer || !driver_of(records) || !driver_of(records)->ops->kept ||
	    clock_steady_ms() - records->began_at >= SETTLE_MAX_MS ||
	    (!records->finding && records->found_at && !has_to_retry(records)))
		records->has_settled = true;
	if (!records->has_settled && !records->is_settling && !records->finding) {
		records->is_settling = true;
		records->retry_at = 0;
		loop_remove_timer(records->timer);
		records->timer = loop_add_timer(records->platform->loop, 0, look, records);
	}
	return records->has_settled;
}

void
records_tell(struct records *records, const char *org, struct adoption_report *told)
{
	if (!records || strcmp(records->of.org, org) != 0)
		return;
	record_problems_tell(records->problems, told);
	if (told->state == ADOPTION_DONE && !is_settled(records))
		told->state = ADOPTION_READING;
	told->clones_read_at = records->found_at;
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
	records->delayed = json_object();
	records->known = record_clones_known(platform, &records->of);
	records->skipped = json_object();
	records->problems = record_problems_new(platform->repository, records->of.org);
	records->version = -1;
	records->began_at = clock_steady_ms();
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
	json_object_clear(records->delayed);	/* once more, each of them */
	records->done = done;
	records->data = data;
	if (!records->keeping)
		finish(records);
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
	record_problems_free(records->problems);
	free((char *)(uintptr_t)records->of.org);
	free((char *)(uintptr_t)records->of.driver_type);
	free((char *)(uintptr_t)records->of.cluster);
	free((char *)(uintptr_t)records->of.def_id);
	free((char *)(uintptr_t)records->of.user);
	clear_keeping(records);
	json_decref(records->kept);
	json_decref(records->delayed);
	json_decref(records->known);
	json_decref(records->skipped);
	free(records);
}
