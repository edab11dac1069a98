/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a request wants otherwise than its Score specification has it. */
#ifndef SIDESTAGE_PLATFORM_API_SCORE_OVERRIDES_H
#define SIDESTAGE_PLATFORM_API_SCORE_OVERRIDES_H

#include <jansson.h>

struct error;

/* Changes the specification by the body's "overrides", "property_overrides" and
 * "resource_type_aliases".  0, or -1 with err: one of them is not as it must be. */
int score_override(json_t *spec, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));

#endif
