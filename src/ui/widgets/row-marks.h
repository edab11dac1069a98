/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which rows of a list a person has marked, by their names: whatever is sorted or comes and goes,
 * a mark stays with its row. */
#ifndef SIDESTAGE_UI_WIDGETS_ROW_MARKS_H
#define SIDESTAGE_UI_WIDGETS_ROW_MARKS_H

#include <jansson.h>
#include <stdbool.h>

/* Zeroed before; row_marks_clear() frees. */
struct row_marks {
	json_t *names;		/* object with these keys; NULL: nothing is marked */
};

bool row_marks_has(const struct row_marks *marks, const char *name);
/* Whether there is one. */
bool row_marks_any(const struct row_marks *marks);
/* Marks what is not marked, and unmarks what is. */
void row_marks_toggle(struct row_marks *marks, const char *name);
/* Unmarks everything; false: nothing was marked. */
bool row_marks_clear(struct row_marks *marks);

#endif
