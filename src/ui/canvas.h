/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Where views draw.  A canvas is a rectangle with a pen; nothing leaves the rectangle, and
 * no byte reaches the terminal but through text_sanitise().  The only file that calls ncurses'
 * output functions is canvas.c.
 */
#ifndef SIDESTAGE_UI_CANVAS_H
#define SIDESTAGE_UI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/theme.h"

struct untrusted;

struct canvas {
	int y, x, height, width;	/* of the rectangle, on the screen */
	int row, column;		/* the pen, within it */
	bool is_full;			/* what was drawn last ended at the edge */
	bool ascii;
};

/* A part of the canvas, cut to fit. */
struct canvas canvas_sub(const struct canvas *canvas, int y, int x, int height, int width);
/* The pen goes there; drawing outside the rectangle does nothing. */
void canvas_move(struct canvas *canvas, int row, int column);
/* Our word for what stands at `column` of that row, behind it where it is longer than there is room
 * for: nothing runs into what follows, in whatever language. */
void canvas_label(struct canvas *canvas, int row, int from, int column, enum style style,
		  const char *text);
/* Our own (translated) words; the pen moves behind them. */
void canvas_text(struct canvas *canvas, enum style style, const char *text);
/* The same, as printf() makes it. */
void canvas_format(struct canvas *canvas, enum style style, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* A text of ours in which text from elsewhere stands, without the arrows and dots that an ASCII
 * screen does not have; free() it. */
char *canvas_plain(const struct canvas *canvas, const char *text);
/* Text from elsewhere; at most max_columns (0: to the edge). */
void canvas_untrusted(struct canvas *canvas, enum style style, const struct untrusted *text,
		      int max_columns);
void
canvas_untrusted_bytes(struct canvas *canvas, enum style style, const char *bytes, int max_columns);
/* An address from elsewhere, which terminals that can will open by a click. */
void canvas_link(struct canvas *canvas, enum style style, const char *address);
/* The bytes [from, end) of text from elsewhere. */
void
canvas_range(struct canvas *canvas, enum style style, const char *text, size_t from, size_t end);
/* One column: the sign, or its stand-in on an ASCII screen. */
void canvas_glyph(struct canvas *canvas, enum style style, enum glyph glyph);
/* A line over all of that row, or down all of that column. */
void canvas_hline(struct canvas *canvas, int row);
void canvas_vline(struct canvas *canvas, int column);
/* Blanks from the pen to the edge, in the style. */
void canvas_fill_row(struct canvas *canvas, enum style style);
/* `done` of `wanted` as a bar of `columns`. */
void canvas_progress(struct canvas *canvas, int columns, int done, int wanted);
/* A sentence of ours, with text from elsewhere in it, in lines broken at blanks, from the pen's
 * row on, each beginning at its column; at most `rows`.  How many were used, those above the canvas
 * too. */
int canvas_paragraph(struct canvas *canvas, enum style style, const char *bytes, int rows);
/* How many rows it needs in that many columns. */
int canvas_paragraph_rows(const char *bytes, int columns);
/* Text from elsewhere, all of it, in as many lines as it needs, each from the pen's column to the
 * edge; how many those are. */
int canvas_wrapped(struct canvas *canvas, enum style style, const char *bytes);
int canvas_wrapped_rows(const char *bytes, int columns);
/* Wants the terminal's cursor at the pen, once everything is drawn. */
void canvas_cursor(const struct canvas *canvas);
/* Before and after everything is drawn: the cursor is hidden unless it was wanted between. */
void canvas_begin(void);
/* Whether what is drawn now, in these rows, is another picture than the one that is shown. */
bool canvas_differs(int row, int rows);
/* Shows what was drawn since canvas_begin(). */
void canvas_end(void);

#endif
