/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a clone will be, as the question for its name says it. */
#ifndef SIDESTAGE_UI_VIEWS_CLONE_NOTE_H
#define SIDESTAGE_UI_VIEWS_CLONE_NOTE_H

#include <stdbool.h>
#include <stdint.h>

struct set;

/* Of what runs there (set NULL: it is not known), which was found in a cluster or not, and how long
 * the clone is kept in ms (0: until it is discarded).  free() it. */
char *clone_note(const struct set *set, bool is_adopted, int64_t life_ms);

#endif
