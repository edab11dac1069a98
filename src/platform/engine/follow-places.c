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
#include "model/error-codes.h"
#include "model/json.h"
#include "platform/drivers/driver.h"
#include "platform/engine/engine.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
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
	json_t *known = adoption_place(reader->follow->platform, &reader->of, place->namespace,
				       &err);

	json_decref(known);
	return !known && err.kind == ERROR_NOT_FOUND;
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

static void
note_gone(struct follow_reader *reader, struct follow_place *place, bool is_gone)
{
	const struct place of = {reader->of.org, place->app, place->env};
	struct error err;

	if (place->is_gone == is_gone)
		return;
	place->is_gone = is_gone;
	error_set_code(&err, CODE_NAMESPACE_GONE, .namespace = place->namespace);
	engine_note_gone(reader->follow->platform->engine, &of, is_gone ? &err : NULL);
}

static bool
is_of_one_source(const struct follow_reader *a, const struct follow_reader *b)
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
		const struct follow_place *place = is_of_one_source(r, reader)
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
		struct follow_place *place = is_of_one_source(r, reader)
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
note_read(struct follow_reader *reader, struct follow_place *place, const json_t *found)
{
	int64_t now = clock_steady_ms();

	json_decref(place->left);
	place->left = json_incref(json_object_get(found, "left"));
	place->is_counted = json_object_get(found, "declared") != NULL;
	place->declared = place->is_counted ? (uint64_t)json_integer_value(
						      json_object_get(found, "declared"))
					    : place->reading;
	place->read_at = now;
	place->is_part = json_object_get(found, "kinds") != NULL;
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
tell_place(struct follow_reader *reader, const struct follow_place *place, bool is_new)
{
	if (reader->report)
		json_array_append_new(
			json_object_get(reader->report, "environments"),
			json_pack("{s:s, s:s, s:s, s:O, s:b}", "app_id", place->app, "env_id",
				  place->env, "namespace", place->namespace, "left", place->left,
				  "is_new", (int)is_new));
}

static void
add_warning(struct follow_reader *reader, const char *text)
{
	if (json_array_size(reader->warnings) < WARNINGS_MAX)
		json_array_append_new(reader->warnings, json_string(text));
	log_line(LOG_PRIORITY_WARNING, "not adopted", "cluster", reader->of.cluster, "why", text,
		 NULL);
}

/* A person says which application it is; what follows of that is said once. */
static void
regroup(struct follow_reader *reader, const json_t *found)
{
	const char *namespace = json_member_string(found, "namespace");
	const char *app = json_member_string(reader->groups, namespace);
	const char *labels = json_member_string(found, "app");
	struct follow_place *place = follow_find_place(reader, namespace);
	struct error err = {0};
	int moved;

	if (!app)
		return;
	if (!*app)
		app = labels ? labels : namespace;
	moved = place ? adoption_move(reader->follow->platform, &reader->of, namespace, app, &err)
		      : 0;
	if (moved < 0)
		add_warning(reader, err.text);
	else if (!place)
		json_object_set_new((json_t *)(uintptr_t)found, "app", json_string(app));
	else if (moved > 0)
		follow_drop_place(reader, place);
}

/* A namespace in which no workload was found yet is no environment: its application would have a
 * name that no label gave it.  Nothing is recorded over what somebody deploys at this moment: it is
 * read again when that has ended. */
static void
take_namespace(struct follow_reader *reader, const json_t *found)
{
	struct platform *platform = reader->follow->platform;
	const char *namespace = json_member_string(found, "namespace");
	struct follow_place *place = follow_find_place(reader, namespace);
	enum adoption_result result;
	struct error err = {0};
	json_t *known;

	if (json_is_true(json_object_get(found, "is_same")) ||
	    json_object_get(reader->forgotten, namespace) || is_outdated(reader, namespace) ||
	    (!place && json_object_size(json_object_get(found, "modules")) == 0))
		return;
	if (place && engine_is_busy(platform->engine,
				    &(struct place){reader->of.org, place->app, place->env}))
		return;
	regroup(reader, found);
	place = follow_find_place(reader, namespace);
	if (adoption_record(platform, &reader->of, found, &result, &err) != 0) {
		add_warning(reader, err.text);
		return;
	}
	known = adoption_place(platform, &reader->of, namespace, &err);
	if (!place && known)
		place = follow_add_place(reader, namespace, json_member_string(known, "app"),
				  json_member_string(known, "env"));
	json_decref(known);
	if (!place)
		return;
	note_gone(reader, place, false);
	note_read(reader, place, found);
	if (result == ADOPTION_NEEDS_WHOLE)
		place->wants_whole = true;
	tell_place(reader, place, result == ADOPTION_NEW);
}

/* One that somebody has deleted meanwhile is not made again. */
static void
take_arrived(struct follow_reader *reader, const json_t *found)
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
	add_warning(reader, err.text);
	drop_missing(reader, false);
	return true;
}

static bool
is_found(const json_t *list, const char *namespace)
{
	const json_t *found;
	size_t i;

	json_array_foreach(list, i, found)
		if (strcmp(json_member_string(found, "namespace"), namespace) == 0)
			return true;
	return false;
}

static bool
was_warned_of(const json_t *warnings, const char *namespace)
{
	const json_t *warning;
	size_t i;

	json_array_foreach(warnings, i, warning)
		if (strcmp(json_member_string(warning, "object"), namespace) == 0)
			return true;
	return false;
}

/* One that was asked for and is neither there nor said to be unreadable is gone. */
static void
find_gone(struct follow_reader *reader)
{
	const json_t *gone = json_object_get(reader->found, "gone");
	const json_t *list = json_object_get(reader->found, "namespaces");

	for (struct follow_place *place = reader->places; place; place = place->next) {
		if (json_object_get(gone, place->namespace) ||
		    (reader->is_whole && reader->all && !is_found(list, place->namespace) &&
		     !was_warned_of(reader->said, place->namespace)))
			note_gone(reader, place, true);
	}
}

/* What a part of it warns of is said when the whole is read. */
void
follow_begin_result(struct follow_reader *reader, const struct driver_result *result)
{
	const json_t *warning;
	size_t i;

	drop_missing(reader, true);
	reader->found = json_incref(result->outputs);
	reader->said = json_deep_copy(result->warnings);
	reader->taken = 0;
	if (!reader->is_whole && !result->err)
		return;
	json_array_clear(reader->warnings);
	json_array_foreach(reader->said, i, warning)
		add_warning(reader, json_member_string(warning, "message"));
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
	add_warning(reader, err.text);
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

static json_t *
tell_places(const struct follow_reader *reader)
{
	json_t *list = json_array();

	for (const struct follow_place *place = reader->places; place; place = place->next) {
		json_t *one = json_pack("{s:s, s:s, s:s}", "app_id", place->app, "env_id",
					place->env, "namespace", place->namespace);

		if (place->is_gone)
			json_object_set_new(one, "is_gone", json_true());
		if (place->is_part)
			json_object_set_new(one, "is_part", json_true());
		json_object_set_new(one, "left",
				    place->left ? json_incref(place->left) : json_array());
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *
tell_error(const struct error *err)
{
	char *text = error_codes_text(err);
	json_t *told = json_pack("{s:s}", "message", text);

	error_codes_write(err, told);
	free(text);
	return told;
}

static void
tell_asked(const struct follow_reader *reader, json_t *told)
{
	json_t *names = json_array();

	for (size_t i = 0; reader->namespaces && reader->namespaces[i]; i++)
		json_array_append_new(names, json_string(reader->namespaces[i]));
	if (reader->all)
		json_object_set_new(told, "all", json_true());
	else if (json_array_size(names) > 0)
		json_object_set(told, "namespaces", names);
	if (reader->selector)
		json_object_set_new(told, "selector", json_string(reader->selector));
	json_decref(names);
}

json_t *
follow_tell(struct follow *follow, const char *org)
{
	const struct follow_reader *reader = follow ? follow->readers : NULL;
	char at[CLOCK_STAMP_SIZE];
	json_t *told;

	while (reader && (reader->is_once || strcmp(reader->of.org, org) != 0))
		reader = reader->next;
	if (!reader)
		return NULL;
	told = json_pack("{s:s, s:s*, s:s, s:o, s:o}", "cluster", reader->of.cluster, "context",
			 reader->context, "state",
			 reader->err.kind != ERROR_NONE ? "failed"
			 : reader->read_at == 0		? "reading"
							: "done",
			 "warnings", json_copy(reader->warnings), "environments",
			 tell_places(reader));
	if (reader->read_at > 0) {
		clock_stamp(at, reader->read_at);
		json_object_set_new(told, "read_at", json_string(at));
	}
	if (reader->err.kind != ERROR_NONE)
		json_object_set_new(told, "error", tell_error(&reader->err));
	tell_asked(reader, told);
	return told;
}
