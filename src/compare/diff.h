/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The exact difference between two sets, in lines. */
#ifndef SIDESTAGE_COMPARE_DIFF_H
#define SIDESTAGE_COMPARE_DIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "compare/word-marks.h"

struct set;

enum diff_line_kind { DIFF_HEADER, DIFF_SAME, DIFF_OLD, DIFF_NEW, DIFF_FOLD };

/* One line of the exact diff, in a YAML-like rendering of the objects that differ. */
struct diff_line {
	enum diff_line_kind kind;
	char *text;		/* foreign; a header is "modules.web.spec.containers.web" */
	size_t folded;		/* DIFF_FOLD: how many unchanged lines it stands for */
	struct diff_line *lines;	/* these; each DIFF_SAME */
	size_t number;		/* line number within the object, from 1; 0 for headers and folds */
	size_t old_number;	/* DIFF_SAME: that of the same line in the old object */
	struct word_marks marks; /* what differs from its partner line; none: the whole line does */
};

/* An old or a new line. */
static inline bool
diff_line_is_change(const struct diff_line *line)
{
	return line->kind == DIFF_OLD || line->kind == DIFF_NEW;
}

struct diff {
	struct diff_line *lines;
	size_t count;
};

/* Only objects that differ; `context` unchanged lines around each change, the rest folded. */
void diff_between(struct diff *diff, const struct set *from, const struct set *to, size_t context);
/* Frees the lines, those that are folded too. */
void diff_clear(struct diff *diff);

#endif
