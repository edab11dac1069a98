/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A table of addresses; what is below one is not offered either. */
#include "config.h"

#include "platform/api/not-offered.h"

#include <stdbool.h>
#include <string.h>

#include "platform/api/routes.h"

/* Each with all that is below it. */
static const struct {
	const char *method;	/* NULL: any, and nothing of ours has this address */
	const char *pattern;
} addresses[] = {
	{NULL, ROUTE_ORG "/agents"},
	{NULL, ROUTE_ORG "/events"},
	{NULL, ROUTE_ORG "/groups"},
	{NULL, ROUTE_ORG "/images"},
	{NULL, ROUTE_ORG "/invitations"},
	{NULL, ROUTE_ORG "/keys"},
	{NULL, ROUTE_ORG "/registries"},
	{NULL, ROUTE_ORG "/secretstores"},
	{NULL, ROUTE_ORG "/users"},
	{NULL, ROUTE_ORG "/workload-profiles"},
	{NULL, ROUTE_ORG "/workload-profile-chart-versions"},
	{NULL, ROUTE_ORG "/env-types/{envTypeId}/users"},
	{NULL, ROUTE_ORG "/resources/account-types"},
	{NULL, ROUTE_ORG "/resources/accounts"},
	{NULL, ROUTE_ORG "/resources/drivers"},
	{NULL, ROUTE_ORG "/resources/defs/{defId}/versions"},
	{NULL, ROUTE_ORG "/resources/types/{typeId}"},
	{"POST", ROUTE_ORG "/resources/types"},
	{NULL, ROUTE_APP "/jobs"},
	{NULL, ROUTE_APP "/users"},
	{NULL, ROUTE_APP "/webhooks"},
	{NULL, ROUTE_APP "/pipelines/{pipelineId}/schema"},
	{NULL, ROUTE_APP "/pipelines/{pipelineId}/versions"},
	{NULL, ROUTE_ENV "/users"},
	{NULL, "/groups"},
	{NULL, "/tokens"},
};

static bool
is_at_or_below(const struct route_path *path, const char *pattern)
{
	for (size_t i = 0; *pattern; i++) {
		size_t length = strcspn(++pattern, "/");

		if (i == path->count)
			return false;
		if (*pattern != '{' && (strlen(path->segments[i]) != length ||
					strncmp(path->segments[i], pattern, length) != 0))
			return false;
		pattern += length;
	}
	return true;
}

static const char *
find(const struct route_path *path, const char *method)
{
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		const char *only = addresses[i].method;

		if ((method ? only && strcmp(only, method) == 0 : !only) &&
		    is_at_or_below(path, addresses[i].pattern))
			return addresses[i].pattern;
	}
	return NULL;
}

const char *
not_offered(const struct route_path *path)
{
	return find(path, NULL);
}

const char *
not_offered_method(const struct route_path *path, const char *method)
{
	return find(path, method);
}
