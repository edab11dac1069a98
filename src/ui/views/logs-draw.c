/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How the logs look, and how many of the lines have room.
 *
 * The newest line stands at the bottom, and a line may take several rows; so what is seen is
 * counted from the bottom up, and drawing begins wherever that ends.
 */
#include "config.h"

#include "ui/views/logs-draw.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "flow/world/logs.h"
#include "flow/world/words.h"
#include "flow/world/world.h"
#include "ui/canvas.h"
#include "ui/view.h"
#include "ui/views/logs-state.h"
#include "ui/views/logs.h"
#include "ui/widgets/cut.h"
#include "ui/widgets/found.h"
#include "ui/widgets/viewport.h"

#define STAMP_COLUMNS 10
#define NARROW_COLUMNS 60 /* below that times are shown only when they are asked for */

bool
logs_view_shows_stamps(const struct logs_view *v)
{
	return v->stamps == STAMPS_SHOWN || (v->stamps == STAMPS_WHERE_ROOM && !v->narrow);
}

/* Who wrote a line, as far as that is not said above; "": it is.  Foreign. */
static void
name_of(const struct logs_view *v, const struct log_line *line, struct buf *out)
{
	if (!v->workload)
		(void)buf_puts(out, untrusted_raw(&line->workload));
	if (v->several && !v->workload)
		(void)buf_puts(out, "/");
	if (v->several)
		(void)buf_puts(out, untrusted_raw(&line->container));
}

static bool
shows_names(const struct logs_view *v)
{
	return v->several || !v->workload;
}

/* Of the widest name of the lines [first, end), with the blank behind it; no more than a third. */
static int
name_columns(const struct logs_view *v, size_t first, size_t end, int width)
{
	int widest = 0;

	for (size_t i = first; shows_names(v) && i < end; i++) {
		struct buf name;
		int columns;

		buf_init(&name, LOGS_COPY_BYTES_MAX);
		name_of(v, logs_view_line(v, i), &name);
		columns = text_columns(buf_str(&name)) + 1;
		widest = columns > widest ? columns : widest;
		buf_clear(&name);
	}
	return widest < width / 3 ? widest : width / 3;
}

/* Where a line's own text begins. */
static int
text_column(const struct logs_view *v)
{
	return 1 + (logs_view_shows_stamps(v) ? STAMP_COLUMNS : 0) + v->names;
}

/* How many rows a line takes. */
static int
rows_of(const struct logs_view *v, const struct log_line *line, int width)
{
	const char *payload = untrusted_raw(&line->payload);
	int columns = width - text_column(v);

	return v->unwrapped || columns < 1 ? 1 : canvas_wrapped_rows(payload, columns);
}

/* "HH:MM:SS"; "" when the line has no time. */
static void
stamp_of(const struct log_line *line, char out[16])
{
	time_t seconds = (time_t)(line->at / 1000);
	struct tm tm;

	out[0] = '\0';
	if (line->at > 0 && localtime_r(&seconds, &tm))
		strftime(out, 16, "%H:%M:%S", &tm);
}

static void
draw_name(const struct logs_view *v, struct canvas *c, int row, int at, const struct log_line *line)
{
	struct buf name;
	char *shown;

	buf_init(&name, LOGS_COPY_BYTES_MAX);
	name_of(v, line, &name);
	shown = cut_text(buf_str(&name), v->names - 1, CUT_MIDDLE);
	canvas_move(c, row, at);
	canvas_untrusted_bytes(c, STYLE_KEY, shown, 0);
	free(shown);
	buf_clear(&name);
}

/* All of it in as many rows as it needs, or one row of what is not scrolled away. */
static void
draw_payload(const struct logs_view *v, struct canvas *c, int row, const char *payload)
{
	size_t length = strlen(payload), at = 0;
	int column = text_column(v), columns = c->width - column;

	if (v->unwrapped && v->sideways > 0)
		at = text_fitting(payload, length, v->sideways);
	do {
		size_t end = v->unwrapped || columns < 1
				     ? length
				     : at + text_fitting(payload + at, length - at, columns);

		canvas_move(c, row++, column);
		found_draw(c, STYLE_NORMAL, STYLE_NEW_MARK, payload, at, end, find_text(&v->find));
		at = end;
	} while (at < length && row < c->height);
}

static void
draw_line(const struct logs_view *v, struct canvas *c, int row, const struct log_line *line,
	  bool found)
{
	if (found) {
		canvas_move(c, row, 0);
		canvas_glyph(c, STYLE_KEY, GLYPH_CLOSED);
	}
	if (logs_view_shows_stamps(v)) {
		char stamp[16];

		stamp_of(line, stamp);
		canvas_move(c, row, 1);
		canvas_text(c, STYLE_DIM, stamp);
	}
	if (v->names > 1)
		draw_name(v, c, row, text_column(v) - v->names, line);
	draw_payload(v, c, row, untrusted_raw(&line->payload));
}

/* Whether more comes, and what one sees of it. */
static void
draw_state(const struct logs_view *v, struct ui *ui, struct canvas *c)
{
	if (logs_error(v->logs)->kind != ERROR_NONE)
		canvas_untrusted_bytes(c, STYLE_DANGER, logs_error(v->logs)->text, 0);
	else if (v->held)
		canvas_text(c, STYLE_WARN, ui_keyed_text(ui, _("paused; {pause} resumes")));
	else if (v->bottom > 0)
		canvas_format(
			c, STYLE_WARN,
			ui_keyed(ui, ngettext("%zu newer line below; {last} follows",
					      "%zu newer lines below; {last} follows", v->bottom)),
			v->bottom);
	else
		canvas_text(c, STYLE_DIM, _("following"));
}

static void
draw_foot(const struct logs_view *v, struct ui *ui, struct canvas *c, int row)
{
	canvas_move(c, row, 1);
	if (v->find.is_typing) {
		canvas_text(c, STYLE_DIM, _("Find"));
		canvas_text(c, STYLE_DIM, "  ");
		field_draw(&v->find.field, c, c->width > 44 ? 40 : c->width - 8, true);
		return;
	}
	draw_state(v, ui, c);
	if (find_is_wanted(&v->find)) {
		canvas_text(c, STYLE_KEY, ui_keyed_text(ui, logs_view_is_filtered(v) ? _("   only {find} ")
									      : "   {find} "));
		canvas_untrusted_bytes(c, STYLE_DIM, find_text(&v->find), 0);
	}
}

/* At least one line, however long it is. */
void
logs_view_seen(const struct logs_view *v, size_t *first, size_t *end)
{
	size_t count = logs_view_count(v);
	int room = (int)v->rows;

	*end = count > v->bottom ? count - v->bottom : 0;
	*first = *end;
	while (*first > 0) {
		int rows = rows_of(v, logs_view_line(v, *first - 1), v->width);

		if (rows > room && *first < *end)
			break;
		room -= rows;
		--*first;
		if (room <= 0)
			break;
	}
}

/* How many stand on the first page of all: one does not scroll beyond that. */
size_t
logs_view_count_oldest(const struct logs_view *v)
{
	size_t count = logs_view_count(v), i = 0;
	int room = (int)v->rows;

	while (i < count && (i == 0 || room >= rows_of(v, logs_view_line(v, i), v->width)))
		room -= rows_of(v, logs_view_line(v, i++), v->width);
	return i;
}

void
logs_view_add_words(const struct logs_view *v, struct buf *out, const struct log_line *line)
{
	char stamp[16], *shown;
	struct buf words;

	buf_init(&words, LOGS_COPY_BYTES_MAX);
	stamp_of(line, stamp);
	if (logs_view_shows_stamps(v) && *stamp)
		(void)buf_printf(&words, "%s ", stamp);
	if (shows_names(v)) {
		name_of(v, line, &words);
		(void)buf_puts(&words, " ");
	}
	(void)buf_puts(&words, untrusted_raw(&line->payload));
	shown = text_printable(buf_str(&words));
	(void)buf_printf(out, "%s\n", shown);
	free(shown);
	buf_clear(&words);
}

void
logs_fit(struct view *view, struct ui *ui, const struct canvas *canvas)
{
	struct logs_view *v = (struct logs_view *)view;
	size_t first, end;

	(void)ui;
	v->rows = canvas->height > 1 ? (size_t)canvas->height - 1 : 1;
	v->narrow = canvas->width < NARROW_COLUMNS;
	v->width = canvas->width;
	v->names = 0;
	logs_view_seen(v, &first, &end);
	v->names = name_columns(v, first, end, canvas->width);
}

static const char *
none_words(const struct logs_view *v, struct ui *ui)
{
	const struct world *world = session_world(ui_session(ui));
	const char *why = words_of_no_logs(world_environment(world, v->org, v->app, v->env),
					   v->workload, v->previous);

	if (!logs_was_read(v->logs))
		return _("Reading the logs …");
	return *why ? why : _("No log lines yet.");
}

void
logs_draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	const struct logs_view *v = (const struct logs_view *)view;
	size_t count = logs_view_count(v), first, end;
	struct canvas lines = canvas_sub(canvas, 0, 0, (int)v->rows, canvas->width);
	int row = 0;

	logs_view_seen(v, &first, &end);
	for (size_t i = first; i < end && row < lines.height; i++) {
		draw_line(v, &lines, row, logs_view_line(v, i), v->found && i + 1 == end);
		row += rows_of(v, logs_view_line(v, i), v->width);
	}
	if (count == 0 && logs_view_is_filtered(v) && logs_count(v->logs) > 0) {
		canvas_move(canvas, 0, 1);
		canvas_text(canvas, STYLE_DIM,
			    ui_keyed_text(ui, _("No line has that text; {only} shows all.")));
	} else if (count == 0 && logs_error(v->logs)->kind != ERROR_NONE) {
		canvas_move(canvas, 0, 1);
		canvas_paragraph(canvas, STYLE_DANGER, logs_error(v->logs)->text,
				 canvas->height - 2);
	} else if (count == 0) {
		canvas_move(canvas, 0, 1);
		canvas_paragraph(canvas, STYLE_DIM, none_words(v, ui), canvas->height - 2);
	}
	draw_foot(v, ui, canvas, canvas->height - 1);
	if (v->bottom > 0)	/* else the numbers would run with the lines */
		ui_in_sight(ui, &(struct viewport){first, end - first, count});
}
