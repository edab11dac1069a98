/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Where the clones of the focused application come from, as the platform's deployments and their
 * comments tell it: for clones that somebody else made, or that were made or promoted on another
 * machine.  What is found is written to the store, as if the clone had been made here, so that
 * every other part looks in one place; who made it is still known by the operation's id.
 */
#ifndef SIDESTAGE_FLOW_WORLD_ORIGINS_H
#define SIDESTAGE_FLOW_WORLD_ORIGINS_H

#include <stdbool.h>

#include <stddef.h>

struct clone_origin;
struct deployment;
struct error;
struct origins;
struct session;

/* Asks nothing before an application is in focus. */
struct origins *origins_new(struct session *session);
void origins_free(struct origins *origins);	/* NULL is fine */
void origins_focus(struct origins *origins, const char *org, const char *app);
/* After the world has changed. */
void origins_update(struct origins *origins);
/*
 * From the two lists of deployments, newest first: where the clone is from, and what both have in
 * common.  The clone's deployment of that; NULL: its first one does not say that it is a clone.
 */
const struct deployment *origins_decode(struct clone_origin *origin, const char *env,
					const struct deployment *ours, size_t count,
					const struct deployment *theirs, size_t their_count);
/* Every clone of the focused application is known, as far as it can be read. */
bool origins_is_settled(const struct origins *origins);
/* Why nobody knows of some environment whether it is a clone; NULL: all are told, or not yet read.
 * Borrowed until the session's next turn. */
const struct error *origins_error(const struct origins *origins);

#endif
