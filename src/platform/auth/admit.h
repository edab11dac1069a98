/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Before a request's body is read: who asks, and not too often? */
#ifndef SIDESTAGE_PLATFORM_AUTH_ADMIT_H
#define SIDESTAGE_PLATFORM_AUTH_ADMIT_H

#include <stdbool.h>

#include "base/error.h"
#include "platform/auth/access.h"

struct peer {
	enum peer_trust trust;
	char text[64];		/* "192.0.2.7", "unix:uid=1000": for people */
	char key[64];		/* what its limits go by: an IPv6 network of 64 bits is one peer */
};

/* What a request shows of who sends it; each is the value of its header, or NULL. */
struct credentials {
	const char *authorization;
	const char *secret;	/* Sidestage-Secret (base/owner-secret.h) */
};

/* Why somebody is not admitted. */
struct refusal {
	struct error err;
	int retry_after; /* seconds; 0: not said */
};

/* true: caller is filled; caller_clear() it.  false: the refusal says why not. */
bool admit(struct platform *platform, const struct peer *peer, const struct credentials *shown,
	   struct caller *caller, struct refusal *refused);
/* One that was admitted and has waited since: its token may have been revoked or have expired, its
 * roles may be others.  Costs nothing of its limits.  true: the caller is as now; changed (or
 * NULL): whether it may do other things than before.  false: the caller is cleared. */
bool admit_again(struct platform *platform, const struct peer *peer,
		 const struct credentials *shown, struct caller *caller, bool *changed,
		 struct refusal *refused);

#endif
