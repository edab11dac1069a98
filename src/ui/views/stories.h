/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Operations told as stories: what was done on one clone, from its making to its end, with what
 * its origin got by it.  The rest stands alone.
 */
#ifndef SIDESTAGE_UI_VIEWS_STORIES_H
#define SIDESTAGE_UI_VIEWS_STORIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct operation_list;

struct story {
	size_t first, last;	/* the oldest and the newest operation, as in the list */
	size_t count;
	int64_t began, ended;	/* wall ms; ended 0: something of it is under way */
	bool over;		/* its clone was discarded */
};

#define NO_STORY ((size_t)-1)

struct stories {
	struct story *items;
	size_t count;
	size_t *of;		/* for each operation of the list: its story, or NO_STORY */
};

/*
 * The list is newest first.  A story begins with a clone that did not fail and ends with the
 * discard of that environment; an environment of that name cloned later begins another one.  A
 * promotion belongs to its source, an undo to the story of what it undoes.  One operation alone
 * is no story.
 */
void stories_tell(struct stories *stories, const struct operation_list *list);
/* Frees the stories; the list is the caller's. */
void stories_clear(struct stories *stories);

#endif
