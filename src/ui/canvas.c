/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The one choke point between text and the terminal.
 *
 * Everything that is drawn comes through canvas_untrusted_bytes(), our own words too, so no
 * text can move the cursor, set a colour or leave its place, whoever wrote it.  Nothing
 * outside this file and the few beside it calls ncurses to draw.
 *
 * A canvas is a rectangle by value: a part of it can be handed on, and what is drawn in the
 * part is cut at its edge; canvas_end() sends the picture, in one write.
 */
#include "config.h"

#include "ui/canvas.h"

#include <curses.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "ui/escapes.h"
#include "ui/links.h"

/* Beyond what any terminal has; what is further right is drawn, and is only not compared. */
#define ROW_CELLS_MAX 1024
#define WORDS_BYTES_MAX 65536

static int
least(int a, int b)
{
	return a < b ? a : b;
}

struct canvas
canvas_sub(const struct canvas *canvas, int y, int x, int height, int width)
{
	struct canvas part = {
		.y = canvas->y + y,
		.x = canvas->x + x,
		.height = least(height, canvas->height - y),
		.width = least(width, canvas->width - x),
		.ascii = canvas->ascii,
	};

	return part;
}

void
canvas_move(struct canvas *canvas, int row, int column)
{
	canvas->row = row;
	canvas->column = column;
	canvas->is_full = false;
}

static bool
is_inside(const struct canvas *canvas)
{
	return canvas->row >= 0 && canvas->row < canvas->height && canvas->column >= 0 &&
	       canvas->column < canvas->width;
}

/* What ended at the edge goes on behind it: that is a cut like any other, and is marked. */
static void
mark_cut(struct canvas *canvas, enum style style, const char *bytes)
{
	if (bytes[strspn(bytes, " ")] == '\0')
		return;
	attrset((attr_t)theme_attributes(style));
	mvaddstr(canvas->y + canvas->row, canvas->x + canvas->width - 1,
		 text_locale_is_utf8() ? "…" : "~");
	attrset(A_NORMAL);
	canvas->is_full = false;
}

void
canvas_untrusted_bytes(struct canvas *canvas, enum style style, const char *bytes, int max_columns)
{
	int room = canvas->width - canvas->column;
	struct drawable drawable;

	if (canvas->is_full && bytes)
		mark_cut(canvas, style, bytes);
	if (!is_inside(canvas) || !bytes)
		return;
	text_sanitise(&drawable, bytes, max_columns > 0 ? least(max_columns, room) : room);
	attrset((attr_t)theme_attributes(style));
	mvaddstr(canvas->y + canvas->row, canvas->x + canvas->column, drawable.utf8);
	attrset(A_NORMAL);
	canvas->column += drawable.columns;
	canvas->is_full = canvas->column == canvas->width;
	drawable_clear(&drawable);
}

/* The few characters beyond ASCII that our own words use. */
static const struct { const char *utf8, *ascii; } plain_words[] = {
	{"…", "..."}, {"→", "->"}, {"·", "-"}, {"–", "-"}, {"“", "\""}, {"”", "\""}, {"’", "'"},
};

static char *
ascii_words(const char *text)
{
	struct buf out;

	buf_init(&out, WORDS_BYTES_MAX);
	while (*text) {
		const char *instead = NULL;
		size_t taken = 1;

		for (size_t i = 0; i < sizeof(plain_words) / sizeof(plain_words[0]) && !instead;
		     i++) {
			taken = strlen(plain_words[i].utf8);
			if (strncmp(text, plain_words[i].utf8, taken) == 0)
				instead = plain_words[i].ascii;
		}
		if (!instead)
			taken = 1;
		(void)buf_append(&out, instead ? instead : text, instead ? strlen(instead) : 1);
		text += taken;
	}
	return buf_take(&out);
}

char *
canvas_plain(const struct canvas *canvas, const char *text)
{
	return canvas->ascii ? ascii_words(text) : xstrdup(text);
}

/* For words of ours; text from elsewhere keeps its own characters,
 * also where only ASCII is wanted. */
void
canvas_text(struct canvas *canvas, enum style style, const char *text)
{
	char *plain = canvas->ascii ? ascii_words(text) : NULL;

	canvas_untrusted_bytes(canvas, style, plain ? plain : text, 0);
	free(plain);
}

void
canvas_format(struct canvas *canvas, enum style style, const char *format, ...)
{
	char text[512];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	canvas_text(canvas, style, text);
}

void
canvas_label(struct canvas *canvas, int row, int from, int column, enum style style,
	     const char *text)
{
	int end = from + text_columns(text) + 2;

	canvas_move(canvas, row, from);
	canvas_text(canvas, style, text);
	canvas_move(canvas, row, end > column ? end : column);
}

void
canvas_untrusted(struct canvas *canvas, enum style style, const struct untrusted *text,
		 int max_columns)
{
	canvas_untrusted_bytes(canvas, style, untrusted_raw(text), max_columns);
}

void
canvas_range(struct canvas *canvas, enum style style, const char *text, size_t from, size_t end)
{
	char *piece = xstrndup(text + from, end - from);

	canvas_untrusted_bytes(canvas, style, piece, 0);
	free(piece);
}

void
canvas_link(struct canvas *canvas, enum style style, const char *address)
{
	int row = canvas->y + canvas->row, column = canvas->x + canvas->column;
	bool fits = is_inside(canvas) && text_columns(address) <= canvas->width - canvas->column;

	canvas_untrusted_bytes(canvas, style, address, 0);
	if (fits)
		links_add(row, column, style, address);
}

void
canvas_glyph(struct canvas *canvas, enum style style, enum glyph glyph)
{
	canvas_untrusted_bytes(canvas, style, theme_glyph(glyph, canvas->ascii), 1);
}

void
canvas_hline(struct canvas *canvas, int row)
{
	canvas_move(canvas, row, 0);
	while (is_inside(canvas))
		canvas_glyph(canvas, STYLE_FAINT, GLYPH_RULE);
}

void
canvas_vline(struct canvas *canvas, int column)
{
	for (int row = 0; row < canvas->height; row++) {
		canvas_move(canvas, row, column);
		canvas_glyph(canvas, STYLE_FAINT, GLYPH_SIDE);
	}
}

void
canvas_fill_row(struct canvas *canvas, enum style style)
{
	while (is_inside(canvas))
		canvas_untrusted_bytes(canvas, style, " ", 1);
}

void
canvas_progress(struct canvas *canvas, int columns, int done, int wanted)
{
	int full = wanted > 0 ? least(columns, columns * done / wanted) : 0;

	for (int i = 0; i < columns; i++)
		canvas_glyph(canvas, i < full ? STYLE_KEY : STYLE_FAINT, GLYPH_BAR);
}

#define CELL_BYTES 16	/* of a cell with all its marks: more of it are seen in no line */

/* How many bytes of text go into a line of `columns`: up to the last blank that fits; of a word
 * that is longer than the line as much as fits. */
static size_t
line_bytes(const char *text, int columns)
{
	/* Text from elsewhere may be a line of a megabyte: no more is looked at than can be
	 * seen. */
	size_t end = strnlen(text, (size_t)columns * CELL_BYTES), n, blank;
	const char *line_end = memchr(text, '\n', end);

	if (line_end)
		end = (size_t)(line_end - text);
	else if (text[end] != '\0')
		while (end > 1 && ((unsigned char)text[end] & 0xc0) == 0x80)
			end--;
	n = text_fitting(text, end, columns);
	if (n >= end || text[n] == ' ')
		return n;
	for (blank = n; blank > 0 && text[blank - 1] != ' '; blank--)
		;
	while (blank > 0 && text[blank - 1] == ' ')
		blank--;
	return blank > 0 ? blank : n;
}

/* Behind a line that ended at `bytes`. */
static const char *
next_line(const char *bytes)
{
	return bytes + (*bytes == '\n' ? 1 : strspn(bytes, " "));
}

int
canvas_paragraph_rows(const char *bytes, int columns)
{
	int rows = 0;

	while (*bytes && columns > 0) {
		bytes = next_line(bytes + line_bytes(bytes, columns));
		rows++;
	}
	return rows;
}

int
canvas_paragraph(struct canvas *canvas, enum style style, const char *text, int rows)
{
	char *plain = canvas->ascii ? ascii_words(text) : NULL;
	const char *bytes = plain ? plain : text;
	int column = canvas->column, used = 0;

	while (*bytes && used < rows && canvas->row < canvas->height && column < canvas->width) {
		bool last = used == rows - 1 || canvas->row == canvas->height - 1;
		size_t n = line_bytes(bytes, canvas->width - column);
		/* What is left of the text shares the last line, so that its end is a visible
		 * cut. */
		char *line = last ? xstrdup(bytes) : xstrndup(bytes, n);

		canvas_untrusted_bytes(canvas, style, line, 0);
		free(line);
		bytes = next_line(bytes + n);
		canvas_move(canvas, canvas->row + 1, column);
		used++;
	}
	free(plain);
	return used;
}

int
canvas_wrapped_rows(const char *bytes, int columns)
{
	size_t length = strlen(bytes), at = 0;
	int rows = 0;

	do {
		at += text_fitting(bytes + at, length - at, columns > 1 ? columns : 1);
		rows++;
	} while (at < length);
	return rows;
}

int
canvas_wrapped(struct canvas *canvas, enum style style, const char *bytes)
{
	int column = canvas->column, columns = canvas->width - column, rows = 0;
	size_t length = strlen(bytes), at = 0;

	do {
		size_t end = at + text_fitting(bytes + at, length - at, columns > 1 ? columns : 1);

		canvas_move(canvas, canvas->row + (rows > 0), column);
		canvas_range(canvas, style, bytes, at, end);
		at = end;
		rows++;
	} while (at < length);
	return rows;
}

/* One cursor for the screen: the last field that was drawn with the focus has it. */
static struct { bool wanted; int y, x; } cursor;

void
canvas_cursor(const struct canvas *canvas)
{
	if (!is_inside(canvas))
		return;
	cursor.wanted = true;
	cursor.y = canvas->y + canvas->row;
	cursor.x = canvas->x + canvas->column;
}

void
canvas_begin(void)
{
	cursor.wanted = false;
	links_begin();
	erase();
}

static bool
is_same_cell(const cchar_t *a, const cchar_t *b)
{
	return a->attr == b->attr && wcsncmp(a->chars, b->chars, CCHARW_MAX) == 0
#if NCURSES_EXT_COLORS
	       && a->ext_color == b->ext_color
#endif
		;
}

/* What is drawn is in stdscr, what the terminal shows in curscr, until
 * canvas_end() makes them the same. */
bool
canvas_differs(int row, int rows)
{
	cchar_t drawn[ROW_CELLS_MAX + 1], there[ROW_CELLS_MAX + 1];
	int columns = COLS < ROW_CELLS_MAX ? COLS : ROW_CELLS_MAX;

	for (int i = row; i < row + rows && i < LINES; i++) {
		memset(drawn, 0, sizeof(drawn));
		memset(there, 0, sizeof(there));
		if (mvin_wchnstr(i, 0, drawn, columns) == ERR ||
		    mvwin_wchnstr(curscr, i, 0, there, columns) == ERR)
			return true;
		for (int k = 0; k < columns; k++)
			if (!is_same_cell(&drawn[k], &there[k]))
				return true;
	}
	return false;
}

/* --- lines that moved ------------------------------------------------------------------ */

static struct {
	uint64_t *hashes;	/* of the text of each row that was shown; 0: blank */
	int rows;
} shown;

static uint64_t
hash_row(int row)
{
	wchar_t text[ROW_CELLS_MAX + 1];
	int n = mvinnwstr(row, 0, text, ROW_CELLS_MAX);
	uint64_t hash = 14695981039346656037u;	/* FNV-1a */
	bool blank = true;

	for (int i = 0; i < n; i++) {
		blank = blank && text[i] == L' ';
		hash = (hash ^ (uint64_t)text[i]) * 1099511628211u;
	}
	return blank ? 0 : hash | 1;
}

static bool
stood_elsewhere(uint64_t hash, int row)
{
	for (int i = 0; i < shown.rows; i++)
		if ((i < row - 1 || i > row + 1) && shown.hashes[i] == hash)
			return true;
	return false;
}

/*
 * ncurses moves lines by more than one with SU and SD, which not every terminal that calls
 * itself xterm knows: text is left standing where it was.  So it is told not to trust what is
 * there when a line moved that far; by one it has IND and RI, which all of them know.
 */
static void
distrust_moved_lines(void)
{
	uint64_t *hashes = xcalloc((size_t)LINES, sizeof(*hashes));
	bool moved = false;

	for (int row = 0; row < LINES; row++) {
		hashes[row] = hash_row(row);
		moved = moved || (hashes[row] != 0 &&
				  (row >= shown.rows || hashes[row] != shown.hashes[row]) &&
				  stood_elsewhere(hashes[row], row));
	}
	if (moved)
		wredrawln(stdscr, 0, LINES);
	free(shown.hashes);
	shown.hashes = hashes;
	shown.rows = LINES;
}

void
canvas_end(void)
{
	distrust_moved_lines();
	curs_set(cursor.wanted);
	if (cursor.wanted)
		move(cursor.y, cursor.x);
	wnoutrefresh(stdscr);
	links_before_update();
	escapes_frame_begin();
	doupdate();
	links_after_update();
	escapes_frame_end();
}
