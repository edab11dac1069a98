/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The client asks for a connection that is closed behind the answer, so the answer is what
 * comes until the end; its length is compared all the same, since a daemon may die.
 */
#include "config.h"

#include "platform/admin/control.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "platform/admin/state-socket.h"

#define NAME "control.sock"
#define LIMIT_MS 30000
#define HEAD_MAX 65536

int
control_listen(const char *state, struct error *err)
{
	return state_socket_listen(state, NAME, err);
}

void
control_unlink(const char *state)
{
	state_socket_unlink(state, NAME);
}

static int
connect_to(const char *state, struct error *err)
{
	const struct timeval limit = {.tv_sec = LIMIT_MS / 1000};
	int fd = state_socket_connect(state, NAME, 0, err);

	if (fd >= 0) {
		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
		setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	}
	return fd;
}

bool
control_is_there(const char *state)
{
	int fd = connect_to(state, NULL);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int
send_request(int fd, const char *method, const char *path, const char *body)
{
	char *text = xasprintf("%s %s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
			       "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
			       method, path, strlen(body), body);
	size_t sent = 0, length = strlen(text);

	while (sent < length) {
		ssize_t n = send(fd, text + sent, length - sent, MSG_NOSIGNAL);

		if (n <= 0 && errno != EINTR)
			break;
		sent += n > 0 ? (size_t)n : 0;
	}
	explicit_bzero(text, length);
	free(text);
	return sent == length ? 0 : -1;
}

static void
receive(int fd, struct buf *out)
{
	int64_t end = clock_steady_ms() + LIMIT_MS;
	char bytes[8192];

	while (clock_steady_ms() < end) {
		ssize_t n = recv(fd, bytes, sizeof(bytes), 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0 || !buf_append(out, bytes, (size_t)n))
			break;
	}
	explicit_bzero(bytes, sizeof(bytes));
}

/* The status, or -1. */
static int
read_answer(const struct buf *answer, json_t **reply, struct error *err)
{
	const char *text = buf_str(answer), *body = strstr(text, "\r\n\r\n");
	const char *length = strcasestr(text, "\r\nContent-Length:");
	int status = 0;
	size_t size;

	if (!body || strncmp(text, "HTTP/1.", 7) != 0 || sscanf(text + 8, " %3d", &status) != 1)
		return error_set(err, ERROR_NO_REPLY, _("The sidestaged of this state gave no answer: it "
							"may have done what was asked."));
	body += 4;
	size = answer->length - (size_t)(body - text);
	if (length && length < body && strtoull(length + 17, NULL, 10) != size)
		return error_set(err, ERROR_NO_REPLY, _("The answer of the sidestaged of this state was "
							"cut off: it may have done what was asked."));
	*reply = size > 0 ? json_decode(body, size, err) : NULL;
	if (size > 0 && !*reply) {
		if (err)
			err->kind = ERROR_PROTOCOL;
		return -1;
	}
	return status;
}

int
control_ask(const char *state, const char *method, const char *path, const json_t *body,
	    json_t **reply, struct error *err)
{
	char *text = body ? json_canonical(body) : xstrdup("");
	int fd = connect_to(state, err), status = -1;
	struct buf answer;

	*reply = NULL;
	buf_init(&answer, JSON_BYTES_MAX + HEAD_MAX);
	if (fd >= 0) {
		if (send_request(fd, method, path, text) == 0)
			receive(fd, &answer);
		status = read_answer(&answer, reply, err);
		close(fd);
	}
	if (answer.data)
		explicit_bzero(answer.data, answer.length);
	buf_clear(&answer);
	free(text);
	return status;
}
