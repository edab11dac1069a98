/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Drawing changes in words: what review and compare share. */
#ifndef SIDESTAGE_UI_VIEWS_CHANGES_H
#define SIDESTAGE_UI_VIEWS_CHANGES_H

#include <stddef.h>

struct canvas;
struct changes;

/* "1 workload changes · 0 resources", at the pen. */
void changes_draw_counts(struct canvas *canvas, const struct changes *changes);
/* How wide that is. */
int changes_counts_columns(const struct changes *changes);
/* One line a change, or more where its values are long, from row on, at most `rows`; how many rows
 * were used.  No value is cut: one that is too long for words is only told by its length. */
int changes_draw_words(struct canvas *canvas, int row, int rows, const struct changes *changes);
/* Which change stands in that row of what was drawn so; changes->count: none does. */
size_t changes_in_row(const struct changes *changes, int columns, int rows, int row);
/* The same as lines of text, to be copied: printable, whatever the changes hold; free() it. */
char *changes_words(const struct changes *changes);

#endif
