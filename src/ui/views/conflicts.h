/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What both sides of a merge changed differently, for a person to decide. */
#ifndef SIDESTAGE_UI_VIEWS_CONFLICTS_H
#define SIDESTAGE_UI_VIEWS_CONFLICTS_H

#include <stddef.h>

struct canvas;
struct merge;

size_t conflicts_count(const struct merge *merge);
/* The entry of the i-th conflict. */
size_t conflicts_entry(const struct merge *merge, size_t i);
/* ours, theirs: the names of the two environments; foreign. */
void conflicts_draw(struct canvas *canvas, const struct merge *merge, size_t selected,
		    const char *ours, const char *theirs);

#endif
