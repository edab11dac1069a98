/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What differs between two sets, in words: what a review shows. */
#ifndef SIDESTAGE_COMPARE_CHANGES_H
#define SIDESTAGE_COMPARE_CHANGES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

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
	char *label; /* field_words(): "image", "variable LOG_LEVEL", else the pointer */
	char *from;		/* text of the old value; NULL when added */
	char *to;		/* text of the new value; NULL when removed.  Where the two would
				 * be read as the same they are quoted, escaped, or have their
				 * type: "\"1\" (text)" and "1 (number)" */
	char *note; /* a sentence more: what a value overrides, how two texts differ that
		     * look the same; NULL: none */
	bool is_image;		/* that the workload is known by */
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

#endif
