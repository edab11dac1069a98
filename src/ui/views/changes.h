/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Drawing changes in words: what review and compare share. */
#ifndef SIDESTAGE_UI_VIEWS_CHANGES_H
#define SIDESTAGE_UI_VIEWS_CHANGES_H

#include <stddef.h>

struct canvas;
struct changes;

/* "1 workload changes · 0 resources", at the pen. */
void changes_draw_counts(struct canvas *canvas, const struct changes *changes);
/* One line a change, from row on, at most `rows`; how many rows were used. */
int changes_draw_words(struct canvas *canvas, int row, int rows, const struct changes *changes);
/* The same as lines of text, to be copied: printable, whatever the changes hold; free() it. */
char *changes_words(const struct changes *changes);

#endif
