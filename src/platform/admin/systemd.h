/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The two small protocols of systemd that a daemon needs: sd_notify(3) and
 * sd_listen_fds(3).  Outside of systemd all of this does nothing.
 */
#ifndef SIDESTAGE_PLATFORM_ADMIN_SYSTEMD_H
#define SIDESTAGE_PLATFORM_ADMIN_SYSTEMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One datagram of "NAME=value" lines to $NOTIFY_SOCKET.  It is not lost silently: false. */
bool systemd_notify(const char *message);
/* "RELOADING=1" with the time that systemd wants beside it. */
void systemd_notify_reloading(void);

/* Every so many milliseconds WATCHDOG=1 is waited for; 0: it is not. */
int64_t systemd_watchdog_ms(void);

/* Sockets that were handed over, from descriptor 3 on; made close-on-exec and non-blocking. */
size_t systemd_listen_count(void);
#define SYSTEMD_LISTEN_FIRST 3
/* FileDescriptorName= of the i-th; "" without one.  free() it. */
char *systemd_listen_name(size_t i);

#endif
