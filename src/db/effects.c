/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A list in the order of asking; each entry knows the depth of its transaction.  Committing
 * an inner one lowers the depth of its entries, rolling it back drops them.
 *
 * Without this a handler would start a process for a row that is rolled back a moment later.
 * What is committed and whose effect a crash prevents is found in the database at the next
 * start; the list itself is not kept.
 */
#include "config.h"

#include "db/effects.h"

#include <stddef.h>
#include <stdlib.h>

#include "base/xmalloc.h"

struct one {
	struct one *next;
	int depth;
	effect *run, *drop;
	void *data;
};

struct effects {
	struct one *first, **last;
};

struct effects *
effects_new(void)
{
	struct effects *effects = xcalloc(1, sizeof(*effects));

	effects->last = &effects->first;
	return effects;
}

static void
drop_one(struct one *one)
{
	if (one->drop)
		one->drop(one->data);
	free(one);
}

void
effects_add(struct effects *effects, int depth, effect *run, effect *drop, void *data)
{
	struct one *one = xcalloc(1, sizeof(*one));

	*one = (struct one){NULL, depth, run, drop, data};
	*effects->last = one;
	effects->last = &one->next;
}

void
effects_keep(struct effects *effects, int depth)
{
	for (struct one *one = effects->first; one; one = one->next)
		if (one->depth >= depth)
			one->depth = depth - 1;
}

void
effects_forget(struct effects *effects, int depth)
{
	struct one **link = &effects->first;

	while (*link) {
		struct one *one = *link;

		if (one->depth < depth) {
			link = &one->next;
			continue;
		}
		*link = one->next;
		drop_one(one);
	}
	effects->last = link;
}

void
effects_run(struct effects *effects)
{
	struct one *one = effects->first;

	/* One of them may begin a transaction of its own. */
	effects->first = NULL;
	effects->last = &effects->first;
	while (one) {
		struct one *next = one->next;

		one->run(one->data);
		drop_one(one);
		one = next;
	}
}

void
effects_free(struct effects *effects)
{
	if (!effects)
		return;
	effects_forget(effects, 0);
	free(effects);
}
