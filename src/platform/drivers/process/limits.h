/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What one process may use at most.  What all of an environment may use together is another
 * matter. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_LIMITS_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_LIMITS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>

struct limits {
	struct rlimit memory, files, processes, core, file_size;
};

/* In the daemon.  memory: bytes that the workload asked for at most; 0: as all have.  is_grouped:
 * its control group holds it to that.  disk: bytes of one file; 0: no limit. */
void limits_make(struct limits *limits, int64_t memory, bool is_grouped, int64_t disk);
/* For this process and what comes from it; only system calls.  NULL, or what failed, with errno. */
const char *limits_enter(const struct limits *limits);

#endif
