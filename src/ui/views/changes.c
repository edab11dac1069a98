/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Changes on the screen: the sign first, then what, then from and to; colour comes last,
 * since not every terminal and not every eye has it.
 *
 * One row for a change, if it fits.  Else what changes has the rows that it needs, up to a
 * limit: a value that is cut could be approved for its beginning.
 */
#include "config.h"

#include "ui/views/changes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "compare/changes.h"
#include "model/image.h"
#include "model/version.h"
#include "ui/canvas.h"

#define WORDS_BYTES_MAX (1024 * 1024)

/* In words, without the dots between them. */
struct counts {
	char workloads[64], resources[64], values[64];
};

static struct counts
count(const struct changes *changes)
{
	struct counts counts;

	snprintf(counts.workloads, sizeof(counts.workloads),
		 ngettext("%zu workload changes", "%zu workloads change", changes->workloads),
		 changes->workloads);
	snprintf(counts.resources, sizeof(counts.resources),
		 ngettext(" %zu resource", " %zu resources", changes->resources),
		 changes->resources);
	snprintf(counts.values, sizeof(counts.values),
		 ngettext(" %zu value", " %zu values", changes->values), changes->values);
	return counts;
}

void
changes_draw_counts(struct canvas *canvas, const struct changes *changes)
{
	struct counts counts = count(changes);

	canvas_text(canvas, STYLE_STRONG, counts.workloads);
	canvas_text(canvas, STYLE_DIM, " ");
	canvas_glyph(canvas, STYLE_DIM, GLYPH_MIDDLE);
	canvas_text(canvas, STYLE_DIM, counts.resources);
	if (changes->values == 0)
		return;
	canvas_text(canvas, STYLE_DIM, " ");
	canvas_glyph(canvas, STYLE_DIM, GLYPH_MIDDLE);
	canvas_text(canvas, STYLE_DIM, counts.values);
}

int
changes_counts_columns(const struct changes *changes)
{
	struct counts counts = count(changes);
	int columns = text_columns(counts.workloads) + 2 + text_columns(counts.resources);

	return changes->values == 0 ? columns : columns + 2 + text_columns(counts.values);
}

#define TEXT_COLUMN 3		/* behind the sign */
#define VALUE_COLUMN 7		/* of a value that has lines to itself */
#define VALUE_ROWS_MAX 4

/* How many rows a value may have, where there are so many for all changes. */
static int
most_rows(int rows)
{
	int most = rows / 4;

	return most < 1 ? 1 : most > VALUE_ROWS_MAX ? VALUE_ROWS_MAX : most;
}
#define GAP 3

static int
columns_of(const char *text)
{
	return text ? text_columns(text) : 0;
}

static const char *
label_of(const struct change *change)
{
	return change->label ? change->label : change->path;
}

static int
head_columns(const struct change *change)
{
	int label = text_columns(label_of(change));

	return TEXT_COLUMN + text_columns(change->object) + (label ? GAP + label : 0);
}

/* Both images have one name: it is written once, or not at all where there is no room. */
static bool
is_new_version(const struct change *change)
{
	struct image from, to;
	bool same;

	if (!change->is_image || !change->from || !change->to)
		return false;
	image_parse(&from, change->from);
	image_parse(&to, change->to);
	same = strcmp(from.name, to.name) == 0;
	image_clear(&from);
	image_clear(&to);
	return same;
}

static int
version_columns(const struct change *change)
{
	char *was, *is;
	int columns;

	image_labels(change->from, change->to, &was, &is);
	columns = text_columns(was) + text_columns(is) + GAP;
	free(was);
	free(is);
	return columns;
}

/* Whether all of it stands in one row. */
static bool
is_one_row(const struct change *change, int columns)
{
	int head = head_columns(change) + GAP;

	if (is_new_version(change))
		return head + version_columns(change) <= columns;
	return head + columns_of(change->from) + columns_of(change->to) +
	       (change->from && change->to ? GAP : 0) <= columns;
}

static int
value_rows(const char *value, int columns, int most)
{
	int rows = value ? canvas_wrapped_rows(value, columns - VALUE_COLUMN) : 0;

	return rows > most ? 1 : rows;
}

static char *
head_of(const struct change *change)
{
	return xasprintf("%s%s%s", change->object, *label_of(change) ? "   " : "",
			 label_of(change));
}

static int
rows_of(const struct change *change, int columns, int most)
{
	char *head;
	int rows;

	if (is_one_row(change, columns))
		return 1;
	head = head_of(change);
	rows = canvas_wrapped_rows(head, columns - TEXT_COLUMN);
	free(head);
	return rows + value_rows(change->from, columns, most) +
	       value_rows(change->to, columns, most);
}

static void
draw_arrow(struct canvas *c)
{
	canvas_text(c, STYLE_DIM, " ");
	canvas_glyph(c, STYLE_DIM, GLYPH_ARROW);
	canvas_text(c, STYLE_DIM, " ");
}

/* What changes is the version: the name gives way to it, and so does what kind of step it is. */
static void
draw_versions(struct canvas *c, const struct change *change)
{
	struct image from, to;
	const char *step;
	char *was, *is;

	image_parse(&from, change->from);
	image_parse(&to, change->to);
	image_labels(change->from, change->to, &was, &is);
	if (text_columns(from.name) + 1 + text_columns(was) + text_columns(is) + GAP <=
	    c->width - c->column) {
		canvas_untrusted_bytes(c, STYLE_NORMAL, from.name, 0);
		canvas_text(c, STYLE_NORMAL, *from.version ? ":" : "@");
	}
	canvas_untrusted_bytes(c, STYLE_WARN, was, 0);
	draw_arrow(c);
	canvas_untrusted_bytes(c, STYLE_AHEAD, is, 0);
	step = version_step(from.version, to.version);
	if (text_columns(step) + GAP <= c->width - c->column)
		canvas_format(c, STYLE_DIM, "   %s", step);
	free(was);
	free(is);
	image_clear(&from);
	image_clear(&to);
}

/* In rows of its own; how many. */
static int
draw_value(struct canvas *c, int row, const char *sign, enum style style, const char *value,
	   int most)
{
	if (!value)
		return 0;
	canvas_move(c, row, VALUE_COLUMN - 2);
	canvas_text(c, style, sign);
	canvas_move(c, row, VALUE_COLUMN);
	if (canvas_wrapped_rows(value, c->width - VALUE_COLUMN) <= most)
		return canvas_wrapped(c, style, value);
	canvas_format(c, style, ngettext("%zu byte; shown in full below",
					 "%zu bytes; shown in full below", strlen(value)),
		      strlen(value));
	return 1;
}

static void
draw_values(struct canvas *c, const struct change *change)
{
	if (change->from)
		canvas_untrusted_bytes(c, STYLE_WARN, change->from, 0);
	if (change->from && change->to)
		draw_arrow(c);
	if (change->to)
		canvas_untrusted_bytes(c, STYLE_AHEAD, change->to, 0);
	if (change->note && c->width - c->column > 8) {
		canvas_text(c, STYLE_NORMAL, "   ");
		canvas_untrusted_bytes(c, STYLE_DIM, change->note, 0);
	}
}

static void
draw_head(struct canvas *c, const struct change *change)
{
	canvas_untrusted_bytes(c, STYLE_STRONG, change->object, 0);
	if (!*label_of(change))
		return;
	canvas_text(c, STYLE_NORMAL, "   ");
	canvas_untrusted_bytes(c, STYLE_DIM, label_of(change), 0);
}

static void
draw_rows(struct canvas *c, int row, const struct change *change, int most)
{
	char *head = head_of(change);

	if (head_columns(change) <= c->width) {
		draw_head(c, change);
		row++;
	} else {
		row += canvas_wrapped(c, STYLE_STRONG, head);
	}
	row += draw_value(c, row, "-", STYLE_WARN, change->from, most);
	(void)draw_value(c, row, "+", STYLE_AHEAD, change->to, most);
	free(head);
}

static void
draw_change(struct canvas *c, int row, const struct change *change, int most)
{
	static const struct { const char *sign; enum style style; } signs[] = {
		[CHANGE_ADDED] = {"+", STYLE_AHEAD},
		[CHANGE_REMOVED] = {"-", STYLE_WARN},
		[CHANGE_CHANGED] = {"~", STYLE_KEY},
	};

	canvas_move(c, row, 1);
	canvas_text(c, signs[change->kind].style, signs[change->kind].sign);
	canvas_move(c, row, TEXT_COLUMN);
	if (!is_one_row(change, c->width)) {
		draw_rows(c, row, change, most);
		return;
	}
	draw_head(c, change);
	/* Above the canvas, where it is scrolled to, the pen does not move. */
	canvas_move(c, row, head_columns(change) + GAP);
	if (is_new_version(change))
		draw_versions(c, change);
	else
		draw_values(c, change);
}

/* How many rows are free decides how many changes are named; that
 * others are left out is always said. */
int
changes_draw_words(struct canvas *canvas, int row, int rows, const struct changes *changes)
{
	int used = 0;

	for (size_t i = 0; i < changes->count && used < rows; i++) {
		int needs = rows_of(&changes->items[i], canvas->width, most_rows(rows));
		bool last = i + 1 == changes->count;

		if (used + needs + !last > rows) {
			canvas_move(canvas, row + used, 3);
			canvas_format(canvas, STYLE_DIM,
				      used > 0 ? _("and %zu more, all in the diff below")
					       : _("%zu, all in the diff below"),
				      changes->count - i);
			return used + 1;
		}
		draw_change(canvas, row + used, &changes->items[i], most_rows(rows));
		used += needs;
	}
	return used;
}

/* The same layout as changes_draw_words(): whoever changes one changes the other. */
size_t
changes_in_row(const struct changes *changes, int columns, int rows, int row)
{
	int used = 0;

	for (size_t i = 0; i < changes->count && used < rows; i++) {
		int needs = rows_of(&changes->items[i], columns, most_rows(rows));

		if (used + needs + (i + 1 < changes->count) > rows)
			return row == used ? i : changes->count;
		used += needs;
		if (row < used)
			return i;
	}
	return changes->count;
}

/* For the clipboard, thus ASCII, and with what could be a control character made visible. */
char *
changes_words(const struct changes *changes)
{
	static const char signs[] = {
		[CHANGE_ADDED] = '+', [CHANGE_REMOVED] = '-', [CHANGE_CHANGED] = '~',
	};
	struct buf buf;

	buf_init(&buf, WORDS_BYTES_MAX);
	for (size_t i = 0; i < changes->count; i++) {
		const struct change *change = &changes->items[i];
		char *line = xasprintf("%c %s %s%s%s%s%s", signs[change->kind], change->object,
				       change->label, change->from ? " " : "",
				       change->from ? change->from : "",
				       change->from && change->to ? " -> " : change->to ? " " : "",
				       change->to ? change->to : "");
		char *shown = text_printable(line);

		(void)buf_printf(&buf, "%s\n", shown);
		free(shown);
		free(line);
	}
	return buf_take(&buf);
}
