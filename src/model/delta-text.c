/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * First both sets are walked side by side, and what differs is noted; then each part of the delta
 * is written from these notes.  Only workloads that both sets have and that differ are parsed; one
 * of megabytes is walked by the same means, object by object, and what is small in it is parsed.
 */
#include "config.h"

#include "model/delta-text.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/json-text.h"
#include "model/patch.h"
#include "model/pointer.h"
#include "model/text-members.h"

#define WALKED_MAX (2u << 20)	/* bytes of a slice that are looked at: some 2 ms */
#define PARSED_MAX DELTA_TEXT_WHOLE	/* that are parsed and compared: some 4 ms */
#define WRITTEN_MAX (32u << 10)
#define WALK_SHARE (WALKED_MAX / PARSED_MAX)	/* so much less it costs to pass a byte */
#define PATH_MAX_BYTES (1u << 20)

/* A workload that the sets do not have alike; in one of them it may not be there. */
struct workload_pair {
	struct text_span key, old, new;
};

/* The next workload of one side; a key without length: there is none. */
struct side {
	char *text;
	struct text_members members;
	struct text_member now;
	struct text_span shared;
	bool is_broken;
};

/* Two objects of one place in a big workload. */
struct level {
	struct side from, to;	/* without their texts */
	size_t path;		/* how long it is there */
};

struct delta_text {
	struct side from, to;
	struct level levels[JSON_DEPTH_MAX];
	size_t depth;		/* 0: no big workload is being written */
	struct buf path;
	const struct workload_pair *big;
	bool has_steps;		/* of it */
	struct workload_pair *items;
	size_t count, room;
	size_t at;		/* the next item, in this part */
	unsigned part;		/* 0: the sets are being walked */
	bool any;		/* the part has something */
	size_t cost;		/* bytes of this slice */
	size_t whole;		/* bytes of two values that are parsed as they are */
};

/* --- the walk --- */

static void
step(struct side *side)
{
	struct text_span before = side->now.key;

	side->now = (struct text_member){0};
	if (text_members_next(&side->members, &side->now) && before.length > 0)
		side->is_broken = text_keys_compare(before, side->now.key) >= 0;
	side->is_broken |= side->members.is_broken;
}

static void
begin_side(struct side *side, char *text)
{
	const struct text_span whole = {text, strlen(text)};
	struct text_members members = text_members(whole);

	side->text = text;
	side->members = text_members(text_members_find(&members, "modules"));
	side->shared = text_members_find(&members, "shared");
	side->is_broken = side->members.is_broken || side->shared.length == 0;
	if (!side->is_broken)
		step(side);
}

struct delta_text *
delta_text_new(char *from, char *to, size_t whole)
{
	struct delta_text *delta = xcalloc(1, sizeof(*delta));

	delta->whole = whole;
	buf_init(&delta->path, PATH_MAX_BYTES);
	begin_side(&delta->from, from);
	begin_side(&delta->to, to);
	return delta;
}

void
delta_text_free(struct delta_text *delta)
{
	if (!delta)
		return;
	free(delta->from.text);
	free(delta->to.text);
	free(delta->items);
	buf_clear(&delta->path);
	free(delta);
}

static void
note(struct delta_text *delta, const struct workload_pair *item)
{
	if (delta->count == delta->room) {
		delta->room = delta->room ? 2 * delta->room : 64;
		delta->items = xreallocarray(delta->items, delta->room, sizeof(*delta->items));
	}
	delta->items[delta->count++] = *item;
}

/* One workload further. */
static void
walk_one(struct delta_text *delta)
{
	struct side *from = &delta->from, *to = &delta->to;
	struct text_member old = from->now, new = to->now;
	int order = old.key.length == 0 ? 1 : new.key.length == 0 ? -1
		  : text_keys_compare(old.key, new.key);

	delta->cost += old.value.length + new.value.length;
	if (order <= 0)
		step(from);
	if (order >= 0)
		step(to);
	if (order < 0)
		note(delta, &(struct workload_pair){.key = old.key, .old = old.value});
	else if (order > 0)
		note(delta, &(struct workload_pair){.key = new.key, .new = new.value});
	else if (!text_spans_equal(old.value, new.value))
		note(delta, &(struct workload_pair){old.key, old.value, new.value});
}

/* Whether all of it was walked. */
static bool
walk(struct delta_text *delta)
{
	while (delta->from.now.key.length > 0 || delta->to.now.key.length > 0) {
		if (delta->cost >= WALKED_MAX)
			return false;
		walk_one(delta);
	}
	return true;
}

/* --- the parts --- */

static void
put(struct buf *out, struct text_span text)
{
	(void)buf_append(out, text.at, text.length);
}

static void
begin_item(struct delta_text *delta, struct buf *out)
{
	if (delta->any)
		(void)buf_puts(out, ",");
	delta->any = true;
}

static bool
write_added(struct delta_text *delta, const struct workload_pair *item, struct buf *out)
{
	if (item->old.length > 0)
		return true;
	begin_item(delta, out);
	put(out, item->key);
	(void)buf_puts(out, ":");
	put(out, item->new);
	return true;
}

static bool
write_removed(struct delta_text *delta, const struct workload_pair *item, struct buf *out)
{
	if (item->new.length > 0)
		return true;
	begin_item(delta, out);
	put(out, item->key);
	return true;
}

/* --- a big workload --- */

/* One operation more of it; `value` length 0: it removes. */
static void
write_step(struct delta_text *delta, const char *op, const char *path, struct text_span value,
	   struct buf *out)
{
	json_t *text = json_string(path);
	char *quoted = json_text(text, 0);

	if (!delta->has_steps) {
		begin_item(delta, out);
		put(out, delta->big->key);
	}
	(void)buf_printf(out, "%s{\"op\":\"%s\",\"path\":%s", delta->has_steps ? "," : ":[", op,
			 quoted);
	if (value.length > 0) {
		(void)buf_puts(out, ",\"value\":");
		put(out, value);
	}
	(void)buf_puts(out, "}");
	delta->has_steps = true;
	json_decref(text);
	free(quoted);
}

/* false: one of the two is no JSON. */
static bool
write_small(struct delta_text *delta, struct text_span old, struct text_span new, struct buf *out)
{
	json_t *from = text_span_parse(old), *to = text_span_parse(new);
	size_t length = delta->path.length;
	struct patch patch = {0};

	delta->cost += old.length + new.length;
	if (from && to)
		patch_between(&patch, from, to);
	for (size_t i = 0; i < patch.count; i++) {
		const struct patch_step *step = &patch.steps[i];
		char *value = step->value ? json_text(step->value, 0) : xstrdup("");

		(void)buf_puts(&delta->path, step->path);
		write_step(delta, patch_op_name(step->op), buf_str(&delta->path),
			   (struct text_span){value, strlen(value)}, out);
		buf_truncate(&delta->path, length);
		free(value);
	}
	patch_clear(&patch);
	json_decref(from);
	json_decref(to);
	return from && to;
}

static bool
is_object(struct text_span text)
{
	return text.length > 0 && text.at[0] == '{';
}

static bool
enter_level(struct delta_text *delta, struct text_span old, struct text_span new)
{
	struct level *level = &delta->levels[delta->depth];

	if (delta->depth == JSON_DEPTH_MAX)
		return false;
	*level = (struct level){.path = delta->path.length};
	level->from.members = text_members(old);
	level->to.members = text_members(new);
	step(&level->from);
	step(&level->to);
	delta->depth++;
	return true;
}

/* What both have there and do not have alike. */
static bool
write_pair(struct delta_text *delta, struct text_span old, struct text_span new, struct buf *out)
{
	if (old.length + new.length <= delta->whole)
		return write_small(delta, old, new, out);
	if (is_object(old) && is_object(new))
		return enter_level(delta, old, new);
	delta->cost += new.length / WALK_SHARE;
	write_step(delta, "replace", buf_str(&delta->path), new, out);
	return true;
}

static void
leave_level(struct delta_text *delta, struct buf *out)
{
	delta->depth--;
	if (delta->depth == 0 && delta->has_steps)
		(void)buf_puts(out, "]");
}

/* One member further of the innermost object; it may lead into another.  false: it is broken. */
static bool
walk_level(struct delta_text *delta, struct buf *out)
{
	struct level *level = &delta->levels[delta->depth - 1];
	struct text_member old = level->from.now, new = level->to.now;
	int order = old.key.length == 0 ? 1 : new.key.length == 0 ? -1
		  : text_keys_compare(old.key, new.key);
	struct text_span nothing = {0}, key = order <= 0 ? old.key : new.key;
	bool is_fine = true;
	json_t *name;

	buf_truncate(&delta->path, level->path);
	if (level->from.is_broken || level->to.is_broken)
		return false;
	if (key.length == 0) {
		leave_level(delta, out);
		return true;
	}
	delta->cost += (old.value.length + new.value.length) / WALK_SHARE + 1;
	if (order <= 0)
		step(&level->from);
	if (order >= 0)
		step(&level->to);
	if (order == 0 && text_spans_equal(old.value, new.value))
		return true;
	name = text_span_parse(key);
	if (!json_is_string(name)) {
		json_decref(name);
		return false;
	}
	pointer_append(&delta->path, json_string_value(name));
	json_decref(name);
	if (order == 0)
		is_fine = write_pair(delta, old.value, new.value, out);
	else if (order < 0)
		write_step(delta, "remove", buf_str(&delta->path), nothing, out);
	else
		write_step(delta, "add", buf_str(&delta->path), new.value, out);
	return is_fine;
}

/* --- what is parsed --- */

/* The operations between the two, as text; NULL: one is no JSON. */
static char *
patch_text(struct delta_text *delta, struct text_span old, struct text_span new)
{
	json_t *from = text_span_parse(old), *to = text_span_parse(new);
	json_t *patch = from && to ? patch_between_encoded(from, to) : NULL;
	char *text = json_text(patch, 0);

	delta->cost += old.length + new.length;
	json_decref(patch);
	json_decref(from);
	json_decref(to);
	return text;
}

static bool
write_updated(struct delta_text *delta, const struct workload_pair *item, struct buf *out)
{
	char *patch;

	if (item->old.length == 0 || item->new.length == 0)
		return true;
	if (item->old.length + item->new.length > delta->whole) {
		delta->big = item;
		delta->has_steps = false;
		return enter_level(delta, item->old, item->new);
	}
	patch = patch_text(delta, item->old, item->new);
	if (!patch)
		return false;
	if (strcmp(patch, "[]") != 0) {
		begin_item(delta, out);
		put(out, item->key);
		(void)buf_printf(out, ":%s", patch);
	}
	free(patch);
	return true;
}

static const struct part {
	const char *opening;
	bool (*write)(struct delta_text *delta, const struct workload_pair *item, struct buf *out);
} parts[] = {
	{"{\"modules\":{\"add\":{", write_added},
	{"},\"remove\":[", write_removed},
	{"],\"update\":{", write_updated},
};
#define PARTS (sizeof(parts) / sizeof(parts[0]))

static void
begin_part(struct delta_text *delta, struct buf *out)
{
	delta->at = 0;
	delta->any = false;
	if (delta->part++ < PARTS)
		(void)buf_puts(out, parts[delta->part - 1].opening);
}

static int
end(struct delta_text *delta, struct buf *out)
{
	char *patch = patch_text(delta, delta->from.shared, delta->to.shared);

	if (!patch)
		return -1;
	(void)buf_printf(out, "}},\"shared\":%s}", patch);
	free(patch);
	return 0;
}

static int
write_slice(struct delta_text *delta, struct buf *out)
{
	const size_t before = out->length;

	while (delta->part <= PARTS) {
		const struct part *part = &parts[delta->part - 1];

		while (delta->depth > 0 || delta->at < delta->count) {
			bool is_fine;

			if (delta->cost >= PARSED_MAX || out->length - before >= WRITTEN_MAX)
				return 1;
			is_fine = delta->depth > 0
					  ? walk_level(delta, out)
					  : part->write(delta, &delta->items[delta->at++], out);
			if (!is_fine)
				return -1;
		}
		begin_part(delta, out);
	}
	return end(delta, out);
}

int
delta_text_more(struct delta_text *delta, struct buf *out)
{
	if (delta->from.is_broken || delta->to.is_broken)
		return -1;
	delta->cost = 0;
	if (delta->part > 0)
		return write_slice(delta, out);
	if (walk(delta))
		begin_part(delta, out);
	return delta->from.is_broken || delta->to.is_broken ? -1 : 1;
}
