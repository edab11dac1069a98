/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * An end on SIGTERM that loses no request.
 *
 * The signals are blocked except while the program waits in stop_poll(), so that none can
 * come between looking at the flag and waiting.  The flag is the one variable of these
 * programs that a signal handler writes.
 */
#include "config.h"

#include "stop.h"

#include <signal.h>
#include <stddef.h>
#include <time.h>

static volatile sig_atomic_t stopping;
static sigset_t while_waiting;

static void
on_signal(int number)
{
	(void)number;
	stopping = 1;
}

void
stop_init(void)
{
	struct sigaction action = {.sa_handler = on_signal};
	struct sigaction ignore = {.sa_handler = SIG_IGN};
	sigset_t blocked;

	sigemptyset(&action.sa_mask);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGINT, &action, NULL);
	sigaction(SIGPIPE, &ignore, NULL);
	sigemptyset(&blocked);
	sigaddset(&blocked, SIGTERM);
	sigaddset(&blocked, SIGINT);
	sigprocmask(SIG_BLOCK, &blocked, &while_waiting);
	sigdelset(&while_waiting, SIGTERM);
	sigdelset(&while_waiting, SIGINT);
}

bool
stop_requested(void)
{
	sigset_t pending;

	if (stopping)
		return true;
	/* It may have come while we were busy, and then waits for the next poll. */
	if (sigpending(&pending) == 0 &&
	    (sigismember(&pending, SIGTERM) == 1 || sigismember(&pending, SIGINT) == 1))
		return true;
	return false;
}

int
stop_poll(struct pollfd *fds, nfds_t count, int timeout_ms)
{
	struct timespec limit = {
		.tv_sec = timeout_ms / 1000,
		.tv_nsec = (long)(timeout_ms % 1000) * 1000000,
	};

	return ppoll(fds, count, timeout_ms < 0 ? NULL : &limit, &while_waiting);
}

int64_t
stop_clock(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}
