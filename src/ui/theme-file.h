/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A theme as text: one line a style, `STYLE FG on BG [ATTRIBUTE...] [| the same for 8 and 16
 * colours]`.  A colour is #rrggbb (not behind the bar), one of the 16 names, or `terminal`; an
 * attribute is bold, dim, underline or reverse; # begins a remark.  Knows no ncurses, so that
 * tests can compute with the colours.
 */
#ifndef SIDESTAGE_UI_THEME_FILE_H
#define SIDESTAGE_UI_THEME_FILE_H

#include <stdint.h>

#include "ui/theme.h"

struct error;

#define THEME_DEFAULT "colour-blind"

/* 0xrrggbb, or one of these. */
#define COLOUR_TERMINAL (-1)			/* the terminal's own foreground or background */
#define COLOUR_NAMED 0x1000000			/* + 0 to 15 */

enum { LOOK_BOLD = 1, LOOK_DIM = 2, LOOK_UNDERLINE = 4, LOOK_REVERSE = 8 };

struct theme_look {
	int32_t foreground, background;
	unsigned attributes;
};

struct theme {
	struct theme_look many[STYLE_COUNT];	/* for 256 colours and more */
	struct theme_look few[STYLE_COUNT];	/* for 8 and 16: names only */
};

/* As in the files; never translated. */
const char *theme_style_name(enum style style);
/* 0, or -1 with "file:line:column: what is wrong"; then *theme is as it was.  Every style must
 * be given once. */
int theme_parse(struct theme *theme, const char *text, const char *file, struct error *err)
	__attribute__((warn_unused_result));
/* NULL or "": the default.  A name with a '/' is a file; else NAME.theme is looked for in
 * themes/ of the person's configuration, then of the program's data. */
int theme_load(struct theme *theme, const char *name, struct error *err)
	__attribute__((warn_unused_result));
/* The one of the palette's colours 16 to 255 that is nearest to 0xrrggbb. */
int theme_nearest(int32_t rgb);
/* What xterm shows for one of the 256, as 0xrrggbb. */
int32_t theme_palette(int index);

#endif
