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
#include "model/manifests.h"
#include "model/pointer.h"
#include "net/loop.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/adopted/adopted-patch.h"
#include "platform/drivers/kubernetes/adopted/field-owner.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/kube-batch.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"
#include "platform/drivers/kubernetes/space/kube-space.h"

#define CLOSE_MS (10 * 60 * 1000)	/* it is looked at closely, */
#define LOOK_MS 3000			/* which is so often; */
#define LOOK_LATER_MS 60000		/* afterwards less so, */
#define LOOK_OLD_MS (10 * 60 * 1000)	/* and seldom */
#define OLD_MS (24 * 60 * 60 * 1000LL)	/* of what is as old as this */

/* The later, the more it is worth saying. */
enum field_fate { FATE_UNKNOWN, FATE_CARRIED, FATE_OPEN, FATE_REVERTED, FATE_CHANGED };

struct after_field {
	char *words;			/* "containers[web].image" */
	char *owner;			/* of before; NULL: nobody */
	json_t *field;			/* of adopted_patch_make() */
	enum field_fate fate;
	char *by;			/* who did it; NULL: nobody did */
	char *now;			/* what it is then; NULL: it is gone */
	int64_t at;			/* wall ms, when it was changed */
	bool is_recalled;		/* by an earlier daemon, so nobody wrote its owner down */
	bool is_guess;			/* it may not have been changed at all */
	bool is_unsure;			/* its owner may never have had another value */
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
	int64_t began_at;		/* wall ms, when the newest of it was changed */
};

/* --- making it --- */

static void
clear_field(struct after_field *field)
{
	free(field->words);
	free(field->owner);
	free(field->by);
	free(field->now);
	json_decref(field->field);
}

static void
free_object(struct after_object *object)
{
	for (size_t i = 0; i < object->count; i++)
		clear_field(&object->fields[i]);
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

/* What was changed before is still looked at: whether its owner has it does not depend on what else
 * is changed. */
struct kube_aftermath *
kube_aftermath_new(struct kube_space *space)
{
	struct kube_aftermath *aftermath = xcalloc(1, sizeof(*aftermath));
	struct kube_aftermath *before = space->aftermath;

	aftermath->space = space;
	space->aftermath = aftermath;
	if (!before)
		return aftermath;
	aftermath->objects = before->objects;
	aftermath->count = before->count;
	before->objects = NULL;
	before->count = 0;
	kube_aftermath_free(before);
	return aftermath;
}

static struct after_object *
find_object(struct kube_aftermath *aftermath, const char *module, const char *key, const char *path)
{
	struct after_object *object;

	for (size_t i = 0; i < aftermath->count; i++)
		if (strcmp(aftermath->objects[i].path, path) == 0)
			return &aftermath->objects[i];
	aftermath->objects = xreallocarray(aftermath->objects, aftermath->count + 1,
					   sizeof(*aftermath->objects));
	object = &aftermath->objects[aftermath->count++];
	*object = (struct after_object){
		.module = xstrdup(module), .key = xstrdup(key), .path = xstrdup(path)};
	return object;
}

/* Whether one of the two is the other, or lies in it. */
static bool
is_within(const char *one, const char *other)
{
	size_t length = strlen(one), wanted = strlen(other);
	size_t least = length < wanted ? length : wanted;

	return strncmp(one, other, least) == 0 &&
	       (length == wanted || (length < wanted ? other : one)[least] == '/');
}

static bool
is_of_one_field(const struct after_field *a, const struct after_field *b)
{
	return strcmp(json_member_string(a->field, "pointer"),
		      json_member_string(b->field, "pointer")) == 0;
}

/* Nobody had taken the change of before, so what the owner has is still the value that it was made
 * from; unless that is what it becomes again. */
static void
inherit(struct after_field *field, const struct after_field *before)
{
	json_t *from = json_object_get(before->field, "from");

	if (field->owner || (before->fate != FATE_OPEN && before->fate != FATE_UNKNOWN) ||
	    adopted_is_same(from, json_object_get(field->field, "to")))
		return;
	field->owner = xstrdup_or_null(before->owner);
	if (from && is_of_one_field(field, before))
		json_object_set(field->field, "from", from);
}

/* What its owner never lost is nothing to carry. */
static bool
is_undone(const struct after_field *field, const struct after_field *before)
{
	return !field->owner && (before->fate == FATE_OPEN || before->fate == FATE_UNKNOWN) &&
	       is_of_one_field(field, before) &&
	       adopted_is_same(json_object_get(before->field, "from"),
			       json_object_get(field->field, "to"));
}

/* What this daemon saw itself it knows better. */
static bool
is_known_better(const struct after_object *object, const struct after_field *field)
{
	for (size_t i = 0; field->is_recalled && i < object->count; i++) {
		const struct after_field *own = &object->fields[i];

		if (!own->is_recalled && own->at >= field->at &&
		    is_within(json_member_string(own->field, "pointer"),
			      json_member_string(field->field, "pointer")))
			return true;
	}
	return false;
}

/* Of what is changed again only the newest change counts. */
static void
replace_fields(struct after_object *object, struct after_field *field)
{
	const char *pointer = json_member_string(field->field, "pointer");
	bool is_settled = is_known_better(object, field);
	size_t kept = 0;

	if (is_settled) {
		clear_field(field);
		return;
	}

	for (size_t i = 0; i < object->count; i++) {
		struct after_field *before = &object->fields[i];

		if (!is_within(json_member_string(before->field, "pointer"), pointer)) {
			object->fields[kept++] = *before;
			continue;
		}
		if (is_undone(field, before) && before->fate == FATE_OPEN)
			is_settled = true;
		else if (is_undone(field, before))
			field->is_unsure = true;
		inherit(field, before);
		clear_field(before);
	}
	object->count = kept;
	if (is_settled) {
		clear_field(field);
		return;
	}
	object->fields = xreallocarray(object->fields, kept + 1, sizeof(*object->fields));
	object->fields[object->count++] = *field;
}

void
kube_aftermath_add(struct kube_aftermath *aftermath, const struct kube_past *past,
		   const json_t *fields)
{
	struct after_object *object = find_object(aftermath, past->module, past->key, past->path);
	json_t *row;
	size_t i;

	if (past->at > aftermath->began_at)
		aftermath->began_at = past->at;
	json_array_foreach(fields, i, row) {
		struct after_field field = {
			.words = xstrdup(json_member_string(row, "path")),
			.owner = xstrdup_or_null(json_member_string(row, "owner")),
			.field = json_copy(row),
			.fate = past->is_recalled ? FATE_UNKNOWN : FATE_OPEN,
			.at = past->at,
			.is_recalled = past->is_recalled,
			.is_guess = past->is_guess,
		};

		replace_fields(object, &field);
	}
}

/* The fields of one change are those between its two objects: how the live one is now does not
 * matter yet. */
static void
recall(struct kube_aftermath *aftermath, const json_t *row)
{
	const struct adopted_change change = {
		.key = (char *)(uintptr_t)json_member_string(row, "key"),
		.before = json_object_get(row, "before"),
		.after = json_object_get(row, "after"),
	};
	struct error err;
	json_t *object = manifest_object(change.before, &err);
	char *path = object ? kube_path(json_member_string(object, "apiVersion"),
					json_member_string(object, "kind"),
					aftermath->space->namespace, kube_read_name(object))
			    : NULL;
	const struct kube_past past = {
		.module = json_member_string(row, "module"),
		.key = change.key,
		.path = path,
		.at = json_integer_value(json_object_get(row, "at")),
		.is_recalled = true,
		.is_guess = json_is_true(json_object_get(row, "is_guess")),
	};
	struct adopted_patch patch;

	if (path && adopted_patch_make(&change, object, &patch, &err) == 0) {
		kube_aftermath_add(aftermath, &past, patch.fields);
		adopted_patch_clear(&patch);
	}
	free(path);
	json_decref(object);
}

static void
drop_recalled(struct after_object *object)
{
	size_t kept = 0;

	for (size_t i = 0; i < object->count; i++)
		if (object->fields[i].is_recalled)
			clear_field(&object->fields[i]);
		else
			object->fields[kept++] = object->fields[i];
	object->count = kept;
}

/* All of it is told each time. */
void
kube_aftermath_recall(struct kube_space *space, const json_t *past)
{
	struct kube_aftermath *aftermath;
	json_t *row;
	size_t i;

	if (json_array_size(past) == 0)
		return;
	aftermath = kube_aftermath_new(space);
	for (i = 0; i < aftermath->count; i++)
		drop_recalled(&aftermath->objects[i]);
	json_array_foreach(past, i, row)
		recall(aftermath, row);
	kube_aftermath_begin(aftermath);
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

/* Who made the object and did not change this field is who keeps it. */
static void
find_owner(struct after_field *field, const json_t *live, const struct pointer *pointer)
{
	struct field_owner owner;

	if (!field->is_recalled || field->owner)
		return;
	owner = field_owner_find(live, pointer);
	if (!owner.name)
		owner = field_owner_of_object(live);
	field->owner = owner.name;
}

/* A rollout of ours is under way, and tells at its end what it has changed. */
static bool
is_being_changed(const struct field_owner *manager)
{
	return manager->name && strcmp(manager->name, KUBE_MANAGER) == 0;
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
	if (fate == FATE_OPEN && field->is_unsure)
		fate = FATE_UNKNOWN;
	if (fate == FATE_OPEN)
		find_owner(field, live, &pointer);
	pointer_clear(&pointer);
	if (fate == field->fate || is_being_changed(&manager)) {
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
		[FATE_UNKNOWN] = "a changed field is not known",
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
is_old(const struct after_field *field)
{
	return clock_wall_ms() - field->at > OLD_MS;
}

/* Nothing new can become of it: others may do with it what they like. */
static bool
is_settled(const struct after_field *field)
{
	return field->fate == FATE_CARRIED ||
	       (field->fate > FATE_OPEN && (field->is_guess || is_old(field)));
}

static bool
is_over(const struct kube_aftermath *aftermath)
{
	for (size_t i = 0; i < aftermath->count; i++)
		for (size_t k = 0; k < aftermath->objects[i].count; k++)
			if (!is_settled(&aftermath->objects[i].fields[k]))
				return false;
	return true;
}

static int64_t
pause_of(const struct kube_aftermath *aftermath)
{
	int64_t age = clock_wall_ms() - aftermath->began_at;

	return age < CLOSE_MS ? LOOK_MS : age < OLD_MS ? LOOK_LATER_MS : LOOK_OLD_MS;
}

static void
end_look(void *data)
{
	struct kube_aftermath *aftermath = data;

	kube_batch_free(aftermath->batch);
	aftermath->batch = NULL;
	if (!is_over(aftermath))
		aftermath->timer = loop_add_timer(aftermath->space->driver->base.loop,
						  pause_of(aftermath), look, aftermath);
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

/* That an old change is another by now is nobody's news. */
static bool
is_told(const struct after_field *field)
{
	if (field->fate == FATE_OPEN)
		return field->owner != NULL;
	return field->fate > FATE_OPEN && !field->is_guess && !is_old(field);
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

			if (!is_told(field) ||
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

/* --- whether their owners have them --- */

static struct driver_owner *
owner_of(struct driver_status *status, const char *module)
{
	for (size_t i = 0; i < status->owner_count; i++)
		if (strcmp(status->owners[i].module, module) == 0)
			return &status->owners[i];
	status->owners = xreallocarray(status->owners, status->owner_count + 1,
				       sizeof(*status->owners));
	status->owners[status->owner_count] = (struct driver_owner){.module = xstrdup(module)};
	return &status->owners[status->owner_count++];
}

/* One that lacks a part of it lacks it; what is another by now is no part of it any more. */
static enum runtime_owner
with_field(enum runtime_owner owner, const struct after_field *field)
{
	if (field->fate == FATE_OPEN)
		return RUNTIME_OWNER_LACKS_IT;
	if (field->fate > FATE_OPEN || owner == RUNTIME_OWNER_LACKS_IT)
		return owner;
	return field->fate == FATE_UNKNOWN || owner == RUNTIME_OWNER_UNKNOWN
		       ? RUNTIME_OWNER_UNKNOWN : RUNTIME_OWNER_HAS_IT;
}

void
kube_aftermath_tell_owners(const struct kube_aftermath *aftermath, bool is_known,
			   struct driver_status *status)
{
	for (size_t i = 0; aftermath && i < aftermath->count; i++) {
		const struct after_object *object = &aftermath->objects[i];
		struct driver_owner *row = owner_of(status, object->module);

		for (size_t k = 0; is_known && k < object->count; k++)
			row->owner = with_field(row->owner, &object->fields[k]);
		if (!is_known)
			row->owner = RUNTIME_OWNER_UNKNOWN;
	}
}
