/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What of a set's workloads will have no effect where it is deployed, and what of them cannot be
 * deployed at all. */
#ifndef SIDESTAGE_PLATFORM_ENGINE_WORKLOAD_WARNINGS_H
#define SIDESTAGE_PLATFORM_ENGINE_WORKLOAD_WARNINGS_H

#include <jansson.h>

struct driver;
struct error;
struct set;

/* [{"workload", "path", "code", "driver", "message", ...}], the whole of doc/api/extensions,
 * field-warnings.  New reference. */
json_t *workload_warnings(struct driver *driver, const struct set *set);
/* 0, or -1 with ERROR_INPUT that names the first field of a wrong form. */
int workload_forms_check(const struct set *set, struct error *err);

#endif
