/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Addresses are numbers only: a daemon that looked up a name at its start would depend on a
 * network that may come later, and on whoever answers for the name. */
#include "config.h"

#include "net/listener.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"

/* A source that opens many at once must not fill the queue: whoever comes then would be heard a
 * second later, when their kernel asks again. */
#define BACKLOG SOMAXCONN

int
listener_unix(const char *path, unsigned mode, struct error *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	struct stat st;
	mode_t mask;
	int fd, ret;

	if (strlen(path) >= sizeof(address.sun_path))
		return error_set(err, ERROR_INPUT, _("%s: too long for the name of a socket"),
				 path);
	strcpy(address.sun_path, path);
	if (lstat(path, &st) == 0 && !S_ISSOCK(st.st_mode))
		return error_set(err, ERROR_INPUT, _("%s: exists and is not a socket"), path);
	/* A socket that a crash left behind.  Whether a daemon still listens on it is the
	 * caller's to know: it holds the lock of what the socket stands for. */
	unlink(path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return error_errno(err, _("%s: cannot make a socket"), path);
	/* The mode holds from the first moment: chmod() after bind() would leave a gap. */
	mask = umask(0777 & ~(mode_t)mode);
	ret = bind(fd, (struct sockaddr *)&address, sizeof(address));
	umask(mask);
	if (ret != 0 || listen(fd, BACKLOG) != 0) {
		error_errno(err, _("%s: cannot listen there"), path);
		close(fd);
		return -1;
	}
	return fd;
}

/* An IPv4 address may come as IPv6 (::ffff:127.0.0.1, RFC 4291 §2.5.5.2). */
bool
listener_is_local(const struct sockaddr *address)
{
	static const unsigned char mapped[] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff, 127};

	if (address->sa_family == AF_INET) {
		const struct sockaddr_in *in = (const void *)address;

		return ntohl(in->sin_addr.s_addr) >> 24 == 127;
	}
	if (address->sa_family == AF_INET6) {
		const struct sockaddr_in6 *in = (const void *)address;

		return IN6_IS_ADDR_LOOPBACK(&in->sin6_addr) ||
		       memcmp(&in->sin6_addr, mapped, sizeof(mapped)) == 0;
	}
	return address->sa_family == AF_UNIX;
}

static int
listen_on(const struct addrinfo *info)
{
	int fd = socket(info->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int one = 1, saved;

	if (fd < 0)
		return -1;
	/* A restart must not wait for connections in TIME_WAIT; two daemons on
	 * one port still exclude each other. */
	if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0 &&
	    bind(fd, info->ai_addr, info->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	saved = errno;
	close(fd);
	errno = saved;
	return -1;
}

/* getaddrinfo() takes any number, and what is above 65535 would be another port. */
static bool
is_port(const char *text)
{
	size_t length = strspn(text, "0123456789");

	return length > 0 && length <= 5 && !text[length] && strtoul(text, NULL, 10) <= UINT16_MAX;
}

/* freeaddrinfo() it.  NULL with err. */
static struct addrinfo *
resolve(const char *address, struct error *err)
{
	struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
				 .ai_socktype = SOCK_STREAM};
	struct addrinfo *info = NULL;
	char *host = xstrdup(address), *bare = host;
	char *colon = strrchr(host, ':');

	if (colon) {
		*colon = '\0';
		if (*bare == '[' && colon > bare && colon[-1] == ']') {
			colon[-1] = '\0';
			bare++;
		}
	}
	if (!colon || !*bare || !is_port(colon + 1) ||
	    getaddrinfo(bare, colon + 1, &hints, &info) != 0) {
		error_set(err, ERROR_INPUT,
			  _("Invalid address \"%s\": expected one such as 127.0.0.1:8080."),
			  address);
		info = NULL;
	}
	free(host);
	return info;
}

int
listener_tcp(const char *address, struct error *err)
{
	struct addrinfo *info = resolve(address, err);
	int fd;

	if (!info)
		return -1;
	fd = listen_on(info);
	if (fd < 0)
		error_errno(err, _("%s: cannot listen there"), address);
	freeaddrinfo(info);
	return fd;
}

int
listener_check(const char *address, bool *loopback, struct error *err)
{
	struct addrinfo *info = resolve(address, err);

	if (!info)
		return -1;
	if (loopback)
		*loopback = listener_is_local(info->ai_addr);
	freeaddrinfo(info);
	return 0;
}
