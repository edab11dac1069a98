/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Asking for a deployment, with all that can refuse it. */
#ifndef SIDESTAGE_PLATFORM_ENGINE_DEPLOY_H
#define SIDESTAGE_PLATFORM_ENGINE_DEPLOY_H

#include <jansson.h>

struct deployment;
struct error;
struct place;
struct platform;

struct deploy_request {
	const char *delta_id, *set_id, *comment;	/* each may be NULL */
	const char *mode;		/* as somebody says it; NULL: "full" */
	const char *value_set_version_id;	/* NULL: the latest */
	const char *if_match;		/* the header's value; NULL: no condition */
	json_t **details; /* what is there now, when the condition fails; NULL is fine */
	const char *user;		/* who asks; NULL: the platform itself */
};
/* The new deployment, which the caller clears.  ERROR_INPUT (delta, set, values or image are
 * missing or do not fit, or the environment is paused), ERROR_CONFLICT (one is active),
 * ERROR_STALE (if_match); nothing is changed then. */
int deploy_start(struct platform *platform, const struct place *place,
		 const struct deploy_request *request, struct deployment *out, struct error *err);
/* Whether it would be taken, with the same errors; nothing is changed. */
int deploy_check(struct platform *platform, const struct place *place,
		 const struct deploy_request *request, struct error *err);

#endif
