/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Who is at the other end of a Unix socket. */
#ifndef SIDESTAGE_NET_PEER_H
#define SIDESTAGE_NET_PEER_H

#include <stdbool.h>
#include <sys/types.h>

/* Who connected: (uid_t)-1 where the kernel does not say. */
uid_t peer_user(int fd);
/* It lives in a PID namespace below ours, as workloads do, whatever user it is; or it has ended
 * already, so that this cannot be known. */
bool peer_is_confined(int fd);

#endif
