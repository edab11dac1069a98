/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Text in which every place of what was found looks different.  Case does not matter. */
#ifndef SIDESTAGE_UI_WIDGETS_FOUND_H
#define SIDESTAGE_UI_WIDGETS_FOUND_H

#include <stddef.h>

#include "ui/theme.h"

struct canvas;

/* The bytes [from, end) of text from elsewhere; a place that begins before them or ends behind
 * them is marked as far as it is within.  wanted "": nothing is. */
void found_draw(struct canvas *canvas, enum style plain, enum style found, const char *text,
		size_t from, size_t end, const char *wanted);

#endif
