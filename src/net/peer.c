/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A workload runs as the daemon's own user, so the user of a peer does not tell them apart; that it
 * has more than one process number does.  A process above us (the host of our container) has no
 * number here, and is no workload of ours.
 *
 * The number may be given anew as soon as its process has ended.  Where the kernel hands over a
 * descriptor of the process, that it lives after we have looked says that it is the same.
 */
#include "config.h"

#include "net/peer.h"

#include <fcntl.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SO_PEERPIDFD
#define SO_PEERPIDFD 77		/* Linux 6.5 */
#endif

uid_t
peer_user(int fd)
{
	struct ucred peer;
	socklen_t length = sizeof(peer);

	return getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) == 0 ? peer.uid : (uid_t)-1;
}

/* How many numbers it has, from ours down to its own; 0: not to be seen. */
static int
count_numbers(pid_t pid)
{
	char path[64], text[4096], *at;
	int fd, count = 0;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? 0 : read(fd, text, sizeof(text) - 1);
	if (fd >= 0)
		close(fd);
	text[n > 0 ? n : 0] = '\0';
	at = strstr(text, "\nNSpid:");
	if (!at)
		return 0;
	for (at += strlen("\nNSpid:"); *at && *at != '\n'; at += strspn(at, "0123456789")) {
		at += strspn(at, " \t");
		count += *at >= '0' && *at <= '9';
	}
	return count;
}

static bool
has_ended(int pidfd)
{
	struct pollfd p = {.fd = pidfd, .events = POLLIN};

	return poll(&p, 1, 0) != 0;
}

bool
peer_is_confined(int fd)
{
	struct ucred peer;
	socklen_t length = sizeof(peer), size = sizeof(int);
	int pidfd = -1;
	bool confined;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &length) != 0)
		return true;
	if (peer.pid == 0)
		return false;
	if (getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &size) != 0)
		pidfd = -1;
	confined = count_numbers(peer.pid) != 1 || (pidfd >= 0 && has_ended(pidfd));
	if (pidfd >= 0)
		close(pidfd);
	return confined;
}
