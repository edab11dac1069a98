/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a clone has that is not promoted yet, by the merge that its promotion would be. */
#ifndef SIDESTAGE_FLOW_WORLD_UNPROMOTED_H
#define SIDESTAGE_FLOW_WORLD_UNPROMOTED_H

#include <stdbool.h>
#include <stddef.h>

#include <stdint.h>

struct session;
struct set;
struct values;
struct world_application;
struct world_environment;

struct unpromoted {
	bool is_known; /* false: a set or the values are not known, or they cannot be merged */
	size_t changes, conflicts;	/* conflicts are among the changes */
	struct set *base, *theirs, *ours;	/* of which it was counted */
	struct values
		*values; /* that both have in common; NULL: not known, so sets are counted alone */
	char *kept;			/* the same as it is written down */
	uint64_t revisions[2];		/* of the clone and its origin when it was counted */
};

/* Counts anew when something of the two environments is another.  Whether the count is another. */
bool unpromoted_update(struct session *session, const char *org,
		       const struct world_application *application,
		       struct world_environment *environment);
/* Whether values had their part in a count that found nothing: values that could not be read, and
 * those that differ and of which it is not known what both had, could be a change. */
bool unpromoted_is_whole(const struct values *common, const struct world_environment *theirs,
			 const struct world_environment *ours);
/* The same of values that were read; NULL: there are none. */
bool unpromoted_are_comparable(const struct values *common, const struct values *theirs,
			       const struct values *ours);
/* Frees what the count was made of; zeroed memory is one that is not known. */
void unpromoted_clear(struct unpromoted *unpromoted);

#endif
