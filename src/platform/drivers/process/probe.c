/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One try: connect, ask, read the status line.  It has a deadline of its own, because a
 * workload that accepts and then says nothing must not hold the next try up. */
#include "config.h"

#include "platform/drivers/process/probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/xmalloc.h"
#include "net/loop.h"

#define TRY_MS 2000
#define ANSWER_MAX 64		/* the status line is all that is read */

struct probe {
	struct loop *loop;
	int fd;
	struct loop_fd *watch;
	struct loop_timer *deadline;	/* also ends a try that failed at once */
	bool http;
	bool connected;
	const char *why;
	struct buf request;
	struct buf answer;
	void (*done)(void *data, bool ready, const char *why);
	void *data;
};

static void
free_probe(struct probe *probe)
{
	loop_remove_fd(probe->watch);
	if (probe->fd >= 0)
		close(probe->fd);
	buf_clear(&probe->request);
	buf_clear(&probe->answer);
	free(probe);
}

void
probe_cancel(struct probe *probe)
{
	if (!probe)
		return;
	loop_remove_timer(probe->deadline);
	free_probe(probe);
}

static void
finish(struct probe *probe, bool ready, const char *why)
{
	loop_remove_timer(probe->deadline);
	probe->done(probe->data, ready, why);
	free_probe(probe);
}

static void
too_late(void *data)
{
	struct probe *probe = data;

	probe->done(probe->data, false, probe->why);
	free_probe(probe);
}

/* "HTTP/1.1 204 ..." */
static void
judge(struct probe *probe)
{
	const char *line = buf_str(&probe->answer);
	char why[48];
	int status = 0;

	if (sscanf(line, "HTTP/1.%*1d %3d", &status) != 1) {
		finish(probe, false, "its answer is not HTTP");
		return;
	}
	snprintf(why, sizeof(why), "it answered %d", status);
	finish(probe, status >= 200 && status < 400, why);
}

static void
read_answer(struct probe *probe)
{
	char bytes[ANSWER_MAX];
	ssize_t n = recv(probe->fd, bytes, ANSWER_MAX - probe->answer.length, 0);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		buf_append(&probe->answer, bytes, (size_t)n);
	if (n < 0)
		finish(probe, false, "it cut the connection");
	else if (n == 0 || probe->answer.length == ANSWER_MAX ||
		 strchr(buf_str(&probe->answer), '\n'))
		judge(probe);
}

static void
send_request(struct probe *probe)
{
	ssize_t n = send(probe->fd, probe->request.data, probe->request.length, MSG_NOSIGNAL);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n < 0) {
		finish(probe, false, "it cut the connection");
		return;
	}
	buf_drop_front(&probe->request, (size_t)n);
	if (probe->request.length == 0) {
		probe->why = "it does not answer";
		loop_set_events(probe->watch, EPOLLIN);
	}
}

static void
on_ready(void *data, uint32_t events)
{
	struct probe *probe = data;
	socklen_t size = sizeof(int);
	int error = 0;

	if (!probe->connected) {
		if (getsockopt(probe->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error) {
			finish(probe, false, "nothing listens there yet");
			return;
		}
		probe->connected = true;
		if (!probe->http) {
			finish(probe, true, NULL);
			return;
		}
	}
	if (probe->request.length > 0)
		send_request(probe);
	else if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		read_answer(probe);
}

struct probe *
probe_start(struct loop *loop, const struct probe_target *target,
	    void (*done)(void *data, bool ready, const char *why), void *data)
{
	struct probe *probe = xcalloc(1, sizeof(*probe));
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)target->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	probe->loop = loop;
	probe->http = target->http;
	probe->done = done;
	probe->data = data;
	probe->why = "it does not accept a connection";
	buf_init(&probe->answer, ANSWER_MAX);
	buf_init(&probe->request, 4096);
	if (target->http)
		buf_printf(&probe->request,
			   "GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nUser-Agent: " PACKAGE
			   "-probe\r\n"
			   "Accept: */*\r\nConnection: close\r\n\r\n",
			   target->path, target->port);
	probe->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (probe->fd < 0 ||
	    (connect(probe->fd, (struct sockaddr *)&address, sizeof(address)) != 0 &&
	     errno != EINPROGRESS)) {
		probe->why = "nothing listens there yet";
		probe->deadline = loop_add_timer(loop, 0, too_late, probe);
		return probe;
	}
	probe->watch = loop_add_fd(loop, probe->fd, EPOLLOUT, on_ready, probe);
	probe->deadline = loop_add_timer(loop, TRY_MS, too_late, probe);
	return probe;
}
