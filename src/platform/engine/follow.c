/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A source is read whole, and then in part:
 *
 *	whole	at first, after each WHOLE_MS, and sooner after it failed
 *	part	the namespaces whose driver gives another number for what is declared; after one of
 *		them was read it waits FOLLOW_PART_MIN_MS until it is read again, and twice as
 *		long each time, up to FOLLOW_PART_MAX_MS, until it was quiet
 *
 * There is one reading of a source at a time; and besides, of a namespace that somebody is about to
 * change, as often as they ask (follow_survey()).  What such a reading has found is not taken back
 * by one that began before it.
 */
#include "config.h"

#include "platform/engine/follow-private.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "model/adoption-report.h"
#include "net/loop.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/registry.h"
#include "platform/engine/engine.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-homes.h"

#define LOOK_MS 1000
#define WHOLE_MS 60000
#define WHOLE_SHARE 20			/* of the time is not spent with reading */
#define SURVEYS_MAX 16			/* at once */
#define AGAIN_MIN_MS 2000		/* after one that failed */
#define ARRIVED_MAX 10			/* that wait until they are recorded */
#define PLACES_MAX 20			/* that are read with all that is in them at a time */

/* --- lists of names --- */

static char **
copy_names(const char *const *names)
{
	char **copy;
	size_t count = 0;

	if (!names)
		return NULL;
	while (names[count])
		count++;
	copy = xcalloc(count + 1, sizeof(*copy));
	for (size_t i = 0; i < count; i++)
		copy[i] = xstrdup(names[i]);
	return copy;
}

static bool
has_name(char *const *names, const char *name)
{
	for (size_t i = 0; names && names[i]; i++)
		if (strcmp(names[i], name) == 0)
			return true;
	return false;
}

static void
free_names(char **names)
{
	for (size_t i = 0; names && names[i]; i++)
		free(names[i]);
	free(names);
}

/* --- reading --- */

static void look(void *data);
static void end_once(struct follow_reader *reader);

static void
look_in(struct follow_reader *reader, int64_t ms)
{
	loop_remove_timer(reader->timer);
	reader->timer = loop_add_timer(reader->follow->platform->loop, ms, look, reader);
}

void
follow_look_now(struct follow_reader *reader)
{
	if (!reader->task && reader->timer && !reader->has_result)
		look_in(reader, 0);
}

static void
free_report(struct follow_reader *reader)
{
	if (reader->report)
		adoption_report_clear(reader->report);
	free(reader->report);
	reader->report = NULL;
}

static void
tell_done(struct follow_reader *reader, const struct error *err)
{
	void (*done)(void *, const json_t *, const struct error *) = reader->done;
	struct adoption_report *report = reader->report;
	json_t *body = NULL;

	reader->done = NULL;
	if (report && !err) {
		follow_tell_warnings(reader, report);
		body = adoption_report_encode(report);
	}
	free_report(reader);
	if (done)
		done(reader->data, body, err);
	json_decref(body);
}

/* A whole one is due again in proportion to how long it took. */
static void
schedule_whole(struct follow_reader *reader, bool failed)
{
	int64_t now = clock_steady_ms(), took = (now - reader->began_at) * WHOLE_SHARE;

	if (failed) {
		reader->whole_at = now + reader->again_ms;
		if (reader->again_ms < WHOLE_MS)
			reader->again_ms *= 2;
	} else {
		reader->whole_at = now + (took > WHOLE_MS ? took : WHOLE_MS);
		reader->again_ms = AGAIN_MIN_MS;
		reader->read_at = clock_wall_ms();
	}
}

static void
finish_reading(struct follow_reader *reader)
{
	const struct error *err = reader->err.kind != ERROR_NONE ? &reader->err : NULL;

	follow_end_result(reader);
	if (reader->is_whole || err)
		schedule_whole(reader, err != NULL);
	free_names(reader->asked);
	reader->asked = NULL;
	json_decref(reader->known);
	reader->known = NULL;
	reader->has_result = false;
	tell_done(reader, err);
	if (reader->is_once)
		end_once(reader);
	else
		look_in(reader, LOOK_MS);
}

static void
take_some(void *data)
{
	struct follow_reader *reader = data;

	reader->timer = NULL;
	if (follow_take_arrived(reader) || (reader->has_result && follow_take_some(reader)))
		reader->timer = loop_add_timer(reader->follow->platform->loop, 0, take_some,
					       reader);
	else if (reader->has_result)
		finish_reading(reader);
}

static void
on_read(void *data, const struct driver_result *result)
{
	struct follow_reader *reader = data;

	reader->task = NULL;
	reader->err = result->err ? *result->err : (struct error){0};
	if (result->err)
		log_line(LOG_PRIORITY_WARNING, "cannot read what runs", "cluster",
			 reader->of.cluster, "error", result->err->text, NULL);
	follow_begin_result(reader, result);
	reader->has_result = true;
	loop_remove_timer(reader->timer);
	take_some(reader);
}

static struct driver *
driver_of(const struct follow_reader *reader)
{
	return drivers_find(reader->follow->platform->drivers, reader->of.driver_type,
			    reader->of.cluster);
}

static uint64_t
declared_now(const struct follow_reader *reader, struct driver *driver,
	     const struct follow_place *place)
{
	return driver->ops->declared
		       ? driver->ops->declared(driver, place->space, reader->selector)
		       : 0;
}

/* An option of the daemon says all that is read, but for what was asked for since. */
static bool
is_chosen(const struct follow_reader *reader, const char *namespace)
{
	return !reader->is_given || reader->all || has_name(reader->namespaces, namespace) ||
	       json_object_get(reader->wanted, namespace);
}

void
follow_note_chosen(struct follow_reader *reader, struct follow_place *place)
{
	struct driver *driver = reader->is_once ? NULL : driver_of(reader);

	place->is_unread = !is_chosen(reader, place->namespace);
	if (driver && driver->ops->set_read)
		driver->ops->set_read(driver, place->namespace, !place->is_unread);
}

/* Those that the operator named, and those that were adopted before, unless he named others. */
static char **
whole_names(const struct follow_reader *reader)
{
	char **names = copy_names((const char *const *)reader->namespaces);
	size_t count = 0;

	while (names && names[count])
		count++;
	for (const struct follow_place *place = reader->places; place; place = place->next) {
		if (place->is_unread || has_name(reader->namespaces, place->namespace))
			continue;
		names = xreallocarray(names, count + 2, sizeof(*names));
		names[count++] = xstrdup(place->namespace);
		names[count] = NULL;
	}
	return names;
}

static bool
on_found(void *data, const json_t *found)
{
	struct follow_reader *reader = data;

	if (found)
		json_array_append(reader->arrived, (json_t *)(uintptr_t)found);
	if (found && !reader->timer)
		reader->timer = loop_add_timer(reader->follow->platform->loop, 0, take_some,
					       reader);
	return json_array_size(reader->arrived) < ARRIVED_MAX;
}

/* {namespace: declared}, of what need not be read again as long as that is the same. */
static json_t *
known_now(const struct follow_reader *reader)
{
	json_t *known = json_object();

	for (const struct follow_place *place = reader->places; place; place = place->next)
		if (place->is_counted && !place->wants_group)
			json_object_set_new(known, place->namespace,
					    json_integer((json_int_t)place->declared));
	return known;
}

enum reading { READ_WHOLE, READ_CHANGED, READ_CHANGED_WORKLOADS };

/* Takes the names. */
static void
start_reading(struct follow_reader *reader, struct driver *driver, char **names, enum reading what)
{
	struct driver_survey survey = {
		.namespaces = (const char *const *)names,
		.all = reader->all && what == READ_WHOLE,
		.selector = reader->selector,
		.only_workloads = what == READ_CHANGED_WORKLOADS,
		.found = on_found,
		.data = reader,
	};

	reader->asked = names;
	reader->is_whole = what == READ_WHOLE;
	reader->known = reader->is_whole ? known_now(reader) : NULL;
	survey.known = reader->known;
	reader->began_at = clock_steady_ms();
	json_array_clear(reader->fresh);
	for (struct follow_place *place = reader->places; place; place = place->next)
		place->reading = place->is_unread ? 0 : declared_now(reader, driver, place);
	reader->task = driver->ops->survey(driver, &survey,
					   &(struct driver_waiter){.ended = on_read,
								   .data = reader});
}

/* What was read with many others is left out of the whole, and has its own clock.  While nothing is
 * known of what is declared nothing has changed.  What is not read is, where somebody needs it. */
static bool
is_due(const struct follow_reader *reader, struct driver *driver, const struct follow_place *place,
       enum reading what, int64_t now)
{
	const struct place of = {reader->of.org, place->app, place->env};
	bool needs_more = (place->is_part || place->is_unread) && place->wants_whole;
	uint64_t declared;

	if (place->is_gone || (place->is_part && !needs_more) != (what == READ_CHANGED_WORKLOADS))
		return false;
	if (place->wants_group && place->tried_at == 0)
		return !engine_is_busy(reader->follow->platform->engine, &of);
	if (needs_more || (place->is_counted && !place->is_part && !place->is_unread &&
			   now - place->read_at >= WHOLE_MS))
		return now - place->tried_at >= AGAIN_MIN_MS;
	if (place->is_unread || now - place->read_at < place->pause_ms)
		return false;
	declared = declared_now(reader, driver, place);
	return declared != place->declared && (declared != 0 || !place->is_counted);
}

/* NULL: nothing has changed. */
static char **
changed_names(const struct follow_reader *reader, struct driver *driver, enum reading what)
{
	size_t count = 0, max = what == READ_CHANGED ? PLACES_MAX : SIZE_MAX;
	int64_t now = clock_steady_ms();
	char **names = NULL;

	for (struct follow_place *place = reader->places; place; place = place->next)
		if (count < max && is_due(reader, driver, place, what, now)) {
			place->tried_at = now;
			place->wants_whole &= !place->is_unread;	/* asked for once */
			names = xreallocarray(names, count + 2, sizeof(*names));
			names[count++] = xstrdup(place->namespace);
			names[count] = NULL;
		}
	return names;
}

static void
look(void *data)
{
	struct follow_reader *reader = data;
	struct driver *driver = driver_of(reader);
	bool is_empty = !reader->all && !reader->namespaces && !reader->places;
	char **names;

	reader->timer = NULL;
	if (!driver || !driver->ops->survey || is_empty) {
		look_in(reader, LOOK_MS);
		return;
	}
	if (clock_steady_ms() >= reader->whole_at) {
		start_reading(reader, driver, whole_names(reader), READ_WHOLE);
		return;
	}
	for (enum reading what = READ_CHANGED; what <= READ_CHANGED_WORKLOADS; what++) {
		names = changed_names(reader, driver, what);
		if (names) {
			start_reading(reader, driver, names, what);
			return;
		}
	}
	look_in(reader, LOOK_MS);
}

/* --- readers --- */

static struct follow_reader *
new_reader(struct follow *follow, const struct follow_source *source)
{
	struct follow_reader *reader = xcalloc(1, sizeof(*reader));

	reader->follow = follow;
	reader->of = (struct adoption){
		.org = xstrdup(source->of.org),
		.driver_type = xstrdup(source->of.driver_type),
		.cluster = xstrdup(source->of.cluster),
		.def_id = xstrdup(source->of.def_id),
		.user = xstrdup(source->of.user),
	};
	reader->context = xstrdup_or_null(source->context);
	reader->selector = source->selector && *source->selector ? xstrdup(source->selector) : NULL;
	reader->namespaces = copy_names(source->namespaces);
	reader->all = source->all;
	reader->again_ms = AGAIN_MIN_MS;
	reader->forgotten = json_object();
	reader->wanted = json_object();
	reader->warnings = json_array();
	reader->fresh = json_array();
	reader->arrived = json_array();
	reader->next = follow->readers;
	follow->readers = reader;
	return reader;
}

static void
free_reader(struct follow_reader *reader)
{
	struct follow_reader **link = &reader->follow->readers;

	while (*link != reader)
		link = &(*link)->next;
	*link = reader->next;
	if (reader->task)
		driver_task_cancel(reader->task);	/* it would give what it finds */
	driver_task_forget(reader->task);
	loop_remove_timer(reader->timer);
	while (reader->places)
		follow_drop_place(reader, reader->places);
	free((char *)reader->of.org);
	free((char *)reader->of.driver_type);
	free((char *)reader->of.cluster);
	free((char *)reader->of.def_id);
	free((char *)reader->of.user);
	free((char *)reader->of.selector);
	free(reader->context);
	free(reader->selector);
	free_names(reader->namespaces);
	free_names(reader->asked);
	json_decref(reader->forgotten);
	json_decref(reader->wanted);
	json_decref(reader->warnings);
	json_decref(reader->fresh);
	free_report(reader);
	json_decref(reader->found);
	json_decref(reader->said);
	json_decref(reader->known);
	json_decref(reader->arrived);
	free(reader);
}

void
follow_add(struct follow *follow, const struct follow_source *source)
{
	struct follow_reader *reader = new_reader(follow, source);

	reader->is_given = true;
	look_in(reader, 0);
}

/* --- what was adopted before --- */

static bool
reads_source(const struct follow_reader *reader, const struct follow_source *source)
{
	const char *selector = reader->selector ? reader->selector : "";

	return !reader->is_once && strcmp(reader->of.org, source->of.org) == 0 &&
	       strcmp(reader->of.driver_type, source->of.driver_type) == 0 &&
	       strcmp(reader->of.cluster, source->of.cluster) == 0 &&
	       (reader->is_given || strcmp(selector, source->selector) == 0);
}

/* Which workloads are wanted an option says for all, else it is as it was when each was adopted. */
static struct follow_reader *
reader_of(struct follow *follow, const struct follow_source *source)
{
	struct follow_reader *reader = follow->readers;

	while (reader && !reads_source(reader, source))
		reader = reader->next;
	return reader;
}

/* It was adopted again with another selector. */
static void
drop_elsewhere(struct follow *follow, const struct follow_reader *keeper, const char *org,
	       const char *cluster, const char *namespace)
{
	for (struct follow_reader *r = follow->readers; r; r = r->next) {
		struct follow_place *place = follow_find_place(r, namespace);

		if (place && r != keeper && !r->is_once && strcmp(r->of.org, org) == 0 &&
		    strcmp(r->of.cluster, cluster) == 0)
			follow_drop_place(r, place);
	}
}

static void
follow_row(struct follow *follow, const struct adopted_env *row)
{
	const struct follow_source source = {
		.of = {
			.org = row->org,
			.driver_type = row->driver_type,
			.cluster = row->cluster,
			.def_id = row->def_id,
			.user = follow->platform->user,
		},
		.selector = row->selector,
	};
	const char *namespace = row->namespace;
	struct follow_reader *reader = reader_of(follow, &source);
	struct follow_place *place;

	if (!reader) {
		reader = new_reader(follow, &source);
		look_in(reader, 0);
	}
	drop_elsewhere(follow, reader, row->org, row->cluster, namespace);
	json_object_del(reader->forgotten, namespace);
	place = follow_find_place(reader, namespace);
	if (place)
		follow_note_chosen(reader, place);
	else
		follow_add_place(reader, namespace, row->app, row->env);
}

int
follow_resume(struct follow *follow, struct error *err)
{
	struct adopted_envs rows;

	if (repository_adopted_places(follow->platform->repository, &rows, err) != 0)
		return -1;
	for (size_t i = 0; i < rows.count; i++)
		follow_row(follow, &rows.items[i]);
	adopted_envs_clear(&rows);
	return 0;
}

/* Of what is not read it is as good as new for a while after somebody needed it. */
static bool
is_stale(const struct follow_place *place)
{
	return place->is_unread &&
	       (place->read_at == 0 || clock_steady_ms() - place->read_at >= WHOLE_MS);
}

/* Nothing is recorded over what somebody deploys at this moment. */
bool
follow_is_whole(struct follow *follow, const struct place *of)
{
	if (follow && engine_is_busy(follow->platform->engine, of))
		return true;
	for (struct follow_reader *reader = follow ? follow->readers : NULL; reader;
	     reader = reader->next) {
		struct follow_place *place = reader->places;

		while (place && (strcmp(place->env, of->env) != 0 ||
				 strcmp(place->app, of->app) != 0))
			place = place->next;
		if (!place || !(place->is_part || is_stale(place)) || place->is_gone ||
		    reader->is_once || strcmp(reader->of.org, of->org) != 0)
			continue;
		place->wants_whole = true;
		follow_look_now(reader);
		return false;
	}
	return true;
}

/* --- once --- */

/* Whoever adopts some wants them to be read, whatever the daemon was started with. */
static void
want_adopted(const struct follow_reader *once)
{
	for (struct follow_reader *r = once->follow->readers; r; r = r->next)
		for (const struct follow_place *place = once->places; place; place = place->next)
			if (!r->is_once && follow_is_of_one_source(r, once))
				json_object_set_new(r->wanted, place->namespace, json_true());
}

static void
end_once(struct follow_reader *reader)
{
	struct follow *follow = reader->follow;
	bool is_survey = reader->is_survey;
	struct error err = {0};

	if (!is_survey)
		want_adopted(reader);
	free_reader(reader);
	if (!is_survey && follow_resume(follow, &err) != 0)
		log_line(LOG_PRIORITY_ERROR, "cannot follow what was adopted", "error", err.text,
			 NULL);
}

void
follow_adopt(struct follow *follow, const struct follow_source *source,
	     void (*done)(void *data, const json_t *report, const struct error *err), void *data)
{
	struct follow_reader *reader = new_reader(follow, source);

	reader->is_once = true;
	reader->of.selector = xstrdup(reader->selector ? reader->selector : "");
	reader->done = done;
	reader->data = data;
	reader->report = xcalloc(1, sizeof(*reader->report));
	look_in(reader, 0);
}

/* --- now --- */

/* Whoever may look may ask, and each reading of a namespace is work for the cluster. */
static bool
may_survey(const struct follow *follow)
{
	size_t count = 0;

	for (const struct follow_reader *r = follow->readers; r; r = r->next)
		count += r->is_survey;
	return count < SURVEYS_MAX;
}

static struct follow_place *
find_followed(struct follow *follow, const struct place *place, struct follow_reader **reader)
{
	for (*reader = follow ? follow->readers : NULL; *reader; *reader = (*reader)->next) {
		if ((*reader)->is_once || strcmp((*reader)->of.org, place->org) != 0)
			continue;
		for (struct follow_place *p = (*reader)->places; p; p = p->next)
			if (strcmp(p->app, place->app) == 0 && strcmp(p->env, place->env) == 0)
				return p;
	}
	return NULL;
}

bool
follow_survey(struct follow *follow, const struct place *place,
	      void (*done)(void *data, const json_t *report, const struct error *err), void *data)
{
	struct follow_reader *of, *reader;
	const struct follow_place *known = find_followed(follow, place, &of);
	const struct driver *driver = known ? driver_of(of) : NULL;
	const char *const names[] = {known ? known->namespace : NULL, NULL};

	if (!driver || !driver->ops->survey || !may_survey(follow) ||
	    engine_is_busy(follow->platform->engine, place))
		return false;
	reader = new_reader(follow, &(struct follow_source){
					    .of = of->of,
					    .namespaces = names,
					    .selector = of->selector,
				    });
	reader->is_once = reader->is_survey = true;
	reader->done = done;
	reader->data = data;
	look_in(reader, 0);
	return true;
}

void
follow_forget(struct follow *follow, const void *data)
{
	for (struct follow_reader *r = follow ? follow->readers : NULL; r; r = r->next)
		if (r->data == data)
			r->done = NULL;
}

/* --- all of them --- */

struct follow *
follow_new(struct platform *platform)
{
	struct follow *follow = xcalloc(1, sizeof(*follow));

	follow->platform = platform;
	return follow;
}

void
follow_stop(struct follow *follow)
{
	while (follow && follow->readers)
		free_reader(follow->readers);
}

void
follow_free(struct follow *follow)
{
	follow_stop(follow);
	free(follow);
}
