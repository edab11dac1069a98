/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Sockets in the state directory.  /proc/self/fd/N/NAME is a short name for a file in a
 * directory of any length, and stays the same directory when its path is renamed. */
#include "config.h"

#include "platform/admin/state-socket.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "net/listener.h"

#define PAUSE_MS 20

int
state_socket_listen(const char *state, const char *name, struct error *err)
{
	int directory = open(state, O_PATH | O_DIRECTORY | O_CLOEXEC);
	char *path;
	int fd;

	if (directory < 0)
		return error_errno(err, _("%s: cannot be opened"), state);
	path = xasprintf("/proc/self/fd/%d/%s", directory, name);
	fd = listener_unix(path, 0600, err);
	free(path);
	close(directory);
	return fd;
}

void
state_socket_unlink(const char *state, const char *name)
{
	char *path = xasprintf("%s/%s", state, name);

	unlink(path);
	free(path);
}

void
state_socket_unreachable(const char *state, const char *why, struct error *err)
{
	error_set(err, ERROR_UNREACHABLE,
		  _("%s: cannot reach its sidestaged (if none is running, run this as the "
		    "owner of the state): %s"),
		  state, why);
}

int
state_socket_connect(const char *state, const char *name, int wait_ms, struct error *err)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int64_t until = clock_steady_ms() + wait_ms;
	int directory = open(state, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int ret = -1;

	snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s", directory,
		 name);
	while (directory >= 0 && fd >= 0 &&
	       (ret = connect(fd, (struct sockaddr *)&address, sizeof(address))) != 0 &&
	       (errno == ENOENT || errno == ECONNREFUSED) && clock_steady_ms() < until)
		poll(NULL, 0, PAUSE_MS);
	if (ret != 0) {
		state_socket_unreachable(state, strerror(errno), err);
		if (fd >= 0)
			close(fd);
		fd = -1;
	}
	if (directory >= 0)
		close(directory);
	return fd;
}
