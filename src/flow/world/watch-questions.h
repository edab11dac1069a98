/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is asked of the platform, and when. */
#ifndef SIDESTAGE_FLOW_WORLD_WATCH_QUESTIONS_H
#define SIDESTAGE_FLOW_WORLD_WATCH_QUESTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "api/api.h"
#include "flow/world/learn.h"

struct feed;
struct watch;
struct world;

struct feed_kind {
	const char *name;		/* in the cache's keys */
	bool cached;
	bool once;			/* never asked again after an answer */
	struct api_call *(*ask)(struct feed *feed, struct api *api, api_done *done);
	learn_body *learn;		/* NULL: a set */
	unsigned need;			/* bit of session.h */
	/* NULL: nothing to do when the answer is the same */
	void (*same)(struct world *world, const struct learn_place *place, int64_t read_at);
	/* NULL: once */
	int64_t (*interval)(const struct feed *feed);
	learn_stored *stored;		/* NULL: what is cached is learnt as an answer is */
};

/* By feed_id. */
extern const struct feed_kind feed_kinds[];

/* app NULL: the organization.  Without a focus the first application there is has it. */
bool watch_is_focused(const struct watch *watch, const char *org, const char *app);
/* Somebody pressed a key not long ago. */
bool watch_is_attended(const struct watch *watch);
/* When the question that was answered, or was not, is asked again, in ms; -1: never. */
int64_t feed_next_delay(const struct feed *feed);
/* Of an application that nobody looks at: there may be hundreds, and none is to be seen. */
bool feed_is_far(const struct feed *feed);

#endif
