/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Whether an environment has a fix.  The three-way merge answers it: the fix is "ours", the
 * environment is "theirs".  A leaf on both sides is there already, one of ours alone is
 * lacking, one of theirs alone is no part of the fix.
 *
 * Versions are not compared: "at least 1.4.3" would be a guess about what a version contains,
 * and a fix need not be a version at all.
 */
#include "config.h"

#include "compare/carry.h"

#include <stdlib.h>

#include "base/xmalloc.h"
#include "compare/merge.h"
#include "model/set.h"

/* The first conflict is kept to be shown; the others are only counted. */
static void
add(struct carry *carry, const struct merge_entry *entry)
{
	if (entry->side == MERGE_THEIRS)
		return;
	carry->leaves++;
	carry->there += entry->side == MERGE_BOTH;
	if (entry->side != MERGE_CONFLICT || carry->conflicts++ > 0)
		return;
	carry->object = xstrdup_or_null(entry->object);
	carry->path = xstrdup_or_null(entry->path);
	carry->here = xstrdup_or_null(entry->theirs);
	carry->fix = xstrdup_or_null(entry->ours);
}

int
carry_find(struct carry *carry, const struct set *before, const struct set *after,
	   const struct set *here, struct error *err)
{
	struct merge merge;

	*carry = (struct carry){0};
	if (merge_sets(&merge, before, here, after, err))
		return -1;
	for (size_t i = 0; i < merge.count; i++)
		add(carry, &merge.entries[i]);
	merge_clear(&merge);
	carry->state = carry->conflicts ? CARRY_CONFLICTS
		     : carry->there == carry->leaves ? CARRY_HAS : CARRY_LACKS;
	return 0;
}

void
carry_clear(struct carry *carry)
{
	free(carry->object);
	free(carry->path);
	free(carry->here);
	free(carry->fix);
	*carry = (struct carry){0};
}
