/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Three-way merge of sets, and of states: sets with the values of an environment.  base = the
 * origin when it was cloned, theirs = the origin now, ours = the clone.  Leaves are compared
 * path by path, values key by key at the environment's own level; a leaf that both changed to
 * the same value is "both", to different values a conflict, never guessed (promise 2).
 */
#ifndef SIDESTAGE_COMPARE_MERGE_H
#define SIDESTAGE_COMPARE_MERGE_H

#include <stdbool.h>
#include <stddef.h>

#include "compare/values.h"
#include "compare/value-changes.h"

struct set;
struct delta;
struct error;

enum merge_side { MERGE_OURS, MERGE_THEIRS, MERGE_BOTH, MERGE_CONFLICT };

struct merge_entry {
	enum merge_side side;
	bool is_value;		/* a shared value: object "values", path "/KEY" */
	char *object;		/* "web", or "shared/db" */
	char *path;		/* JSON pointer within it; "" for the whole object */
	char *label;		/* for people: field_words() in an object of a cluster, else the
				 * path */
	char *base;		/* texts of the three values; NULL: absent there */
	char *theirs;
	char *ours;
	enum merge_side chosen;	/* of a conflict: OURS or THEIRS, CONFLICT: not yet; else side */
	bool is_kept;		/* ours, but a secret that cannot be read: theirs stays */
};

struct merge {
	struct merge_entry *entries;
	size_t count;
	size_t conflicts;
	size_t undecided;	/* of the conflicts */
	struct set *result;	/* theirs with our changes; NULL while undecided > 0 */
	struct delta *delta;	/* from theirs to result; NULL while undecided > 0 */
	struct value_changes values; /* what is to be written to theirs; none while undecided > 0 */
};

/* What an environment runs: borrowed parts.  values NULL: they take no part. */
struct state {
	const struct set *set;
	const struct values *values;
	/* of ours: its secrets can be had by restoring this version of the values in theirs; NULL:
	 * no */
	const char *restorable;
	bool refers;	/* of ours: a secret of the platform's own store can be referred to */
	bool can_refer; /* of ours: a secret in the platform's own store can be copied from there */
};

/* 0, or -1 with err; merge_clear() it after success. */
int merge_sets(struct merge *merge, const struct set *base, const struct set *theirs,
	       const struct set *ours, struct error *err) __attribute__((warn_unused_result));
/* Decides a conflict for one side, or takes that back (MERGE_CONFLICT).  false: it is none, or
 * no such side.  The result is made by merge_apply(). */
bool merge_choose(struct merge *merge, size_t entry, enum merge_side side);
/* The result of what was chosen, from the same three sets.  0, or -1 with err and the merge
 * as it was: something is undecided, or the sets are others. */
int merge_apply(struct merge *merge, const struct set *base, const struct set *theirs,
		const struct set *ours, struct error *err) __attribute__((warn_unused_result));
/* The same of states; values are merged when all three have some. */
int merge_states(struct merge *merge, const struct state *base, const struct state *theirs,
		 const struct state *ours, struct error *err) __attribute__((warn_unused_result));
int merge_apply_states(struct merge *merge, const struct state *base, const struct state *theirs,
		       const struct state *ours, struct error *err)
	__attribute__((warn_unused_result));
/* Frees the entries, the result and the delta; what was merged is the caller's. */
void merge_clear(struct merge *merge);

#endif
