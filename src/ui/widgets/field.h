/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One line of text that a person types, in UTF-8, with a limit. */
#ifndef SIDESTAGE_UI_WIDGETS_FIELD_H
#define SIDESTAGE_UI_WIDGETS_FIELD_H

#include <stdbool.h>
#include <stddef.h>

struct canvas;

#define FIELD_MAX 4097		/* bytes, with the NUL */

struct field {
	char text[FIELD_MAX];	/* NUL-terminated UTF-8 */
	size_t at;		/* bytes before the cursor; always between two characters */
	bool offered;		/* the text is ours: the first character typed takes its place */
	bool is_cut;		/* something found no room: this is not what was given or typed */
};

/* What is longer is cut at a character, and is_cut is set: such a text must not be taken for the
 * whole.  An empty field is whole again. */
void field_set(struct field *field, const char *text);
/* Like field_set, but the first character that is typed replaces it all. */
void field_offer(struct field *field, const char *text);
/* A printable character, or a key that edits or moves within the line: true, it was mine. */
bool field_type(struct field *field, int key);
/* Draws at the pen, `columns` wide, and puts the cursor in the text when focused. */
void field_draw(const struct field *field, struct canvas *canvas, int columns, bool focused);
/* As stars: a secret. */
void field_draw_hidden(const struct field *field, struct canvas *canvas, int columns, bool focused);

#endif
