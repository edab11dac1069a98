/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Ending on SIGTERM without a race: the signal only gets through while we wait. */
#ifndef TOPICSHARE_STOP_H
#define TOPICSHARE_STOP_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

/* To be called first: blocks SIGTERM and SIGINT but for stop_poll(), ignores SIGPIPE. */
void stop_init(void);
bool stop_requested(void);

/* poll(2) that a stop interrupts (-1, EINTR), once: ask stop_requested() before a long wait.
 * Every wait of these programs goes through it. */
int stop_poll(struct pollfd *fds, nfds_t count, int timeout_ms);

/* Milliseconds that never go back. */
int64_t stop_clock(void);

#endif
