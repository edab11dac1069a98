/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Spoken here rather than linked: the library would be a dependency for two datagrams and three
 * variables of the environment. */
#include "config.h"

#include "platform/admin/systemd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/xmalloc.h"

#define LISTEN_MAX 64

bool
systemd_notify(const char *message)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	const char *path = getenv("NOTIFY_SOCKET");
	size_t length = path ? strlen(path) : 0;
	ssize_t sent;
	int fd;

	if (length < 2 || length >= sizeof(address.sun_path) || (*path != '/' && *path != '@'))
		return length == 0;
	memcpy(address.sun_path, path, length);
	if (*path == '@')
		address.sun_path[0] = '\0';	/* an abstract name */
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return false;
	sent = sendto(fd, message, strlen(message), MSG_NOSIGNAL | MSG_DONTWAIT,
		      (struct sockaddr *)&address,
		      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length));
	close(fd);
	return sent == (ssize_t)strlen(message);
}

void
systemd_notify_reloading(void)
{
	struct timespec now;
	char text[64];

	clock_gettime(CLOCK_MONOTONIC, &now);
	snprintf(text, sizeof(text), "RELOADING=1\nMONOTONIC_USEC=%lld",
		 (long long)now.tv_sec * 1000000 + now.tv_nsec / 1000);
	systemd_notify(text);
}

/* -1: not given, or not for this process. */
static long long
number_for_us(const char *pid_name, const char *name)
{
	const char *pid = getenv(pid_name), *text = getenv(name);
	char *end;
	long long number;

	if (!text || (pid && strtoll(pid, NULL, 10) != (long long)getpid()))
		return -1;
	errno = 0;
	number = strtoll(text, &end, 10);
	return errno || *end || end == text || number < 0 ? -1 : number;
}

int64_t
systemd_watchdog_ms(void)
{
	long long us = number_for_us("WATCHDOG_PID", "WATCHDOG_USEC");

	return us > 0 ? us / 1000 : 0;
}

/* All or none of the variables count for this process: without LISTEN_PID they
 * were inherited from somebody else. */
size_t
systemd_listen_count(void)
{
	long long count = getenv("LISTEN_PID") ? number_for_us("LISTEN_PID", "LISTEN_FDS") : -1;

	if (count < 1 || count > LISTEN_MAX)
		return 0;
	for (int i = 0; i < (int)count; i++) {
		int flags = fcntl(SYSTEMD_LISTEN_FIRST + i, F_GETFL);

		if (flags < 0 ||
		    fcntl(SYSTEMD_LISTEN_FIRST + i, F_SETFL, flags | O_NONBLOCK) != 0 ||
		    fcntl(SYSTEMD_LISTEN_FIRST + i, F_SETFD, FD_CLOEXEC) != 0)
			return (size_t)i;
	}
	return (size_t)count;
}

char *
systemd_listen_name(size_t i)
{
	const char *at = getenv("LISTEN_FDNAMES");

	while (at && i-- > 0) {
		at = strchr(at, ':');
		if (at)
			at++;
	}
	return at ? xstrndup(at, strcspn(at, ":")) : xstrdup("");
}
