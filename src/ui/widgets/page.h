/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Text that has no cursor: it is drawn from a line on, and scrolls. */
#ifndef SIDESTAGE_UI_WIDGETS_PAGE_H
#define SIDESTAGE_UI_WIDGETS_PAGE_H

#include <stdbool.h>

#include "ui/actions.h"

struct canvas;
struct ui;

struct page {
	int top;		/* the line that is seen first */
	int length, height;	/* of all of it in this width, and of the room */
};

/* Draws it with its first line at `row`, which may be far above the canvas, where nothing is seen;
 * gives how many rows it has. */
typedef int page_draw(const void *data, struct ui *ui, struct canvas *canvas, int row);

/* Measures it for the canvas; an empty rest behind its end is none. */
void page_fit(struct page *page, struct ui *ui, const struct canvas *canvas, page_draw *draw_rows,
	      const void *data);
/* Draws what is in sight, and tells the rule below it which part that is. */
void page_show(const struct page *page, struct ui *ui, struct canvas *canvas, page_draw *draw_rows,
	       const void *data);
/* By the keys of PAGE_SCROLL_KEYS; says so where all of it is on the screen. */
void page_scroll(struct page *page, struct ui *ui, enum action action);

/* Rows of a table of keys (curses.h, base/i18n.h). */
#define PAGE_SCROLL_KEYS \
	{'j', "j", ACTION_DOWN, N_("down"), .help = N_("Scroll down.")},                          \
	{'k', "k", ACTION_UP, N_("up"), .help = N_("Scroll up.")},                                \
	{KEY_BASE + KEY_DOWN, NULL, ACTION_DOWN, .help = NULL},                                   \
	{KEY_BASE + KEY_UP, NULL, ACTION_UP, .help = NULL},                                       \
	PAGE_KEYS,                                                                                \
	{'g', "g", ACTION_FIRST, .help = NULL},                                                   \
	{'G', "G", ACTION_LAST, .help = NULL},                                                    \
	{KEY_BASE + KEY_HOME, NULL, ACTION_FIRST, .help = NULL},                                  \
	{KEY_BASE + KEY_END, NULL, ACTION_LAST, .help = NULL}

#endif
