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
#include "model/nouns.h"
#include "model/resource-graph.h"
#include "platform/engine/graph.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-resources.h"

/* What a graph says by name only is found again by its version. */
static int
keep_definitions(struct repository *repository, const char *org,
		 const struct definitions *definitions, const struct resource_graph *graph,
		 struct error *err)
{
	int ret = 0;

	for (size_t i = 0; i < definitions->count && ret == 0; i++) {
		const struct definition *definition = &definitions->items[i];
		bool used = false;

		for (size_t k = 0; k < graph->node_count; k++)
			used |= untrusted_equal(&definition->id, &graph->nodes[k].def_id);
		if (used)
			ret = repository_keep_definition(repository, org, definition->id.raw,
							 definition->document, err);
	}
	return ret;
}

int
env_graph_make(struct platform *platform, const struct place *place,
	       const struct environment *env, const struct known_resources *known,
	       const struct declared_resources *declared, struct resource_graph *out,
	       char *culprit, struct error *err)
{
	char since[CLOCK_STAMP_SIZE];
	struct repository *repository = platform->repository;
	struct definitions definitions;
	struct graph_source source = {
		.place = place,
		.env_type = untrusted_raw(&env->type),
		.env_since = since,
		.definitions = &definitions,
		.known = known,
	};
	int ret;

	clock_stamp(since, env->created_at);
	if (repository_definitions(repository, place->org, &definitions, err) != 0)
		return -1;
	ret = graph_build(&source, declared, out, culprit, err);
	if (ret == 0)
		ret = keep_definitions(repository, place->org, &definitions, out, err);
	if (ret == 0)
		ret = repository_keep_graph(repository, place, out, clock_wall_ms(), err);
	definitions_clear(&definitions);
	if (ret != 0)
		resource_graph_clear(out);
	return ret;
}

int
env_graph_now(struct platform *platform, const struct place *place,
	      const struct declared_resources *declared, struct resource_graph *out, char *culprit,
	      struct error *err)
{
	struct known_resources known;
	struct environment env;
	int ret = -1;

	if (repository_read_environment(platform->repository, place, &env, err) != 0)
		return -1;
	if (repository_known_resources(platform->repository, place, &known, err) == 0) {
		ret = env_graph_make(platform, place, &env, &known, declared, out, culprit, err);
		known_resources_clear(&known);
	}
	environment_clear(&env);
	return ret;
}
