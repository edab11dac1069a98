/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "platform/admin/socket-secret.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/output.h"

#define NAME "sockets.secret"
#define NEW_NAME NAME ".new"

static int
write_new(int directory, const char *secret)
{
	int fd, ret;

	if (unlinkat(directory, NEW_NAME, 0) != 0 && errno != ENOENT)
		return -1;
	fd = openat(directory, NEW_NAME, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
		    0600);
	if (fd < 0)
		return -1;
	ret = fchmod(fd, 0600) == 0 ? output_write(fd, secret, strlen(secret)) : -1;
	if (close(fd) != 0)
		ret = -1;
	return ret == 0 ? renameat(directory, NEW_NAME, directory, NAME) : -1;
}

int
socket_secret_make(const char *state, char out[SOCKET_SECRET_SIZE], struct error *err)
{
	int directory = open(state, O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret = -1;

	ids_random_hex(out, SOCKET_SECRET_SIZE - 1);
	if (directory >= 0)
		ret = write_new(directory, out);
	if (ret != 0)
		error_errno(err, _("%s: the secret of the sockets cannot be written"), state);
	if (directory >= 0)
		close(directory);
	return ret;
}

/* -1 with errno. */
static int
read_file(int directory, char out[SOCKET_SECRET_SIZE])
{
	int fd = openat(directory, NAME, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	struct stat st;
	ssize_t n = -1;

	if (fd < 0)
		return errno == ENOENT ? 0 : -1;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = read(fd, out, SOCKET_SECRET_SIZE - 1);
	close(fd);
	out[n > 0 ? n : 0] = '\0';
	if (n == SOCKET_SECRET_SIZE - 1 && strspn(out, "0123456789abcdef") == (size_t)n)
		return 0;
	out[0] = '\0';
	errno = EINVAL;
	return -1;
}

int
socket_secret_read(const char *state, char out[SOCKET_SECRET_SIZE], struct error *err)
{
	int directory = open(state, O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret = -1;

	out[0] = '\0';
	if (directory >= 0)
		ret = read_file(directory, out);
	if (ret != 0) {
		error_errno(err, _("%s: the secret of its sockets cannot be read (run this as the "
				   "owner of the state)"), state);
		err->kind = ERROR_UNREACHABLE;
	}
	if (directory >= 0)
		close(directory);
	return ret;
}
