/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Names that do not fit: they are cut where what is left still tells one from the other. */
#ifndef SIDESTAGE_UI_WIDGETS_CUT_H
#define SIDESTAGE_UI_WIDGETS_CUT_H

#include <stddef.h>

/* Which part of a text gives way. */
enum cut { CUT_END, CUT_MIDDLE, CUT_BEGIN };

/* The text in at most so many columns, with a mark where something is missing; free() it. */
char *cut_text(const char *text, int columns, enum cut where);
/* Where to cut all of these, so that as few as can be look alike; rather at the end. */
enum cut cut_choose(const char *const *texts, size_t count, int columns);

#define CUT_COLUMNS_MAX 8
/* Columns side by side with a gap between them: each has what it wants as long as there is room for
 * all; else the widest give way. */
struct cut_columns {
	size_t count;
	int wanted[CUT_COLUMNS_MAX];	/* the widest of each, as far as it was measured */
	int at[CUT_COLUMNS_MAX], width[CUT_COLUMNS_MAX];
};

/* One text of a column; foreign. */
void cut_columns_measure(struct cut_columns *columns, size_t column, const char *text);
/* From that column of the screen on, within so many. */
void cut_columns_fit(struct cut_columns *columns, int from, int room);

#endif
