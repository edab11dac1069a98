/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Removing the resources of an environment that no deployment needs any more, one after the
 * other: those that no deployment committed, and those that are to go.  What cannot be removed
 * is said in the log and stays for the next time.
 */
#ifndef SIDESTAGE_PLATFORM_ENGINE_PRUNE_H
#define SIDESTAGE_PLATFORM_ENGINE_PRUNE_H

struct place;
struct platform;
struct prune;

/* `ended` is called once, from the loop, and the prune is gone then.  NULL: there was nothing to
 * wait for.  The place must live as long. */
struct prune *prune_start(struct platform *platform, const struct place *place,
			  void (*ended)(void *data), void *data);
/* Nothing more is begun, and what is going on ends as soon as it can: `ended` comes then.  What is
 * left goes with the next pruning. */
void prune_cancel(struct prune *prune);
void prune_free(struct prune *prune);	/* NULL is fine; what is going on goes to its end */

#endif
