/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A file of the person's that was not there: nothing is overwritten. */
#ifndef SIDESTAGE_BASE_NEW_FILE_H
#define SIDESTAGE_BASE_NEW_FILE_H

/* With the permissions that the umask leaves, whole or not at all; a link is not followed.  0, or
 * -1 with errno: EEXIST when something has that name. */
int new_file_write(const char *path, const char *text) __attribute__((warn_unused_result));

#endif
