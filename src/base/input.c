/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A person's "file" may be a pipe, a terminal or a device.  Nothing here waits without an end
 * that the caller chose: opening does not block, and reading has a deadline. */
#include "config.h"

#include "base/input.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"

int
input_open(const char *path)
{
	/* Nobody may ever write to a named pipe: opening one would wait for that. */
	return open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
}

ssize_t
input_read(int fd, void *bytes, size_t size, int64_t until)
{
	for (;;) {
		struct pollfd waited = {.fd = fd, .events = POLLIN};
		const int64_t left = until - clock_steady_ms();
		/* Before somebody writes to a named pipe, nothing read is not its end. */
		int ready = poll(&waited, 1, until < 0 ? -1 : left > 0 ? (int)left : 0);
		ssize_t n;

		if (ready < 0 && errno != EINTR)
			return -1;
		if (ready == 0) {
			errno = ETIMEDOUT;
			return -1;
		}
		n = ready > 0 ? read(fd, bytes, size) : -1;
		if (n >= 0 || (errno != EINTR && errno != EAGAIN))
			return n;
	}
}

int
input_check_regular(const char *path, struct error *err)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode)
		       ? error_set(err, ERROR_INPUT, _("%s: not a regular file."), path) : 0;
}

int
input_error(const char *path, struct error *err)
{
	return errno == ETIMEDOUT ? error_set(err, ERROR_INPUT,
					      _("%s: nothing was written to it in time"), path)
				  : error_errno(err, _("%s: cannot be read"), path);
}
