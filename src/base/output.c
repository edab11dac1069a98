/* SPDX-License-Identifier: GPL-3.0-or-later */

/* write(2) may take a part.  A caller that ignored it would lose output without a word. */
#include "config.h"

#include "base/output.h"

#include <errno.h>
#include <unistd.h>

int
output_write(int fd, const void *bytes, size_t length)
{
	const char *at = bytes;

	while (length > 0) {
		ssize_t n = write(fd, at, length);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			/* A write of 0 bytes sets no errno, and trying again
			 * could go on for ever. */
			errno = n < 0 ? errno : EIO;
			return -1;
		}
		at += n;
		length -= (size_t)n;
	}
	return 0;
}
