/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "platform/drivers/kubernetes/space/wide.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/list.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/cluster/watch.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"
#include "platform/drivers/kubernetes/verdict/wide-row.h"

#define OBJECTS_MAX 200000		/* of a kind; a row has some 1.5 KiB */

static const struct {
	const char *api_version, *kind;
} kinds[KUBE_WIDE_KINDS] = {
	{"apps/v1", "Deployment"}, {"apps/v1", "StatefulSet"}, {"apps/v1", "DaemonSet"},
	{"batch/v1", "CronJob"},   {"batch/v1", "Job"},
	{"autoscaling/v2", "HorizontalPodAutoscaler"},
};

struct wide_kind {
	struct kube_wide *wide;
	size_t number;
	struct kube_watch *watch;
};

struct wide_place {
	json_t *rows;
	uint64_t state, declared;
};

struct kube_wide {
	char *selector;
	struct kube_wide_reader reader;	/* object NULL: nobody reads */
	struct wide_kind kinds[KUBE_WIDE_KINDS];
	json_t *numbers;		/* {namespace: its number in the array} */
	struct wide_place *places;
	size_t count;
	uint64_t state;
};

/* --- namespaces --- */

/* NULL: nothing was ever seen there. */
static struct wide_place *
find_place(const struct kube_wide *wide, const char *namespace)
{
	const json_t *number = json_object_get(wide->numbers, namespace);

	return number ? &wide->places[json_integer_value(number)] : NULL;
}

static struct wide_place *
place_of(struct kube_wide *wide, const char *namespace)
{
	struct wide_place *place = find_place(wide, namespace);

	if (place)
		return place;
	json_object_set_new(wide->numbers, namespace, json_integer((json_int_t)wide->count));
	wide->places = xreallocarray(wide->places, wide->count + 1, sizeof(*wide->places));
	place = &wide->places[wide->count++];
	*place = (struct wide_place){.rows = json_object()};
	return place;
}

/* Sums have no order, as lists have none. */
static void
on_object(void *data, const json_t *before, const json_t *after)
{
	struct wide_kind *kind = data;
	const json_t *either = after ? after : before;
	struct wide_place *place = place_of(kind->wide, wide_row_namespace(either));

	place->state = ++kind->wide->state;
	if (before)
		place->declared -= wide_row_declared(before);
	if (after) {
		place->declared += wide_row_declared(after);
		json_object_set(place->rows, wide_row_key(after), (json_t *)after);
	} else {
		json_object_del(place->rows, wide_row_key(before));
	}
}

/* --- whoever reads --- */

static json_t *
keep(void *data, json_t *object)
{
	struct wide_kind *kind = data;
	const struct kube_wide_reader *reader = &kind->wide->reader;

	if (reader->object)
		reader->object(reader->data, kind->number, object);
	return *kube_read_text(kube_read_metadata(object), "namespace") ? wide_row(object) : NULL;
}

static void
begun(void *data)
{
	struct wide_kind *kind = data;
	const struct kube_wide_reader *reader = &kind->wide->reader;

	if (reader->object)
		reader->begun(reader->data, kind->number, kinds[kind->number].kind);
}

static void
page(void *data, bool is_last)
{
	struct wide_kind *kind = data;
	const struct kube_wide_reader *reader = &kind->wide->reader;

	if (reader->object)
		reader->page(reader->data, kind->number, is_last);
}

static bool
is_busy(void *data)
{
	struct wide_kind *kind = data;
	const struct kube_wide_reader *reader = &kind->wide->reader;

	return reader->object && reader->is_busy(reader->data);
}

static void
on_changed(void *data)
{
	struct wide_kind *kind = data;
	const struct kube_wide_reader *reader = &kind->wide->reader;
	const struct error *err = kube_watch_error(kind->watch);

	if (reader->object && err && !kube_watch_is_listed(kind->watch))
		reader->failed(reader->data, kind->number, err);
}

void
kube_wide_leave(struct kube_wide *wide)
{
	wide->reader = (struct kube_wide_reader){0};
}

/* --- beginning and end --- */

static void
watch_kind(struct kube_driver *driver, struct wide_kind *kind)
{
	const char *version = kinds[kind->number].api_version, *name = kinds[kind->number].kind;
	char *path = kube_path(version, name, NULL, NULL);
	const struct kube_keeper keeper = {
		.keep = keep,
		.begun = begun,
		.page = page,
		.is_busy = is_busy,
		.data = kind,
		.max = OBJECTS_MAX,
	};

	kind->watch = kube_watch_new(driver->cluster, &(struct kube_watch_options){
							      .path = path,
							      .selector = kind->wide->selector,
							      .changed = on_changed,
							      .object = on_object,
							      .keeper = &keeper,
							      .data = kind,
						      });
	free(path);
}

struct kube_wide *
kube_wide_new(struct kube_driver *driver, const char *selector,
	      const struct kube_wide_reader *reader)
{
	struct kube_wide *wide = xcalloc(1, sizeof(*wide));

	wide->selector = xstrdup_or_null(selector);
	wide->reader = *reader;
	wide->numbers = json_object();
	for (size_t i = 0; i < KUBE_WIDE_KINDS; i++) {
		wide->kinds[i] = (struct wide_kind){.wide = wide, .number = i};
		watch_kind(driver, &wide->kinds[i]);
	}
	return wide;
}

void
kube_wide_free(struct kube_wide *wide)
{
	if (!wide)
		return;
	for (size_t i = 0; i < KUBE_WIDE_KINDS; i++)
		kube_watch_free(wide->kinds[i].watch);
	for (size_t i = 0; i < wide->count; i++)
		json_decref(wide->places[i].rows);
	json_decref(wide->numbers);
	free(wide->places);
	free(wide->selector);
	free(wide);
}

/* --- what is known --- */

bool
kube_wide_does_without(size_t kind, const struct error *err)
{
	return kind > 0 && (err->kind == ERROR_ACCESS || err->kind == ERROR_NOT_FOUND);
}

bool
kube_wide_is_being_read(const struct kube_wide *wide)
{
	return wide->reader.object != NULL;
}

bool
kube_wide_has_selector(const struct kube_wide *wide, const char *selector)
{
	return strcmp(wide->selector ? wide->selector : "", selector ? selector : "") == 0;
}

/* A kind that may not be read, or that the cluster does not have. */
static bool
is_left_out(const struct wide_kind *kind)
{
	const struct error *why = kube_watch_error(kind->watch);

	return why && kube_wide_does_without(kind->number, why) &&
	       !kube_watch_is_listed(kind->watch);
}

bool
kube_wide_is_listed(const struct kube_wide *wide)
{
	for (size_t i = 0; i < KUBE_WIDE_KINDS; i++)
		if (!is_left_out(&wide->kinds[i]) && !kube_watch_is_listed(wide->kinds[i].watch))
			return false;
	return true;
}

bool
kube_wide_is_seen(const struct kube_wide *wide, struct error *err)
{
	*err = (struct error){0};
	for (size_t i = 0; i < KUBE_WIDE_KINDS; i++) {
		const struct error *why = kube_watch_error(wide->kinds[i].watch);

		if (why && !is_left_out(&wide->kinds[i])) {
			*err = *why;
			return false;
		}
	}
	return kube_wide_is_listed(wide);
}

int64_t
kube_wide_seen_at(const struct kube_wide *wide)
{
	int64_t oldest = INT64_MAX;

	for (size_t i = 0; i < KUBE_WIDE_KINDS; i++) {
		const struct kube_watch *watch = wide->kinds[i].watch;
		int64_t at = kube_watch_is_listed(watch) ? kube_watch_seen_at(watch) : 0;

		if (!is_left_out(&wide->kinds[i]) && at < oldest)
			oldest = at;
	}
	return oldest;
}

void
kube_wide_reconnect(struct kube_wide *wide, int64_t within_ms)
{
	for (size_t i = 0; i < KUBE_WIDE_KINDS; i++)
		kube_watch_reconnect(wide->kinds[i].watch, within_ms);
}

const json_t *
kube_wide_rows(const struct kube_wide *wide, const char *namespace)
{
	const struct wide_place *place = find_place(wide, namespace);

	return place ? place->rows : NULL;
}

uint64_t
kube_wide_state(const struct kube_wide *wide, const char *namespace)
{
	const struct wide_place *place = find_place(wide, namespace);

	return place ? place->state : 0;
}

uint64_t
kube_wide_declared(const struct kube_wide *wide, const char *namespace)
{
	const struct wide_place *place = find_place(wide, namespace);

	return place ? place->declared : 0;
}

uint64_t
kube_wide_declared_of(const json_t *object)
{
	json_t *row = wide_row(object);
	uint64_t declared = row ? wide_row_declared(row) : 0;

	json_decref(row);
	return declared;
}
