/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Which operations belong together: a clone, what was done on it, its promotions and its end.
 *
 * Told from the list alone, oldest first, because only then is it known which clone a name
 * meant: after a discard the same name may be another story.  An operation that undoes one
 * belongs where that belongs.
 */
#include "config.h"

#include "ui/views/stories.h"

#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "store/history.h"

void
stories_clear(struct stories *stories)
{
	free(stories->items);
	free(stories->of);
	*stories = (struct stories){0};
}

static bool
same_place(const struct operation *a, const struct operation *b)
{
	return untrusted_equal(&a->url, &b->url) && untrusted_equal(&a->org, &b->org) &&
	       untrusted_equal(&a->app, &b->app);
}

/* The newest story whose clone, while it was there, the operation was about. */
static size_t
find_by_clone(const struct stories *stories, const struct operation_list *list,
	      const struct operation *o)
{
	for (size_t i = stories->count; i-- > 0;) {
		const struct operation *clone = &list->items[stories->items[i].first];

		if (!stories->items[i].over && same_place(clone, o) &&
		    (untrusted_equal(&clone->env, &o->env) ||
		     (o->source.raw && untrusted_is(&o->source, untrusted_raw(&clone->env)))))
			return i;
	}
	return NO_STORY;
}

/* The story of the operation that this one undoes; undone soon after mostly, so from `at` back. */
static size_t
find_by_undone(const struct stories *stories, const struct operation_list *list, size_t at)
{
	const struct untrusted *undone = &list->items[at].undoes;

	if (!undone->raw)
		return NO_STORY;
	for (size_t i = at + 1; i < list->count; i++)
		if (untrusted_equal(&list->items[i].id, undone))
			return stories->of[i];
	return NO_STORY;
}

static size_t
begin(struct stories *stories, size_t at)
{
	stories->items = xreallocarray(stories->items, stories->count + 1, sizeof(*stories->items));
	stories->items[stories->count] = (struct story){.first = at, .last = at};
	return stories->count++;
}

static bool
went_well(const struct operation *o)
{
	return o->state != OPERATION_FAILED && o->state != OPERATION_ABANDONED;
}

/* An operation that has not ended leaves the story open, whatever came after it. */
static void
add(struct story *story, const struct operation *o, size_t at)
{
	bool open = story->count > 0 && story->ended == 0;

	story->last = at;
	if (story->count++ == 0)
		story->began = o->created_at;
	if (o->ended_at == 0)
		story->ended = 0;
	else if (!open && o->ended_at > story->ended)
		story->ended = o->ended_at;
	if (untrusted_is(&o->verb, "discard") && o->state == OPERATION_DONE)
		story->over = true;
}

/* A clone on which nothing was done is an operation like any other. */
static void
forget_single_ones(struct stories *stories, size_t operations)
{
	for (size_t i = 0; i < operations; i++)
		if (stories->of[i] != NO_STORY && stories->items[stories->of[i]].count < 2)
			stories->of[i] = NO_STORY;
}

void
stories_tell(struct stories *stories, const struct operation_list *list)
{
	stories_clear(stories);
	stories->of = xcalloc(list->count + 1, sizeof(*stories->of));
	for (size_t at = list->count; at-- > 0;) {
		const struct operation *o = &list->items[at];
		size_t story = NO_STORY;

		/* The environment of a clone's name is another one, whatever went before. */
		if (untrusted_is(&o->verb, "clone")) {
			if (went_well(o))
				story = begin(stories, at);
		} else {
			story = find_by_undone(stories, list, at);
			if (story == NO_STORY)
				story = find_by_clone(stories, list, o);
		}
		stories->of[at] = story;
		if (story != NO_STORY)
			add(&stories->items[story], o, at);
	}
	forget_single_ones(stories, list->count);
}
