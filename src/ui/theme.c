/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A theme on this terminal: direct colours as they are, 256 colours by the nearest one, 16
 * and 8 by name, and without colours attributes that carry the meaning alone.
 *
 * Each style is one pair of colours, made at the start; drawing only looks up.
 */
#include "config.h"

#include "ui/theme.h"

#include <curses.h>
#include <stdlib.h>
#include <term.h>

#include "ui/theme-file.h"

/* Without colours. */
static const attr_t plain[STYLE_COUNT] = {
	[STYLE_FAINT] = A_DIM, [STYLE_STRONG] = A_BOLD, [STYLE_KEY] = A_BOLD,
	[STYLE_BAR] = A_REVERSE, [STYLE_BAR_STRONG] = A_REVERSE | A_BOLD,
	[STYLE_SELECTED] = A_REVERSE | A_BOLD,
	[STYLE_SELECTED_FOUND] = A_REVERSE | A_BOLD | A_UNDERLINE,
	[STYLE_WARN] = A_BOLD, [STYLE_DANGER] = A_BOLD, [STYLE_NEW] = A_BOLD,
	[STYLE_OLD_MARK] = A_REVERSE, [STYLE_NEW_MARK] = A_REVERSE, [STYLE_FIELD] = A_UNDERLINE,
	[STYLE_STRIPE_RED] = A_BOLD, [STYLE_STRIPE_YELLOW] = A_BOLD, [STYLE_STRIPE_GREEN] = A_BOLD,
	[STYLE_STRIPE_BLUE] = A_BOLD, [STYLE_STRIPE_CYAN] = A_BOLD, [STYLE_STRIPE_MAGENTA] = A_BOLD,
};

static const struct { const char *utf8, *ascii;
} glyphs[GLYPH_COUNT] = {
	[GLYPH_RULE] = {"─", "-"},   [GLYPH_SIDE] = {"│", "|"},	  [GLYPH_DOT] = {"●", "*"},
	[GLYPH_HALF] = {"◐", "o"},   [GLYPH_RING] = {"○", "."},	  [GLYPH_CROSS] = {"✗", "x"},
	[GLYPH_CHECK] = {"✓", "+"},  [GLYPH_SQUARE] = {"■", "#"}, [GLYPH_OPEN] = {"▾", "v"},
	[GLYPH_CLOSED] = {"▸", ">"}, [GLYPH_ARROW] = {"→", ">"},  [GLYPH_BAR] = {"━", "="},
	[GLYPH_MIDDLE] = {"·", "-"},
};

static attr_t shown[STYLE_COUNT];

/* Which a terminfo entry says by a flag, a number or a text "RGB" (user_caps(5)). */
static bool
is_direct(void)
{
	return tigetflag("RGB") > 0 || tigetnum("RGB") > 0 || COLORS > 0xffff;
}

/* As ncurses counts colours here.  A direct colour below 8 would be taken for one of the
 * palette, so it becomes black. */
static int
colour_number(int32_t colour, bool direct)
{
	if (colour == COLOUR_TERMINAL)
		return -1;
	if (colour >= COLOUR_NAMED) {
		int name = colour - COLOUR_NAMED;

		/* With direct colours 0 to 7 are the palette's; the bright ones are not there. */
		if (direct && name >= 8)
			return theme_palette(name);
		return COLORS >= 16 || name < 8 ? name : name - 8;
	}
	if (!direct)
		return theme_nearest(colour);
	return colour < 8 ? 0 : colour;
}

static attr_t
look_attributes(const struct theme_look *look)
{
	static const struct { unsigned flag; attr_t attribute; } table[] = {
		{LOOK_BOLD, A_BOLD}, {LOOK_DIM, A_DIM},
		{LOOK_UNDERLINE, A_UNDERLINE}, {LOOK_REVERSE, A_REVERSE},
	};
	attr_t all = A_NORMAL;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (look->attributes & table[i].flag)
			all |= table[i].attribute;
	return all;
}

static void
start_colours(const struct theme *theme)
{
	bool direct;

	use_default_colors();
	direct = is_direct();
	for (int i = 0; i < STYLE_COUNT; i++) {
		const struct theme_look *look = COLORS >= 256 ? &theme->many[i] : &theme->few[i];

		init_extended_pair(i + 1, colour_number(look->foreground, direct),
				   colour_number(look->background, direct));
		shown[i] = look_attributes(look) | (attr_t)COLOR_PAIR(i + 1);
		/* Where there is no bright colour, bold makes it. */
		if (COLORS < 16 && look->foreground >= COLOUR_NAMED + 8)
			shown[i] |= A_BOLD;
	}
}

void
theme_start(const struct theme *theme)
{
	const char *no = getenv("NO_COLOR");

	for (int i = 0; i < STYLE_COUNT; i++)
		shown[i] = plain[i];
	if (has_colors() && !(no && *no) && start_color() == OK && COLOR_PAIRS > STYLE_COUNT)
		start_colours(theme);
	bkgdset(' ' | (chtype)shown[STYLE_NORMAL]);
}

unsigned long
theme_attributes(enum style style)
{
	return shown[style];
}

const char *
theme_glyph(enum glyph glyph, bool ascii)
{
	return ascii ? glyphs[glyph].ascii : glyphs[glyph].utf8;
}
