/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What differs between two sets, in words and in lines: what a review shows. */
#ifndef SIDESTAGE_COMPARE_CHANGES_H
#define SIDESTAGE_COMPARE_CHANGES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "compare/word-marks.h"

struct set;
struct values;

enum change_kind { CHANGE_ADDED, CHANGE_REMOVED, CHANGE_CHANGED };

/* One leaf that differs.  All text is foreign: raw bytes, owned by the list. */
struct change {
	enum change_kind kind;
	bool shared;		/* a shared resource; else a workload, or a value */
	bool is_value; /* a shared value: object "values", path "/KEY", label "value KEY" */
	char *object;		/* workload or resource id */
	char *path;  /* JSON pointer within it; "" when the whole object is added or removed */
	char *label; /* "image", "variable LOG_LEVEL", "file /etc/x", "args", else the pointer */
	char *from;		/* text of the old value; NULL when added */
	char *to;		/* text of the new value; NULL when removed.  Where the two would
				 * be read as the same they are quoted, escaped, or have their
				 * type: "\"1\" (text)" and "1 (number)" */
	char *note; /* a sentence more: what a value overrides, how two texts differ that
		     * look the same; NULL: none */
	bool is_image;
};

struct changes {
	struct change
		*items; /* ordered: workloads by name, then shared, then values; within by path */
	size_t count;
	size_t workloads;	/* how many workloads change */
	size_t resources;	/* how many shared or external resources change */
	size_t values;		/* how many shared values change */
};

/* Their values as well, when both are shown with some (set_with_values()). */
void changes_between(struct changes *changes, const struct set *from, const struct set *to);
/* "KEY, KEY": the secrets that read the same on both sides, and of which it is not known whether
 * they are (VALUE_UNKNOWN): no difference shows them.  Foreign; free() it.  NULL: there are none,
 * or the values (NULL) are not known. */
char *changes_not_comparable(const struct values *a, const struct values *b);
/* Frees the list and its texts. */
void changes_clear(struct changes *changes);
/* Two values (NULL: there is none) in words; of two that differ the words differ, also for who
 * reads them.  A sentence about how they differ where that is hard to see, or NULL. */
const char *changes_say_values(const json_t *from, const json_t *to, char **from_words,
			       char **to_words);

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
