/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which resource definition serves a resource in an environment.  Pure. */
#ifndef SIDESTAGE_MODEL_MATCH_H
#define SIDESTAGE_MODEL_MATCH_H

#include <stdbool.h>

struct criterion;
struct definition;
struct definitions;

struct match_request {
	const char *type, *resource_class, *app_id, *env_id, *env_type, *res_id;
};

/* The most specific of its criteria that agrees with the request, whose type is not looked at, and
 * how specific it is (NULL, -1: none agrees).  A request's NULL class is any class; another NULL is
 * something that has no name.  Borrowed. */
const struct criterion *match_criterion(const struct definition *definition,
					const struct match_request *request, int *rank);
int match_rank(const struct definition *definition, const struct match_request *request);
/* Whether it may serve some resource of this environment, whatever its type, class and id; a NULL
 * of the request may be anything. */
bool match_may_serve(const struct definition *definition, const struct match_request *request);
/* The most specific of those of the type that are not deleted; NULL: none serves it.  Borrowed. */
const struct definition *match_definition(const struct definitions *definitions,
					  const struct match_request *request);

#endif
