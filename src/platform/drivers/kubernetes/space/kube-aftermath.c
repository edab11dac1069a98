/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Objects are read again and again rather than watched: any kind may have been changed, and most
 * are watched by nobody.  Who put a field back is its manager of now: the server writes that down
 * with each change.
 */
#include "config.h"

#include "platform/drivers/kubernetes/space/kube-aftermath.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/pointer.h"
#include "net/loop.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/adopted/adopted-patch.h"
#include "platform/drivers/kubernetes/adopted/field-owner.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/kube-batch.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"
#include "platform/drivers/kubernetes/space/kube-space.h"

#define CLOSE_MS (10 * 60 * 1000)	/* it is looked at closely, */
#define LOOK_MS 3000			/* which is so often; */
#define LOOK_LATER_MS 60000		/* afterwards less so, */
#define LOOK_MAX_MS (24 * 60 * 60 * 1000LL)	/* and then no more */

enum field_fate { FATE_OPEN, FATE_CARRIED, FATE_REVERTED, FATE_CHANGED };

struct after_field {
	char *words;			/* "containers[web].image" */
	char *owner;			/* of before; NULL: nobody */
	json_t *field;			/* of adopted_patch_make() */
	enum field_fate fate;
	char *by;			/* who did it; NULL: nobody did */
	char *now;			/* what it is then; NULL: it is gone */
};

struct after_object {
	char *module, *key, *path;
	struct after_field *fields;
	size_t count;
};

struct kube_aftermath {
	struct kube_space *space;
	struct after_object *objects;
	size_t count;
	struct kube_batch *batch;
	struct loop_timer *timer;
	int64_t began_at;		/* steady ms */
};

/* --- making it --- */

struct kube_aftermath *
kube_aftermath_new(struct kube_space *space)
{
	struct kube_aftermath *aftermath = xcalloc(1, sizeof(*aftermath));

	kube_aftermath_free(space->aftermath);
	space->aftermath = aftermath;
	aftermath->space = space;
	return aftermath;
}

static void
free_object(struct after_object *object)
{
	for (size_t i = 0; i < object->count; i++) {
		free(object->fields[i].words);
		free(object->fields[i].owner);
		free(object->fields[i].by);
		free(object->fields[i].now);
		json_decref(object->fields[i].field);
	}
	free(object->fields);
	free(object->module);
	free(object->key);
	free(object->path);
}

void
kube_aftermath_free(struct kube_aftermath *aftermath)
{
	if (!aftermath)
		return;
	loop_remove_timer(aftermath->timer);
	kube_batch_free(aftermath->batch);
	for (size_t i = 0; i < aftermath->count; i++)
		free_object(&aftermath->objects[i]);
	free(aftermath->objects);
	free(aftermath);
}

void
kube_aftermath_add(struct kube_aftermath *aftermath, const char *module, const char *key,
		   const char *path, const json_t *fields)
{
	struct after_object *object;
	json_t *field;
	size_t i;

	aftermath->objects = xreallocarray(aftermath->objects, aftermath->count + 1,
					   sizeof(*aftermath->objects));
	object = &aftermath->objects[aftermath->count++];
	*object = (struct after_object){
		.module = xstrdup(module),
		.key = xstrdup(key),
		.path = xstrdup(path),
		.fields = xcalloc(json_array_size(fields) + 1, sizeof(*object->fields)),
	};
	json_array_foreach(fields, i, field)
		object->fields[object->count++] = (struct after_field){
			.words = xstrdup(json_member_string(field, "path")),
			.owner = xstrdup_or_null(json_member_string(field, "owner")),
			.field = json_incref(field),
		};
}

/* --- looking --- */

static void look(void *data);

/* What it was before is nothing that the owner's next apply could carry. */
static bool
is_carried(const struct field_owner *manager)
{
	return manager->name && manager->habit != OWNER_WRITES;
}

/* Its owner's apply of what is so already changes nothing, and makes it nobody's. */
static bool
is_applied(const json_t *applied, const struct pointer *pointer, const json_t *to)
{
	return applied &&
	       adopted_is_same(pointer_find((json_t *)(uintptr_t)applied, pointer), to);
}

static enum field_fate
fate_of(const struct after_field *field, const struct pointer *pointer, const json_t *now,
	const json_t *applied, const struct field_owner *manager)
{
	const json_t *from = json_object_get(field->field, "from"),
		     *to = json_object_get(field->field, "to");

	if (adopted_is_same(now, to))
		return (to && is_carried(manager)) || is_applied(applied, pointer, to)
			       ? FATE_CARRIED : FATE_OPEN;
	return adopted_is_same(now, from) ? FATE_REVERTED : FATE_CHANGED;
}

/* true: it is another than before. */
static bool
judge_field(struct after_field *field, const json_t *live, const json_t *kept,
	    const json_t *applied)
{
	struct field_owner manager;
	enum field_fate fate;
	struct pointer pointer;
	struct error err;
	const json_t *now;

	if (pointer_parse(&pointer, json_member_string(field->field, "pointer"), &err) != 0)
		return false;
	now = pointer_find((json_t *)(uintptr_t)kept, &pointer);
	manager = field_owner_manager(live, &pointer);
	fate = fate_of(field, &pointer, now, applied, &manager);
	pointer_clear(&pointer);
	if (fate == field->fate) {
		field_owner_clear(&manager);
		return false;
	}
	field->fate = fate;
	free(field->by);
	free(field->now);
	field->by = manager.name;
	field->now = now ? adopted_value_words(now) : NULL;
	return true;
}

static void
log_fate(const struct kube_aftermath *aftermath, const struct after_object *object,
	 const struct after_field *field)
{
	static const char *const said[] = {
		[FATE_OPEN] = "a changed field is ours again",
		[FATE_CARRIED] = "a changed field was carried",
		[FATE_REVERTED] = "a changed field was reverted",
		[FATE_CHANGED] = "a changed field was changed again",
	};

	log_line(LOG_PRIORITY_INFO, said[field->fate], "space", aftermath->space->name, "object",
		 object->key, "field", field->words, "by", field->by ? field->by : "", NULL);
}

static void
take_live(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_aftermath *aftermath = data;
	struct after_object *object = &aftermath->objects[index];
	bool has_changed = false;
	json_t *kept, *manifest, *applied = NULL;
	struct error err;

	if (reply->err.kind != ERROR_NONE)
		return;
	kept = adopted_keep(reply->body, &err);
	manifest = field_owner_applied(reply->body);
	if (manifest)
		applied = adopted_keep(manifest, &err);
	json_decref(manifest);
	for (size_t i = 0; kept && i < object->count; i++)
		if (judge_field(&object->fields[i], reply->body, kept, applied)) {
			log_fate(aftermath, object, &object->fields[i]);
			has_changed = true;
		}
	json_decref(kept);
	json_decref(applied);
	if (has_changed)
		kube_space_notice(aftermath->space);
}

static bool
is_over(const struct kube_aftermath *aftermath)
{
	for (size_t i = 0; i < aftermath->count; i++)
		for (size_t k = 0; k < aftermath->objects[i].count; k++)
			if (aftermath->objects[i].fields[k].fate != FATE_CARRIED)
				return false;
	return true;
}

static void
end_look(void *data)
{
	struct kube_aftermath *aftermath = data;
	int64_t age = clock_steady_ms() - aftermath->began_at;

	kube_batch_free(aftermath->batch);
	aftermath->batch = NULL;
	if (!is_over(aftermath) && age < LOOK_MAX_MS)
		aftermath->timer = loop_add_timer(aftermath->space->driver->base.loop,
						  age < CLOSE_MS ? LOOK_MS : LOOK_LATER_MS, look,
						  aftermath);
}

static void
look(void *data)
{
	struct kube_aftermath *aftermath = data;

	aftermath->timer = NULL;
	aftermath->batch = kube_batch_new(&(struct kube_batch_options){
		.cluster = aftermath->space->driver->cluster,
		.patience_ms = LOOK_MS,
		.answered = take_live,
		.ended = end_look,
		.data = aftermath,
	});
	for (size_t i = 0; i < aftermath->count; i++)
		kube_batch_add(aftermath->batch, KUBE_GET, xstrdup(aftermath->objects[i].path),
			       NULL, false);
	kube_batch_start(aftermath->batch);
}

void
kube_aftermath_begin(struct kube_aftermath *aftermath)
{
	aftermath->began_at = clock_steady_ms();
	if (aftermath->count > 0)
		look(aftermath);
}

/* --- telling --- */

static void
say_fate(const struct after_object *object, const struct after_field *field, struct error *out)
{
	const char *by = field->by ? field->by : "somebody else";

	if (field->fate == FATE_REVERTED && field->now)
		error_set_code(out, CODE_FIELD_REVERTED, .name = by, .path = field->words,
			       .object = object->key, .words = field->now);
	else if (field->fate == FATE_REVERTED)
		error_set_code(out, CODE_FIELD_REVERTED_AWAY, .name = by, .path = field->words,
			       .object = object->key);
	else if (field->fate == FATE_CHANGED && field->now)
		error_set_code(out, CODE_FIELD_CHANGED_AGAIN, .name = by, .path = field->words,
			       .object = object->key, .words = field->now);
	else if (field->fate == FATE_CHANGED)
		error_set_code(out, CODE_FIELD_REMOVED, .name = by, .path = field->words,
			       .object = object->key);
	else
		error_set_code(out, CODE_FIELD_NOT_CARRIED, .name = field->owner,
			       .path = field->words, .object = object->key);
}

static bool
has_field_moved(const char *key, json_t *row, const json_t *answer, const json_t *live,
		const json_t *kept, struct error *err)
{
	struct after_object object = {.key = (char *)(uintptr_t)key};
	struct after_field field = {
		.words = (char *)(uintptr_t)json_member_string(row, "path"), .field = row};
	struct pointer pointer;
	bool has_moved;

	judge_field(&field, live, kept, NULL);
	has_moved = field.fate == FATE_REVERTED || field.fate == FATE_CHANGED;
	if (has_moved &&
	    pointer_parse(&pointer, json_member_string(row, "pointer"), err) == 0) {
		has_moved = !adopted_is_same(pointer_find((json_t *)(uintptr_t)answer, &pointer),
					     pointer_find((json_t *)(uintptr_t)kept, &pointer));
		pointer_clear(&pointer);
	}
	if (has_moved)
		say_fate(&object, &field, err);
	free(field.by);
	free(field.now);
	return has_moved;
}

bool
kube_aftermath_has_moved(const char *key, const json_t *fields, const json_t *answer,
			 const json_t *live, struct error *err)
{
	json_t *made = adopted_keep(answer, err), *kept = adopted_keep(live, err), *row;
	bool has_moved = false;
	size_t i;

	json_array_foreach(fields, i, row)
		has_moved = has_moved || (made && kept &&
					  has_field_moved(key, row, made, live, kept, err));
	json_decref(made);
	json_decref(kept);
	return has_moved;
}

/* What was undone first, then what its owner does not have yet; NULL: nothing is to be said. */
static const struct after_field *
find_worst(const struct kube_aftermath *aftermath, const char *module,
	   const struct after_object **object)
{
	const struct after_field *worst = NULL;

	for (size_t i = 0; i < aftermath->count; i++) {
		const struct after_object *one = &aftermath->objects[i];

		for (size_t k = 0; strcmp(one->module, module) == 0 && k < one->count; k++) {
			const struct after_field *field = &one->fields[k];

			if (field->fate == FATE_CARRIED ||
			    (field->fate == FATE_OPEN && !field->owner) ||
			    (worst && worst->fate >= field->fate))
				continue;
			worst = field;
			*object = one;
		}
	}
	return worst;
}

void
kube_aftermath_tell(const struct kube_aftermath *aftermath, struct driver_status *status)
{
	for (size_t i = 0; aftermath && i < status->count; i++) {
		struct driver_workload_status *row = &status->items[i];
		const struct after_object *object = NULL;
		const struct after_field *field = find_worst(aftermath, row->module, &object);
		struct error said;

		if (!field || !row->ready)
			continue;
		say_fate(object, field, &said);
		free(row->message);
		free(row->reason);
		row->message = error_codes_text(&said);
		row->reason = error_codes_encode(&said);
		row->is_notice = true;
	}
}
