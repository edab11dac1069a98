/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One GET request, waited for: what these programs need of each other.
 *
 * What is on this machine is not looked up, since a resolver can keep one waiting longer than any
 * limit of ours.  Other names are, for where these programs run in pods.
 */
#include "config.h"

#include "client.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "stop.h"

#define HOST_MAX 254
#define HEAD_MAX 8192
#define STOP_LIMIT_MS 300

struct target {
	char host[HOST_MAX];
	uint16_t port;
	const char *prefix;	/* the path in the base URL, "" or "/…" */
};

static bool
parse_port(const char *digits, uint16_t *port)
{
	char *end;
	long number;

	if (*digits != ':') {
		*port = 80;
		return true;
	}
	number = strtol(digits + 1, &end, 10);
	*port = (uint16_t)number;
	return end != digits + 1 && (*end == '\0' || *end == '/') && number > 0 && number < 65536;
}

static bool
parse_base(const char *base, struct target *target)
{
	static const char scheme[] = "http://";
	size_t length;

	if (strncasecmp(base, scheme, sizeof(scheme) - 1) != 0)
		return false;
	base += sizeof(scheme) - 1;
	length = strcspn(base, ":/");
	if (length == 0 || length >= HOST_MAX)
		return false;
	memcpy(target->host, base, length);
	target->host[length] = '\0';
	target->prefix = base + strcspn(base, "/");
	if (strcmp(target->prefix, "/") == 0)
		target->prefix = "";
	return text_is_clean(base) && !strchr(base, ' ') &&
	       parse_port(base + length, &target->port);
}

static bool
is_local_name(const char *host)
{
	static const char suffix[] = ".localhost";
	size_t length = strlen(host);

	return strcasecmp(host, "localhost") == 0 ||
	       (length >= sizeof(suffix) &&
		strcasecmp(host + length - (sizeof(suffix) - 1), suffix) == 0);
}

/* 0 when fd is ready in time.  A stop leaves an exchange that is under way a moment to end. */
static int
wait_for(int fd, short events, int64_t deadline)
{
	struct pollfd p = {.fd = fd, .events = events};
	int n;

	do {
		int64_t left = deadline - stop_clock();

		if (stop_requested() && left > STOP_LIMIT_MS)
			left = STOP_LIMIT_MS;
		if (left <= 0)
			return -1;
		n = stop_poll(&p, 1, (int)left);
	} while (n < 0 && errno == EINTR);
	return n > 0 ? 0 : -1;
}

static int
find_address(const char *host, struct in_addr *address)
{
	const struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found;

	if (is_local_name(host)) {
		address->s_addr = htonl(INADDR_LOOPBACK);
		return 0;
	}
	if (getaddrinfo(host, NULL, &hints, &found) != 0)
		return -1;
	*address = ((const struct sockaddr_in *)(const void *)found->ai_addr)->sin_addr;
	freeaddrinfo(found);
	return 0;
}

static int
connect_to(const struct target *target, int64_t deadline)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(target->port)};
	int fd, failed = 0;
	socklen_t size = sizeof(failed);

	if (find_address(target->host, &address.sin_addr) != 0)
		return -1;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0)
		return fd;
	if (errno == EINPROGRESS && wait_for(fd, POLLOUT, deadline) == 0 &&
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &failed, &size) == 0 && failed == 0)
		return fd;
	close(fd);
	return -1;
}

static int
send_all(int fd, const struct text *request, int64_t deadline)
{
	for (size_t sent = 0; sent < request->length;) {
		ssize_t n = send(fd, request->bytes + sent, request->length - sent, MSG_NOSIGNAL);

		if (n >= 0)
			sent += (size_t)n;
		else if ((errno != EAGAIN && errno != EINTR) ||
			 wait_for(fd, POLLOUT, deadline) != 0)
			return -1;
	}
	return 0;
}

/* Until the peer closes: we asked for that. */
static int
receive_all(int fd, struct text *answer, int64_t deadline)
{
	char bytes[8192];

	while (!answer->overflow) {
		ssize_t n = recv(fd, bytes, sizeof(bytes), 0);

		if (n == 0)
			return 0;
		if (n > 0)
			text_add(answer, bytes, (size_t)n);
		else if ((errno != EAGAIN && errno != EINTR) || wait_for(fd, POLLIN, deadline) != 0)
			return -1;
		if (stop_clock() > deadline)
			return -1;
	}
	return -1;
}

/* The length the answer announces; -1: none or not a number. */
static long
announced_length(const char *head)
{
	static const char name[] = "\r\nContent-Length:";
	const char *found = strcasestr(head, name);
	char *end;
	long length;

	if (!found)
		return -1;
	found += sizeof(name) - 1;
	length = strtol(found, &end, 10);
	return end != found && *end == '\r' ? length : -1;
}

/* A body that is shorter than announced was cut on the way, and half a JSON is worse than none. */
static int
split_answer(struct text *answer, struct text *body)
{
	char *end = answer->bytes ? memmem(answer->bytes, answer->length, "\r\n\r\n", 4) : NULL;
	size_t left;
	int status;

	if (!end || sscanf(answer->bytes, "HTTP/1.%*1[01] %3d", &status) != 1)
		return -1;
	*end = '\0';
	left = answer->length - (size_t)(end + 4 - answer->bytes);
	if (status < 100 || announced_length(answer->bytes) != (long)left)
		return -1;
	text_add(body, end + 4, left);
	return body->overflow ? -1 : status;
}

static int
exchange(int fd, const struct target *target, const char *path, int64_t deadline,
	 struct text *body, const char **why)
{
	struct text request, answer;
	int status = -1;

	text_init(&request, HEAD_MAX);
	text_init(&answer, body->max + HEAD_MAX);
	text_printf(&request, "GET %s%s HTTP/1.1\r\nHost: %s:%u\r\nConnection: close\r\n\r\n",
		    target->prefix, path, target->host, (unsigned)target->port);
	*why = "it did not answer in time, or too much";
	if (!request.overflow && send_all(fd, &request, deadline) == 0 &&
	    receive_all(fd, &answer, deadline) == 0) {
		*why = "its answer is not understood";
		status = split_answer(&answer, body);
	}
	text_clear(&request);
	text_clear(&answer);
	return status;
}

int
client_get(const char *base, const char *path, int limit_ms, struct text *body, const char **why)
{
	int64_t deadline = stop_clock() + limit_ms;
	struct target target;
	int fd, status;

	if (!parse_base(base, &target)) {
		*why = "its address is not an http:// URL";
		return -1;
	}
	fd = connect_to(&target, deadline);
	if (fd < 0) {
		*why = "nobody listens there";
		return -1;
	}
	status = exchange(fd, &target, path, deadline, body, why);
	close(fd);
	return status;
}
