/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The insides of what is asked of the platform, for the files flow/world/watch*.c only. */
#ifndef SIDESTAGE_FLOW_WORLD_WATCH_PARTS_H
#define SIDESTAGE_FLOW_WORLD_WATCH_PARTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/api.h"
#include "base/ids.h"
#include "flow/world/learn.h"
#include "flow/world/watch.h"

#define FEED_BUCKETS 1024

enum feed_id {
	FEED_USER,
	FEED_ORGANIZATIONS,
	FEED_APPLICATIONS,
	FEED_VERSIONS,
	FEED_ENVIRONMENTS,
	FEED_RUNNING,
	FEED_ERRORS,
	FEED_RUNTIME,
	FEED_RESOURCES,
	FEED_VALUES,			/* a version of them, which does not change any more */
	FEED_NEWEST_VALUES,		/* of a deployment that names no version */
	FEED_SET
};

struct feed {
	struct feed *next;
	struct feed *beside;		/* the next one with the same hash */
	size_t bucket;
	struct watch *watch;
	enum feed_id kind;
	char *org, *app, *env, *id;	/* "" where the kind has none */
	bool wanted;			/* by the walk under way */
	bool looked_up;			/* what the cache has of it was learnt */
	struct api_call *call;
	struct loop_timer *timer;
	char etag[128];
	char digest[IDS_SHA256_B64_SIZE];	/* of the last answer that was learnt; "" none */
	unsigned failures;		/* in a row */
	int64_t answered_at; /* steady ms when the last question ended, well or not; 0: never */
	struct error *error;		/* owned: why the last one failed; NULL: it did not */
};

struct watch {
	struct session *session;
	struct world *world;
	int64_t attended_at;		/* steady ms */
	int64_t walk_until;		/* steady ms: then sets are left for the next walk */
	size_t sets_loaded;		/* from the cache, ever */
	struct loop_timer *walk_on;
	api_done *on_reply;		/* with the feed */
	struct feed *feeds;
	struct feed *buckets[FEED_BUCKETS];
	size_t waiting; /* how many far feeds there were: their first questions are spread */
	char *focus_org, *focus_app;	/* NULL: the first application there is */
	char *only_org;
	bool lost;			/* the organizations cannot be read: nothing can be known */
	int64_t last_good;		/* steady ms */
};

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
};

/* --- watch-questions.c: what is asked, and when --- */

extern const struct feed_kind feed_kinds[];

/* app NULL: the organization.  Without a focus the first application there is has it. */
bool watch_is_focused(const struct watch *watch, const char *org, const char *app);
/* Somebody pressed a key not long ago. */
bool watch_is_attended(const struct watch *watch);
/* When the question that was answered, or was not, is asked again, in ms; -1: never. */
int64_t feed_next_delay(const struct feed *feed);
/* Of an application that nobody looks at: there may be hundreds, and none is to be seen. */
bool feed_is_far(const struct feed *feed);

/* --- watch-feeds.c: the questions that there are --- */

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
/* Frees the feeds that the walk did not want, and what was kept for them alone. */
void watch_drop_unwanted(struct watch *watch);
/* The feed, which is in no list any more; its request is cancelled. */
void feed_free(struct feed *feed);

#endif
