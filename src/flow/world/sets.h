/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Sets as this machine gets them: from the cache, or from the platform's answer.
 *
 * Those of one application are mostly alike.  Each is read beside one that an environment of it
 * has already, and what the two have in common exists once: twenty environments take hardly more
 * memory than one, and what is the same is known to be the same without a look at it.
 */
#ifndef SIDESTAGE_FLOW_WORLD_SETS_H
#define SIDESTAGE_FLOW_WORLD_SETS_H

#include <jansson.h>

struct error;
struct session;
struct set;

/* New reference, or NULL: the cache does not have it.  What it has is believed as an answer is:
 * the caller looks at the id. */
struct set *sets_cached(struct session *session, const char *org, const char *app, const char *id);
/* New reference; NULL with err: that is no set. */
struct set *sets_decode(struct session *session, const char *org, const char *app,
			const json_t *body, struct error *err);

#endif
