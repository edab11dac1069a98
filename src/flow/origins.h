/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Where the clones of the focused application come from, as the platform's deployments and their
 * comments tell it: for clones that somebody else made, or that were made or promoted on another
 * machine.  What is found is written to the store, as if the clone had been made here, so that
 * every other part looks in one place; who made it is still known by the operation's id.
 */
#ifndef SIDESTAGE_FLOW_ORIGINS_H
#define SIDESTAGE_FLOW_ORIGINS_H

#include <stdbool.h>

struct origins;
struct session;

struct origins *origins_new(struct session *session);
void origins_free(struct origins *origins);	/* NULL is fine */
void origins_focus(struct origins *origins, const char *org, const char *app);
/* After the world has changed. */
void origins_update(struct origins *origins);
/* Every clone of the focused application is known, as far as it can be read. */
bool origins_is_settled(const struct origins *origins);

#endif
