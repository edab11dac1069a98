/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The terminal: taken at the start, given back whole however the program ends. */
#ifndef SIDESTAGE_UI_TERMINAL_H
#define SIDESTAGE_UI_TERMINAL_H

#include <stdbool.h>

#include "ui/input.h"

struct error;
struct theme;

#define TERMINAL_MIN_COLUMNS 40
#define TERMINAL_MIN_ROWS 12

struct terminal_signals {
	bool resized, ended, stopped, continued;
};

/* 0, or -1 with err when standard input or output is no terminal or its kind is not known. */
int terminal_start(const struct theme *theme, bool mouse, struct error *err);
/* Gives it back as it was; without terminal_start() it does nothing. */
void terminal_stop(void);
/* Readable when a signal came. */
int terminal_signal_fd(void);
/* Which came since the last call; they are forgotten by it. */
struct terminal_signals terminal_take_signals(void);
/* A signal asked the program to end, or the terminal is gone.  Takes nothing from
 * terminal_take_signals() and terminal_key(): it is for who lends the terminal in a loop. */
bool terminal_is_ending(void);
/* The next key or input_* event; -1: none; -2: the terminal is gone. */
int terminal_key(void);
/* Forgets what was typed ahead. */
void terminal_drop_keys(void);
/* Gives the terminal back, stops the program, and takes it again when it goes on. */
void terminal_suspend(void);
/* Gives it to another program, whose signals from the keyboard are then not ours, and takes it
 * back. */
void terminal_lend(void);
void terminal_take_back(void);
/* Takes the terminal once more and draws all of it: others may have written to it. */
void terminal_take_again(void);

#endif
