/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a request wants otherwise than its Score specification has it. */
#ifndef SIDESTAGE_PLATFORM_API_SCORE_OVERRIDES_H
#define SIDESTAGE_PLATFORM_API_SCORE_OVERRIDES_H

#include <jansson.h>

struct error;
struct workload_source;

/* Changes the specification by what the source wants otherwise.  0, or -1 with err: one of it is
 * not as it must be. */
int score_override(json_t *spec, const struct workload_source *source, struct error *err)
	__attribute__((warn_unused_result));

#endif
