/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The count is the merge that a promotion would be, so that the board promises neither more nor
 * less than the review will show.  It is kept with the revisions it was made of: merging is not
 * cheap, and the board asks with every change of the world. */
#include "config.h"

#include "flow/world/unpromoted.h"

#include <stdlib.h>
#include <string.h>

#include "compare/merge.h"
#include "compare/values.h"
#include "flow/world/origin.h"
#include "flow/world/world.h"
#include "model/set.h"
#include "model/workload-scale.h"

static void
free_values(struct values *values)
{
	if (values)
		values_clear(values);
	free(values);
}

static bool
is_same(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

void
unpromoted_clear(struct unpromoted *unpromoted)
{
	set_unref(unpromoted->base);
	set_unref(unpromoted->theirs);
	set_unref(unpromoted->ours);
	free_values(unpromoted->values);
	free(unpromoted->kept);
	*unpromoted = (struct unpromoted){0};
}

static const struct world_environment *
find_origin(const struct world_application *application, const char *id)
{
	for (size_t i = 0; i < application->count; i++)
		if (untrusted_is(&application->environments[i].environment.id, id))
			return &application->environments[i];
	return NULL;
}

/* A platform without values, or that does not show them, has none that could be promoted, and an
 * environment that never ran has none.  What was not read yet is not known. */
static bool
are_values_missing(const struct world_environment *e)
{
	const struct knowledge *known = world_known(e, WORLD_VALUES);

	if (e->values || known->state == KNOWLEDGE_ABSENT)
		return false;
	if (known->state == KNOWLEDGE_UNREADABLE)
		return knowledge_why(known)->kind != ERROR_NOT_FOUND;
	return world_known(e, WORLD_SET)->state != KNOWLEDGE_ABSENT;
}

bool
unpromoted_are_comparable(const struct values *common, const struct values *theirs,
			  const struct values *ours)
{
	return !theirs || !ours || common || values_equal(theirs, ours);
}

bool
unpromoted_is_whole(const struct values *common, const struct world_environment *theirs,
		    const struct world_environment *ours)
{
	if (are_values_missing(theirs) || are_values_missing(ours))
		return false;
	return unpromoted_are_comparable(common, theirs->values, ours->values);
}

static void
count(struct unpromoted *unpromoted, const struct world_environment *theirs,
      const struct world_environment *ours)
{
	/* A secret that only the clone has otherwise is a change as well. */
	struct set *own = workload_counts_of(unpromoted->ours, unpromoted->base, NULL, NULL);
	const struct state base = {.set = unpromoted->base, .values = unpromoted->values};
	const struct state there = {.set = unpromoted->theirs, .values = theirs->values};
	const struct state here = {.set = own, .values = ours->values};
	struct merge merge;

	if (!own || merge_states(&merge, &base, &there, &here, NULL) != 0) {
		set_unref(own);
		return;
	}
	for (size_t i = 0; i < merge.count; i++)
		unpromoted->changes += merge.entries[i].side == MERGE_OURS ||
				 merge.entries[i].side == MERGE_CONFLICT;
	unpromoted->conflicts = merge.conflicts;
	unpromoted->is_known = unpromoted->changes > 0 ||
			       unpromoted_is_whole(unpromoted->values, theirs, ours);
	merge_clear(&merge);
	set_unref(own);
}

/* By pointer and revision: sets never change, and the references that are held keep an
 * address from being used again. */
bool
unpromoted_update(struct session *session, const char *org,
		  const struct world_application *application,
		  struct world_environment *environment)
{
	const struct world_environment *origin =
		environment->clone_of ? find_origin(application, environment->clone_of) : NULL;
	struct unpromoted *unpromoted = &environment->unpromoted;
	const bool was_known = unpromoted->is_known;
	const size_t changes = unpromoted->changes, conflicts = unpromoted->conflicts;
	char *kept;

	if (!origin || !environment->clone_set || !origin->from_set || !environment->set) {
		unpromoted_clear(unpromoted);
		return was_known;
	}
	/* Written down beside the world, maybe after this was looked at.  Each walk comes by here
	 * for each clone, so only a text that is another one is taken apart. */
	kept = origin_kept_values(session, org, untrusted_raw(&application->application.id),
				  untrusted_raw(&environment->environment.id), NULL);
	if (unpromoted->base == environment->clone_set && unpromoted->theirs == origin->from_set &&
	    unpromoted->ours == environment->set &&
	    unpromoted->revisions[0] == environment->revision &&
	    unpromoted->revisions[1] == origin->revision && is_same(unpromoted->kept, kept)) {
		free(kept);
		return false;
	}
	unpromoted_clear(unpromoted);
	unpromoted->base = set_ref(environment->clone_set);
	unpromoted->theirs = set_ref(origin->from_set);
	unpromoted->ours = set_ref(environment->set);
	unpromoted->kept = kept;
	unpromoted->values = origin_decode_values(kept);
	unpromoted->revisions[0] = environment->revision;
	unpromoted->revisions[1] = origin->revision;
	count(unpromoted, origin, environment);
	return was_known != unpromoted->is_known || changes != unpromoted->changes ||
	       conflicts != unpromoted->conflicts;
}
