/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The exact diff.  Each object that differs is rendered, from the deepest place that holds
 * all its changes, as YAML-like lines, and the two renderings are compared line by line with
 * the longest common subsequence.  Equal ends are cut off first, which leaves little to
 * compare; what is still too large for the table is shown as replaced whole.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xmalloc.h"
#include "model/changes.h"
#include "model/json.h"
#include "model/patch.h"
#include "model/pointer.h"
#include "model/set.h"

#define TABLE_MAX (4u * 1024 * 1024)
#define LINE_MAX_BYTES (1u << 20)
#define INDENT 2

struct lines {
	char **items;
	size_t count;
};

/* Takes the text. */
static void
lines_add(struct lines *lines, char *text)
{
	lines->items = xreallocarray(lines->items, lines->count + 1, sizeof(*lines->items));
	lines->items[lines->count++] = text;
}

static void
lines_clear(struct lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		free(lines->items[i]);
	free(lines->items);
}

static void render(struct lines *lines, int depth, const char *lead, const json_t *value);

static void
render_text(struct lines *lines, int depth, const char *lead, const char *text)
{
	if (!strchr(text, '\n')) {
		lines_add(lines, xasprintf("%*s%s%s", depth * INDENT, "", lead, text));
		return;
	}
	lines_add(lines, xasprintf("%*s%s|", depth * INDENT, "", lead));
	while (*text) {
		size_t length = strcspn(text, "\n");

		lines_add(lines, xasprintf("%*s%.*s", (depth + 1) * INDENT, "", (int)length, text));
		text += length + (text[length] == '\n');
	}
}

static int
compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
render_members(struct lines *lines, int depth, const json_t *object)
{
	const char **keys = xcalloc(json_object_size(object) + 1, sizeof(*keys)), *key;
	size_t count = 0;
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
		keys[count++] = key;
	qsort(keys, count, sizeof(*keys), compare_keys);
	for (size_t i = 0; i < count; i++) {
		char *lead = xasprintf("%s: ", keys[i]);

		render(lines, depth, lead, json_object_get(object, keys[i]));
		free(lead);
	}
	free(keys);
}

/* lead is "key: ", "- " or "". */
static void
render(struct lines *lines, int depth, const char *lead, const json_t *value)
{
	size_t i;
	json_t *item;

	if (json_is_object(value) && json_object_size(value) > 0) {
		if (*lead)
			render_text(lines, depth, "", lead);
		render_members(lines, depth + (*lead != '\0'), value);
	} else if (json_is_array(value) && json_array_size(value) > 0) {
		if (*lead)
			render_text(lines, depth, "", lead);
		json_array_foreach(value, i, item)
			render(lines, depth + (*lead != '\0'), "- ", item);
	} else if (json_is_string(value)) {
		render_text(lines, depth, lead, json_string_value(value));
	} else if (value) {
		char *text = json_canonical(value);

		render_text(lines, depth, lead, text);
		free(text);
	}
}

static struct diff_line *
emit(struct diff *diff, enum diff_line_kind kind, const char *text, size_t number)
{
	struct diff_line *line;

	diff->lines = xreallocarray(diff->lines, diff->count + 1, sizeof(*line));
	line = &diff->lines[diff->count++];
	*line = (struct diff_line){.kind = kind, .text = xstrdup(text), .number = number};
	return line;
}

static bool
is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* What differs within a replaced line: everything but the common ends, whole characters. */
static void
mark_words(struct diff_line *old, struct diff_line *new)
{
	size_t a = strlen(old->text), b = strlen(new->text), head = 0, tail = 0;

	while (head < a && head < b && old->text[head] == new->text[head])
		head++;
	while (head > 0 && (is_continuation(old->text[head]) || is_continuation(new->text[head])))
		head--;
	while (tail < a - head && tail < b - head &&
	       old->text[a - tail - 1] == new->text[b - tail - 1])
		tail++;
	while (tail > 0 && is_continuation(old->text[a - tail]))
		tail--;
	if (head == 0 && tail == 0)
		return;
	old->mark_start = new->mark_start = head;
	old->mark_end = a - tail;
	new->mark_end = b - tail;
}

/* One step of the comparison: a line of both, of the old, or of the new. */
static void
emit_replaced(struct diff *diff, const struct lines *a, size_t a_from, size_t a_to,
	      const struct lines *b, size_t b_from, size_t b_to)
{
	size_t first = diff->count;

	for (size_t i = a_from; i < a_to; i++)
		emit(diff, DIFF_OLD, a->items[i], i + 1);
	for (size_t i = b_from; i < b_to; i++)
		emit(diff, DIFF_NEW, b->items[i], i + 1);
	for (size_t i = 0; i < a_to - a_from && i < b_to - b_from; i++)
		mark_words(&diff->lines[first + i], &diff->lines[first + (a_to - a_from) + i]);
}

/* table[i][j]: how many lines a[i..] and b[j..] have in common at most. */
static uint32_t *
make_table(const struct lines *a, size_t a_from, size_t n, const struct lines *b, size_t b_from,
	   size_t m)
{
	uint32_t *table = xcalloc((n + 1) * (m + 1), sizeof(*table));

	for (size_t i = n; i-- > 0;) {
		for (size_t j = m; j-- > 0;) {
			uint32_t *cell = &table[i * (m + 1) + j];
			uint32_t down = cell[m + 1], right = cell[1];

			if (strcmp(a->items[a_from + i], b->items[b_from + j]) == 0)
				*cell = cell[m + 2] + 1;
			else
				*cell = down > right ? down : right;
		}
	}
	return table;
}

static void
compare_middle(struct diff *diff, const struct lines *a, size_t a_from, size_t a_to,
	       const struct lines *b, size_t b_from, size_t b_to)
{
	size_t n = a_to - a_from, m = b_to - b_from, i = 0, j = 0;
	uint32_t *table;

	if (n == 0 || m == 0 || n >= TABLE_MAX / (m + 1)) {
		emit_replaced(diff, a, a_from, a_to, b, b_from, b_to);
		return;
	}
	table = make_table(a, a_from, n, b, b_from, m);
	while (i < n || j < m) {
		size_t i0 = i, j0 = j;

		while ((i < n || j < m) &&
		       (i == n || j == m || strcmp(a->items[a_from + i], b->items[b_from + j]) != 0)) {
			if (j == m || (i < n && table[(i + 1) * (m + 1) + j] >= table[i * (m + 1) + j + 1]))
				i++;
			else
				j++;
		}
		emit_replaced(diff, a, a_from + i0, a_from + i, b, b_from + j0, b_from + j);
		while (i < n && j < m && strcmp(a->items[a_from + i], b->items[b_from + j]) == 0) {
			emit(diff, DIFF_SAME, b->items[b_from + j], b_from + j + 1)->old_number =
				a_from + i + 1;
			i++, j++;
		}
	}
	free(table);
}

static void
compare_lines(struct diff *diff, const struct lines *a, const struct lines *b)
{
	size_t head = 0, tail = 0;

	while (head < a->count && head < b->count && strcmp(a->items[head], b->items[head]) == 0)
		head++;
	while (tail < a->count - head && tail < b->count - head &&
	       strcmp(a->items[a->count - tail - 1], b->items[b->count - tail - 1]) == 0)
		tail++;
	for (size_t i = 0; i < head; i++)
		emit(diff, DIFF_SAME, b->items[i], i + 1)->old_number = i + 1;
	compare_middle(diff, a, head, a->count - tail, b, head, b->count - tail);
	for (size_t i = b->count - tail; i < b->count; i++)
		emit(diff, DIFF_SAME, b->items[i], i + 1)->old_number = a->count - b->count + i + 1;
}

static bool
is_change(const struct diff_line *line)
{
	return line->kind == DIFF_OLD || line->kind == DIFF_NEW;
}

/* Whether line i is within `context` lines of a change. */
static bool
is_near(const struct diff *diff, size_t i, size_t context)
{
	size_t low = i > context ? i - context : 0;

	for (size_t k = low; k < diff->count && k <= i + context; k++)
		if (is_change(&diff->lines[k]))
			return true;
	return false;
}

/* Moves all lines of `raw` to diff; runs of more than one unchanged far line become a fold. */
static void
fold(struct diff *diff, struct diff *raw, size_t context)
{
	for (size_t i = 0; i < raw->count;) {
		size_t end = i;

		while (end < raw->count && !is_near(raw, end, context))
			end++;
		if (end - i > 1) {
			emit(diff, DIFF_FOLD, "", 0)->folded = end - i;
		} else {
			end = i + 1;
			diff->lines = xreallocarray(diff->lines, diff->count + 1,
						    sizeof(*diff->lines));
			diff->lines[diff->count++] = raw->lines[i];
			raw->lines[i].text = NULL;
		}
		i = end;
	}
}

static size_t
common_tokens(const struct pointer *a, const struct pointer *b)
{
	size_t n = 0;

	while (n < a->count && n < b->count && strcmp(a->tokens[n], b->tokens[n]) == 0)
		n++;
	return n;
}

/* The deepest object that holds all changes between from and to, as a pointer. */
static void
common_path(struct pointer *out, const json_t *from, const json_t *to)
{
	json_t *operations = patch_between(from, to), *operation;
	struct pointer path;
	size_t i;

	*out = (struct pointer){0};
	json_array_foreach(operations, i, operation) {
		if (pointer_parse(&path, json_member_string(operation, "path"), NULL) != 0)
			continue;
		if (i == 0) {
			*out = path;
			if (out->count > 0)
				free(out->tokens[--out->count]);
			continue;
		}
		for (size_t keep = common_tokens(out, &path); out->count > keep;)
			free(out->tokens[--out->count]);
		pointer_clear(&path);
	}
	json_decref(operations);
}

static void
emit_header(struct diff *diff, const char *kind, const char *name, const struct pointer *path)
{
	struct buf text;

	buf_init(&text, LINE_MAX_BYTES);
	(void)buf_printf(&text, "%s.%s", kind, name);
	for (size_t i = 0; i < path->count; i++)
		(void)buf_printf(&text, ".%s", path->tokens[i]);
	emit(diff, DIFF_HEADER, buf_str(&text), 0);
	buf_clear(&text);
}

static void
diff_object(struct diff *diff, const char *kind, const char *name, json_t *from, json_t *to,
	    size_t context)
{
	struct pointer path = {0};
	struct lines a = {0}, b = {0};
	struct diff raw = {0};

	if (from && to)
		common_path(&path, from, to);
	emit_header(diff, kind, name, &path);
	if (from)
		render(&a, 0, "", pointer_find(from, &path));
	if (to)
		render(&b, 0, "", pointer_find(to, &path));
	compare_lines(&raw, &a, &b);
	fold(diff, &raw, context);
	diff_clear(&raw);
	lines_clear(&a);
	lines_clear(&b);
	pointer_clear(&path);
}

static void
diff_maps(struct diff *diff, const char *kind, json_t *from, json_t *to, size_t context)
{
	const char **names = xcalloc(json_object_size(from) + json_object_size(to) + 1,
				     sizeof(*names)), *name;
	size_t count = 0;
	json_t *value;

	json_object_foreach(from, name, value)
		names[count++] = name;
	json_object_foreach(to, name, value)
		if (!json_object_get(from, name))
			names[count++] = name;
	qsort(names, count, sizeof(*names), compare_keys);
	for (size_t i = 0; i < count; i++) {
		json_t *a = json_object_get(from, names[i]), *b = json_object_get(to, names[i]);

		if (!a || !b || !json_equal(a, b))
			diff_object(diff, kind, names[i], a, b, context);
	}
	free(names);
}

void
diff_between(struct diff *diff, const struct set *from, const struct set *to, size_t context)
{
	*diff = (struct diff){0};
	diff_maps(diff, "modules", set_modules(from), set_modules(to), context);
	diff_maps(diff, "shared", set_shared(from), set_shared(to), context);
}

void
diff_clear(struct diff *diff)
{
	for (size_t i = 0; i < diff->count; i++)
		free(diff->lines[i].text);
	free(diff->lines);
	*diff = (struct diff){0};
}
