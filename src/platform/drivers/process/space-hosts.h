/* SPDX-License-Identifier: GPL-3.0-or-later */

/* By which names the workloads of a space find each other. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_SPACE_HOSTS_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_SPACE_HOSTS_H

#include <stdbool.h>

struct error;
struct space;

/* Whether programs can look it up; else the workload is known by its address alone. */
bool space_is_host_name(const char *module);
/* Of what runs and what is planned.  0, or -1 with err. */
int space_write_hosts(const struct space *space, struct error *err);

#endif
