/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Leases: the embedded daemon lives while clients hold connections to a second socket.
 * A client that is killed lets go as surely as one that quits, since the kernel closes it.
 *
 * Each lease is greeted with one byte, which tells the client that it has one.  A lease
 * that ends while others remain is closed at once; the last one stays open until the
 * daemon has ended, so that its client can wait for that.
 */
#ifndef SIDESTAGE_PLATFORM_ADMIN_LEASE_H
#define SIDESTAGE_PLATFORM_ADMIN_LEASE_H

#include <stdbool.h>

struct error;
struct lease;
struct loop;

/* Owns the listening socket.  `over` is called once: the last lease was given back, or
 * none came within 15 seconds. */
struct lease *lease_new(struct loop *loop, int listener, void (*over)(void *data), void *data);
/* Without any client it is not over as long as this holds, which is given the data of `over`;
 * whoever comes meanwhile gets a lease. */
void lease_wait_for(struct lease *lease, bool (*is_busy)(const void *data));
/* Gives no more leases. */
void lease_stop_listening(struct lease *lease);
void lease_free(struct lease *lease);	/* NULL is fine; closes what is open */

#endif
