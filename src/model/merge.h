/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Three-way merge of sets.  base = the origin when it was cloned, theirs = the origin now,
 * ours = the clone.  Leaves are compared path by path; a leaf that both changed to the same
 * value is "both", to different values a conflict, never guessed (promise 2).
 */
#ifndef SIDESTAGE_MODEL_MERGE_H
#define SIDESTAGE_MODEL_MERGE_H

#include <stddef.h>

struct set;
struct delta;
struct error;

enum merge_side { MERGE_OURS, MERGE_THEIRS, MERGE_BOTH, MERGE_CONFLICT };

struct merge_entry {
	enum merge_side side;
	char *object;		/* "web", or "shared/db" */
	char *path;		/* JSON pointer within it; "" for the whole object */
	char *base;		/* texts of the three values; NULL: absent there */
	char *theirs;
	char *ours;
};

struct merge {
	struct merge_entry *entries;
	size_t count;
	size_t conflicts;
	struct set *result;	/* theirs with our changes; NULL while conflicts > 0 */
	struct delta *delta;	/* from theirs to result; NULL while conflicts > 0 */
};

/* 0, or -1 with err; merge_clear() it after success. */
int merge_sets(struct merge *merge, const struct set *base, const struct set *theirs,
	       const struct set *ours, struct error *err) __attribute__((warn_unused_result));
void merge_clear(struct merge *merge);

#endif
