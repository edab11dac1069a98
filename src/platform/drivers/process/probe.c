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
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "platform/drivers/process/aside.h"
#include "platform/drivers/process/grpc-health.h"
#include "platform/drivers/process/instance.h"
#include "net/loop.h"

#define REQUEST_MAX 32768
#define ANSWER_MAX 64		/* the status line is all that is read */

struct probe {
	struct loop *loop;
	int fd;
	struct loop_fd *watch;
	struct loop_timer *deadline;	/* also ends a try that failed at once */
	struct aside *aside;		/* of a command */
	struct grpc_health *grpc;
	bool http;
	bool connected;
	enum error_code why; /* not yet */
	struct buf request;
	struct buf answer;
	void (*done)(void *data, const struct error *why);
	void *data;
};

static void
free_probe(struct probe *probe)
{
	aside_cancel(probe->aside);
	grpc_health_cancel(probe->grpc);
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
finish(struct probe *probe, const struct error *why)
{
	loop_remove_timer(probe->deadline);
	probe->done(probe->data, why);
	free_probe(probe);
}

static void
fail(struct probe *probe, enum error_code code)
{
	struct error why;

	error_set_code(&why, code);
	finish(probe, &why);
}

static void
too_late(void *data)
{
	struct probe *probe = data;

	probe->deadline = NULL;
	fail(probe, probe->why);
}

/* "HTTP/1.1 204 ..." */
static void
judge(struct probe *probe)
{
	const char *line = buf_str(&probe->answer);
	struct error why;
	int status = 0;

	if (sscanf(line, "HTTP/1.%*1d %3d", &status) != 1) {
		fail(probe, CODE_PROBE_ANSWER_NOT_HTTP);
		return;
	}
	error_set_code(&why, CODE_PROBE_ANSWER_REFUSES, .status = status);
	finish(probe, status >= 200 && status < 400 ? NULL : &why);
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
		fail(probe, CODE_PROBE_CONNECTION_CUT);
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
		fail(probe, CODE_PROBE_CONNECTION_CUT);
		return;
	}
	buf_drop_front(&probe->request, (size_t)n);
	if (probe->request.length == 0) {
		probe->why = CODE_PROBE_NO_ANSWER;
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
			fail(probe, CODE_PROBE_NOTHING_LISTENS);
			return;
		}
		probe->connected = true;
		if (!probe->http) {
			finish(probe, NULL);
			return;
		}
	}
	if (probe->request.length > 0)
		send_request(probe);
	else if (events & (EPOLLIN | EPOLLHUP | EPOLLERR))
		read_answer(probe);
}

/* Its end comes from the loop, also when there was no process for it. */
static void
aside_ended(void *data, const struct error *why)
{
	struct probe *probe = data;

	probe->aside = NULL;
	finish(probe, why);
}

static void
run_command(struct probe *probe, const struct probe_target *target, const struct instance *instance)
{
	struct error err;

	probe->aside = instance_run_aside(instance, target->program, target->command,
					  target->timeout_ms, aside_ended, probe, &err);
	probe->why = CODE_PROBE_COMMAND_NOT_RUN;
	if (!probe->aside)
		probe->deadline = loop_add_timer(probe->loop, 0, too_late, probe);
}

static void
grpc_answered(void *data, const struct error *why)
{
	struct probe *probe = data;

	probe->grpc = NULL;
	finish(probe, why);
}

static void
put_request(struct buf *request, const struct probe_target *target)
{
	buf_printf(request, "GET %s HTTP/1.1\r\n", target->path);
	if (!target->has_host)
		buf_printf(request, "Host: 127.0.0.1:%d\r\n", target->port);
	buf_printf(request, "User-Agent: " PACKAGE "-probe\r\nAccept: */*\r\n%s"
		   "Connection: close\r\n\r\n", target->headers);
}

/* What fails at once is told from the loop all the same: the caller
 * does not have the probe yet. */
struct probe *
probe_start(const struct probe_means *means, const struct probe_target *target,
	    void (*done)(void *data, const struct error *why), void *data)
{
	struct loop *loop = means->loop;
	struct probe *probe = xcalloc(1, sizeof(*probe));
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)target->port),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};

	probe->loop = loop;
	probe->http = target->type == PROBE_HTTP;
	probe->done = done;
	probe->data = data;
	probe->fd = -1;
	buf_init(&probe->answer, ANSWER_MAX);
	buf_init(&probe->request, REQUEST_MAX);
	if (target->type == PROBE_COMMAND) {
		run_command(probe, target, means->instance);
		return probe;
	}
	if (target->type == PROBE_GRPC) {
		probe->grpc = grpc_health_ask(means->grpc, target->port, target->service,
					      target->timeout_ms, grpc_answered, probe);
		return probe;
	}
	if (probe->http)
		put_request(&probe->request, target);
	probe->why = CODE_PROBE_NO_CONNECTION;
	probe->fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (probe->fd < 0 ||
	    (connect(probe->fd, (struct sockaddr *)&address, sizeof(address)) != 0 &&
	     errno != EINPROGRESS)) {
		probe->why = CODE_PROBE_NOTHING_LISTENS;
		probe->deadline = loop_add_timer(loop, 0, too_late, probe);
		return probe;
	}
	probe->watch = loop_add_fd(loop, probe->fd, EPOLLOUT, on_ready, probe);
	probe->deadline = loop_add_timer(loop, target->timeout_ms, too_late, probe);
	return probe;
}
