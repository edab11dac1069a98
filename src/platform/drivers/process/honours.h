/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which fields of a workload the process driver does something with. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_HONOURS_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_HONOURS_H

#include <jansson.h>
#include <stdbool.h>

/* {"profiles": [...], "honours": [...], "partly": {...}, "one_container": true}, as driver.h has them in describe(); where
 * workloads are not confined, some of it cannot be.  New reference. */
json_t *process_honours(bool is_confined);

#endif
