/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "platform/admin/import-resources.h"

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "model/definition.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/match.h"
#include "model/resource-graph.h"
#include "platform/engine/graph.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-resources.h"

static void
look_at(const struct definitions *definitions, const struct place *place, const char *env_type,
	const struct declared_resource *declared, json_t *list)
{
	struct match_request request = {
		.type = untrusted_raw(&declared->type),
		.resource_class = declared_resource_class(declared),
		.app_id = place->app,
		.env_id = place->env,
		.env_type = env_type,
		.res_id = untrusted_raw(&declared->id),
	};

	if (match_definition(definitions, &request))
		return;
	json_array_append_new(list, json_pack("{s:o, s:s, s:s, s:s, s:s}", "place",
					      json_sprintf("%s/%s/%s", place->org, place->app,
							   place->env),
					      "resource", request.res_id, "type", request.type,
					      "class", request.resource_class, "env_type",
					      request.env_type));
}

int
import_find_unserved(struct platform *platform, const struct place *place, const char *env_type,
		     const struct set *set, json_t *list, struct error *err)
{
	struct declared_resources declared;
	struct definitions definitions = {0};
	int ret = 0;

	graph_declared(set, &declared);
	if (declared.count > 0)
		ret = repository_definitions(platform->repository, place->org, &definitions, err);
	for (size_t i = 0; ret == 0 && i < declared.count; i++)
		look_at(&definitions, place, env_type, &declared.items[i], list);
	definitions_clear(&definitions);
	declared_resources_clear(&declared);
	return ret;
}

char *
import_unserved_text(const json_t *entry)
{
	struct error err = {0};

	error_set_code(&err, CODE_DEFINITION_NOT_MATCHED,
		       .resource = json_member_string(entry, "resource"),
		       .type = json_member_string(entry, "type"),
		       .resource_class = json_member_string(entry, "class"),
		       .env_type = json_member_string(entry, "env_type"));
	return xasprintf(_("warning: %s: %s"), json_member_string(entry, "place"), err.text);
}
