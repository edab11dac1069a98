/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "flow/unpromoted.h"

#include <string.h>

#include "flow/world.h"
#include "model/merge.h"
#include "model/set.h"

void
unpromoted_clear(struct unpromoted *unpromoted)
{
	set_unref(unpromoted->base);
	set_unref(unpromoted->theirs);
	set_unref(unpromoted->ours);
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

static void
count(struct unpromoted *unpromoted)
{
	struct merge merge;

	if (merge_sets(&merge, unpromoted->base, unpromoted->theirs, unpromoted->ours, NULL) != 0)
		return;
	for (size_t i = 0; i < merge.count; i++)
		unpromoted->changes += merge.entries[i].side == MERGE_OURS ||
				 merge.entries[i].side == MERGE_CONFLICT;
	unpromoted->conflicts = merge.conflicts;
	unpromoted->is_known = true;
	merge_clear(&merge);
}

bool
unpromoted_update(const struct world_application *application, struct world_environment *environment)
{
	const struct world_environment *origin =
		environment->clone_of ? find_origin(application, environment->clone_of) : NULL;
	struct unpromoted *unpromoted = &environment->unpromoted, was = *unpromoted;

	if (!origin || !environment->clone_set || !origin->from_set || !environment->set) {
		unpromoted_clear(unpromoted);
		return was.is_known;
	}
	if (unpromoted->base == environment->clone_set && unpromoted->theirs == origin->from_set &&
	    unpromoted->ours == environment->set)
		return false;
	unpromoted_clear(unpromoted);
	unpromoted->base = set_ref(environment->clone_set);
	unpromoted->theirs = set_ref(origin->from_set);
	unpromoted->ours = set_ref(environment->set);
	count(unpromoted);
	return was.is_known != unpromoted->is_known || was.changes != unpromoted->changes ||
	       was.conflicts != unpromoted->conflicts;
}
