/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What this platform changed in an environment that somebody else filled. */
#ifndef SIDESTAGE_PLATFORM_ENGINE_ROLLOUT_PAST_H
#define SIDESTAGE_PLATFORM_ENGINE_ROLLOUT_PAST_H

#include <jansson.h>

struct rollout;

/* driver_deployment.past, of a rollout that has read its deployment; new reference.  What cannot be
 * read any more is left out: of that nothing is known. */
json_t *rollout_past(const struct rollout *rollout);

#endif
