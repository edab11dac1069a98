/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The screen as a picture, for the guide. */
#ifndef SIDESTAGE_TESTS_TTY_PICTURE_H
#define SIDESTAGE_TESTS_TTY_PICTURE_H

#include <stdio.h>

struct terminal;

/* SVG of all rows with their colours; `columns` is the width of the terminal. */
void picture_write(FILE *file, const struct terminal *terminal, int columns);

#endif
