/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Connections that stand still: a request whose answer comes later, or an answer whose next piece
 * does.  The HTTP library forgets a connection that is suspended, its peer's end included, so what
 * brings it back is here: a change, its time, the peer, or the end of the daemon.
 */
#ifndef SIDESTAGE_PLATFORM_HTTP_WAITING_H
#define SIDESTAGE_PLATFORM_HTTP_WAITING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct MHD_Connection;
struct loop;
struct wait;

/* All of them; zero-initialised, then waits_init(). */
struct waits {
	struct loop *loop;
	size_t count, max;
	bool ending;
	struct wait *first;
	void (*resumed)(void *data);	/* the library has something to do, and does not say so */
	void *data;
};

/* One; zero-initialised, a part of its exchange. */
struct wait {
	struct waits *waits;		/* NULL: it has not waited yet */
	struct wait *next, **link;
	struct MHD_Connection *mhd;
	struct loop_timer *timer;	/* of the deadline, or to look again before it */
	struct loop_fd *peer;
	int64_t until;			/* steady ms */
	bool suspended;
	bool over; /* its time has passed, or the daemon ends: it waits no more */
	bool gone;			/* nobody is there to be answered */
};

/* max: how many may wait at once; `resumed` is called when the library has to be turned. */
void waits_init(struct waits *waits, struct loop *loop, size_t max, void (*resumed)(void *data),
		void *data);
/* Whether this one may wait (on): others are too many, it is over, or the daemon ends. */
bool wait_is_allowed(const struct waits *waits, const struct wait *wait);
/* Suspends the connection, from within a callback of the library.  The first call sets the
 * deadline; look_ms > 0: it is also brought back then. */
void wait_suspend(struct waits *waits, struct wait *wait, struct MHD_Connection *mhd, int fd,
		  int64_t most_ms, int64_t look_ms);
void wait_clear(struct wait *wait);	/* the exchange has ended */
/* Something has changed: all look again. */
void waits_wake(struct waits *waits);
/* All are over, and none waits any more. */
void waits_end(struct waits *waits);

#endif
