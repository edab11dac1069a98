/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which resource definition serves a resource in an environment.  Pure. */
#ifndef SIDESTAGE_MODEL_MATCH_H
#define SIDESTAGE_MODEL_MATCH_H

#include <jansson.h>
#include <stdbool.h>

struct match_request {
	const char *type, *resource_class, *app_id, *env_id, *env_type, *res_id;
};

/* The most specific of `criteria` that agrees, and how specific it is (-1, NULL: none is).
 * Borrowed. */
const json_t *match_criterion(const json_t *criteria, const struct match_request *request,
			      int *rank);
/* How specific the best of its criteria is for the request, whose type is not looked at; -1: none
 * matches.  A request's NULL class is any class; another NULL is something that has no name. */
int match_rank(const json_t *body, const struct match_request *request);
/* Whether it may serve some resource of this environment, whatever its type, class and id; a NULL
 * of the request may be anything. */
bool match_may_serve(const json_t *body, const struct match_request *request);
/* The most specific of `definitions` ([{id, body}]), or NULL.  Borrowed: the definition's body. */
const json_t *match_definition(const json_t *definitions, const struct match_request *request);

#endif
