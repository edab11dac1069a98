/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is asked of the platform, from inside: for the files flow/world/watch*.c only. */
#ifndef SIDESTAGE_FLOW_WORLD_WATCH_STATE_H
#define SIDESTAGE_FLOW_WORLD_WATCH_STATE_H

#include <jansson.h>
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
	FEED_ADOPTION,			/* how far the platform has looked through a cluster */
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
	bool again;			/* a person asked while it was being asked */
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
	bool is_shown;			/* a first picture stands: the walks may take their time */
	size_t sets_loaded;		/* from the cache, of what is looked at */
	struct loop_timer *walk_on;
	api_done *on_reply;		/* with the feed */
	struct feed *feeds;
	struct feed *buckets[FEED_BUCKETS];
	size_t waiting; /* how many far feeds there were: their first questions are spread */
	char *focus_org, *focus_app;	/* NULL: the first application there is */
	json_t *open;			/* {ENV: how many look at it} */
	char *only_org;
	bool lost;			/* the organizations cannot be read: nothing can be known */
	int64_t last_good;		/* steady ms */
};

#endif
