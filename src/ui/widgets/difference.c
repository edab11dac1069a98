/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Lines of a diff become rows: one each, or, side by side, an old line with the new one that
 * took its place.
 */
#include "config.h"

#include "ui/widgets/difference.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "model/set.h"
#include "ui/canvas.h"

#define CONTEXT 2
#define BESIDE_COLUMNS 100		/* below that there is no room for two */

struct difference_row {
	size_t object;
	const struct diff_line *left, *right;	/* of a header or a fold both are it */
};

static bool
is_beside(const struct difference *d)
{
	return d->beside && !d->narrow;
}

/* --- rows --- */

static void
add_row(struct difference *d, size_t object, const struct diff_line *left,
	const struct diff_line *right)
{
	d->rows[d->row_count++] = (struct difference_row){object, left, right};
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

static bool
is_change(const struct diff_line *line)
{
	return line->kind == DIFF_OLD || line->kind == DIFF_NEW;
}

/* One object's lines after its header; where they end. */
static size_t
add_object(struct difference *d, size_t object, size_t i, bool shown)
{
	const struct diff_line *lines = d->diff.lines;

	while (i < d->diff.count && lines[i].kind != DIFF_HEADER) {
		size_t end = i + 1;

		if (is_change(&lines[i]) && is_beside(d)) {
			/* Old lines and the new ones behind them; then another run begins. */
			while (end < d->diff.count && is_change(&lines[end]) &&
			       !(lines[end].kind == DIFF_OLD && lines[end - 1].kind == DIFF_NEW))
				end++;
			if (shown)
				add_run(d, object, i, end);
		} else if (shown) {
			add_row(d, object, lines[i].kind == DIFF_NEW ? NULL : &lines[i],
				lines[i].kind == DIFF_OLD ? NULL : &lines[i]);
		}
		i = end;
	}
	return i;
}

static void
build_rows(struct difference *d)
{
	size_t object = 0;

	d->row_count = 0;
	d->rows = xreallocarray(d->rows, d->diff.count + 1, sizeof(*d->rows));
	for (size_t i = 0; i < d->diff.count; object++) {
		bool shown = d->only < 0 || (size_t)d->only == object;

		if (shown)
			add_row(d, object, &d->diff.lines[i], &d->diff.lines[i]);
		i = add_object(d, object, i + 1, shown && !d->closed[object]);
	}
	if (d->top >= d->row_count)
		d->top = d->row_count > 0 ? d->row_count - 1 : 0;
}

/* Builds them anew, and stays at the object and, as far as it is there, the line. */
static void
rebuild(struct difference *d)
{
	const struct diff_line *line = NULL;
	size_t object = 0;

	if (d->top < d->row_count) {
		object = d->rows[d->top].object;
		line = d->rows[d->top].left ? d->rows[d->top].left : d->rows[d->top].right;
	}
	build_rows(d);
	for (size_t i = d->row_count; i-- > 0;)
		if (d->rows[i].left == line || d->rows[i].right == line ||
		    (d->rows[i].object == object && d->rows[i].left && d->rows[i].left->kind == DIFF_HEADER))
			d->top = i;
	for (size_t i = 0; line && i < d->row_count; i++)
		if (d->rows[i].left == line || d->rows[i].right == line)
			d->top = i;
}

static void
make_diff(struct difference *d)
{
	diff_clear(&d->diff);
	if (d->from && d->to)
		diff_between(&d->diff, d->from, d->to, d->whole ? (size_t)INT32_MAX : CONTEXT);
}

void
difference_set(struct difference *d, struct set *from, struct set *to)
{
	if (d->from == from && d->to == to)
		return;
	set_unref(d->from);
	set_unref(d->to);
	d->from = from ? set_ref(from) : NULL;
	d->to = to ? set_ref(to) : NULL;
	make_diff(d);
	d->objects = 0;
	for (size_t i = 0; i < d->diff.count; i++)
		d->objects += d->diff.lines[i].kind == DIFF_HEADER;
	free(d->closed);
	d->closed = xcalloc(d->objects + 1, sizeof(*d->closed));
	d->only = -1;
	d->top = 0;
	build_rows(d);
}

void
difference_clear(struct difference *d)
{
	set_unref(d->from);
	set_unref(d->to);
	diff_clear(&d->diff);
	free(d->rows);
	free(d->closed);
	*d = (struct difference){0};
}

/* --- drawing --- */

static bool
is_wanted(const struct difference *d)
{
	return d->find.text[0] != '\0';
}

/* Where to begin so that the words that differ are seen, or the first of them: 0, or behind a
 * part that is cut. */
static size_t
visible_from(const struct diff_line *line, int columns)
{
	size_t start = line->marks.items[0].start, end = line->marks.items[line->marks.count - 1].end;
	size_t from = 0;

	for (;;) {
		char *shown = xstrndup(line->text + from, end - from);
		bool fits = text_columns(shown) + 2 <= columns;

		free(shown);
		if (fits || from >= start)
			return from;
		/* Half of what is too much, by characters. */
		from += (start - from + 1) / 2;
		while (from < start && ((unsigned char)line->text[from] & 0xc0) == 0x80)
			from++;
	}
}

/* The bytes [from, end) of the line, what was found in another style: also what begins before
 * them. */
static void
draw_piece(const struct difference *d, struct canvas *c, enum style style, const char *text,
	   size_t from, size_t end)
{
	const char *hit = is_wanted(d) ? strcasestr(text, d->find.text) : NULL;
	size_t length = strlen(d->find.text);

	for (; hit && hit < text + end; hit = strcasestr(hit + length, d->find.text)) {
		size_t start = (size_t)(hit - text), stop = start + length < end ? start + length : end;

		if (stop <= from)
			continue;
		start = start > from ? start : from;
		canvas_piece(c, style, text, from, start);
		canvas_piece(c, STYLE_SELECTED_FOUND, text, start, stop);
		from = stop;
	}
	canvas_piece(c, style, text, from, end);
}

static void
draw_text(const struct difference *d, struct canvas *c, const struct diff_line *line,
	  enum style plain, enum style mark)
{
	const struct word_marks *marks = &line->marks;
	size_t length = strlen(line->text), from;

	if (marks->count == 0) {
		draw_piece(d, c, plain, line->text, 0, length);
		return;
	}
	from = visible_from(line, c->width - c->column);
	if (from > 0)
		canvas_ours(c, plain, c->ascii ? "~" : "…");
	for (size_t i = 0; i < marks->count; i++) {
		draw_piece(d, c, plain, line->text, from, marks->items[i].start);
		draw_piece(d, c, mark, line->text, marks->items[i].start, marks->items[i].end);
		from = marks->items[i].end;
	}
	draw_piece(d, c, plain, line->text, from, length);
}

static void
draw_line(const struct difference *d, struct canvas *c, int row, const struct diff_line *line,
	  bool old)
{
	enum style style = line->kind == DIFF_OLD   ? STYLE_OLD
			   : line->kind == DIFF_NEW ? STYLE_NEW
						    : STYLE_NORMAL;

	canvas_at(c, row, 0);
	canvas_format(c, line->kind == DIFF_SAME ? STYLE_DIM : style, "  %4zu ",
		      old && line->kind == DIFF_SAME ? line->old_number : line->number);
	canvas_ours(c, style, line->kind == DIFF_OLD ? "- " : line->kind == DIFF_NEW ? "+ " : "  ");
	draw_text(d, c, line, style,
		  line->kind == DIFF_OLD   ? STYLE_OLD_MARK
		  : line->kind == DIFF_NEW ? STYLE_NEW_MARK
					   : STYLE_NORMAL);
	if (is_change(line))
		canvas_fill_row(c, style);
}

static size_t
count_changes(const struct difference *d, size_t object)
{
	size_t at = 0, count = 0, i = 0;

	for (; i < d->diff.count; i++) {
		at += i > 0 && d->diff.lines[i].kind == DIFF_HEADER;
		count += at == object && is_change(&d->diff.lines[i]);
	}
	return count;
}

static void
draw_header(const struct difference *d, struct canvas *c, int row, const struct difference_row *r)
{
	bool closed = d->closed[r->object];

	canvas_at(c, row, 0);
	canvas_ours(c, STYLE_DIM, c->ascii ? (closed ? "> " : "v ") : closed ? "▸ " : "▾ ");
	draw_piece(d, c, STYLE_DIM, r->left->text, 0, strlen(r->left->text));
	if (closed) {
		size_t count = count_changes(d, r->object);

		canvas_format(c, STYLE_DIM, ngettext("   %zu line changes", "   %zu lines change", count),
			      count);
	} else if (d->only >= 0) {
		canvas_ours(c, STYLE_DIM, _("   alone; w shows all"));
	}
}

static void
draw_row(const struct difference *d, struct canvas *canvas, struct canvas *left,
	 struct canvas *right, int row, const struct difference_row *r)
{
	const struct diff_line *line = r->left ? r->left : r->right;

	if (line->kind == DIFF_HEADER) {
		draw_header(d, canvas, row, r);
	} else if (line->kind == DIFF_FOLD) {
		canvas_at(canvas, row, 2);
		canvas_format(canvas, STYLE_DIM,
			      ngettext("      %zu unchanged line", "      %zu unchanged lines", line->folded),
			      line->folded);
	} else if (!is_beside(d)) {
		draw_line(d, canvas, row, line, false);
	} else {
		if (r->left)
			draw_line(d, left, row, r->left, true);
		if (r->right)
			draw_line(d, right, row, r->right, false);
	}
}

void
difference_draw(struct difference *d, const struct ui *ui, struct canvas *canvas)
{
	bool field = d->finding || is_wanted(d), narrow = canvas->width < BESIDE_COLUMNS;
	int half = (canvas->width - 1) / 2;
	struct canvas left = canvas_part(canvas, 0, 0, canvas->height, half);
	struct canvas right = canvas_part(canvas, 0, half + 1, canvas->height, canvas->width - half - 1);
	int row = 0;

	if (narrow != d->narrow || ui_beside(ui) != d->beside) {
		d->narrow = narrow;
		d->beside = ui_beside(ui);
		rebuild(d);
	}
	d->height = canvas->height - field;
	for (size_t i = d->top; i < d->row_count && row < d->height; i++, row++) {
		const struct diff_line *line = d->rows[i].left ? d->rows[i].left : d->rows[i].right;

		draw_row(d, canvas, &left, &right, row, &d->rows[i]);
		if (is_beside(d) && line->kind != DIFF_HEADER && line->kind != DIFF_FOLD) {
			canvas_at(canvas, row, half);
			canvas_ours(canvas, STYLE_FAINT, canvas->ascii ? "|" : "│");
		}
	}
	if (!field || canvas->height < 1)
		return;
	canvas_at(canvas, canvas->height - 1, 1);
	canvas_ours(canvas, STYLE_KEY, "/ ");
	field_draw(&d->find, canvas, canvas->width - 4 < 40 ? canvas->width - 4 : 40, d->finding);
}

/* --- moving --- */

static bool
holds(const struct difference *d, size_t i)
{
	const struct difference_row *r = &d->rows[i];

	return (r->left && strcasestr(r->left->text, d->find.text)) ||
	       (r->right && strcasestr(r->right->text, d->find.text));
}

/* A change begins where one stands, and none before it. */
static bool
begins_change(const struct difference *d, size_t i)
{
	const struct difference_row *r = &d->rows[i];
	const struct diff_line *line = r->left ? r->left : r->right;
	const struct diff_line *before = i == 0 ? NULL : d->rows[i - 1].left ? d->rows[i - 1].left
									      : d->rows[i - 1].right;

	if (line->kind == DIFF_HEADER)
		return d->closed[r->object];
	return is_change(line) && (!before || !is_change(before));
}

static void
to_next(struct difference *d, struct ui *ui, int step)
{
	for (long i = (long)d->top + step; i >= 0 && i < (long)d->row_count; i += step) {
		if (is_wanted(d) ? holds(d, (size_t)i) : begins_change(d, (size_t)i)) {
			d->top = (size_t)i;
			return;
		}
	}
	if (is_wanted(d))
		ui_say(ui, step > 0 ? _("\"%s\" is not further down.") : _("\"%s\" is not further up."),
		       d->find.text);
	else
		ui_say(ui, step > 0 ? _("This is the last change.") : _("This is the first change."));
}

static void
move(struct difference *d, long by)
{
	long last = (long)d->row_count - 1, to = (long)d->top + by;

	d->top = to < 0 || last < 0 ? 0 : (size_t)(to > last ? last : to);
}

static void
fold(struct difference *d, struct ui *ui)
{
	size_t object;

	if (d->row_count == 0) {
		ui_say(ui, _("There is nothing to fold: nothing differs."));
		return;
	}
	object = d->rows[d->top].object;
	d->closed[object] = !d->closed[object];
	rebuild(d);
}

static void
only(struct difference *d, struct ui *ui)
{
	if (d->row_count == 0 || d->objects < 2) {
		ui_say(ui, _("There is only this one."));
		return;
	}
	d->only = d->only >= 0 ? -1 : (long)d->rows[d->top].object;
	rebuild(d);
}

static void
context(struct difference *d)
{
	size_t object = d->row_count > 0 ? d->rows[d->top].object : 0;

	d->whole = !d->whole;
	d->row_count = 0;
	make_diff(d);
	build_rows(d);
	for (size_t i = d->row_count; i-- > 0;)
		if (d->rows[i].object == object)
			d->top = i;
}

static void
beside(struct difference *d, struct ui *ui)
{
	d->beside = !d->beside;
	ui_set_beside(ui, d->beside);
	if (d->beside && d->narrow)
		ui_say(ui, _("Side by side needs %d columns; it is shown so as soon as there are."),
		       BESIDE_COLUMNS);
	rebuild(d);
}

bool
difference_act(struct difference *d, struct ui *ui, enum action action)
{
	int page = d->height > 2 ? d->height - 1 : 1;

	switch (action) {
	case ACTION_DOWN: move(d, 1); break;
	case ACTION_UP: move(d, -1); break;
	case ACTION_PAGE_DOWN: move(d, page); break;
	case ACTION_PAGE_UP: move(d, -page); break;
	case ACTION_FIRST: d->top = 0; break;
	case ACTION_LAST: move(d, (long)d->row_count); move(d, -(long)(d->height / 2)); break;
	case ACTION_NEXT: to_next(d, ui, 1); break;
	case ACTION_PREVIOUS: to_next(d, ui, -1); break;
	case ACTION_FOLD: fold(d, ui); break;
	case ACTION_ONLY: only(d, ui); break;
	case ACTION_CONTEXT: context(d); break;
	case ACTION_BESIDE: beside(d, ui); break;
	case ACTION_FIND: d->finding = true; field_offer(&d->find, d->find.text); break;
	default: return false;
	}
	return true;
}

bool
difference_type(struct difference *d, struct ui *ui, int key)
{
	if (!d->finding && key == 27 && is_wanted(d)) {
		field_set(&d->find, "");
		return true;
	}
	if (!d->finding)
		return false;
	if (key == 27)
		field_set(&d->find, "");
	if (key == 27 || key == '\r' || key == '\n') {
		d->finding = false;
		return true;
	}
	if (!field_type(&d->find, key))
		return false;
	/* The first place from here on, or else the first of all. */
	if (is_wanted(d) && d->row_count > 0 && !holds(d, d->top)) {
		size_t i = d->top;

		while (i < d->row_count && !holds(d, i))
			i++;
		for (size_t k = 0; i == d->row_count && k < d->top; k++)
			i = holds(d, k) ? k : i;
		if (i < d->row_count)
			d->top = i;
		else
			ui_say(ui, _("\"%s\" is nowhere in it."), d->find.text);
	}
	return true;
}
