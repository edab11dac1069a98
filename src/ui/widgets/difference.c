/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The difference on the screen, and the keys that move, fold and find in it. */
#include "config.h"

#include "ui/widgets/difference.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "ui/canvas.h"
#include "ui/widgets/difference-rows.h"
#include "ui/widgets/found.h"

#define BESIDE_COLUMNS 100		/* below that there is no room for two */

/* --- drawing --- */

static bool
is_wanted(const struct difference *d)
{
	return d->find.text[0] != '\0';
}

/* What was found is in a line that is folded. */
static bool
is_in_fold(const struct difference *d, const struct diff_line *fold)
{
	for (size_t i = 0; is_wanted(d) && i < fold->folded; i++)
		if (strcasestr(fold->lines[i].text, d->find.text))
			return true;
	return false;
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

static void
draw_piece(const struct difference *d, struct canvas *c, enum style style, const char *text,
	   size_t from, size_t end)
{
	found_draw(c, style, STYLE_SELECTED_FOUND, text, from, end, d->find.text);
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
	if (diff_line_is_change(line))
		canvas_fill_row(c, style);
}

static size_t
count_changes(const struct difference *d, size_t object)
{
	size_t at = 0, count = 0, i = 0;

	for (; i < d->diff.count; i++) {
		at += i > 0 && d->diff.lines[i].kind == DIFF_HEADER;
		count += at == object && diff_line_is_change(&d->diff.lines[i]);
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

/* Its words stand where those of the lines do. */
static void
draw_fold(const struct difference *d, struct canvas *c, int row, const struct diff_line *line)
{
	canvas_at(c, row, 7);
	canvas_glyph(c, STYLE_DIM, GLYPH_CLOSED);
	canvas_ours(c, STYLE_DIM, " ");
	canvas_format(c, is_in_fold(d, line) ? STYLE_KEY : STYLE_DIM,
		      ngettext("%zu unchanged line", "%zu unchanged lines", line->folded), line->folded);
}

static void
draw_row(const struct difference *d, struct canvas *canvas, struct canvas *left,
	 struct canvas *right, int row, const struct difference_row *r)
{
	const struct diff_line *line = r->left ? r->left : r->right;

	if (line->kind == DIFF_HEADER) {
		draw_header(d, canvas, row, r);
	} else if (line->kind == DIFF_FOLD) {
		draw_fold(d, canvas, row, line);
	} else if (!difference_is_beside(d)) {
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
		difference_rebuild(d);
	}
	d->height = canvas->height > field ? canvas->height - field : 0;
	for (size_t i = d->top; i < d->row_count && row < d->height; i++, row++) {
		const struct diff_line *line = difference_line(d, i);

		draw_row(d, canvas, &left, &right, row, &d->rows[i]);
		if (difference_is_beside(d) && line->kind != DIFF_HEADER && line->kind != DIFF_FOLD) {
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
	       (r->right && strcasestr(r->right->text, d->find.text)) ||
	       is_in_fold(d, difference_line(d, i));
}

/* Goes to a row that holds what is wanted; of a fold to the first line, or the last, that does. */
static void
reach(struct difference *d, size_t i, int step)
{
	const struct diff_line *fold = difference_line(d, i);

	d->top = i;
	if (fold->kind != DIFF_FOLD || !difference_turn_fold(d, i))
		return;
	if (step < 0)
		d->top += fold->folded - 1;
	while (!holds(d, d->top))
		d->top += step < 0 ? -1 : 1;
}

/* A change begins where one stands, and none before it. */
static bool
begins_change(const struct difference *d, size_t i)
{
	const struct diff_line *line = difference_line(d, i);
	const struct diff_line *before = i == 0 ? NULL : difference_line(d, i - 1);

	if (line->kind == DIFF_HEADER)
		return d->closed[d->rows[i].object];
	return diff_line_is_change(line) && (!before || !diff_line_is_change(before));
}

static void
to_next(struct difference *d, struct ui *ui, int step)
{
	for (long i = (long)d->top + step; i >= 0 && i < (long)d->row_count; i += step) {
		if (is_wanted(d) && holds(d, (size_t)i)) {
			reach(d, (size_t)i, step);
			return;
		}
		if (!is_wanted(d) && begins_change(d, (size_t)i)) {
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
	if (difference_turn_fold(d, d->top))
		return;
	object = d->rows[d->top].object;
	d->closed[object] = !d->closed[object];
	difference_rebuild(d);
}

/* The first fold that is seen. */
static void
unfold(struct difference *d, struct ui *ui)
{
	size_t end = d->top + (size_t)(d->height > 0 ? d->height : 0);

	for (size_t i = d->top; i < end && i < d->row_count; i++) {
		if (difference_line(d, i)->kind != DIFF_FOLD)
			continue;
		(void)difference_turn_fold(d, i);
		return;
	}
	ui_say(ui, _("No unchanged lines are folded here."));
}

static void
only(struct difference *d, struct ui *ui)
{
	if (d->row_count == 0 || d->objects < 2) {
		ui_say(ui, _("There is only this one."));
		return;
	}
	d->only = d->only >= 0 ? -1 : (long)d->rows[d->top].object;
	difference_rebuild(d);
}

static void
context(struct difference *d)
{
	size_t object = d->row_count > 0 ? d->rows[d->top].object : 0;

	d->whole = !d->whole;
	difference_compare(d);
	difference_build(d);
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
	difference_rebuild(d);
}

void
difference_click(struct difference *d, int row)
{
	size_t at = d->top + (size_t)row, object;

	if (row < 0 || row >= d->height || at >= d->row_count)
		return;
	if (difference_line(d, at)->kind == DIFF_FOLD) {
		(void)difference_turn_fold(d, at);
	} else if (difference_line(d, at)->kind == DIFF_HEADER) {
		object = d->rows[at].object;
		d->closed[object] = !d->closed[object];
		difference_rebuild(d);
	}
}

void
difference_show(struct difference *d, const struct changes *changes, size_t i)
{
	size_t object = difference_object_of(changes, i);

	if (object >= d->objects)
		return;
	d->closed[object] = false;
	if (d->only >= 0)
		d->only = (long)object;
	difference_rebuild(d);
	d->top = difference_row_of(d, object, &changes->items[i]);
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
	case ACTION_UNFOLD: unfold(d, ui); break;
	case ACTION_ONLY: only(d, ui); break;
	case ACTION_CONTEXT: context(d); break;
	case ACTION_BESIDE: beside(d, ui); break;
	case ACTION_FIND:
		d->finding = true;
		d->find_from = d->top;
		field_offer(&d->find, d->find.text);
		break;
	default: return false;
	}
	return true;
}

/* The first place from where one was on, or else the first of all. */
static void
find_again(struct difference *d, struct ui *ui)
{
	for (size_t n = 0; n < d->row_count; n++) {
		size_t i = (d->find_from + n) % d->row_count;

		if (holds(d, i)) {
			d->top = i;
			return;
		}
	}
	ui_say(ui, _("\"%s\" is nowhere in it."), d->find.text);
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
		if (is_wanted(d) && d->row_count > 0 && holds(d, d->top))
			reach(d, d->top, 1);
		return true;
	}
	if (!field_type(&d->find, key))
		return false;
	if (is_wanted(d) && d->row_count > 0)
		find_again(d, ui);
	return true;
}
