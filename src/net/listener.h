/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Sockets that listen: a private Unix socket, or a TCP port of this machine. */
#ifndef SIDESTAGE_NET_LISTENER_H
#define SIDESTAGE_NET_LISTENER_H

#include <stdbool.h>

struct error;
struct sockaddr;

/* Non-blocking, with that mode; a socket file that is there is replaced.  The caller has made
 * sure (by the lock of the state) that no other daemon uses it.  -1 with err. */
int listener_unix(const char *path, unsigned mode, struct error *err);
/* "127.0.0.1:8080" or "[::1]:8080"; numbers only.  -1 with err. */
int listener_tcp(const char *address, struct error *err);
/* Only whether it is such an address; loopback (NULL is fine): no other machine reaches it. */
int listener_check(const char *address, bool *loopback, struct error *err);
/* A Unix socket or a loopback address. */
bool listener_is_local(const struct sockaddr *address);

#endif
