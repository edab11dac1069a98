/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The text field.  What it moves by and removes is a character, never a byte of one. */
#include "config.h"

#include "ui/widgets/field.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistr.h>

#include "base/text.h"
#include "base/xmalloc.h"
#include "ui/canvas.h"
#include "ui/terminal.h"

void
field_set(struct field *field, const char *text)
{
	size_t length = strlen(text);

	field->is_cut = length >= sizeof(field->text);
	if (field->is_cut)
		for (length = sizeof(field->text) - 1;
		     length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80; length--)
			;
	memcpy(field->text, text, length);
	field->text[length] = '\0';
	field->at = length;
	field->offered = false;
}

void
field_offer(struct field *field, const char *text)
{
	field_set(field, text);
	field->offered = *text != '\0';
}

static size_t
before(const char *text, size_t at)
{
	while (at > 0 && ((unsigned char)text[--at] & 0xc0) == 0x80)
		;
	return at;
}

static size_t
behind(const char *text, size_t at)
{
	if (text[at])
		at++;
	while (((unsigned char)text[at] & 0xc0) == 0x80)
		at++;
	return at;
}

static size_t
word_before(const char *text, size_t at)
{
	while (at > 0 && text[at - 1] == ' ')
		at--;
	while (at > 0 && text[at - 1] != ' ')
		at--;
	return at;
}

/* Removes [from, to); the cursor stands where it was. */
static void
cut(struct field *field, size_t from, size_t to)
{
	memmove(field->text + from, field->text + to, strlen(field->text + to) + 1);
	field->at = from;
	if (field->text[0] == '\0')
		field->is_cut = false;
}

static bool
edit(struct field *field, int key)
{
	size_t end = strlen(field->text), at = field->at;

	switch (key) {
	case 0x7f:
	case '\b':
	case KEY_BASE + KEY_BACKSPACE: cut(field, before(field->text, at), at); break;
	case KEY_BASE + KEY_DC: cut(field, at, behind(field->text, at)); break;
	case 'U' & 0x1f: cut(field, 0, at); break;
	case 'K' & 0x1f: cut(field, at, end); break;
	case 'W' & 0x1f: cut(field, word_before(field->text, at), at); break;
	case KEY_BASE + KEY_LEFT: field->at = before(field->text, at); break;
	case KEY_BASE + KEY_RIGHT: field->at = behind(field->text, at); break;
	case 'A' & 0x1f:
	case KEY_BASE + KEY_HOME: field->at = 0; break;
	case 'E' & 0x1f:
	case KEY_BASE + KEY_END: field->at = end; break;
	default: return false;
	}
	return true;
}

/* A text that was offered is replaced by the first character, and
 * kept by any key that moves in it. */
bool
field_type(struct field *field, int key)
{
	uint8_t bytes[6];
	size_t length;
	int n;

	if (edit(field, key)) {
		field->offered = false;
		return true;
	}
	if (key < ' ' || key >= KEY_BASE)
		return false;
	if (field->offered)
		field_set(field, "");
	n = u8_uctomb(bytes, (ucs4_t)key, sizeof(bytes));
	length = strlen(field->text);
	if (n <= 0 || length + (size_t)n >= sizeof(field->text)) {
		field->is_cut |= n > 0;
		return true;
	}
	memmove(field->text + field->at + n, field->text + field->at, length - field->at + 1);
	memcpy(field->text + field->at, bytes, (size_t)n);
	field->at += (size_t)n;
	return true;
}

static int
columns_before(const struct field *field, size_t from)
{
	char *part = xstrndup(field->text + from, field->at - from);
	int columns = text_columns(part);

	free(part);
	return columns;
}

void
field_draw(const struct field *field, struct canvas *canvas, int columns, bool focused)
{
	struct canvas box = canvas_sub(canvas, canvas->row, canvas->column, 1, columns);
	size_t from = field->at, next;

	/* The cursor is what one looks at: what does not fit goes at the beginning. */
	while (from > 0 && columns_before(field, next = before(field->text, from)) < box.width)
		from = next;
	canvas_move(&box, 0, 0);
	canvas_untrusted_bytes(&box, field->offered ? STYLE_SELECTED : STYLE_FIELD,
			       field->text + from, box.width);
	canvas_fill_row(&box, STYLE_FIELD);
	if (focused) {
		canvas_move(&box, 0, columns_before(field, from));
		canvas_cursor(&box);
	}
	canvas->column += columns;
}

/* The stars stand in a copy of the field, which keeps its cursor; the copy is wiped, since it held
 * the text for a moment. */
void
field_draw_hidden(const struct field *field, struct canvas *canvas, int columns, bool focused)
{
	struct field stars = *field;

	memset(stars.text, '*', strlen(stars.text));
	stars.text[sizeof(stars.text) - 1] = '\0';
	field_draw(&stars, canvas, columns, focused);
	explicit_bzero(stars.text, sizeof(stars.text));
}
