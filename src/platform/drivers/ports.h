/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Free ports of this machine. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PORTS_H
#define SIDESTAGE_PLATFORM_DRIVERS_PORTS_H

#include <stdbool.h>
#include <stdint.h>

struct error;
struct ports;

struct ports *ports_new(void);
void ports_free(struct ports *ports);
/* One that nothing listens on, that no daemon of this machine holds and that was not given lately;
 * it is held from now on.  0 with err. */
int ports_take(struct ports *ports, struct error *err);
/* The same, where possible always the same one for the same hash. */
int ports_take_by_hash(struct ports *ports, uint64_t hash, struct error *err);
/* One that was this daemon's before.  What is held is given to nobody else, also while nothing
 * listens on it. */
void ports_hold(struct ports *ports, int port);
/* One of an earlier time: nothing of this daemon has it now, and it is of the kind that is given,
 * not one of a service of the system. */
bool ports_may_give(const struct ports *ports, int port);
/* Somebody else may have it now. */
void ports_release(struct ports *ports, int port);
/* The lowest that this user may listen on. */
int ports_lowest(void);
#define PORT_SOCKETS 2
/* It is held, and from now on nobody can listen on it at this machine's addresses (IPv4, IPv6;
 * -1 where there is no such), as long as it is or one of the sockets is open.  Borrowed; NULL
 * with err when somebody has it. */
const int *ports_bind(struct ports *ports, int port, struct error *err);
/* It stays held, but can be listened on again. */
void ports_unbind(struct ports *ports, int port);
/* Of such a socket: connections are taken, and are refused again.  0, or -1 with errno. */
int ports_listen(int fd);
int ports_unlisten(int fd);

#endif
