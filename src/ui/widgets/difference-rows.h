/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How lines of a diff become rows; for difference.c alone. */
#ifndef SIDESTAGE_UI_WIDGETS_DIFFERENCE_ROWS_H
#define SIDESTAGE_UI_WIDGETS_DIFFERENCE_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/widgets/difference.h"

/* Of a header, a fold and, in one column, of any line left and right are the same, or one is
 * NULL. */
struct difference_row {
	size_t object;			/* by its number */
	const struct diff_line *left, *right;
	const struct diff_line *fold;	/* that was opened to show it; NULL: none */
};

/* Whether there are two columns now. */
bool difference_is_beside(const struct difference *difference);
/* Compares the sets anew: all that was opened is folded again. */
void difference_compare(struct difference *difference);
void difference_build(struct difference *difference);
/* Builds them anew, and stays at the object and, as far as it is there, the line. */
void difference_rebuild(struct difference *difference);
/* What a row is: of a changed one its old line, as long as there is one. */
const struct diff_line *difference_line(const struct difference *difference, size_t row);
/* Opens the fold that this row is, or closes the one that was opened to show it; false: the row
 * has nothing to do with one. */
bool difference_turn_fold(struct difference *difference, size_t row);

struct changes;

/* The number of the object that change i is of. */
size_t difference_object_of(const struct changes *changes, size_t i);
/* The row where change i of that object is shown, or else its header's.  It must be unfolded. */
size_t difference_row_of(const struct difference *difference, size_t object,
			 const struct change *change);

#endif
