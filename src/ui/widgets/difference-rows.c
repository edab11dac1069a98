/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Lines of a diff become rows: one each, or, side by side, an old line with the new one that
 * took its place.  A fold is one row, or all that it stands for.
 *
 * Rows are made anew with every change of what is shown, and point into the diff, which
 * stays.  So the place where a person was is found again by what stood there, and not by a
 * number: difference_rebuild().
 */
#include "config.h"

#include "ui/widgets/difference-rows.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "model/pointer.h"
#include "model/set.h"

#define CONTEXT 2

bool
difference_is_beside(const struct difference *d)
{
	return d->beside && !d->narrow;
}

static void
add_row(struct difference *d, size_t object, const struct diff_line *left,
	const struct diff_line *right)
{
	d->rows[d->row_count++] = (struct difference_row){object, left, right, NULL};
}

/* The lines [from, end) of one run of changes: old ones, then new ones. */
static void
add_run(struct difference *d, size_t object, size_t from, size_t end)
{
	const struct diff_line *lines = d->diff.lines;
	size_t middle = from;

	while (middle < end && lines[middle].kind == DIFF_OLD)
		middle++;
	for (size_t i = 0; from + i < middle || middle + i < end; i++)
		add_row(d, object, from + i < middle ? &lines[from + i] : NULL,
			middle + i < end ? &lines[middle + i] : NULL);
}

static size_t
number_of(const struct difference *d, const struct diff_line *line)
{
	return (size_t)(line - d->diff.lines);
}

/* A fold that is open is all that it stands for. */
static void
add_fold(struct difference *d, size_t object, const struct diff_line *fold)
{
	if (!d->opened[number_of(d, fold)]) {
		add_row(d, object, fold, fold);
		return;
	}
	for (size_t i = 0; i < fold->folded; i++) {
		add_row(d, object, &fold->lines[i], &fold->lines[i]);
		d->rows[d->row_count - 1].fold = fold;
	}
}

/* One object's lines after its header; where they end. */
static size_t
add_object(struct difference *d, size_t object, size_t i, bool shown)
{
	const struct diff_line *lines = d->diff.lines;

	while (i < d->diff.count && lines[i].kind != DIFF_HEADER) {
		size_t end = i + 1;

		if (diff_line_is_change(&lines[i]) && difference_is_beside(d)) {
			/* Old lines and the new ones behind them; then another run begins. */
			while (end < d->diff.count && diff_line_is_change(&lines[end]) &&
			       !(lines[end].kind == DIFF_OLD && lines[end - 1].kind == DIFF_NEW))
				end++;
			if (shown)
				add_run(d, object, i, end);
		} else if (shown && lines[i].kind == DIFF_FOLD) {
			add_fold(d, object, &lines[i]);
		} else if (shown) {
			add_row(d, object, lines[i].kind == DIFF_NEW ? NULL : &lines[i],
				lines[i].kind == DIFF_OLD ? NULL : &lines[i]);
		}
		i = end;
	}
	return i;
}

/* As many rows as there can be, when all folds are open. */
static size_t
count_lines(const struct difference *d)
{
	size_t count = d->diff.count;

	for (size_t i = 0; i < d->diff.count; i++)
		count += d->diff.lines[i].folded;
	return count;
}

void
difference_build(struct difference *d)
{
	size_t object = 0;

	d->row_count = 0;
	d->rows = xreallocarray(d->rows, count_lines(d) + 1, sizeof(*d->rows));
	for (size_t i = 0; i < d->diff.count; object++) {
		bool shown = d->only < 0 || (size_t)d->only == object;

		if (shown)
			add_row(d, object, &d->diff.lines[i], &d->diff.lines[i]);
		i = add_object(d, object, i + 1, shown && !d->closed[object]);
	}
	d->top_line = 0;
	if (d->top >= d->row_count)
		d->top = d->row_count > 0 ? d->row_count - 1 : 0;
}

const struct diff_line *
difference_line(const struct difference *d, size_t row)
{
	return d->rows[row].left ? d->rows[row].left : d->rows[row].right;
}

/* How well the row stands for what was at the top: 0: not at all. */
static int
likeness(const struct difference *d, size_t row, const struct difference_row *was)
{
	const struct difference_row *r = &d->rows[row];

	if ((was->left && r->left == was->left) || (was->right && r->right == was->right))
		return 3;
	/* A fold that was opened, or closed. */
	if (r->fold ? r->fold == was->left : was->fold && r->left == was->fold)
		return 2;
	return r->object == was->object && difference_line(d, row)->kind == DIFF_HEADER;
}

void
difference_rebuild(struct difference *d)
{
	struct difference_row was = {0};
	int best = 0;

	if (d->top < d->row_count)
		was = d->rows[d->top];
	difference_build(d);
	for (size_t i = 0; i < d->row_count && best < 3; i++) {
		int like = likeness(d, i, &was);

		if (like > best) {
			best = like;
			d->top = i;
		}
	}
}

bool
difference_turn_fold(struct difference *d, size_t row)
{
	const struct difference_row *r = &d->rows[row];
	const struct diff_line *fold = r->fold ? r->fold : r->left;

	if (!fold || fold->kind != DIFF_FOLD)
		return false;
	d->opened[number_of(d, fold)] = !r->fold;
	difference_rebuild(d);
	return true;
}

/* Changes and headers come in the same order. */
size_t
difference_object_of(const struct changes *changes, size_t i)
{
	size_t object = 0;

	for (size_t k = 1; k <= i && k < changes->count; k++)
		object += changes->items[k].shared != changes->items[k - 1].shared ||
			  changes->items[k].is_value != changes->items[k - 1].is_value ||
			  strcmp(changes->items[k].object, changes->items[k - 1].object) != 0;
	return object;
}

/* How many tokens of the path are in the header already: "modules.web.spec". */
static size_t
count_common(const char *header, const struct change *change, const struct pointer *path)
{
	size_t at = change->is_value ? strlen(change->object)
				     : strlen(change->shared ? "shared." : "modules.") +
					       strlen(change->object);
	size_t count = 0;

	while (count < path->count && header[at] == '.' &&
	       strncmp(header + at + 1, path->tokens[count], strlen(path->tokens[count])) == 0)
		at += 1 + strlen(path->tokens[count++]);
	return count;
}

static bool
has_key(const struct diff_line *line, const char *key)
{
	const char *text = line->text + strspn(line->text, " ");
	size_t length = strlen(key);

	return strncmp(text, key, length) == 0 && text[length] == ':';
}

/* Whether a row within the object, from `row` on, has the key; then row is that. */
static bool
go_to_key(const struct difference *d, size_t *row, const char *key)
{
	for (size_t i = *row; i < d->row_count && d->rows[i].object == d->rows[*row].object; i++) {
		if ((!d->rows[i].left || !has_key(d->rows[i].left, key)) &&
		    (!d->rows[i].right || !has_key(d->rows[i].right, key)))
			continue;
		*row = i;
		return true;
	}
	return false;
}

/* The keys of its path one after the other, as far as they are not folded; then the change. */
size_t
difference_row_of(const struct difference *d, size_t object, const struct change *change)
{
	size_t header = 0, row;
	struct pointer path;

	while (header + 1 < d->row_count && d->rows[header].object != object)
		header++;
	if (!*change->path || pointer_parse(&path, change->path, NULL) != 0)
		return header;
	row = header;
	for (size_t i = count_common(difference_line(d, header)->text, change, &path);
	     i < path.count; i++)
		(void)go_to_key(d, &row, path.tokens[i]);
	pointer_clear(&path);
	while (row < d->row_count && d->rows[row].object == object) {
		if (diff_line_is_change(difference_line(d, row)))
			return row;
		row++;
	}
	return header;
}

/* A changed line, taken to be of this kind, as it is known in another difference of the same
 * object: which workload, and its text without what it is indented by, since that depends on what
 * else differs. */
static char *
name_line(const struct diff *diff, size_t i, enum diff_line_kind kind)
{
	const char *text = diff->lines[i].text + strspn(diff->lines[i].text, " ");
	size_t header = i, object = 0;

	while (header > 0 && diff->lines[header].kind != DIFF_HEADER)
		header--;
	for (int dots = 0; diff->lines[header].text[object]; object++)
		if (diff->lines[header].text[object] == '.' && ++dots == 2)
			break;
	return xasprintf("%.*s\n%d%s", (int)object, diff->lines[header].text, kind, text);
}

/* The names of all lines that change from one to the other.  New reference. */
static json_t *
name_changes(const struct set *from, const struct set *to)
{
	json_t *names = json_object();
	struct diff diff = {0};

	diff_between(&diff, from, to, 0);
	for (size_t i = 0; i < diff.count; i++) {
		char *name = diff_line_is_change(&diff.lines[i])
				     ? name_line(&diff, i, diff.lines[i].kind) : NULL;

		if (name)
			json_object_set_new_nocheck(names, name, json_true());
		free(name);
	}
	diff_clear(&diff);
	return names;
}

bool
difference_has_sides(const struct set *from, const struct set *between, const struct set *to)
{
	json_t *theirs = name_changes(from, between);
	struct diff ours = {0};
	bool has = true;

	diff_between(&ours, between, to, 0);
	for (size_t i = 0; i < ours.count && has; i++) {
		char *written = ours.lines[i].kind == DIFF_OLD
					? name_line(&ours, i, DIFF_NEW) : NULL;

		has = !written || !json_object_get(theirs, written);
		free(written);
	}
	diff_clear(&ours);
	json_decref(theirs);
	return has;
}

/* By two more differences, each with one change in it: what others did, and what we do. */
static void
find_sides(struct difference *d)
{
	json_t *theirs = name_changes(d->from, d->between), *ours = name_changes(d->between, d->to);

	d->sides = xcalloc(d->diff.count + 1, sizeof(*d->sides));
	for (size_t i = 0; i < d->diff.count; i++) {
		char *name = diff_line_is_change(&d->diff.lines[i])
				     ? name_line(&d->diff, i, d->diff.lines[i].kind) : NULL;

		if (name && json_object_get(theirs, name))
			d->sides[i] = json_object_get(ours, name) ? SIDE_BOTH : SIDE_THEIRS;
		free(name);
	}
	json_decref(theirs);
	json_decref(ours);
}

void
difference_compare(struct difference *d)
{
	d->row_count = 0;
	diff_clear(&d->diff);
	if (d->from && d->to)
		diff_between(&d->diff, d->from, d->to, d->whole ? (size_t)INT32_MAX : CONTEXT);
	free(d->opened);
	d->opened = xcalloc(d->diff.count + 1, sizeof(*d->opened));
	free(d->sides);
	d->sides = NULL;
	if (d->from && d->to && d->between)
		find_sides(d);
}

void
difference_set(struct difference *d, struct set *from, struct set *to)
{
	difference_set_between(d, from, NULL, to);
}

/* By pointer: sets never change, and the references that are held keep
 * an address from being used again. */
void
difference_set_between(struct difference *d, struct set *from, struct set *between, struct set *to)
{
	if (d->from == from && d->to == to && d->between == between)
		return;
	set_unref(d->from);
	set_unref(d->to);
	set_unref(d->between);
	d->between = between ? set_ref(between) : NULL;
	d->from = from ? set_ref(from) : NULL;
	d->to = to ? set_ref(to) : NULL;
	difference_compare(d);
	d->objects = 0;
	for (size_t i = 0; i < d->diff.count; i++)
		d->objects += d->diff.lines[i].kind == DIFF_HEADER;
	free(d->closed);
	d->closed = xcalloc(d->objects + 1, sizeof(*d->closed));
	d->only = -1;
	d->top = 0;
	difference_build(d);
}

void
difference_clear(struct difference *d)
{
	set_unref(d->from);
	set_unref(d->to);
	set_unref(d->between);
	free(d->sides);
	diff_clear(&d->diff);
	free(d->rows);
	free(d->closed);
	free(d->opened);
	*d = (struct difference){0};
}
