/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the table of routes and the dispatch share. */
#ifndef SIDESTAGE_PLATFORM_API_PRIVATE_H
#define SIDESTAGE_PLATFORM_API_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/api/handlers/handlers.h"
#include "platform/auth/access.h"
#include "platform/http/exchange.h"

#define ROUTE_SEGMENTS_MAX 16
#define ORG "/orgs/{orgId}"
#define APP ORG "/apps/{appId}"
#define ENV APP "/envs/{envId}"

enum body_kind { BODY_NONE, BODY_OBJECT, BODY_ARRAY, BODY_STRING, BODY_BOOLEAN };

struct route {
	const char *method;
	const char *pattern;
	handler *handle;
	const char *operation;		/* operationId of the specification; "x-": ours */
	enum body_kind body;
	bool bare_not_found;		/* its 404 is a JSON string */
	enum permission permission;	/* never left out: that is PERMISSION_MISSING, nobody's */
};

struct route_path {
	char *copy;
	const char *segments[ROUTE_SEGMENTS_MAX];
	size_t count;
};

/* false: not a path that we could have.  free() its copy in each case. */
bool route_path_split(struct route_path *path, const char *text);
/* Fills the request's place and ids, which point into the path.  NULL: there is none; the response
 * says which methods there are, if any. */
const struct route *routes_find(const struct route_path *path, struct request *request,
				struct response *response);

#endif
