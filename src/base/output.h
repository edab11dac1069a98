/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Writing all of it, or saying that not all of it was written. */
#ifndef SIDESTAGE_BASE_OUTPUT_H
#define SIDESTAGE_BASE_OUTPUT_H

#include <stddef.h>

/* All of it.  -1 with errno, also when a disk took a part (ENOSPC) and no more. */
int output_write(int fd, const void *bytes, size_t length);

#endif
