/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The questions that there are. */
#ifndef SIDESTAGE_FLOW_WORLD_WATCH_FEEDS_H
#define SIDESTAGE_FLOW_WORLD_WATCH_FEEDS_H

#include <stdint.h>

#include "flow/world/learn.h"
#include "flow/world/watch-state.h"

struct knowledge;

/* Borrowed from the feed. */
struct learn_place feed_place(const struct feed *feed);
/* What the world says of how this is known; NULL: there is no place for it (any more). */
struct knowledge *feed_knowledge(const struct feed *feed);
/* Owned by the caller. */
char *feed_cache_key(const struct feed *feed);
/* Asks that late, in ms, whatever was meant before. */
void feed_schedule(struct feed *feed, int64_t delay_ms);
/* Borrowed, or NULL.  "" where the kind has none. */
struct feed *watch_find_feed(const struct watch *watch, enum feed_id kind, const char *org,
			     const char *app, const char *env, const char *id);
/* The walk needs this; a feed that is new learns what the cache has.  The texts may be parts of
 * the world: what the cache teaches may free them. */
void watch_want(struct watch *watch, enum feed_id kind, const char *org, const char *app,
		const char *env, const char *id);
/* What has a time to be asked is asked now: all that is looked at, or what runs there. */
void watch_hurry_all(struct watch *watch);
void watch_hurry_details(struct watch *watch, const char *org, const char *app);
/* What was found meanwhile is on no list of the organization that was read before: those answers
 * count no more. */
void watch_ask_lists_again(struct watch *watch, const char *org);
/* Frees the feeds that the walk did not want, and what was kept for them alone. */
void watch_drop_unwanted(struct watch *watch);
/* The feed, which is in no list any more; its request is cancelled. */
void feed_free(struct feed *feed);

#endif
