/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Histories, sets and old values that somebody wants to look at besides the focused application.
 * Each update is a round: begin, ask for what is wanted, end; what no round wants any more is
 * forgotten.  What is not there yet is asked of the platform, a few at a time, and the
 * session changes when it has come.
 */
#ifndef SIDESTAGE_FLOW_WORLD_FETCHER_H
#define SIDESTAGE_FLOW_WORLD_FETCHER_H

#include <stdbool.h>
#include <stddef.h>

#include "model/nouns.h"

struct error;
struct fetcher;
struct session;
struct set;
struct values;

/* Nothing is asked before the first round. */
struct fetcher *fetcher_open(struct session *session);
void fetcher_close(struct fetcher *fetcher);	/* NULL is fine */
void fetcher_begin(struct fetcher *fetcher);
void fetcher_end(struct fetcher *fetcher);

/* NULL: not known yet, or it cannot be read (tried again by itself, less and less often).  Borrowed
 * until a round ends that does not want it. */
struct set *
fetcher_set(struct fetcher *fetcher, const char *org, const char *app, const char *set_id);
/* The deployments of an environment, newest first, read again when `last_id` differs from the
 * time before.  NULL as above. */
const struct deployment *fetcher_history(struct fetcher *fetcher, const char *org, const char *app,
					const char *env, const char *last_id, size_t *count);

/* The values of a value set version of an environment; *values is NULL when the platform has none
 * of that id.  false as above. */
bool fetcher_values(struct fetcher *fetcher, const char *org, const char *app, const char *env,
		   const char *version_id, const struct values **values);

/* All that the last round wanted was answered, or could not be read: waiting longer gives nothing
 * new. */
bool fetcher_is_settled(const struct fetcher *fetcher);
/* Why something that the last round wanted could not be read; NULL: nothing failed.  Borrowed until
 * the next turn. */
const struct error *fetcher_error(const struct fetcher *fetcher);

#endif
