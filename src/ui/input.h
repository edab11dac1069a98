/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a person does: keys, the mouse, a paste as one piece, and whether the window has focus. */
#ifndef SIDESTAGE_UI_INPUT_H
#define SIDESTAGE_UI_INPUT_H
#include <stdbool.h>

/* Keys are characters, or KEY_BASE + ncurses' code, or one of these. */
#define KEY_BASE 0x200000
enum {
	INPUT_PASTE = KEY_BASE + 0x4000,	/* input_pasted() */
	INPUT_CLICK, INPUT_RELEASE,		/* input_place() */
	INPUT_WHEEL_UP, INPUT_WHEEL_DOWN,
	INPUT_FOCUS_IN, INPUT_FOCUS_OUT,
	INPUT_STALLED				/* keys go into a paste that has not ended */
};

/* After the terminal was taken: teaches ncurses what else terminals send. */
void input_start(bool mouse);	/* false: the terminal keeps it */
void input_stop(void);
/* The next; -1: none. */
int input_next(void);
/* Forgets what came so far; a paste that has begun is forgotten to its end. */
void input_drop(void);
/* UTF-8, at most 64 KiB; until the next call of input_next(). */
const char *input_pasted(void);
/* Of the click, on the screen, from 0. */
void input_place(int *row, int *column);

#endif
