/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The difference on the screen, and the keys that move, fold and find in it.
 *
 * A row may take several lines of the screen, as many as its text needs at this width; so
 * `top` is a row, and `top_line` the first of its lines that is seen.  How many there are is
 * counted as one goes: a difference of ten thousand lines is never laid out whole.
 */
#include "config.h"

#include "ui/widgets/difference.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "ui/canvas.h"
#include "ui/view.h"
#include "ui/widgets/difference-rows.h"
#include "ui/widgets/found.h"

#define BESIDE_COLUMNS 100		/* below that there is no room for two */

/* --- drawing --- */

/* What was found is in a line that is folded. */
static bool
is_in_fold(const struct difference *d, const struct diff_line *fold)
{
	for (size_t i = 0; find_is_wanted(&d->find) && i < fold->folded; i++)
		if (strcasestr(fold->lines[i].text, find_text(&d->find)))
			return true;
	return false;
}

static void
draw_piece(const struct difference *d, struct canvas *c, enum style style, const char *text,
	   size_t from, size_t end)
{
	found_draw(c, style, STYLE_SELECTED_FOUND, text, from, end, find_text(&d->find));
}

/* The bytes [from, end) of a line, those that differ from the other side in `mark`. */
static void
draw_bytes(const struct difference *d, struct canvas *c, const struct diff_line *line, size_t from,
	   size_t end, enum style plain, enum style mark)
{
	for (size_t i = 0; i < line->marks.count && from < end; i++) {
		size_t start = line->marks.items[i].start, stop = line->marks.items[i].end;

		if (stop <= from || start >= end)
			continue;
		start = start > from ? start : from;
		stop = stop < end ? stop : end;
		draw_piece(d, c, plain, line->text, from, start);
		draw_piece(d, c, mark, line->text, start, stop);
		from = stop;
	}
	draw_piece(d, c, plain, line->text, from, end);
}

/* Columns before a line's own text: whose it is, its number and its sign; and before a header's. */
#define NUMBER_COLUMNS 9
#define SIDE_COLUMNS 8
#define HEADER_MARGIN 2

static int
margin_of(const struct difference *d)
{
	return d->sides ? SIDE_COLUMNS + NUMBER_COLUMNS : NUMBER_COLUMNS;
}

/* Whose a changed line is, where others changed something as well. */
static void
draw_side(const struct difference *d, struct canvas *c, const struct diff_line *line,
	  enum style style)
{
	static const char *const words[] = {
		[SIDE_OURS] = N_("ours"), [SIDE_THEIRS] = N_("theirs"), [SIDE_BOTH] = N_("both"),
	};
	struct canvas side = canvas_sub(c, c->row, 0, 1, SIDE_COLUMNS);

	if (!d->sides)
		return;
	canvas_move(&side, 0, 0);
	canvas_fill_row(&side, style);
	canvas_move(&side, 0, 1);
	if (diff_line_is_change(line))
		canvas_text(&side, style, _(words[d->sides[line - d->diff.lines]]));
	canvas_move(c, c->row, SIDE_COLUMNS);
}

/* How many lines of so many columns the text needs: at least one. */
static size_t
count_lines(const char *text, int columns)
{
	size_t length = strlen(text), count = 1;

	if (columns < 1)
		return 1;
	for (size_t at = text_fitting(text, length, columns); at < length; count++)
		at += text_fitting(text + at, length - at, columns);
	return count;
}

/* The text from row on, in as many lines as it needs, which are drawn in those styles. */
static void
draw_wrapped(const struct difference *d, struct canvas *c, int row, int margin,
	     const struct diff_line *line, enum style plain, enum style mark)
{
	size_t length = strlen(line->text), at = 0;
	int columns = c->width - margin;

	do {
		size_t end = at + (columns > 0 ? text_fitting(line->text + at, length - at, columns)
					       : length);

		if (row >= 0) {
			canvas_move(c, row, margin);
			draw_bytes(d, c, line, at, end, plain, mark);
			if (diff_line_is_change(line))
				canvas_fill_row(c, plain);
		}
		at = end;
	} while (++row < c->height && at < length);
}

static void
draw_line(const struct difference *d, struct canvas *c, int row, const struct diff_line *line,
	  bool old)
{
	enum style style = line->kind == DIFF_OLD   ? STYLE_OLD
			   : line->kind == DIFF_NEW ? STYLE_NEW
						    : STYLE_NORMAL;
	size_t lines = count_lines(line->text, c->width - margin_of(d));

	canvas_move(c, row, 0);
	draw_side(d, c, line, style);
	canvas_format(c, line->kind == DIFF_SAME ? STYLE_DIM : style, "  %4zu ",
		      old && line->kind == DIFF_SAME ? line->old_number : line->number);
	canvas_text(c, style, line->kind == DIFF_OLD ? "- " : line->kind == DIFF_NEW ? "+ " : "  ");
	for (size_t i = 1; diff_line_is_change(line) && i < lines && row + (int)i < c->height;
	     i++) {
		canvas_move(c, row + (int)i, 0);
		canvas_format(c, style, "%*s", margin_of(d), "");
	}
	draw_wrapped(d, c, row, margin_of(d), line, style,
		     line->kind == DIFF_OLD   ? STYLE_OLD_MARK
		     : line->kind == DIFF_NEW ? STYLE_NEW_MARK
					      : STYLE_NORMAL);
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
draw_header(const struct difference *d, struct ui *ui, struct canvas *c, int row,
	    const struct difference_row *r)
{
	bool closed = d->closed[r->object];

	canvas_move(c, row, 0);
	canvas_text(c, STYLE_DIM, c->ascii ? (closed ? "> " : "v ") : closed ? "▸ " : "▾ ");
	draw_wrapped(d, c, row, HEADER_MARGIN, r->left, STYLE_DIM, STYLE_DIM);
	if (closed) {
		size_t count = count_changes(d, r->object);

		canvas_format(c, STYLE_DIM,
			      ngettext("   %zu line changes", "   %zu lines change", count), count);
	} else if (d->only >= 0) {
		canvas_text(c, STYLE_DIM, ui_keyed_text(ui, _("   only this one; {only} shows all")));
	}
}

/* Its words stand where those of the lines do. */
static void
draw_fold(const struct difference *d, struct canvas *c, int row, const struct diff_line *line)
{
	canvas_move(c, row, 7);
	canvas_glyph(c, STYLE_DIM, GLYPH_CLOSED);
	canvas_text(c, STYLE_DIM, " ");
	canvas_format(c, is_in_fold(d, line) ? STYLE_KEY : STYLE_DIM,
		      ngettext("%zu unchanged line", "%zu unchanged lines", line->folded),
		      line->folded);
}

static void
draw_row(const struct difference *d, struct ui *ui, struct canvas *canvas, struct canvas *left,
	 struct canvas *right, int row, const struct difference_row *r)
{
	const struct diff_line *line = r->left ? r->left : r->right;

	if (line->kind == DIFF_HEADER) {
		draw_header(d, ui, canvas, row, r);
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

/* The widths of what is side by side, with a line between them. */
static int
left_columns(int width)
{
	return (width - 1) / 2;
}

/* How many lines of the screen a row takes. */
static size_t
lines_of(const struct difference *d, size_t row)
{
	const struct difference_row *r = &d->rows[row];
	int half = left_columns(d->width);
	size_t left, right;

	if (difference_line(d, row)->kind == DIFF_FOLD || d->width < 1)
		return 1;
	if (difference_line(d, row)->kind == DIFF_HEADER)
		return count_lines(r->left->text, d->width - HEADER_MARGIN);
	if (!difference_is_beside(d))
		return count_lines(difference_line(d, row)->text, d->width - margin_of(d));
	left = r->left ? count_lines(r->left->text, half - margin_of(d)) : 1;
	right = r->right ? count_lines(r->right->text, d->width - half - 1 - margin_of(d)) : 1;
	return left > right ? left : right;
}

static bool
is_in_halves(const struct difference *d, size_t row)
{
	enum diff_line_kind kind = difference_line(d, row)->kind;

	return difference_is_beside(d) && kind != DIFF_HEADER && kind != DIFF_FOLD;
}

static void
draw_rows(const struct difference *d, struct ui *ui, struct canvas *canvas)
{
	int half = left_columns(canvas->width), row = -(int)d->top_line;
	struct canvas left = canvas_sub(canvas, 0, 0, canvas->height, half);
	struct canvas right = canvas_sub(canvas, 0, half + 1, canvas->height,
					 canvas->width - half - 1);

	for (size_t i = d->top; i < d->row_count && row < d->height; i++) {
		int end = row + (int)lines_of(d, i);

		draw_row(d, ui, canvas, &left, &right, row, &d->rows[i]);
		for (int k = row > 0 ? row : 0; is_in_halves(d, i) && k < end && k < d->height;
		     k++) {
			canvas_move(canvas, k, half);
			canvas_text(canvas, STYLE_FAINT, canvas->ascii ? "|" : "│");
		}
		row = end;
	}
}

/* How many rows are seen to their ends, and whether the last of all is. */
static void
count_whole(struct difference *d)
{
	int row = -(int)d->top_line;
	size_t i = d->top;

	d->whole_rows = 0;
	for (; i < d->row_count && row < d->height; i++) {
		row += (int)lines_of(d, i);
		d->whole_rows += row <= d->height;
	}
	d->at_end = i == d->row_count && row <= d->height && (d->row_count == 0 || d->height > 0);
}

void
difference_fit(struct difference *d, const struct ui *ui, const struct canvas *canvas)
{
	bool narrow = canvas->width < BESIDE_COLUMNS;

	if (narrow != d->narrow || ui_beside(ui) != d->beside) {
		d->narrow = narrow;
		d->beside = ui_beside(ui);
		difference_rebuild(d);
	}
	if (d->width != canvas->width)
		d->top_line = 0;
	d->width = canvas->width;
	d->height = canvas->height > find_rows(&d->find) ? canvas->height - find_rows(&d->find) : 0;
	count_whole(d);
}

void
difference_draw(const struct difference *d, struct ui *ui, struct canvas *canvas)
{
	struct canvas rows = *canvas;

	rows.height = d->height;
	draw_rows(d, ui, &rows);
	find_draw(&d->find, ui, canvas);
}

struct viewport
difference_in_sight(const struct difference *d)
{
	size_t rows = d->whole_rows > 0 || d->height < 1 ? d->whole_rows : 1;

	return (struct viewport){d->top, rows, d->row_count};
}

bool
difference_is_partial(const struct difference *d)
{
	for (size_t i = 0; i < d->objects; i++)
		if (d->closed[i])
			return true;
	return d->objects > 0 && d->only >= 0;
}

/* --- moving --- */

static void
go_to(struct difference *d, size_t row)
{
	d->top = row;
	d->top_line = 0;
}

static bool
holds(const struct difference *d, size_t i)
{
	const struct difference_row *r = &d->rows[i];

	return (r->left && strcasestr(r->left->text, find_text(&d->find))) ||
	       (r->right && strcasestr(r->right->text, find_text(&d->find))) ||
	       is_in_fold(d, difference_line(d, i));
}

/* Goes to a row that holds what is wanted; of a fold to the first line, or the last, that does. */
static void
reach(struct difference *d, size_t i, int step)
{
	const struct diff_line *fold = difference_line(d, i);

	go_to(d, i);
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
		if (find_is_wanted(&d->find) && holds(d, (size_t)i)) {
			reach(d, (size_t)i, step);
			return;
		}
		if (!find_is_wanted(&d->find) && begins_change(d, (size_t)i)) {
			go_to(d, (size_t)i);
			return;
		}
	}
	if (find_is_wanted(&d->find))
		ui_say(ui,
		       step > 0 ? _("\"%s\" was not found below.") : _("\"%s\" was not found above."),
		       find_text(&d->find));
	else
		ui_say(ui,
		       step > 0 ? _("This is the last change.") : _("This is the first change."));
}

/* From the first line that is shown to the last one there is. */
static bool
shows_end(const struct difference *d)
{
	size_t lines = 0;

	for (size_t i = d->top; i < d->row_count && lines <= (size_t)d->height + d->top_line; i++)
		lines += lines_of(d, i);
	return lines - d->top_line <= (size_t)d->height;
}

/* By lines of the screen; down no further than the last page. */
static void
move(struct difference *d, int by)
{
	for (; by > 0 && !shows_end(d); by--) {
		if (d->top < d->row_count && d->top_line + 1 < lines_of(d, d->top))
			d->top_line++;
		else if (d->top + 1 < d->row_count)
			go_to(d, d->top + 1);
	}
	for (; by < 0; by++) {
		if (d->top_line > 0) {
			d->top_line--;
		} else if (d->top > 0) {
			go_to(d, d->top - 1);
			d->top_line = lines_of(d, d->top) - 1;
		}
	}
}

/* The last line stands in the middle of the screen. */
static void
go_to_end(struct difference *d)
{
	if (d->row_count == 0)
		return;
	go_to(d, d->row_count - 1);
	d->top_line = lines_of(d, d->top) - 1;
	move(d, -(d->height / 2));
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
		ui_say(ui, _("Only this workload or resource differs."));
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
		ui_say(ui, _("Side by side needs %d columns: enlarge the window."),
		       BESIDE_COLUMNS);
	difference_rebuild(d);
}

void
difference_click(struct difference *d, int row)
{
	size_t at = d->top, object;
	int end = -(int)d->top_line;

	if (row < 0 || row >= d->height)
		return;
	while (at < d->row_count && (end += (int)lines_of(d, at)) <= row)
		at++;
	if (at >= d->row_count)
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

	if (i >= changes->count || object >= d->objects)
		return;
	d->closed[object] = false;
	if (d->only >= 0)
		d->only = (long)object;
	difference_rebuild(d);
	go_to(d, difference_row_of(d, object, &changes->items[i]));
}

static void
act_in(struct difference *d, struct ui *ui, enum action action)
{
	switch (action) {
	case ACTION_FIRST: go_to(d, 0); break;
	case ACTION_LAST: go_to_end(d); break;
	case ACTION_NEXT: to_next(d, ui, 1); break;
	case ACTION_PREVIOUS: to_next(d, ui, -1); break;
	case ACTION_FOLD: fold(d, ui); break;
	case ACTION_UNFOLD: unfold(d, ui); break;
	case ACTION_ONLY: only(d, ui); break;
	case ACTION_DIFF_CONTEXT: context(d); break;
	case ACTION_SIDE_BY_SIDE: beside(d, ui); break;
	case ACTION_FIND: find_begin(&d->find, d->top); break;
	default: break;
	}
}

/* A step is one of lines of the screen, which are not counted to an end. */
void
difference_act(struct difference *d, struct ui *ui, enum action action)
{
	long step = viewport_step(action, d->height > 0 ? (size_t)d->height : 0, 0);

	if (step && action != ACTION_FIRST && action != ACTION_LAST)
		move(d, (int)step);
	else
		act_in(d, ui, action);
}

/* The first place from where one was on, or else the first of all. */
static void
find_again(struct difference *d, struct ui *ui)
{
	for (size_t n = 0; n < d->row_count; n++) {
		size_t i = (d->find.from + n) % d->row_count;

		if (holds(d, i)) {
			go_to(d, i);
			return;
		}
	}
	ui_say(ui, _("\"%s\" was not found."), find_text(&d->find));
}

bool
difference_type(struct difference *d, struct ui *ui, int key)
{
	enum find_key did = find_type(&d->find, key);
	bool wanted = find_is_wanted(&d->find) && d->row_count > 0;

	if (did == FIND_TYPED && wanted)
		find_again(d, ui);
	else if (did == FIND_ENDED && wanted && holds(d, d->top))
		reach(d, d->top, 1);
	return did != FIND_NOT_MINE;
}
