/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The words that differ within a line that took another one's place. */
#ifndef SIDESTAGE_COMPARE_WORD_MARKS_H
#define SIDESTAGE_COMPARE_WORD_MARKS_H

#include <stddef.h>

/* The bytes [start, end) of a text; never empty, never a part of a character. */
struct word_mark {
	size_t start, end;
};

struct word_marks {
	struct word_mark *items;		/* in order, none touches the next */
	size_t count;
};

/* What of either is not in the other.  None in both when hardly anything is common: then the
 * lines differ as wholes, and marks would be noise. */
void word_marks_between(struct word_marks *of_old, struct word_marks *of_new, const char *old,
			const char *new);
/* Frees the list. */
void word_marks_clear(struct word_marks *marks);

#endif
