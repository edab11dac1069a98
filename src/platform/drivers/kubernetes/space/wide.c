/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A watch hands over each object once, and only its row stays; here the rows lie by namespace, each
 * namespace with two numbers that its rows make.  `declared` is a sum over them, so a row that
 * comes or goes adds or takes its own part, and no change walks through what else is there.  A
 * survey reads along while the lists that begin the watches come.
 */
#include "config.h"

#include "platform/drivers/kubernetes/space/wide.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/list.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/cluster/watch.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"
#include "platform/drivers/kubernetes/verdict/wide-row.h"

#define OBJECTS_MAX 200000		/* of a kind; a row has some 1.5 KiB */
#define UNUSED_MS (5 * 60 * 1000)	/* whoever follows it asks each minute */

static const struct {
	const char *api_version, *kind;
	bool is_workload;		/* the selector is about these */
} kinds[KUBE_WIDE_KINDS] = {
	{"apps/v1", "Deployment", true}, {"apps/v1", "StatefulSet", true},
	{"apps/v1", "DaemonSet", true},	 {"batch/v1", "CronJob", true},
	{"batch/v1", "Job", true},	 {"autoscaling/v2", "HorizontalPodAutoscaler", false},
};

struct wide_kind {
	struct kube_wide *wide;
	size_t number;
	struct kube_watch *watch;
};

struct wide_place {
	json_t *rows;			/* NULL: the namespace is gone, or empty */
	uint64_t state, declared;
	size_t next_unused;		/* its number, and one more; 0: none */
};

struct kube_wide {
	struct kube_driver *driver;
	struct kube_wide *next;
	char *selector;
	int64_t used_at;		/* steady ms */
	struct kube_wide_reader reader;	/* object NULL: nobody reads */
	struct wide_kind kinds[KUBE_WIDE_KINDS];
	json_t *numbers;		/* {namespace: its number in the array} */
	struct wide_place *places;
	size_t count;
	size_t unused;			/* as next_unused */
};

/* --- namespaces --- */

/* NULL: nothing is there. */
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
	size_t number = wide->unused > 0 ? wide->unused - 1 : wide->count;

	if (place)
		return place;
	json_object_set_new(wide->numbers, namespace, json_integer((json_int_t)number));
	if (wide->unused > 0) {
		wide->unused = wide->places[number].next_unused;
	} else {
		wide->places = xreallocarray(wide->places, wide->count + 1, sizeof(*wide->places));
		wide->count++;
	}
	place = &wide->places[number];
	*place = (struct wide_place){.rows = json_object()};
	return place;
}

/* Namespaces come and go for as long as this runs: the next one takes its place. */
static void
drop_place(struct kube_wide *wide, const char *namespace)
{
	struct wide_place *place = find_place(wide, namespace);

	json_decref(place->rows);
	*place = (struct wide_place){.next_unused = wide->unused};
	wide->unused = (size_t)(place - wide->places) + 1;
	json_object_del(wide->numbers, namespace);
}

/* Sums have no order, as lists have none. */
static void
on_object(void *data, const json_t *before, const json_t *after)
{
	struct wide_kind *kind = data;
	const json_t *either = after ? after : before;
	struct wide_place *place = place_of(kind->wide, wide_row_namespace(either));

	place->state = ++kind->wide->driver->wide_state;
	if (before)
		place->declared -= wide_row_declared(before);
	if (after) {
		place->declared += wide_row_declared(after);
		json_object_set(place->rows, wide_row_key(after), (json_t *)after);
	} else {
		json_object_del(place->rows, wide_row_key(before));
		if (json_object_size(place->rows) == 0)
			drop_place(kind->wide, wide_row_namespace(either));
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
kube_wide_leave(struct kube_wide *wide, const void *data)
{
	if (wide->reader.data == data)
		wide->reader = (struct kube_wide_reader){0};
}

/* --- beginning and end --- */

static void
watch_kind(struct wide_kind *kind)
{
	struct kube_cluster *cluster = kind->wide->driver->cluster;
	const char *version = kinds[kind->number].api_version, *name = kinds[kind->number].kind;
	const char *selector = kinds[kind->number].is_workload ? kind->wide->selector : NULL;
	char *path = kube_path(version, name, NULL, NULL);
	const struct kube_keeper keeper = {
		.keep = keep,
		.begun = begun,
		.page = page,
		.is_busy = is_busy,
		.data = kind,
		.max = OBJECTS_MAX,
	};

	kind->watch = kube_watch_new(cluster, &(struct kube_watch_options){
						      .path = path,
						      .selector = selector,
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

	wide->driver = driver;
	wide->next = driver->wides;
	driver->wides = wide;
	wide->used_at = clock_steady_ms();
	wide->selector = xstrdup_or_null(selector);
	wide->reader = *reader;
	wide->numbers = json_object();
	for (size_t i = 0; i < KUBE_WIDE_KINDS; i++) {
		wide->kinds[i] = (struct wide_kind){.wide = wide, .number = i};
		watch_kind(&wide->kinds[i]);
	}
	return wide;
}

void
kube_wide_free(struct kube_wide *wide)
{
	struct kube_wide **link;

	if (!wide)
		return;
	for (link = &wide->driver->wides; *link != wide;)
		link = &(*link)->next;
	*link = wide->next;
	for (size_t i = 0; i < KUBE_WIDE_KINDS; i++)
		kube_watch_free(wide->kinds[i].watch);
	for (size_t i = 0; i < wide->count; i++)
		json_decref(wide->places[i].rows);
	json_decref(wide->numbers);
	free(wide->places);
	free(wide->selector);
	free(wide);
}

/* --- the one that is meant --- */

struct kube_wide *
kube_wide_find(struct kube_driver *driver, const char *selector)
{
	struct kube_wide *wide = driver->wides;

	while (wide && strcmp(wide->selector ? wide->selector : "", selector ? selector : "") != 0)
		wide = wide->next;
	if (wide)
		wide->used_at = clock_steady_ms();
	return wide;
}

struct kube_wide *
kube_wide_over(struct kube_driver *driver, const char *selector)
{
	struct kube_wide *wide = kube_wide_find(driver, selector);

	return wide ? wide : kube_wide_find(driver, NULL);
}

void
kube_wide_drop_unused(struct kube_driver *driver)
{
	struct kube_wide *next;

	for (struct kube_wide *wide = driver->wides; wide; wide = next) {
		next = wide->next;
		if (!wide->reader.object && clock_steady_ms() - wide->used_at > UNUSED_MS)
			kube_wide_free(wide);
	}
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
kube_wide_reconnect(struct kube_driver *driver, int64_t within_ms)
{
	for (struct kube_wide *wide = driver->wides; wide; wide = wide->next)
		for (size_t i = 0; i < KUBE_WIDE_KINDS; i++)
			kube_watch_reconnect(wide->kinds[i].watch, within_ms);
}

const json_t *
kube_wide_rows(const struct kube_wide *wide, const char *namespace)
{
	const struct wide_place *place = find_place(wide, namespace);

	return place ? place->rows : NULL;
}

bool
kube_wide_has_none(const struct kube_wide *wide, const char *namespace, const char *kind)
{
	json_t *rows = (json_t *)(uintptr_t)kube_wide_rows(wide, namespace), *row;
	size_t length = strlen(kind);
	const char *key;

	for (size_t i = 0; i < KUBE_WIDE_KINDS; i++)
		if (strcmp(kinds[i].kind, kind) == 0 &&
		    (!kinds[i].is_workload || kube_watch_error(wide->kinds[i].watch) ||
		     !kube_watch_is_listed(wide->kinds[i].watch)))
			return false;
	json_object_foreach(rows, key, row)
		if (strncmp(key, kind, length) == 0 && key[length] == '/')
			return false;
	return true;
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
