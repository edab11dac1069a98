/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The script runs in a thread of its own, since the client under test has the loop in the
 * main one.  Every wait of it is also for server_stop(): a test that fails in the middle must
 * not hang on a client that will never come.
 */
#include "config.h"

#include "scripted-server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#define DRIP_MS 5

/* Whether the server is to end; waits for that or for the descriptor, at most so long. */
static bool
is_stopped(const struct server *server, int fd, short events, int timeout_ms)
{
	struct pollfd fds[] = {{.fd = server->stop[0], .events = POLLIN},
			       {.fd = fd, .events = events}};

	return poll(fds, 2, timeout_ms) < 0 || fds[0].revents != 0;
}

static bool
send_all(struct server *server, int fd, const char *bytes, size_t left)
{
	while (left > 0) {
		ssize_t n = is_stopped(server, fd, POLLOUT, -1)
				    ? -1
				    : send(fd, bytes, left, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n <= 0)
			return false;	/* the client has had enough */
		bytes += n;
		left -= (size_t)n;
	}
	return true;
}

static bool
is_whole(const char *request)
{
	const char *end = strstr(request, "\r\n\r\n");
	const char *length = strcasestr(request, "\r\ncontent-length:");

	return end &&
	       (!length || length > end || strlen(end + 4) >= strtoul(length + 17, NULL, 10));
}

static bool
read_request(struct server *server, int fd)
{
	char *out = server->requests[server->count];
	size_t used = 0;

	while (used + 1 < sizeof(server->requests[0]) && !is_whole(out)) {
		ssize_t n = is_stopped(server, fd, POLLIN, -1)
				    ? 0
				    : read(fd, out + used, sizeof(server->requests[0]) - 1 - used);

		if (n <= 0)
			return false;
		used += (size_t)n;
		out[used] = '\0';
	}
	return true;
}

static void
flood(struct server *server, int fd)
{
	static const char bytes[65536];

	while (server->flooded < GIBIBYTE && send_all(server, fd, bytes, sizeof(bytes)))
		server->flooded += (long long)sizeof(bytes);
}

static void
serve_connection(struct server *server, int fd)
{
	enum after after;

	do {
		const struct exchange *exchange = &server->exchanges[server->count];

		if (server->count == EXCHANGES_MAX || !exchange->reply || !read_request(server, fd))
			break;
		after = exchange->after;
		(void)send_all(server, fd, exchange->reply, strlen(exchange->reply));
		if (after == FLOOD)
			flood(server, fd);
		while (after == DRIP && !is_stopped(server, -1, 0, DRIP_MS) &&
		       send_all(server, fd, "x", 1))
			;
		if (after == HOLD) {
			server->held[server->count++] = fd;
			return;
		}
		server->count++;
	} while (after == AGAIN);
	close(fd);
}

static void *
serve(void *data)
{
	struct server *server = data;

	while (server->count < EXCHANGES_MAX && server->exchanges[server->count].reply) {
		int fd = is_stopped(server, server->listener, POLLIN, -1)
				 ? -1
				 : accept(server->listener, NULL, NULL);

		if (fd < 0)
			break;
		server->connections++;
		serve_connection(server, fd);
	}
	return NULL;
}

static void
listen_tcp(struct server *server)
{
	struct sockaddr_in address = {.sin_family = AF_INET,
				      .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(address);

	server->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server->listener, (struct sockaddr *)&address, length), 0);
	assert_int_equal(getsockname(server->listener, (struct sockaddr *)&address, &length), 0);
	snprintf(server->url, sizeof(server->url), "http://127.0.0.1:%d", ntohs(address.sin_port));
}

static void
listen_unix(struct server *server)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	snprintf(address.sun_path, sizeof(address.sun_path), "%s", server->socket);
	strcpy(server->url, "http://localhost");
	server->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(server->listener, (struct sockaddr *)&address, sizeof(address)), 0);
}

void
server_start(struct server *server, const struct exchange *exchanges, const char *socket)
{
	memset(server, 0, sizeof(*server));
	for (size_t i = 0; i < EXCHANGES_MAX && exchanges[i].reply; i++)
		server->exchanges[i] = exchanges[i];
	server->socket = socket;
	if (socket)
		listen_unix(server);
	else
		listen_tcp(server);
	assert_int_equal(listen(server->listener, 16), 0);
	assert_int_equal(pipe(server->stop), 0);
	assert_int_equal(pthread_create(&server->thread, NULL, serve, server), 0);
}

void
server_stop(struct server *server)
{
	assert_int_equal(write(server->stop[1], "", 1), 1);
	pthread_join(server->thread, NULL);
	for (size_t i = 0; i < EXCHANGES_MAX; i++)
		if (server->held[i] > 0)
			close(server->held[i]);
	close(server->listener);
	close(server->stop[0]);
	close(server->stop[1]);
	if (server->socket)
		unlink(server->socket);
}
