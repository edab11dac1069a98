/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One line of text that a person types, in UTF-8, with a limit. */
#ifndef SIDESTAGE_UI_WIDGETS_FIELD_H
#define SIDESTAGE_UI_WIDGETS_FIELD_H

#include <stdbool.h>

struct canvas;

#define FIELD_MAX 256

struct field {
	char text[FIELD_MAX];	/* NUL-terminated UTF-8 */
};

void field_set(struct field *field, const char *text);
/* A printable character, Backspace, Ctrl-U (all) or Ctrl-W (a word): true, it was mine. */
bool field_type(struct field *field, int key);
/* Draws at the pen, `columns` wide, and puts the cursor behind the text when focused. */
void field_draw(const struct field *field, struct canvas *canvas, int columns, bool focused);

#endif
