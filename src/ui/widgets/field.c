/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The text field. */
#include "config.h"

#include "ui/widgets/field.h"

#include <curses.h>
#include <stdio.h>
#include <string.h>
#include <unistr.h>

#include "base/text.h"
#include "ui/canvas.h"
#include "ui/terminal.h"

void
field_set(struct field *field, const char *text)
{
	snprintf(field->text, sizeof(field->text), "%s", text);
}

static void
drop_character(char *text)
{
	size_t n = strlen(text);

	while (n > 0 && ((unsigned char)text[n - 1] & 0xc0) == 0x80)
		n--;
	text[n ? n - 1 : 0] = '\0';
}

static void
drop_word(char *text)
{
	while (*text && text[strlen(text) - 1] == ' ')
		drop_character(text);
	while (*text && text[strlen(text) - 1] != ' ')
		drop_character(text);
}

bool
field_type(struct field *field, int key)
{
	size_t length = strlen(field->text);
	int bytes;

	if (key == 0x7f || key == '\b' || key == KEY_BASE + KEY_BACKSPACE) {
		drop_character(field->text);
		return true;
	}
	if (key == ('U' & 0x1f)) {
		field->text[0] = '\0';
		return true;
	}
	if (key == ('W' & 0x1f)) {
		drop_word(field->text);
		return true;
	}
	if (key < ' ' || key >= KEY_BASE)
		return false;
	bytes = u8_uctomb((uint8_t *)field->text + length, (ucs4_t)key,
			  (ptrdiff_t)(sizeof(field->text) - 1 - length));
	if (bytes > 0)
		field->text[length + (size_t)bytes] = '\0';
	return true;
}

/* The end of the text is what one types at: what does not fit goes at its beginning. */
static const char *
visible_tail(const char *text, int columns)
{
	while (*text && text_columns(text) >= columns) {
		text++;
		while (((unsigned char)*text & 0xc0) == 0x80)
			text++;
	}
	return text;
}

void
field_draw(const struct field *field, struct canvas *canvas, int columns, bool focused)
{
	int start = canvas->column, end;

	canvas_bytes(canvas, STYLE_FIELD, visible_tail(field->text, columns), columns);
	end = canvas->column;
	while (canvas->column < start + columns && canvas->column < canvas->width)
		canvas_ours(canvas, STYLE_FIELD, " ");
	if (focused) {
		struct canvas at = *canvas;

		canvas_at(&at, canvas->row, end);
		curs_set(1);
		canvas_cursor(&at);
	}
}
