/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "model/resource-graph.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "model/json.h"
#include "model/private.h"

#define AT(member) IN(declared_resource, member)
static const struct member declared_resource_members[] = {
	{"id", MEMBER_TEXT, MEMBER_REQUIRED, AT(id)},
	{"type", MEMBER_TEXT, MEMBER_REQUIRED, AT(type)},
	{"class", MEMBER_TEXT, MEMBER_OPTIONAL, AT(resource_class)},
	{"resource", MEMBER_JSON, MEMBER_OPEN, AT(params)},
	MEMBERS_END,
};
#undef AT
NOUN(declared_resource, "declared resource", NULL)
NOUN_ENCODE(declared_resource)
NOUN_MISFIT(declared_resource)
NOUN_LIST(declared_resource, declared_resources)
NOUN_LIST_READ(declared_resource, declared_resources)
NOUN_LIST_ENCODE(declared_resource, declared_resources)

const char *
declared_resource_class(const struct declared_resource *declared)
{
	const char *named = untrusted_raw(&declared->resource_class);

	return *named ? named : "default";
}

#define AT(member) IN(graph_node, member)
static const struct member node_members[] = {
	{"id", MEMBER_TEXT, MEMBER_REQUIRED, AT(id)},
	{"type", MEMBER_TEXT, MEMBER_REQUIRED, AT(type)},
	{"class", MEMBER_TEXT, MEMBER_LOOSE, AT(resource_class)},
	{"guresid", MEMBER_TEXT, MEMBER_LOOSE, AT(gu_res_id)},
	{"def_id", MEMBER_TEXT, MEMBER_LOOSE, AT(def_id)},
	{"def_version_id", MEMBER_TEXT, MEMBER_LOOSE, AT(def_version_id)},
	{"criteria_id", MEMBER_TEXT, MEMBER_LOOSE, AT(criteria_id)},
	{"driver_type", MEMBER_TEXT, MEMBER_LOOSE, AT(driver_type)},
	{"driver_account", MEMBER_TEXT, MEMBER_LOOSE, AT(driver_account)},
	{"driver", MEMBER_JSON, MEMBER_REQUIRED, AT(driver)},
	{"resource", MEMBER_JSON, MEMBER_REQUIRED, AT(params)},
	{"resource_schema", MEMBER_JSON, MEMBER_REQUIRED, AT(schema)},
	{"depends_on", MEMBER_TEXTS, MEMBER_LOOSE, AT(depends_on),
	 .count = offsetof(struct graph_node, depends_on_count)},
	{"in_place_driver_change", MEMBER_FLAG, MEMBER_LOOSE, AT(in_place_driver_change)},
	MEMBERS_END,
};
#undef AT
static const struct noun node_noun = {
	.name = "node", .size = sizeof(struct graph_node), .members = node_members,
};

#define AT(member) IN(resource_graph, member)
static const struct member resource_graph_members[] = {
	{"id", MEMBER_TEXT, MEMBER_LOOSE, AT(id)},
	{"hash", MEMBER_TEXT, MEMBER_LOOSE, AT(hash)},
	{"nodes", MEMBER_LIST, MEMBER_OPTIONAL, AT(nodes), .noun = &node_noun,
	 .count = offsetof(struct resource_graph, node_count)},
	{"created_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(created_at)},
	{"used_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(used_at)},
	MEMBERS_END,
};
#undef AT
NOUN(resource_graph, "resource graph", NULL)
NOUN_ENCODE(resource_graph)

json_t *
resource_graph_encode_nodes(const struct resource_graph *graph)
{
	json_t *nodes = json_array();

	for (size_t i = 0; i < graph->node_count; i++)
		json_array_append_new(nodes, noun_encode(&node_noun, &graph->nodes[i]));
	return nodes;
}

void
resource_graph_hash(char out[IDS_SHA256_HEX_SIZE], const struct resource_graph *graph)
{
	json_t *nodes = resource_graph_encode_nodes(graph);
	char *text = json_canonical(nodes);

	ids_sha256_hex(out, text, strlen(text));
	free(text);
	json_decref(nodes);
}

json_t *
graph_node_values(const struct graph_node *node)
{
	return json_object_get(node->driver, "values");
}

json_t *
graph_node_secrets(const struct graph_node *node)
{
	return json_object_get(node->driver, "secrets");
}
