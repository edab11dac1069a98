/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A new file takes the name of the old one, so that no reader sees half of it. */
#include "config.h"

#include "base/secret-file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/output.h"
#include "base/xmalloc.h"

static int
write_new(int directory, const char *name, const char *text)
{
	int fd, ret;

	if (unlinkat(directory, name, 0) != 0 && errno != ENOENT)
		return -1;
	fd = openat(directory, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return -1;
	ret = fchmod(fd, 0600) == 0 ? output_write(fd, text, strlen(text)) : -1;
	if (close(fd) != 0)
		ret = -1;
	return ret;
}

int
secret_file_write(int directory, const char *name, const char *text)
{
	char *fresh = xasprintf("%s.new", name);
	int ret = write_new(directory, fresh, text), saved;

	if (ret == 0)
		ret = renameat(directory, fresh, directory, name);
	saved = errno;
	if (ret != 0)
		(void)unlinkat(directory, fresh, 0);
	free(fresh);
	errno = saved;
	return ret;
}

static bool
is_private(const struct stat *st)
{
	uid_t me = geteuid();

	return S_ISREG(st->st_mode) && (st->st_mode & 077) == 0 &&
	       (st->st_uid == me || st->st_uid == 0 || me == 0);
}

/* What does not fit is no secret of ours. */
static int
read_all(int fd, char *out, size_t size)
{
	ssize_t n = read(fd, out, size);

	if (n < 0)
		return -1;
	if ((size_t)n < size) {
		out[n] = '\0';
		return 0;
	}
	errno = EFBIG;
	return -1;
}

int
secret_file_read(int directory, const char *name, char *out, size_t size)
{
	int fd = openat(directory, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), saved;
	struct stat st;
	int ret = -1;

	if (fd >= 0 && fstat(fd, &st) == 0) {
		errno = EPERM;
		if (is_private(&st))
			ret = read_all(fd, out, size);
	}
	saved = errno;
	if (ret != 0)
		explicit_bzero(out, size);
	if (fd >= 0)
		close(fd);
	errno = saved;
	return ret;
}
