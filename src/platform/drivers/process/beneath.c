/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Part by part, and no part may be a link: nothing that lies elsewhere can be reached.
 * (openat2 would say it in one call, but not below valgrind.)
 */
#include "config.h"

#include "platform/drivers/process/beneath.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/paths.h"
#include "base/xmalloc.h"

int
beneath_open(int directory, const char *relative, int flags)
{
	char *copy = xstrdup(relative);
	int at = directory;
	int fd = -1;

	errno = EINVAL;
	for (char *part = copy, *slash; paths_is_inside(relative); part = slash + 1) {
		slash = strchr(part, '/');
		if (slash)
			*slash = '\0';
		fd = openat(at, part, O_NOFOLLOW | O_CLOEXEC |
					      (slash ? O_PATH | O_DIRECTORY : flags));
		if (at != directory)
			close(at);
		at = fd;
		if (fd < 0 || !slash)
			break;
	}
	free(copy);
	return fd;
}
