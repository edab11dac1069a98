/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A text that is found while it is typed; it stays wanted until it is forgotten. */
#ifndef SIDESTAGE_UI_WIDGETS_FIND_H
#define SIDESTAGE_UI_WIDGETS_FIND_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/widgets/field.h"

struct canvas;
struct ui;

/* Zeroed: nothing is wanted. */
struct find {
	struct field field;
	bool is_typing;		/* keys go into the field */
	size_t from;		/* where one was when that began, as whoever looks counts it */
};

/* What a key did: it is none of it, the text is another one, it is typed to its end (Enter), or
 * nothing is wanted any more (Esc). */
enum find_key { FIND_NOT_MINE, FIND_TYPED, FIND_ENDED, FIND_FORGOTTEN };

/* The text of the last time is offered. */
void find_begin(struct find *find, size_t from);
enum find_key find_type(struct find *find, int key);
/* "": nothing. */
const char *find_text(const struct find *find);
bool find_is_wanted(const struct find *find);
/* The rows that find_draw() takes at the end of the canvas: none while nothing is wanted. */
int find_rows(const struct find *find);
void find_draw(const struct find *find, struct ui *ui, struct canvas *canvas);

#endif
