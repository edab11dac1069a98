/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The socket, and the asker's side of it, which may wait: it is a
 * command that has nothing else to do. */
#include "config.h"

#include "platform/admin/maintenance-socket.h"

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"
#include "model/json.h"
#include "platform/admin/maintenance.h"
#include "platform/admin/socket-secret.h"
#include "platform/admin/state-socket.h"

#define NAME "maintenance.sock"
#define CONNECT_LIMIT_MS 10000	/* a daemon that starts listens a little later than it locks */
#define SILENCE_MS 600000

int
maintenance_listen(const char *state, struct error *err)
{
	return state_socket_listen(state, NAME, err);
}

void
maintenance_unlink(const char *state)
{
	state_socket_unlink(state, NAME);
}

static int
send_all(int fd, const char *bytes, size_t length, struct error *err)
{
	while (length > 0) {
		ssize_t n = send(fd, bytes, length, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return error_errno(err, _("sidestaged did not accept the command"));
		bytes += n;
		length -= (size_t)n;
	}
	return 0;
}

static int
receive_all(int fd, struct buf *in, struct error *err)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char bytes[65536];
	ssize_t n;

	for (;;) {
		if (poll(&p, 1, SILENCE_MS) <= 0)
			return error_set(err, ERROR_NO_REPLY, _("sidestaged does not answer."));
		n = recv(fd, bytes, sizeof(bytes), 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 || !buf_append(in, bytes, (size_t)n))
			return error_set(err, ERROR_NO_REPLY,
					 _("The answer of sidestaged cannot be read."));
		if (n == 0)
			break;
	}
	if (in->length > 0)
		return 0;
	return error_set(err, ERROR_NO_REPLY,
			 _("sidestaged ended before it answered, or refused you: "
			   "run this as its user or as root."));
}

static json_t *
take_result(const struct buf *in, struct error *err)
{
	/* From our own daemon: the limits for what comes from elsewhere do not apply. */
	json_t *line = json_loadb(in->data, in->length, 0, NULL);
	json_t *result = line ? json_incref(json_object_get(line, "result")) : NULL;
	const char *why = line ? json_member_string(line, "error") : NULL;

	if (!result)
		error_set(err, ERROR_INPUT, "%s",
			  why ? why : _("The answer of sidestaged is invalid."));
	json_decref(line);
	return result;
}

/* The line; NULL with err. */
static char *
with_secret(const char *state, const json_t *request, struct error *err)
{
	char secret[SOCKET_SECRET_SIZE], *text = NULL;
	json_t *whole;

	if (socket_secret_read(state, secret, err) != 0)
		return NULL;
	whole = json_copy((json_t *)(uintptr_t)request);
	json_object_set_new(whole, "secret", json_string(secret));
	text = json_dumps(whole, JSON_COMPACT);
	if (!text)
		error_set(err, ERROR_INPUT, _("The command cannot be sent."));
	json_decref(whole);
	explicit_bzero(secret, sizeof(secret));
	return text;
}

json_t *
maintenance_ask(const char *state, const json_t *request, struct error *err)
{
	int fd = state_socket_connect(state, NAME, CONNECT_LIMIT_MS, err);
	json_t *result = NULL;
	struct buf in;
	char *text;

	if (fd < 0)
		return NULL;
	buf_init(&in, 8 * (size_t)JSON_BYTES_MAX);
	text = with_secret(state, request, err);
	if (text && send_all(fd, text, strlen(text), err) == 0 && send_all(fd, "\n", 1, err) == 0 &&
	    receive_all(fd, &in, err) == 0)
		result = take_result(&in, err);
	if (text)
		explicit_bzero(text, strlen(text));
	free(text);
	buf_clear(&in);
	close(fd);
	return result;
}
