/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * load SOCKET PATH CONNECTIONS MILLISECONDS: asks for PATH on so many connections that stay
 * open, one request at a time on each, and prints
 * "requests-per-second p50-microseconds p99-microseconds errors".
 *
 * One thread, one epoll.  The first tenth of the time warms up and does not count.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/owner-secret.h"
#include "base/xmalloc.h"

#define CONNECTIONS_MAX 1024
#define HEAD_MAX 8192
#define READ_SIZE (256 * 1024)
#define SLOTS 2000000		/* of a microsecond each; slower ones go into the last */
#define EVENTS 64

struct connection {
	int fd;
	int64_t sent_at;	/* microseconds */
	char head[HEAD_MAX];
	size_t head_length;
	size_t left;		/* of the body, once the head is there */
	bool in_body;
};

static struct load {
	int epoll;
	char *request;
	size_t length;
	struct connection *connections;
	uint32_t *slots;
	uint64_t done, errors;
	bool counts;
	char *bytes;
} load;

static int64_t
now_us(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

static void
die(const char *what)
{
	fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void
send_request(struct connection *c)
{
	c->head_length = 0;
	c->in_body = false;
	c->sent_at = now_us();
	/* Far below what a socket takes at once. */
	if (send(c->fd, load.request, load.length, MSG_NOSIGNAL) != (ssize_t)load.length)
		die("send");
}

static void
finish(struct connection *c)
{
	int64_t took = now_us() - c->sent_at;

	if (load.counts) {
		load.done++;
		load.slots[took < SLOTS ? took : SLOTS - 1]++;
		load.errors += strncmp(c->head, "HTTP/1.1 200", 12) != 0;
	}
	send_request(c);
}

/* How many of the bytes belong to the head; it may end within them. */
static size_t
take_head(struct connection *c, const char *bytes, size_t n)
{
	size_t before = c->head_length, room = HEAD_MAX - 1 - before;
	size_t copied = n < room ? n : room;
	char *end, *field;

	memcpy(c->head + before, bytes, copied);
	c->head_length += copied;
	c->head[c->head_length] = '\0';
	end = strstr(c->head, "\r\n\r\n");
	if (!end) {
		if (copied < n) {
			errno = EMSGSIZE;
			die("the head of an answer");
		}
		return n;
	}
	field = strcasestr(c->head, "\r\nContent-Length:");
	c->left = field && field < end ? strtoul(field + 17, NULL, 10) : 0;
	c->in_body = true;
	return (size_t)(end + 4 - c->head) - before;
}

static void
take(struct connection *c, const char *bytes, size_t n)
{
	size_t used = c->in_body ? 0 : take_head(c, bytes, n);

	if (c->in_body) {
		c->left -= n - used < c->left ? n - used : c->left;
		if (c->left == 0)
			finish(c);
	}
}

static void
turn(int wait_ms)
{
	struct epoll_event events[EVENTS];
	int count = epoll_wait(load.epoll, events, EVENTS, wait_ms);

	for (int i = 0; i < count; i++) {
		struct connection *c = events[i].data.ptr;
		ssize_t n = recv(c->fd, load.bytes, READ_SIZE, 0);

		if (n == 0) {
			errno = ECONNRESET;
			die("a connection was closed");
		}
		if (n < 0 && errno != EAGAIN)
			die("recv");
		if (n > 0)
			take(c, load.bytes, (size_t)n);
	}
}

static void
run_until(int64_t until)
{
	while (now_us() < until)
		turn(50);
}

static void
connect_all(const char *socket_path, size_t count)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	if (strlen(socket_path) >= sizeof(address.sun_path)) {
		errno = ENAMETOOLONG;
		die(socket_path);
	}
	strcpy(address.sun_path, socket_path);
	for (size_t i = 0; i < count; i++) {
		struct connection *c = &load.connections[i];
		struct epoll_event event = {.events = EPOLLIN, .data = {.ptr = c}};

		c->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof(address)) != 0)
			die(socket_path);
		fcntl(c->fd, F_SETFL, O_NONBLOCK);
		epoll_ctl(load.epoll, EPOLL_CTL_ADD, c->fd, &event);
		send_request(c);
	}
}

static unsigned
percentile(unsigned per_thousand)
{
	uint64_t wanted = load.done * per_thousand / 1000, seen = 0;

	for (unsigned us = 0; us < SLOTS; us++) {
		seen += load.slots[us];
		if (seen > wanted)
			return us;
	}
	return SLOTS;
}

int
main(int argc, char **argv)
{
	size_t count = argc == 5 ? strtoul(argv[3], NULL, 10) : 0;
	int64_t start, duration = argc == 5 ? strtol(argv[4], NULL, 10) * 1000 : 0;
	char secret[OWNER_SECRET_LINE_SIZE];
	double seconds;
	bool is_owner;

	if (count == 0 || count > CONNECTIONS_MAX || duration <= 0) {
		fputs("Usage: load SOCKET PATH CONNECTIONS MILLISECONDS\n", stderr);
		return 2;
	}
	load.epoll = epoll_create1(EPOLL_CLOEXEC);
	is_owner = owner_secret_read(argv[1], secret);
	load.request = xasprintf("GET %s HTTP/1.1\r\nHost: localhost\r\n%s%s\r\n", argv[2], secret,
				 is_owner ? "\r\n" : "");
	load.length = strlen(load.request);
	load.connections = xcalloc(count, sizeof(*load.connections));
	load.slots = xcalloc(SLOTS, sizeof(*load.slots));
	load.bytes = xmalloc(READ_SIZE);
	connect_all(argv[1], count);
	run_until(now_us() + duration / 10);
	load.counts = true;
	start = now_us();
	run_until(start + duration);
	seconds = (double)(now_us() - start) / 1e6;
	printf("%.0f %u %u %llu\n", (double)load.done / seconds, percentile(500), percentile(990),
	       (unsigned long long)load.errors);
	return 0;
}
