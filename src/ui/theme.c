/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The default theme: told apart by blue, orange and brightness, which every common kind of
 * colour blindness leaves apart.  Each style has a form for 256 colours, one for 8, and
 * attributes that carry its meaning without any.
 */
#include "config.h"

#include "ui/theme.h"

#include <curses.h>
#include <stdlib.h>

static const struct look {
	short fg, bg;		/* of 256 */
	short fg8, bg8;
	attr_t attributes;	/* with colours */
	attr_t plain;		/* without */
} looks[STYLE_COUNT] = {
	[STYLE_NORMAL] = {252, -1, -1, -1, A_NORMAL, A_NORMAL},
	[STYLE_DIM] = {245, -1, -1, -1, A_NORMAL, A_NORMAL},
	[STYLE_FAINT] = {239, -1, -1, -1, A_NORMAL, A_DIM},
	[STYLE_STRONG] = {255, -1, -1, -1, A_BOLD, A_BOLD},
	[STYLE_KEY] = {75, -1, COLOR_CYAN, -1, A_BOLD, A_BOLD},
	[STYLE_BAR] = {250, 236, COLOR_WHITE, COLOR_BLACK, A_NORMAL, A_REVERSE},
	[STYLE_BAR_STRONG] = {255, 236, COLOR_WHITE, COLOR_BLACK, A_BOLD, A_REVERSE | A_BOLD},
	[STYLE_SELECTED] = {255, 24, COLOR_WHITE, COLOR_BLUE, A_BOLD, A_REVERSE | A_BOLD},
	[STYLE_SELECTED_FOUND] = {221, 24, COLOR_YELLOW, COLOR_BLUE, A_BOLD | A_UNDERLINE,
				  A_REVERSE | A_BOLD | A_UNDERLINE},
	[STYLE_AHEAD] = {75, -1, COLOR_CYAN, -1, A_NORMAL, A_NORMAL},
	[STYLE_OTHER] = {177, -1, COLOR_MAGENTA, -1, A_NORMAL, A_NORMAL},
	[STYLE_OK] = {114, -1, COLOR_GREEN, -1, A_NORMAL, A_NORMAL},
	[STYLE_WARN] = {215, -1, COLOR_YELLOW, -1, A_NORMAL, A_BOLD},
	[STYLE_DANGER] = {209, -1, COLOR_RED, -1, A_BOLD, A_BOLD},
	[STYLE_OLD] = {215, 52, COLOR_YELLOW, -1, A_NORMAL, A_NORMAL},
	[STYLE_NEW] = {117, 17, COLOR_CYAN, -1, A_NORMAL, A_BOLD},
	[STYLE_OLD_MARK] = {255, 130, COLOR_BLACK, COLOR_YELLOW, A_BOLD, A_REVERSE},
	[STYLE_NEW_MARK] = {255, 26, COLOR_BLACK, COLOR_CYAN, A_BOLD, A_REVERSE},
	[STYLE_FIELD] = {255, 236, COLOR_WHITE, COLOR_BLACK, A_NORMAL, A_UNDERLINE},
};

static const struct { const char *utf8, *ascii; } glyphs[GLYPH_COUNT] = {
	[GLYPH_RULE] = {"─", "-"},   [GLYPH_SIDE] = {"│", "|"},	 [GLYPH_DOT] = {"●", "*"},
	[GLYPH_HALF] = {"◐", "o"},   [GLYPH_RING] = {"○", "."},	 [GLYPH_CROSS] = {"✗", "x"},
	[GLYPH_CHECK] = {"✓", "+"},  [GLYPH_SQUARE] = {"■", "#"}, [GLYPH_OPEN] = {"▾", "v"},
	[GLYPH_CLOSED] = {"▸", ">"}, [GLYPH_ARROW] = {"→", ">"}, [GLYPH_BAR] = {"━", "="},
	[GLYPH_MIDDLE] = {"·", "-"},
};

static enum { PLAIN, EIGHT, MANY } depth = PLAIN;

void
theme_start(void)
{
	const char *no = getenv("NO_COLOR");

	depth = PLAIN;
	if (!has_colors() || (no && *no))
		return;
	start_color();
	use_default_colors();
	depth = COLORS >= 256 && COLOR_PAIRS > STYLE_COUNT ? MANY : EIGHT;
	for (short i = 0; i < STYLE_COUNT; i++)
		init_pair((short)(i + 1), depth == MANY ? looks[i].fg : looks[i].fg8,
			  depth == MANY ? looks[i].bg : looks[i].bg8);
}

unsigned long
theme_attributes(enum style style)
{
	if (depth == PLAIN)
		return looks[style].plain;
	return looks[style].attributes | (unsigned long)COLOR_PAIR((int)style + 1);
}

const char *
theme_glyph(enum glyph glyph, bool ascii)
{
	return ascii ? glyphs[glyph].ascii : glyphs[glyph].utf8;
}
