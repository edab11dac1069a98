/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whether this machine could run a workload of a set, as far as the set alone shows. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_PLAN_CHECK_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_PLAN_CHECK_H

#include <stdbool.h>
#include <stddef.h>

struct driver_deployment;
struct error;
struct set;

/* 0, or -1 with err.  What the table of fields and the references of the set find is taken to be
 * found already. */
int plan_check(const struct set *set, const char *module, struct error *err)
	__attribute__((warn_unused_result));
/* Two workloads at one public port would take each other's requests. */
bool plan_is_twice(const struct driver_deployment *deployment, size_t which);

#endif
