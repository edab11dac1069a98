/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What stands in a workload's spec where the port belongs that it listens on itself (driver.h). */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_ENDPOINT_MARKS_H
#define SIDESTAGE_PLATFORM_DRIVERS_ENDPOINT_MARKS_H

#include <jansson.h>

struct driver_endpoint;
struct driver_workload;

/* What is to stand for a mark of this endpoint, an integer or a string.  New reference. */
typedef json_t *endpoint_value(void *data, const struct driver_endpoint *endpoint);

/* A copy of the value with each mark of the workload's endpoints replaced.  A string that is one
 * mark takes the type of what stands for it. */
json_t *endpoint_marks_replace(const struct driver_workload *workload, const json_t *value,
			       endpoint_value *value_of, void *data);

#endif
