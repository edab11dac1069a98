/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where two sequences of texts differ: of lines, or of the words of a line. */
#ifndef SIDESTAGE_COMPARE_HUNKS_H
#define SIDESTAGE_COMPARE_HUNKS_H

#include <stddef.h>

/* [a_from, a_to) was replaced by [b_from, b_to); one of them may be empty. */
struct hunk {
	size_t a_from, a_to, b_from, b_to;
};

struct hunks {
	struct hunk *items;		/* in order; between two of them both are equal */
	size_t count;
};

/*
 * The shortest way from a to b by the longest common subsequence.  When what is left between
 * the equal ends needs more than `cells_max` comparisons, it is one hunk.
 */
void hunks_between(struct hunks *hunks, char *const *a, size_t a_count, char *const *b,
		   size_t b_count, size_t cells_max);
/* Frees the list; the texts are the caller's. */
void hunks_clear(struct hunks *hunks);

#endif
