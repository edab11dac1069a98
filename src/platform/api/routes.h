/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The table of routes, and which of them a path is. */
#ifndef SIDESTAGE_PLATFORM_API_ROUTES_H
#define SIDESTAGE_PLATFORM_API_ROUTES_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/api/handlers/handler.h"
#include "platform/auth/access.h"

struct request;
struct response;

#define ROUTE_SEGMENTS_MAX 16

/* What the patterns of an organization, an application and an environment begin with. */
#define ROUTE_ORG "/orgs/{orgId}"
#define ROUTE_APP ROUTE_ORG "/apps/{appId}"
#define ROUTE_ENV ROUTE_APP "/envs/{envId}"

/* What a body must be. */
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

/* Splits and decodes it.  false: not a path that we could have.  free() its copy in each case. */
bool route_path_split(struct route_path *path, const char *text);
/* Fills the request's place and ids, which point into the path.  NULL: there is none; the response
 * says which methods there are, if any. */
const struct route *routes_find(const struct route_path *path, struct request *request,
				struct response *response);

struct route_description {
	const char *method, *pattern, *operation;
	enum permission permission;
};

/* The i-th route; false behind the last. */
bool routes_describe(size_t i, struct route_description *out);

#endif
