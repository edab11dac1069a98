/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a set consists of, as two lists: for reviews that make or remove a whole environment. */
#ifndef SIDESTAGE_UI_VIEWS_CONTENTS_H
#define SIDESTAGE_UI_VIEWS_CONTENTS_H

#include <stddef.h>

struct canvas;
struct set;

/* Workloads with their versions, then the resources they and the application declare, from the
 * line `first` of all that on.  How many lines there are in all. */
size_t contents_draw(struct canvas *canvas, const struct set *set, size_t first);
size_t contents_count(const struct set *set);

#endif
