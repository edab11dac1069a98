/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Styles by meaning, and the glyphs; how they look depends on the terminal. */
#ifndef SIDESTAGE_UI_THEME_H
#define SIDESTAGE_UI_THEME_H

#include <stdbool.h>

enum style {
	STYLE_NORMAL,
	STYLE_DIM,
	STYLE_FAINT,
	STYLE_STRONG,
	STYLE_KEY,
	STYLE_BAR,
	STYLE_BAR_STRONG,
	STYLE_SELECTED,
	STYLE_SELECTED_FOUND,
	STYLE_AHEAD,
	STYLE_OTHER,
	STYLE_OK,
	STYLE_WARN,
	STYLE_DANGER,
	STYLE_OLD,
	STYLE_NEW,
	STYLE_OLD_MARK,
	STYLE_NEW_MARK,
	STYLE_FIELD,
	/* The stripe of a context; a theme that has none of these gets the usual ones. */
	STYLE_STRIPE_RED,
	STYLE_STRIPE_YELLOW,
	STYLE_STRIPE_GREEN,
	STYLE_STRIPE_BLUE,
	STYLE_STRIPE_CYAN,
	STYLE_STRIPE_MAGENTA,
	STYLE_COUNT
};

enum glyph {
	GLYPH_RULE, GLYPH_SIDE, GLYPH_DOT, GLYPH_HALF, GLYPH_RING, GLYPH_CROSS, GLYPH_CHECK,
	GLYPH_SQUARE, GLYPH_OPEN, GLYPH_CLOSED, GLYPH_ARROW, GLYPH_BAR, GLYPH_MIDDLE, GLYPH_COUNT
};

struct theme;

/* After newterm(): shows the theme in as many colours as there are, and paints its background.
 * NO_COLOR and terminals without colours keep bold, underline, reverse. */
void theme_start(const struct theme *theme);
/* The ncurses attributes of a style. */
unsigned long theme_attributes(enum style style);
/* "red", "blue", ...: its style, or STYLE_COUNT when there is none of that name. */
enum style theme_stripe(const char *name);
/* One column each. */
const char *theme_glyph(enum glyph glyph, bool ascii);

#endif
