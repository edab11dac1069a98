/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The board as it was: what the store remembers of an application, made a world again.  Only
 * what was seen is remembered: the time of a moment is when it was seen, and of the times when
 * nobody looked nothing is known but what stood before.
 */
#ifndef SIDESTAGE_FLOW_WORLD_MOMENTS_H
#define SIDESTAGE_FLOW_WORLD_MOMENTS_H

#include <stdint.h>

struct error;
struct moments;
struct session;
struct world;

/* What the world knows now of this application is remembered where it changed.  For watch.c,
 * behind an answer; that it cannot be written is no error of the watch. */
void moments_note(struct session *session, const char *org, const char *app);

/* As it was at that time (wall ms).  NULL with ERROR_NOT_FOUND (nothing is known of then) or
 * ERROR_STORE.  The session outlives it. */
struct moments *moments_open(struct session *session, const char *org, const char *app, int64_t at,
			     struct error *err);
/* As it was before what stands now; NULL as above. */
struct moments *moments_open_last(struct session *session, const char *org, const char *app,
				  struct error *err);
void moments_close(struct moments *moments);	/* NULL is fine */
/* The one application, with its environments; sets that the cache has no longer are unknown.
 * Borrowed; a step makes it another one. */
const struct world *moments_world(const struct moments *moments);
int64_t moments_at(const struct moments *moments);
/* To the moment before (-1) or after (1) that looks different on a board.  0; -1 with err: there is
 * none, and what is seen stays. */
int moments_step(struct moments *moments, int by, struct error *err)
	__attribute__((warn_unused_result));

#endif
