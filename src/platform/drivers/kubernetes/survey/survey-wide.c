/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * All namespaces of a large cluster.  The first time the lists that begin the watches of the whole
 * (wide.h) are read as they come: a namespace is whole when each kind's list has come past it, and
 * is given on before the rest of them is read, so little is held at once.  Later the watches know
 * what has changed, and only that is read.
 *
 * The order is that of the keys in the server's store: "team-a/" is before "team/".  What comes out
 * of it is not lost, but read with what changes later.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "net/loop.h"
#include "platform/drivers/kubernetes/cluster/access.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"
#include "platform/drivers/kubernetes/space/wide.h"
#include "platform/drivers/kubernetes/survey/survey-owners.h"
#include "platform/drivers/kubernetes/survey/survey-private.h"
#include "platform/drivers/kubernetes/survey/survey-result.h"
#include "platform/drivers/task.h"

#define HELD_MAX 1500			/* objects, before no more are asked for */
#define PAUSE_MS 10
#define WAIT_MS 200			/* for somebody else who reads it */
#define NARROW_MS (10 * 60 * 1000)	/* until the right to read all is tried again */

/* --- order --- */

/* As if a slash stood behind each. */
static int
compare_names(const char *a, const char *b)
{
	while (*a && *a == *b) {
		a++;
		b++;
	}
	return (*a ? (unsigned char)*a : '/') - (*b ? (unsigned char)*b : '/');
}

static int
by_name(const void *a, const void *b)
{
	const struct survey_place *const *one = a, *const *other = b;

	return compare_names((*one)->name, (*other)->name);
}

static bool
is_whole(const struct kube_survey *survey, const struct survey_place *place)
{
	for (size_t i = 0; i < KUBE_WIDE_KINDS; i++)
		if (!survey->kinds[i].is_done &&
		    (!survey->kinds[i].last ||
		     compare_names(survey->kinds[i].last, place->name) <= 0))
			return false;
	return true;
}

static bool
is_all_read(const struct kube_survey *survey)
{
	for (size_t i = 0; i < KUBE_WIDE_KINDS; i++)
		if (!survey->kinds[i].is_done)
			return false;
	return true;
}

/* --- giving --- */

static void give_next(void *data);

/* Another survey may free it from now on. */
static void
leave_wide(struct kube_survey *survey)
{
	if (survey->wide)
		kube_wide_leave(survey->wide, survey);
	survey->wide = NULL;
}

static void
go_on(struct kube_survey *survey)
{
	if (!survey->step && !survey->owners && !survey->pause)
		survey->step = loop_defer(survey->driver->base.loop, give_next, survey);
}

static bool
has_custom_owner(const struct survey_place *place)
{
	const json_t *object;
	size_t i;

	json_array_foreach(place->objects, i, object)
		if (kube_owners_is_custom(kube_read_text(kube_read_controller(object), "apiVersion")))
			return true;
	return false;
}

static void
give(struct kube_survey *survey)
{
	struct survey_place *place = survey->places[survey->looked++];

	survey->held -= json_array_size(place->objects);
	survey_give(survey, place);
	driver_task_report(survey->task,
			   &(struct driver_progress){survey->looked, survey->place_count,
						     NULL});
}

static void
end_owners(void *data)
{
	struct kube_survey *survey = data;
	struct survey_place *place = survey->places[survey->looked];

	kube_owners_free(survey->owners);
	survey->owners = NULL;
	survey->held += json_array_size(place->objects) - survey->held_of_place;
	give(survey);
	go_on(survey);
}

static void
end_pause(void *data)
{
	struct kube_survey *survey = data;

	survey->pause = NULL;
	go_on(survey);
}

/* One in each turn: others are to be answered meanwhile. */
static void
give_next(void *data)
{
	struct kube_survey *survey = data;
	struct survey_place *place;

	survey->step = NULL;
	if (survey->given && !survey->given(survey->data, NULL)) {
		survey->pause = loop_add_timer(survey->driver->base.loop, PAUSE_MS, end_pause,
					       survey);
		return;
	}
	if (survey->looked == survey->place_count) {
		if (is_all_read(survey)) {
			leave_wide(survey);
			survey_finish(survey);
		}
		return;
	}
	place = survey->places[survey->looked];
	if (!is_whole(survey, place))
		return;
	if (has_custom_owner(place)) {
		json_t *objects = json_pack("{s:O}", place->name, place->objects);

		survey->held_of_place = json_array_size(place->objects);
		survey_read_owners(survey, objects, end_owners);
		json_decref(objects);
		return;
	}
	give(survey);
	go_on(survey);
}

/* --- what comes --- */

/* Of a namespace that was given already nothing is taken, nor what changes after its list. */
static void
take_object(void *data, size_t kind, json_t *object)
{
	struct kube_survey *survey = data;
	const char *namespace = kube_read_text(kube_read_metadata(object), "namespace");
	const json_t *number = json_object_get(survey->numbers, namespace);
	size_t at = number ? (size_t)json_integer_value(number) : 0;

	if (survey->kinds[kind].is_done)
		return;
	if (!survey->kinds[kind].last || strcmp(survey->kinds[kind].last, namespace) != 0) {
		free(survey->kinds[kind].last);
		survey->kinds[kind].last = xstrdup(namespace);
	}
	if (!number || at < survey->looked + (survey->owners != NULL))
		return;
	json_array_append(survey->places[at]->objects, object);
	survey->held++;
}

static void
forget_kind(struct kube_survey *survey, struct survey_place *place, const char *name)
{
	for (size_t i = json_array_size(place->objects); i-- > 0;)
		if (kube_read_is(json_array_get(place->objects, i), "kind", name)) {
			json_array_remove(place->objects, i);
			survey->held--;
		}
}

/* While what a place declares is being made out nothing of it is forgotten. */
static void
begin_kind(void *data, size_t kind, const char *name)
{
	struct kube_survey *survey = data;
	size_t from = survey->looked + (survey->owners != NULL);

	if (survey->kinds[kind].is_missing)
		return;
	for (size_t i = from; survey->kinds[kind].last && i < survey->place_count; i++)
		forget_kind(survey, survey->places[i], name);
	free(survey->kinds[kind].last);
	survey->kinds[kind].last = NULL;
	survey->kinds[kind].is_done = false;
}

static void
take_page(void *data, size_t kind, bool is_last)
{
	struct kube_survey *survey = data;

	survey->kinds[kind].is_done = survey->kinds[kind].is_done || is_last;
	go_on(survey);
}

static bool
is_busy(void *data)
{
	const struct kube_survey *survey = data;

	return survey->held > HELD_MAX && (survey->step || survey->owners || survey->pause);
}

/* --- what fails --- */

/* Nobody may read all of it: twenty are read one by one. */
static void
read_some(void *data)
{
	struct kube_survey *survey = data;
	const struct kube_target *target =
		kube_access_target(kube_cluster_access(survey->driver->cluster));
	const char *first = target->namespace ? target->namespace : "default";
	struct error err;

	survey->step = NULL;
	error_set_code(&err, CODE_ADOPTED_SOME, .number = KUBE_APART_MAX,
		       .total = (int)survey->place_count);
	driver_task_warn_of(survey->task, "", "", &err);
	for (size_t i = 0; i < survey->place_count; i++)
		if (strcmp(survey->places[i]->name, first) == 0) {
			struct survey_place *own = survey->places[i];

			memmove(survey->places + 1, survey->places, i * sizeof(own));
			survey->places[0] = own;
		}
	for (size_t i = KUBE_APART_MAX; i < survey->place_count; i++)
		survey->places[i]->is_same = true;
	survey->is_all = false;
	survey_read_kinds(survey);
}

/* What all of it gave so far comes again. */
static void
drop_read(struct kube_survey *survey)
{
	for (size_t i = 0; i < survey->place_count; i++) {
		json_array_clear(survey->places[i]->objects);
		survey->places[i]->has_failed = survey->places[i]->is_gone &&
						survey->places[i]->has_failed;
	}
	json_array_clear(survey->found);
	kube_owners_free(survey->owners);
	survey->owners = NULL;
	survey->held = survey->looked = 0;
	survey->err = (struct error){0};
}

static void
stop_wide(void *data)
{
	struct kube_survey *survey = data;

	kube_wide_free(survey->wide);
	survey->wide = NULL;
	survey->is_wide = false;
	drop_read(survey);
	survey->driver->narrow_until = clock_steady_ms() + NARROW_MS;
	read_some(survey);
}

static void
give_up(void *data)
{
	struct kube_survey *survey = data;
	struct error err = survey->err;

	survey->step = NULL;
	survey_end(survey, &err, NULL);
}

/* Until the step it is the one who reads: nobody else begins meanwhile. */
static void
note_failure(void *data, size_t kind, const struct error *err)
{
	struct kube_survey *survey = data;
	struct loop *loop = survey->driver->base.loop;

	if (survey->has_failed)
		return;
	if (kube_wide_does_without(kind, err)) {
		if (!survey->kinds[kind].is_done && err->kind == ERROR_ACCESS)
			driver_task_warn_of(survey->task, "", "", err);
		survey->kinds[kind].is_done = survey->kinds[kind].is_missing = true;
		go_on(survey);
		return;
	}
	survey->has_failed = true;
	survey->err = *err;
	loop_cancel_task(survey->step);
	loop_remove_timer(survey->pause);
	survey->pause = NULL;
	survey->step = loop_defer(loop, err->kind == ERROR_ACCESS ? stop_wide : give_up, survey);
}

void
survey_wide_drop(struct kube_survey *survey)
{
	leave_wide(survey);
	loop_remove_timer(survey->pause);
	for (size_t i = 0; i < KUBE_WIDE_KINDS; i++)
		free(survey->kinds[i].last);
	json_decref(survey->numbers);
}

/* --- beginning --- */

static void
read_all(struct kube_survey *survey)
{
	survey->is_wide = true;
	survey->numbers = json_object();
	for (size_t i = 0; i < survey->place_count; i++)
		json_object_set_new(survey->numbers, survey->places[i]->name,
				    json_integer((json_int_t)i));
	survey->wide = kube_wide_new(survey->driver, survey->plain_selector,
				     &(struct kube_wide_reader){
					     .object = take_object,
					     .begun = begin_kind,
					     .page = take_page,
					     .is_busy = is_busy,
					     .failed = note_failure,
					     .data = survey,
				     });
}

/* What the watches know to be as it was, and what has no workload. */
static void
read_changed(struct kube_survey *survey, const struct kube_wide *wide)
{
	for (size_t i = 0; i < survey->place_count; i++) {
		struct survey_place *place = survey->places[i];
		const json_t *known = json_object_get(survey->known, place->name);
		uint64_t declared = kube_wide_declared(wide, place->name);

		place->is_same = known ? (uint64_t)json_integer_value(known) == declared
				       : json_object_size(kube_wide_rows(wide, place->name)) == 0;
	}
	survey->only_workloads = true;
	survey_read_kinds(survey);
}

static void
start_again(void *data)
{
	struct kube_survey *survey = data;

	survey->pause = NULL;
	survey_wide_start(survey);
}

/* Of two who want all of it with one selector the second waits, and finds it known. */
void
survey_wide_start(struct kube_survey *survey)
{
	struct kube_wide *wide = kube_wide_find(survey->driver, survey->plain_selector);
	struct error err;

	kube_wide_drop_unused(survey->driver);
	if (wide && kube_wide_is_being_read(wide)) {
		survey->pause = loop_add_timer(survey->driver->base.loop, WAIT_MS, start_again,
					       survey);
		return;
	}
	qsort(survey->places, survey->place_count, sizeof(*survey->places), by_name);
	if (clock_steady_ms() < survey->driver->narrow_until) {
		read_some(survey);
		return;
	}
	if (wide && kube_wide_is_listed(wide)) {
		if (kube_wide_is_seen(wide, &err) || err.kind == ERROR_NONE)
			read_changed(survey, wide);
		else
			survey_end(survey, &err, NULL);
		return;
	}
	kube_wide_free(wide);
	read_all(survey);
}
