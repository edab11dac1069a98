/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The socket, and the asker's side of it, which may wait.  The name of a socket has room for
 * 107 bytes; a state directory may be longer, so the socket is named by way of a descriptor
 * of that directory.
 */
#include "config.h"

#include "platform/maintenance-socket.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "platform/listener.h"
#include "platform/maintenance.h"

#define NAME "maintenance.sock"
#define CONNECT_LIMIT_MS 10000	/* a daemon that starts listens a little later than it locks */
#define SILENCE_MS 600000
#define PAUSE_MS 20

int
maintenance_listen(const char *state, struct error *err)
{
	int directory = open(state, O_PATH | O_DIRECTORY | O_CLOEXEC);
	char *name;
	int fd;

	if (directory < 0)
		return error_errno(err, _("%s: cannot be opened"), state);
	name = xasprintf("/proc/self/fd/%d/" NAME, directory);
	fd = listener_unix(name, 0600, err);
	free(name);
	close(directory);
	return fd;
}

void
maintenance_unlink(const char *state)
{
	char *path = xasprintf("%s/" NAME, state);

	unlink(path);
	free(path);
}

static int
connect_to(const char *state, struct error *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int64_t until = clock_steady_ms() + CONNECT_LIMIT_MS;
	int directory = open(state, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int ret = -1;

	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/" NAME, directory);
	while (directory >= 0 && fd >= 0 &&
	       (ret = connect(fd, (struct sockaddr *)&address, sizeof(address))) != 0 &&
	       (errno == ENOENT || errno == ECONNREFUSED) && clock_steady_ms() < until)
		poll(NULL, 0, PAUSE_MS);
	if (ret != 0) {
		error_errno(err, _("%s: its sidestaged cannot be reached; when none runs, be the user "
				   "that the state belongs to"), state);
		if (fd >= 0)
			close(fd);
		fd = -1;
	}
	if (directory >= 0)
		close(directory);
	return fd;
}

static int
send_all(int fd, const char *bytes, size_t length, struct error *err)
{
	while (length > 0) {
		ssize_t n = send(fd, bytes, length, MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return error_errno(err, _("sidestaged did not take the command"));
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
			return error_set(err, ERROR_NO_REPLY, _("The answer of sidestaged cannot be read."));
		if (n == 0)
			break;
	}
	if (in->length > 0)
		return 0;
	return error_set(err, ERROR_NO_REPLY, _("sidestaged ended before it answered, or does not let "
						"you: be its user, or root."));
}

static json_t *
take_result(const struct buf *in, struct error *err)
{
	/* From our own daemon: the limits for what comes from elsewhere do not apply. */
	json_t *line = json_loadb(in->data, in->length, 0, NULL);
	json_t *result = line ? json_incref(json_object_get(line, "result")) : NULL;
	const char *why = line ? json_member_string(line, "error") : NULL;

	if (!result)
		error_set(err, ERROR_INPUT, "%s", why ? why : _("The answer of sidestaged makes no sense."));
	json_decref(line);
	return result;
}

json_t *
maintenance_ask(const char *state, const json_t *request, struct error *err)
{
	int fd = connect_to(state, err);
	json_t *result = NULL;
	struct buf in;
	char *text;

	if (fd < 0)
		return NULL;
	buf_init(&in, 8 * (size_t)JSON_BYTES_MAX);
	text = json_dumps(request, JSON_COMPACT);
	if (text && send_all(fd, text, strlen(text), err) == 0 && send_all(fd, "\n", 1, err) == 0 &&
	    receive_all(fd, &in, err) == 0)
		result = take_result(&in, err);
	free(text);
	buf_clear(&in);
	close(fd);
	return result;
}
