/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a daemon left unfinished when it ended, as the next one finds it.  A deployment that was in
 * progress goes on where the driver of its environment can take it up again, and has failed
 * elsewhere, with an error that says so; one that was pending is still to be begun, unless it was
 * asked for long ago or cannot be carried out any more.
 */
#ifndef SIDESTAGE_PLATFORM_ENGINE_INTERRUPTED_H
#define SIDESTAGE_PLATFORM_ENGINE_INTERRUPTED_H

struct error;
struct placed_environments;
struct platform;

/* Records it, and gives the environments as they are then: `going_on` of what goes on, `pending` of
 * what is to be begun.  placed_environments_clear() them. */
int interrupted_settle(struct platform *platform, struct placed_environments *out,
		       struct error *err);

#endif
