/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which fields of a workload the process driver does something with. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_HONOURS_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_HONOURS_H

#include <jansson.h>
#include <stdbool.h>

/* What this machine lets it do. */
struct process_means {
	bool confines;			/* workloads, by namespaces */
	bool limits_memory, limits_cpu;	/* by control groups */
	bool translates;		/* ports that programs chose */
	int lowest_port;		/* that it may listen on */
};

extern const struct process_means process_all_means;

/* {"profiles": [...], "honours": [...], "partly": {...}, "within": {...}, ...}, as driver.h has
 * them in describe(); of what there are no means for, "partly" says what is done instead.  New
 * reference. */
json_t *process_honours(const struct process_means *means);

/* Why a field is refused; NULL: it is not. */
const char *process_refuses(const char *path);

#endif
