/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What runs, in both of its shapes; pausing and replicas. */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_RUNTIME_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_RUNTIME_H

#include "platform/api/handlers/handler.h"

struct cached_beside;
struct cached_response;

handler get_runtime, list_runtime, update_paused, patch_replicas;

/* What the answer of get_runtime is made of beside the database: how the workloads are, and in
 * which form it is asked for.  The first finds the driver, which is the same until the database
 * changes. */
void runtime_find_beside(struct platform *platform, const struct request *request,
			 struct cached_response *keep);
void runtime_beside(struct platform *platform, const struct request *request,
		    const struct cached_response *known, struct cached_beside *out);

#endif
