/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What one request does, and nothing else: it is no operation of the history, since nothing is
 * deployed by it and nothing can be rolled back.
 */
#ifndef SIDESTAGE_FLOW_DEED_H
#define SIDESTAGE_FLOW_DEED_H

#include <jansson.h>
#include <stdbool.h>

struct deed;
struct error;
struct session;

/* Drops what a rule wants to deploy and may not (the extension rule-waits): the rule stays, and its
 * next version deploys or waits again.  NULL with err: changes are refused, or the platform does
 * not offer it. */
struct deed *deed_drop_rule(struct session *session, const char *org, const char *app,
			    const char *env, const char *rule, struct error *err);
/* Makes a namespace that was found in a cluster (the extension adoption) an environment of that
 * application; app "": of the one that its labels say.  The platform reads it again for that.  NULL
 * with err as above. */
struct deed *deed_group(struct session *session, const char *org, const char *namespace,
			const char *app, struct error *err);
/* The same of several, {namespace: app}: all of them or none. */
struct deed *deed_groups(struct session *session, const char *org, const json_t *groups,
			 struct error *err);

/* NULL is fine.  What was asked and not answered may still be carried out. */
void deed_close(struct deed *deed);
bool deed_is_answered(const struct deed *deed);
/* Kind NONE: it is done, once it is answered. */
const struct error *deed_error(const struct deed *deed);

#endif
