/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What of a workload has no effect because of something else that it says; a part of
 * workload_check(). */
#ifndef SIDESTAGE_MODEL_WORKLOAD_OVERRIDDEN_H
#define SIDESTAGE_MODEL_WORKLOAD_OVERRIDDEN_H

#include <jansson.h>

#include "model/workload-check.h"

/* Reports FINDING_OVERRIDDEN of each.  `honours` is what the driver that runs it says of itself. */
void workload_overridden(const json_t *module, const char *profile, const json_t *honours,
			 workload_report *callback, void *data);

#endif
