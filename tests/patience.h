/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How long a test waits for what must come: a limit for what hangs.  Beside other work and under
 * valgrind all of it is a hundred times slower, and still right. */
#ifndef SIDESTAGE_TESTS_PATIENCE_H
#define SIDESTAGE_TESTS_PATIENCE_H

#include <poll.h>
#include <sys/socket.h>

#define PATIENCE_MS (10 * 60 * 1000)

/* As recv(), and -1 when nothing comes.  SO_RCVTIMEO is no way: recv() would end with EINTR when
 * this process was stopped for a while, which poll() does not. */
static inline ssize_t
patient_recv(int fd, void *bytes, size_t size)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};

	return poll(&p, 1, PATIENCE_MS) == 1 ? recv(fd, bytes, size, 0) : -1;
}

#endif
