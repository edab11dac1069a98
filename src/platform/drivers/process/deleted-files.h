/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Files that have no name any more, but are still open: they take room that no directory shows. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_DELETED_FILES_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_DELETED_FILES_H

#include <stdint.h>
#include <sys/types.h>

struct cgroups;

/* Bytes of those on this device that the processes of a space have open, each file once; 0 where
 * there are no control groups to know them by.  May take a while. */
int64_t deleted_files_size(const struct cgroups *cgroups, const char *space, dev_t device);

#endif
