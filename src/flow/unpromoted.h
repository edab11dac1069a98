/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a clone has that is not promoted yet, by the merge that its promotion would be. */
#ifndef SIDESTAGE_FLOW_UNPROMOTED_H
#define SIDESTAGE_FLOW_UNPROMOTED_H

#include <stdbool.h>
#include <stddef.h>

struct set;
struct world_application;
struct world_environment;

struct unpromoted {
	bool is_known;			/* false: a set is not known, or they cannot be merged */
	size_t changes, conflicts;	/* conflicts are among the changes */
	struct set *base, *theirs, *ours;	/* of which it was counted */
};

/* Counts anew when one of the sets is another.  Whether the count is another. */
bool unpromoted_update(const struct world_application *application,
		       struct world_environment *environment);
void unpromoted_clear(struct unpromoted *unpromoted);

#endif
