/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What came of reading the namespaces of a source: environments that are new or have changed, some
 * that are gone, and some that somebody wants no more. */
#include "config.h"

#include "platform/engine/follow-private.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "model/adoption-report.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/members.h"
#include "model/nouns.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/found-namespace.h"
#include "platform/engine/engine.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-homes.h"
#include "platform/state/repository.h"

#define WARNINGS_MAX 100
#define SLICE_MS 20			/* of a turn, in which nobody is answered */

/* --- its places --- */

struct follow_place *
follow_find_place(const struct follow_reader *reader, const char *namespace)
{
	struct follow_place *place = reader->places;

	while (place && strcmp(place->namespace, namespace) != 0)
		place = place->next;
	return place;
}

struct follow_place *
follow_add_place(struct follow_reader *reader, const char *namespace, const char *app,
		 const char *env)
{
	struct follow_place *place = xcalloc(1, sizeof(*place));
	const struct place of = {reader->of.org, app, env};

	place->namespace = xstrdup(namespace);
	place->app = xstrdup(app);
	place->env = xstrdup(env);
	place->space = place_space(&of);
	place->pause_ms = FOLLOW_PART_MIN_MS;
	place->next = reader->places;
	reader->places = place;
	follow_note_chosen(reader, place);
	return place;
}

static void
free_place(struct follow_place *place)
{
	free(place->namespace);
	free(place->app);
	free(place->env);
	free(place->space);
	json_decref(place->left);
	free(place);
}

void
follow_drop_place(struct follow_reader *reader, struct follow_place *place)
{
	struct follow_place **link = &reader->places;

	while (*link != place)
		link = &(*link)->next;
	*link = place->next;
	free_place(place);
}

static bool
is_missing(const struct follow_reader *reader, const struct follow_place *place)
{
	struct error err = {0};
	struct adopted_env known;
	int ret = adoption_place(reader->follow->platform, &reader->of, place->namespace, &known,
				 &err);

	adopted_env_clear(&known);
	return ret != 0 && err.kind == ERROR_NOT_FOUND;
}

/* What is no environment any more was forgotten by somebody, and stays so until it is asked for
 * again; or it never became one, since that could not be written down. */
static void
drop_missing(struct follow_reader *reader, bool is_forgotten)
{
	struct follow_place *next;

	for (struct follow_place *place = reader->places; place; place = next) {
		next = place->next;
		if (!is_missing(reader, place))
			continue;
		if (is_forgotten)
			json_object_set_new(reader->forgotten, place->namespace, json_true());
		follow_drop_place(reader, place);
	}
}

/* --- what was read --- */

/* why NULL: it is there. */
static void
note_gone(struct follow_reader *reader, struct follow_place *place, const struct error *why)
{
	const struct place of = {reader->of.org, place->app, place->env};

	if (place->is_gone == (why != NULL))
		return;
	place->is_gone = why != NULL;
	engine_note_gone(reader->follow->platform->engine, &of, why);
}

/* No workload has had the labels of an option since the start: then these may be mistyped, and that
 * the environment is empty now is nothing that happened to it.  Where some had them, it is. */
static bool
is_unselected(const struct follow_reader *reader, const struct follow_place *place,
	      const struct found_namespace *found)
{
	return place && !place->was_selected && reader->is_given && reader->selector &&
	       json_object_size(found->modules) == 0;
}

static void
note_unselected(struct follow_reader *reader, struct follow_place *place)
{
	struct error err;

	error_set_code(&err, CODE_NAMESPACE_UNSELECTED, .namespace = place->namespace,
		       .selector = reader->selector);
	note_gone(reader, place, &err);
}

bool
follow_is_of_one_source(const struct follow_reader *a, const struct follow_reader *b)
{
	return strcmp(a->of.org, b->of.org) == 0 &&
	       strcmp(a->of.driver_type, b->of.driver_type) == 0 &&
	       strcmp(a->of.cluster, b->of.cluster) == 0;
}

/* A reading that began before another one tells nothing new after it. */
static bool
is_outdated(const struct follow_reader *reader, const char *namespace)
{
	for (const struct follow_reader *r = reader->follow->readers; r; r = r->next) {
		const struct follow_place *place = follow_is_of_one_source(r, reader)
							   ? follow_find_place(r, namespace) : NULL;

		if (place && place->seen_at > reader->began_at)
			return true;
	}
	return false;
}

/* What one of them has read whole is whole for the others, too. */
static void
note_seen(const struct follow_reader *reader, const struct follow_place *seen)
{
	for (struct follow_reader *r = reader->follow->readers; r; r = r->next) {
		struct follow_place *place = follow_is_of_one_source(r, reader)
						     ? follow_find_place(r, seen->namespace)
						     : NULL;

		if (place && place->seen_at < reader->began_at)
			place->seen_at = reader->began_at;
		if (place && !seen->is_part)
			place->is_part = place->wants_whole = false;
	}
}

/* Each time that it has changed again soon it is left alone for longer. */
static void
note_read(struct follow_reader *reader, struct follow_place *place,
	  const struct found_namespace *found)
{
	int64_t now = clock_steady_ms();

	json_decref(place->left);
	place->left = json_incref(found->left);
	place->is_counted = found->declared != NULL;
	place->declared = found->declared ? (uint64_t)json_integer_value(found->declared)
					  : place->reading;
	place->read_at = now;
	place->is_part = found->kinds != NULL;
	place->wants_whole &= place->is_part;
	note_seen(reader, place);
	if (reader->is_whole)
		return;
	if (place->changed_at == 0 || now - place->changed_at > 4 * place->pause_ms)
		place->pause_ms = FOLLOW_PART_MIN_MS;
	else if (place->pause_ms < FOLLOW_PART_MAX_MS)
		place->pause_ms *= 2;
	place->changed_at = now;
}

static void
tell_place(struct adoption_report *told, const struct follow_place *place, bool is_new)
{
	struct adopted_environment environment = {
		.is_gone = place->is_gone,
		.is_part = place->is_part,
		.is_moving = place->wants_group,
		.is_unread = place->is_unread,
		.left = place->left ? json_incref(place->left) : json_array(),
		.is_new = is_new,
	};

	untrusted_init(&environment.app_id, place->app);
	untrusted_init(&environment.env_id, place->env);
	untrusted_init(&environment.namespace, place->namespace);
	adoption_report_add(told, &environment);
}

static void
put_warning(json_t *warnings, json_t *warning)
{
	if (json_array_size(warnings) < WARNINGS_MAX)
		json_array_append(warnings, warning);
}

static void
add_warning(struct follow_reader *reader, json_t *warning)
{
	put_warning(reader->warnings, warning);
	put_warning(reader->fresh, warning);
	log_line(LOG_PRIORITY_WARNING, "not adopted", "cluster", reader->of.cluster, "why",
		 json_member_string(warning, "message"), NULL);
}

void
follow_add_warning(struct follow_reader *reader, const struct error *why)
{
	json_t *warning = driver_warning_of("", "", NULL, why);

	add_warning(reader, warning);
	json_decref(warning);
}

void
follow_tell_warnings(const struct follow_reader *reader, struct adoption_report *out)
{
	const json_t *warning;
	size_t i;

	json_array_foreach(reader->warnings, i, warning)
		adoption_report_warn(out, json_member_string(warning, "message"),
				     json_object_get(warning, "reason"));
}

/* A namespace in which no workload was found yet is no environment: its application would have a
 * name that no label gave it.  Nothing is recorded over what somebody deploys at this moment: it is
 * read again when that has ended. */
static bool
is_passed(const struct follow_reader *reader, const struct follow_place *place,
	  const struct found_namespace *found)
{
	const char *namespace = found->namespace.raw;

	return found->is_same || json_object_get(reader->forgotten, namespace) ||
	       is_outdated(reader, namespace) ||
	       (!place && json_object_size(found->modules) == 0) ||
	       (place && engine_is_busy(reader->follow->platform->engine,
					&(struct place){reader->of.org, place->app, place->env}));
}

static void
take_found(struct follow_reader *reader, struct found_namespace *found)
{
	struct platform *platform = reader->follow->platform;
	const char *namespace = found->namespace.raw;
	struct follow_place *place = follow_find_place(reader, namespace);
	enum adoption_result result;
	struct error err = {0};
	struct adopted_env known;

	if (is_passed(reader, place, found)) {
		if (place && place->wants_group)
			place->tried_at = 0;
		return;
	}
	if (is_unselected(reader, place, found)) {
		note_unselected(reader, place);
		return;
	}
	follow_regroup(reader, found);
	place = follow_find_place(reader, namespace);
	if (adoption_record(platform, &reader->of, found, &result, &err) != 0) {
		follow_add_warning(reader, &err);
		return;
	}
	if (adoption_place(platform, &reader->of, namespace, &known, &err) == 0 && !place)
		place = follow_add_place(reader, namespace, known.app, known.env);
	adopted_env_clear(&known);
	if (!place)
		return;
	place->was_selected = true;
	note_gone(reader, place, NULL);
	note_read(reader, place, found);
	if (result == ADOPTION_NEEDS_WHOLE)
		place->wants_whole = true;
	if (reader->report)
		tell_place(reader->report, place, result == ADOPTION_NEW);
}

static void
take_namespace(struct follow_reader *reader, const json_t *body)
{
	struct found_namespace found;

	found_namespace_read(&found, body);
	if (found.namespace.raw)
		take_found(reader, &found);
	found_namespace_clear(&found);
}

/* One that somebody has deleted meanwhile is not made again. */
static void
take_arrived(struct follow_reader *reader, json_t *found)
{
	const char *namespace = json_member_string(found, "namespace");
	struct follow_place *place = follow_find_place(reader, namespace);

	if (!place || !is_missing(reader, place)) {
		take_namespace(reader, found);
		return;
	}
	json_object_set_new(reader->forgotten, namespace, json_true());
	follow_drop_place(reader, place);
}

bool
follow_take_arrived(struct follow_reader *reader)
{
	struct repository *repository = reader->follow->platform->repository;
	int64_t until = clock_steady_ms() + SLICE_MS;
	struct error err = {0};

	if (json_array_size(reader->arrived) == 0)
		return false;
	if (repository_begin(repository, &err) == 0) {
		do {
			take_arrived(reader, json_array_get(reader->arrived, 0));
			json_array_remove(reader->arrived, 0);
		} while (json_array_size(reader->arrived) > 0 && clock_steady_ms() < until);
		if (repository_end(repository, 0, &err) == 0)
			return true;
	}
	json_array_clear(reader->arrived);
	follow_add_warning(reader, &err);
	drop_missing(reader, false);
	return true;
}

/* Whether one of the list has that in this member. */
static bool
is_named(const json_t *list, const char *member, const char *namespace)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
		if (strcmp(json_member_string(one, member), namespace) == 0)
			return true;
	return false;
}

/* One that was asked for and is neither there nor said to be unreadable is gone. */
static void
find_gone(struct follow_reader *reader)
{
	const json_t *gone = json_object_get(reader->found, "gone");
	const json_t *list = json_object_get(reader->found, "namespaces");
	struct error err;

	for (struct follow_place *place = reader->places; place; place = place->next) {
		if (!json_object_get(gone, place->namespace) &&
		    (!reader->is_whole || !reader->all ||
		     is_named(list, "namespace", place->namespace) ||
		     is_named(reader->said, "object", place->namespace)))
			continue;
		error_set_code(&err, CODE_NAMESPACE_GONE, .namespace = place->namespace);
		note_gone(reader, place, &err);
	}
}

/* What a part of it warns of is said when the whole is read.  What came before the end of the whole
 * was taken already, and what it warned of stays. */
void
follow_begin_result(struct follow_reader *reader, const struct driver_result *result)
{
	json_t *warning;
	size_t i;

	drop_missing(reader, true);
	reader->found = json_incref(result->outputs);
	reader->said = json_deep_copy(result->warnings);
	reader->taken = 0;
	if (!reader->is_whole && !result->err)
		return;
	json_array_clear(reader->warnings);
	json_array_extend(reader->warnings, reader->fresh);
	json_array_foreach(reader->said, i, warning)
		add_warning(reader, warning);
}

bool
follow_take_some(struct follow_reader *reader)
{
	struct repository *repository = reader->follow->platform->repository;
	const json_t *list = json_object_get(reader->found, "namespaces");
	int64_t until = clock_steady_ms() + SLICE_MS;
	struct error err = {0};

	if (reader->taken == json_array_size(list))
		return false;
	if (repository_begin(repository, &err) == 0) {
		do
			take_namespace(reader, json_array_get(list, reader->taken++));
		while (reader->taken < json_array_size(list) && clock_steady_ms() < until);
		if (repository_end(repository, 0, &err) == 0)
			return true;
	}
	reader->taken = json_array_size(list);
	follow_add_warning(reader, &err);
	drop_missing(reader, false);
	return true;
}

void
follow_end_result(struct follow_reader *reader)
{
	if (reader->err.kind == ERROR_NONE)
		find_gone(reader);
	json_decref(reader->found);
	json_decref(reader->said);
	reader->found = reader->said = NULL;
}

/* --- what is told --- */

const json_t *
follow_left(const struct follow *follow, const char *org, const char *namespace)
{
	for (const struct follow_reader *r = follow ? follow->readers : NULL; r; r = r->next) {
		const struct follow_place *place =
			strcmp(r->of.org, org) == 0 ? follow_find_place(r, namespace) : NULL;

		if (place && place->left)
			return place->left;
	}
	return NULL;
}

static void
tell_asked(const struct follow_reader *reader, struct adoption_report *told)
{
	told->all = reader->all;
	for (size_t i = 0; !reader->all && reader->namespaces && reader->namespaces[i]; i++)
		member_texts_add(&told->namespaces, &told->namespace_count, reader->namespaces[i]);
	untrusted_init(&told->selector, reader->selector);
}

struct follow_reader *
follow_told_reader(const struct follow *follow, const char *org, struct error *err)
{
	struct follow_reader *reader = follow ? follow->readers : NULL;

	while (reader && (reader->is_once || strcmp(reader->of.org, org) != 0))
		reader = reader->next;
	if (!reader)
		error_set_code(err, CODE_ADOPTION_NOT_FOUND, .org = org);
	return reader;
}

int
follow_tell(struct follow *follow, const char *org, struct adoption_report *out, struct error *err)
{
	const struct follow_reader *reader = follow_told_reader(follow, org, err);

	*out = (struct adoption_report){0};
	if (!reader || !(out->groups = follow_groups(reader, err)))
		return -1;
	untrusted_init(&out->cluster, reader->of.cluster);
	untrusted_init(&out->context, reader->context);
	out->read_at = reader->read_at;
	out->state = reader->err.kind != ERROR_NONE ? ADOPTION_FAILED
		     : reader->read_at == 0	    ? ADOPTION_READING
						    : ADOPTION_DONE;
	if (out->state == ADOPTION_FAILED)
		read_failure_set(&out->error, &reader->err);
	follow_tell_warnings(reader, out);
	for (const struct follow_place *place = reader->places; place; place = place->next)
		tell_place(out, place, false);
	tell_asked(reader, out);
	return 0;
}
