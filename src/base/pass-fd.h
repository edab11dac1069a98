/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A descriptor goes from one process to another over a Unix socket (unix(7), SCM_RIGHTS). */
#ifndef SIDESTAGE_BASE_PASS_FD_H
#define SIDESTAGE_BASE_PASS_FD_H

/* A copy of it, which may be closed here then.  Safe between fork and exec.  0, or -1 with errno:
 * nobody listens any more, for example. */
int pass_fd(int channel, int fd);
/* Waits for one; it is closed on exec.  -1: the other end has gone, or sent none. */
int receive_fd(int channel);

#endif
