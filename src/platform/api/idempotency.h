/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The header Idempotency-Key: a request that is sent again under its key, because the answer
 * was lost, is answered as it was and does nothing a second time.
 *
 * A key is one user's and good for 24 hours.  Only successes are kept: what was refused did
 * nothing and may be tried again.  Keeping is part of the transaction of the change, so there
 * is never the one without the other.
 */
#ifndef SIDESTAGE_PLATFORM_API_IDEMPOTENCY_H
#define SIDESTAGE_PLATFORM_API_IDEMPOTENCY_H

struct error;
struct platform;
struct request;
struct response;

#define IDEMPOTENCY_KEY_MAX 255
#define IDEMPOTENCY_HOURS 24

/* 1: answered as before; 0: not known, or without a key; -1: refused in the response already
 * (400: no good key; 422: the key was another request's), or err. */
int idempotency_find(struct platform *platform, const struct request *request,
		     struct response *response, struct error *err);
/* In the transaction of what was done. */
int idempotency_keep(struct platform *platform, const struct request *request,
		     const struct response *response, struct error *err);

#endif
