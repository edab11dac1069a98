/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The exact diff.  Each object that differs is rendered, from the deepest place that holds
 * all its changes, as YAML-like lines, and the two renderings are compared line by line, and
 * lines that took each other's place word by word.
 *
 * Rendering is only for reading, so it need not be valid YAML, but it must be faithful: two
 * values that differ never give the same lines.  Where a text would look like a number, like
 * another text or like the form itself, it is quoted.  The deepest place is chosen so that a
 * change of one image is three lines and not a whole workload.
 */
#include "config.h"

#include "compare/diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "compare/hunks.h"
#include "compare/visible.h"
#include "compare/word-marks.h"
#include "model/json-text.h"
#include "model/json.h"
#include "model/patch.h"
#include "model/pointer.h"
#include "model/set.h"

/* 16 MiB of table; two texts of more than 2,000 differing lines
 * each are shown as replaced. */
#define CELLS_MAX (4u * 1024 * 1024)
#define LINE_MAX_BYTES (1u << 20)
#define INDENT 2
#define LOOKALIKES_MAX 1000000u	/* pairs of lines in one hunk */

struct diff_lines {
	char **items;
	size_t *leads;		/* where what is said of the key or the place begins */
	size_t count;
};

/* Takes the text. */
static void
lines_add(struct diff_lines *lines, char *text, size_t lead)
{
	lines->items = xreallocarray(lines->items, lines->count + 1, sizeof(*lines->items));
	lines->leads = xreallocarray(lines->leads, lines->count + 1, sizeof(*lines->leads));
	lines->leads[lines->count] = lead;
	lines->items[lines->count++] = text;
}

static void
lines_clear(struct diff_lines *lines)
{
	for (size_t i = 0; i < lines->count; i++)
		free(lines->items[i]);
	free(lines->items);
	free(lines->leads);
}

/* Whether a text of one line would be taken for something else than that text. */
static bool
reads_otherwise(const char *text)
{
	json_t *value;

	if (!*text || strchr("\"| ", *text) || text[strlen(text) - 1] == ' ' ||
	    strcmp(text, "{}") == 0 || strcmp(text, "[]") == 0)
		return true;
	if (!strchr("-0123456789tfn", *text))
		return false;
	value = json_loads(text, JSON_DECODE_ANY, NULL);
	json_decref(value);
	return value != NULL;
}

/* The same of a key, which ends with a colon. */
static bool
key_reads_otherwise(const char *key)
{
	size_t length = strlen(key);

	return length == 0 || *key == '"' || strncmp(key, "- ", 2) == 0 || strstr(key, ": ") ||
	       key[length - 1] == ':';
}

static void render(struct diff_lines *lines, int depth, const char *lead, const json_t *value);

/* A text of several lines is a block, as in YAML; whether its last line ends is said, since that
 * is a difference that nobody would see. */
static void
render_text(struct diff_lines *lines, int depth, const char *lead, const char *text)
{
	size_t indent = (size_t)depth * INDENT, start = indent + strlen(lead);
	bool is_whole = false;

	if (!strchr(text, '\n')) {
		lines_add(lines, xasprintf("%*s%s%s", (int)indent, "", lead, text), start);
		return;
	}
	lines_add(lines, xasprintf("%*s%s|", (int)indent, "", lead), start);
	while (*text) {
		size_t length = strcspn(text, "\n");

		lines_add(lines, xasprintf("%*s%.*s", (int)indent + INDENT, "", (int)length, text),
			  indent + INDENT);
		is_whole = text[length] == '\n';
		text += length + is_whole;
	}
	if (!is_whole)
		lines_add(lines,
			  xasprintf("%*s\\ %s", (int)indent, "", _("No line break at the end")),
			  indent);
}

static void
render_string(struct diff_lines *lines, int depth, const char *lead, const char *text)
{
	char *quoted;

	if (strchr(text, '\n') || !reads_otherwise(text)) {
		render_text(lines, depth, lead, text);
		return;
	}
	quoted = visible_quoted(text);
	render_text(lines, depth, lead, quoted);
	free(quoted);
}

static int
compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* By name: JSON objects have no order, and two renderings must not differ by it. */
static void
render_members(struct diff_lines *lines, int depth, const json_t *object)
{
	const char **keys = xcalloc(json_object_size(object) + 1, sizeof(*keys)), *key;
	size_t count = 0;
	json_t *value;

	json_object_foreach((json_t *)object, key, value)
		keys[count++] = key;
	qsort(keys, count, sizeof(*keys), compare_keys);
	for (size_t i = 0; i < count; i++) {
		char *quoted = key_reads_otherwise(keys[i]) ? visible_quoted(keys[i]) : NULL;
		char *lead = xasprintf("%s: ", quoted ? quoted : keys[i]);

		free(quoted);
		render(lines, depth, lead, json_object_get(object, keys[i]));
		free(lead);
	}
	free(keys);
}

/* lead is "key: ", "- " or "". */
static void
render(struct diff_lines *lines, int depth, const char *lead, const json_t *value)
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
		render_string(lines, depth, lead, json_string_value(value));
	} else if (value) {
		char *text = json_text(value, JSON_SORT_KEYS);

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

/* Rewrites both lines so that it is seen how they differ. */
static void
tell_apart(struct diff_lines *a, size_t i, struct diff_lines *b, size_t j)
{
	size_t m = a->leads[i], n = b->leads[j];
	bool is_same_lead = m == n && memcmp(a->items[i], b->items[j], m) == 0;
	char *old, *new;

	if (!is_same_lead)	/* the keys themselves look alike */
		m = n = 0;
	visible_apart(a->items[i] + m, b->items[j] + n, &old, &new);
	a->items[i] = xreallocarray(a->items[i], m + strlen(old) + 1, 1);
	b->items[j] = xreallocarray(b->items[j], n + strlen(new) + 1, 1);
	strcpy(a->items[i] + m, old);
	strcpy(b->items[j] + n, new);
	free(old);
	free(new);
}

/* Another indentation is seen. */
static char *
look_of_line(const char *line)
{
	size_t indent = strspn(line, " ");
	char *look = visible_look(line + indent), *out = xasprintf("%zu %s", indent, look);

	free(look);
	return out;
}

/* Lines that differ and look the same, wherever they are in the hunk; in a large one only those
 * that face each other. */
static void
tell_lookalikes_apart(struct diff_lines *a, struct diff_lines *b, const struct hunk *hunk)
{
	size_t m = hunk->a_to - hunk->a_from, n = hunk->b_to - hunk->b_from;
	bool is_large = m * n > LOOKALIKES_MAX;
	char **looks;

	if (m == 0 || n == 0)
		return;
	looks = xcalloc(n, sizeof(*looks));
	for (size_t j = 0; j < n; j++)
		looks[j] = look_of_line(b->items[hunk->b_from + j]);
	for (size_t i = 0; i < m; i++) {
		char *look = look_of_line(a->items[hunk->a_from + i]);

		for (size_t j = is_large ? i : 0; j < (is_large && i < n ? i + 1 : n); j++) {
			if (!looks[j] || strcmp(look, looks[j]) != 0)
				continue;
			tell_apart(a, hunk->a_from + i, b, hunk->b_from + j);
			free(looks[j]);
			looks[j] = NULL;
			break;
		}
		free(look);
	}
	for (size_t j = 0; j < n; j++)
		free(looks[j]);
	free(looks);
}

/* Old lines, then new ones; those that face each other are compared word by word. */
static void
emit_replaced(struct diff *diff, struct diff_lines *a, struct diff_lines *b,
	      const struct hunk *hunk)
{
	size_t old = diff->count, new = old + hunk->a_to - hunk->a_from;

	tell_lookalikes_apart(a, b, hunk);
	for (size_t i = hunk->a_from; i < hunk->a_to; i++)
		emit(diff, DIFF_OLD, a->items[i], i + 1);
	for (size_t i = hunk->b_from; i < hunk->b_to; i++)
		emit(diff, DIFF_NEW, b->items[i], i + 1);
	for (size_t i = 0; old + i < new && new + i < diff->count; i++)
		word_marks_between(&diff->lines[old + i].marks, &diff->lines[new + i].marks,
			      diff->lines[old + i].text, diff->lines[new + i].text);
}

static void
emit_same(struct diff *diff, const struct diff_lines *b, size_t *i, size_t *j, size_t until)
{
	for (; *j < until; (*i)++, (*j)++)
		emit(diff, DIFF_SAME, b->items[*j], *j + 1)->old_number = *i + 1;
}

static void
compare_lines(struct diff *diff, struct diff_lines *a, struct diff_lines *b)
{
	struct hunks hunks;
	size_t i = 0, j = 0;

	hunks_between(&hunks, a->items, a->count, b->items, b->count, CELLS_MAX);
	for (size_t k = 0; k < hunks.count; k++) {
		emit_same(diff, b, &i, &j, hunks.items[k].b_from);
		emit_replaced(diff, a, b, &hunks.items[k]);
		i = hunks.items[k].a_to;
		j = hunks.items[k].b_to;
	}
	emit_same(diff, b, &i, &j, b->count);
	hunks_clear(&hunks);
}

/* Whether line i is within `context` lines of a change. */
static bool
is_near(const struct diff *diff, size_t i, size_t context)
{
	size_t low = i > context ? i - context : 0;

	for (size_t k = low; k < diff->count && k <= i + context; k++)
		if (diff_line_is_change(&diff->lines[k]))
			return true;
	return false;
}

/* Moves the line to the end of diff; its kind stays, for those that follow to be near it. */
static void
move_line(struct diff *diff, struct diff_line *line)
{
	diff->lines = xreallocarray(diff->lines, diff->count + 1, sizeof(*diff->lines));
	diff->lines[diff->count++] = *line;
	*line = (struct diff_line){.kind = line->kind};
}

static void
move_folded(struct diff *diff, struct diff_line *lines, size_t count)
{
	struct diff_line *fold = emit(diff, DIFF_FOLD, "", 0);

	fold->folded = count;
	fold->lines = xcalloc(count, sizeof(*fold->lines));
	memcpy(fold->lines, lines, count * sizeof(*lines));
	for (size_t i = 0; i < count; i++)
		lines[i] = (struct diff_line){.kind = DIFF_SAME};
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
			move_folded(diff, &raw->lines[i], end - i);
		} else {
			end = i + 1;
			move_line(diff, &raw->lines[i]);
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
	struct pointer path;
	struct patch patch;

	*out = (struct pointer){0};
	patch_between(&patch, from, to);
	for (size_t i = 0; i < patch.count; i++) {
		if (pointer_parse(&path, patch.steps[i].path, NULL) != 0)
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
	patch_clear(&patch);
}

static void
emit_header(struct diff *diff, const char *kind, const char *name, const struct pointer *path)
{
	struct buf text;

	buf_init(&text, LINE_MAX_BYTES);
	(void)buf_printf(&text, "%s%s%s", kind, *name ? "." : "", name);
	for (size_t i = 0; i < path->count; i++)
		(void)buf_printf(&text, ".%s", path->tokens[i]);
	emit(diff, DIFF_HEADER, buf_str(&text), 0);
	buf_clear(&text);
}

/* One that exists on one side only is rendered whole. */
static void
diff_object(struct diff *diff, const char *kind, const char *name, json_t *from, json_t *to,
	    size_t context)
{
	struct pointer path = {0};
	struct diff_lines a = {0}, b = {0};
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

		if (!a || !b || !json_same(a, b))
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
	if (set_values(from) && set_values(to) && !json_same(set_values(from), set_values(to)))
		diff_object(diff, "values", "", set_values(from), set_values(to), context);
}

static void
line_clear(struct diff_line *line)
{
	for (size_t i = 0; i < line->folded; i++)
		line_clear(&line->lines[i]);
	free(line->lines);
	free(line->text);
	word_marks_clear(&line->marks);
}

void
diff_clear(struct diff *diff)
{
	for (size_t i = 0; i < diff->count; i++)
		line_clear(&diff->lines[i]);
	free(diff->lines);
	*diff = (struct diff){0};
}
