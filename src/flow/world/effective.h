/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What an environment's set comes to there: with its values and the outputs of its resources. */
#ifndef SIDESTAGE_FLOW_WORLD_EFFECTIVE_H
#define SIDESTAGE_FLOW_WORLD_EFFECTIVE_H

#include <stddef.h>

struct details;
struct error;
struct set;
struct world_environment;

/* New, or NULL with err.  The details' values are known, and the environment has a set.  A secret
 * is its version in brackets: it differs when the secret does.  *unknown: how many placeholders
 * have no value that is known here; they stay as they are written. */
struct set *effective_of(const struct world_environment *environment, const char *org,
			 const char *app, const struct details *details, size_t *unknown,
			 struct error *err);

#endif
