/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The resource graph of an environment: which resources there are to be, by which definitions,
 * and which needs which.  Pure.
 *
 * A resource comes into the graph because the set declares it, because the inputs of another's
 * definition name it (${resources['TYPE.CLASS#ID'].outputs.OUT}; CLASS is then "default" and ID
 * the naming resource's, unless they are given), or because a definition says that it is to be
 * provisioned with another (`provision`).
 *
 * Each node stands behind those that it depends on (model/resource-graph.h).
 */
#ifndef SIDESTAGE_PLATFORM_ENGINE_GRAPH_H
#define SIDESTAGE_PLATFORM_ENGINE_GRAPH_H

struct declared_resources;
struct definitions;
struct error;
struct known_resources;
struct place;
struct reference_context;
struct resource_graph;
struct set;

#define GRAPH_NODES_MAX 500

struct graph_source {
	const struct place *place;
	const char *env_type;
	const char *env_since; /* when it was made: another one of its name has other ids */
	const struct definitions *definitions;
	const struct known_resources *known; /* what is there keeps its id */
};

/* What a set declares, shared ones first; declared_resources_clear() it. */
void graph_declared(const struct set *set, struct declared_resources *out);

/*
 * The graph of what is declared; resource_graph_clear() it.  -1 with ERROR_INPUT that names the
 * resource: no definition serves it, what it needs is named wrongly, it needs itself (with the
 * circle); ERROR_LIMIT: more than GRAPH_NODES_MAX.  `culprit` (256 bytes) gets its id.
 */
int graph_build(const struct graph_source *source, const struct declared_resources *declared,
		struct resource_graph *out, char *culprit, struct error *err);

#endif
