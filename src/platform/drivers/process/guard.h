/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The process that a workload's program runs below. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_GUARD_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_GUARD_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/drivers/process/cgroups.h"
#include "platform/drivers/process/limits.h"
#include "platform/drivers/process/translation.h"

struct mount_view;

enum guard_kind {
	GUARD_READY,
	GUARD_STARTED, /* sent by the program's process: the packet's sender is its number */
	GUARD_FAILED,  /* before the program ran: number is the errno, step the rest */
	GUARD_RUNS,    /* the program was executed, or GUARD_FAILED came before */
	GUARD_ENDED    /* number is wait()'s status of the program */
};

struct guard_report {
	enum guard_kind kind;
	int number;
	char step[64];
};

struct guard_setup {
	const char *executable;
	const char *directory;
	char *const *arguments;
	char *const *environment;
	const struct mount_view *view;
	bool has_pids;
	int null, output, report;	/* descriptors above 9 */
	int groups[CGROUP_FILES];	/* to be joined (cgroups.h) */
	size_t group_count;
	struct limits limits;		/* of the program */
	struct translation translation;	/* of its ports */
};

/* In a child of the daemon. */
void guard_run(const struct guard_setup *setup) __attribute__((noreturn));

#endif
