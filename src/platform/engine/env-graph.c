/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The graph of one environment: what graph.c computes, over what the database holds, and kept
 * with the versions of the definitions that it names.
 *
 * A graph refers to definitions by name and version.  Both are kept with it, so that a
 * deployment can be started again as it was when its definitions are long changed or deleted.
 */
#include "config.h"

#include "platform/engine/env-graph.h"

#include <stdbool.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/text.h"
#include "model/definition.h"
#include "model/json.h"
#include "platform/engine/graph.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-resources.h"

/* What a graph says by name only is found again by its version. */
static int
keep_definitions(struct repository *repository, const char *org,
		 const struct definitions *definitions, const json_t *nodes, struct error *err)
{
	const json_t *node;
	size_t k;
	int ret = 0;

	for (size_t i = 0; i < definitions->count && ret == 0; i++) {
		const struct definition *definition = &definitions->items[i];
		bool used = false;

		json_array_foreach(nodes, k, node)
			used |= untrusted_is(&definition->id, json_member_string(node, "def_id"));
		if (used)
			ret = repository_keep_definition(repository, org, definition->id.raw,
							 definition->document, err);
	}
	return ret;
}

json_t *
env_graph_make(struct platform *platform, const struct place *place, const json_t *env,
	       const json_t *known, const json_t *declared, char *culprit, struct error *err)
{
	struct repository *repository = platform->repository;
	struct definitions definitions;
	struct graph_source source = {
		.place = place,
		.env_type = json_member_string(env, "type"),
		.env_since = json_member_string(env, "created_at"),
		.definitions = &definitions,
		.known = known,
	};
	json_t *nodes, *graph = NULL;

	if (repository_definitions(repository, place->org, &definitions, err) != 0)
		return NULL;
	nodes = graph_build(&source, declared, culprit, err);
	if (nodes && keep_definitions(repository, place->org, &definitions, nodes, err) == 0)
		graph = repository_keep_graph(repository, place, nodes, clock_wall_ms(), err);
	json_decref(nodes);
	definitions_clear(&definitions);
	return graph;
}

json_t *
env_graph_now(struct platform *platform, const struct place *place, const json_t *declared,
	      char *culprit, struct error *err)
{
	json_t *env = repository_environment(platform->repository, place, err);
	json_t *known = env ? repository_known_resources(platform->repository, place, err) : NULL;
	json_t *graph = NULL;

	if (known)
		graph = env_graph_make(platform, place, env, known, declared, culprit, err);
	json_decref(known);
	json_decref(env);
	return graph;
}
