/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How much room each environment takes on the disk, and what happens when it is too much. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_DISK_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_DISK_H

#include <stdint.h>

struct disk_watch;
struct process_driver;

/* most: bytes; 0: no limit, and nothing is measured. */
struct disk_watch *disk_watch_new(struct process_driver *driver, int64_t most);
void disk_watch_free(struct disk_watch *watch);	/* NULL is fine */

#endif
