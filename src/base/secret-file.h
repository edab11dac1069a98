/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A short secret in a file that only its owner can read: written whole or not at all, and read with
 * suspicion.
 */
#ifndef SIDESTAGE_BASE_SECRET_FILE_H
#define SIDESTAGE_BASE_SECRET_FILE_H

#include <stddef.h>

/* Replaces what is there, with mode 0600.  directory: a descriptor of it.  0, or -1 with errno. */
int secret_file_write(int directory, const char *name, const char *text)
	__attribute__((warn_unused_result));
/*
 * Only a regular file that nobody else may read, and that is the caller's (root may read anybody's)
 * or root's; no link is followed.  The whole text in `out`, with its end; "" on failure.  0, or -1
 * with errno: EPERM when it is another kind of file or others may read it, EFBIG when it does not
 * fit.
 */
int secret_file_read(int directory, const char *name, char *out, size_t size)
	__attribute__((warn_unused_result));

#endif
