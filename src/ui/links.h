/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Addresses on the screen that terminals can open (OSC 8).  ncurses knows no links: so after
 * an update that touched the line of one, its text is written once more with the link around
 * it, in the same cells and the same colours.
 */
#ifndef SIDESTAGE_UI_LINKS_H
#define SIDESTAGE_UI_LINKS_H

#include "ui/theme.h"

/* The frame that is drawn has no link yet. */
void links_begin(void);
/* http and https addresses of printable ASCII only; all else stays plain text.  Copies. */
void links_add(int row, int column, enum style style, const char *address);
/* Around doupdate(). */
void links_before_update(void);
void links_after_update(void);
/* Frees all. */
void links_stop(void);

#endif
