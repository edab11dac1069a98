/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The first process of each pod: it holds the namespaces, reaps, and ends when it is told to. */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

int
main(void)
{
	sigset_t set;
	int got;

	sigfillset(&set);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (;;) {
		if (sigwait(&set, &got) != 0)
			continue;
		if (got == SIGTERM || got == SIGINT)
			return 0;
		while (got == SIGCHLD && waitpid(-1, NULL, WNOHANG) > 0)
			;
	}
}
