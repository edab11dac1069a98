/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "base/new-file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/output.h"

int
new_file_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666), saved;
	int ret;

	if (fd < 0)
		return -1;
	ret = output_write(fd, text, strlen(text));
	saved = errno;
	if (close(fd) != 0 && ret == 0) {
		ret = -1;
		saved = errno;
	}
	if (ret != 0) {
		(void)unlink(path);
		errno = saved;
	}
	return ret;
}
