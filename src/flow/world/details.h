/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What only somebody who looks at one environment needs: its shared values and the history
 * of its deployments, read again while they look.  Everything in it is foreign.
 */
#ifndef SIDESTAGE_FLOW_WORLD_DETAILS_H
#define SIDESTAGE_FLOW_WORLD_DETAILS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "model/nouns.h"
#include "model/shared-value.h"

struct details;
struct session;

/* Reading begins at once. */
struct details *details_open(struct session *session, const char *org, const char *app,
			     const char *env);
void details_close(struct details *details);	/* NULL is fine */

/* false: not read yet, or the last time failed; then details_..._error() says why. */
bool details_values_known(const struct details *details);
/* Of the last question; kind NONE when it was answered.  What was read before stays. */
const struct error *details_values_error(const struct details *details);
/* By key.  Borrowed until the session's next turn. */
size_t details_value_count(const struct details *details);
/* i below details_value_count(). */
const struct shared_value *details_value(const struct details *details, size_t i);

/* The same three of the deployments. */
bool details_deployments_known(const struct details *details);
const struct error *details_deployments_error(const struct details *details);
/* Newest first. */
size_t details_deployment_count(const struct details *details);
/* Borrowed until the session's next turn. */
const struct deployment *details_deployment(const struct details *details, size_t i);

#endif
