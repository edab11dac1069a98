/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Lists of workloads.  They borrow: who removes a workload from one frees it. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_WORKLOADS_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_WORKLOADS_H

#include <stdbool.h>
#include <stddef.h>

struct workload;

struct workloads {
	struct workload **items;
	size_t count;
};

void workloads_add(struct workloads *list, struct workload *workload);
bool workloads_remove(struct workloads *list, const struct workload *workload);
/* The process of that number; NULL: the list has none. */
struct workload *workloads_find(const struct workloads *list, const char *module, int replica);
/* Asks each to end; each tells when it has. */
void workloads_stop(const struct workloads *list);
void workloads_free(struct workloads *list);	/* each of them, and the list */

#endif
