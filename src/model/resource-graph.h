/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The resource graph of an environment, as a noun of the API (nouns.h has the rules).  How one is
 * made is platform/engine/graph.h.
 */
#ifndef SIDESTAGE_MODEL_RESOURCE_GRAPH_H
#define SIDESTAGE_MODEL_RESOURCE_GRAPH_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/ids.h"
#include "base/text.h"

struct error;
struct member;

/* A resource as it is asked for: by a set that declares it, or by whoever wants its graph. */
struct declared_resource {
	struct untrusted id, type;
	struct untrusted resource_class;	/* raw NULL or "": "default" */
	json_t *params;				/* object; NULL: none */
	struct untrusted problem;
};
struct declared_resources {
	struct declared_resource *items;
	size_t count;
};
/* From GET .../sets/{set}/resources, and for POST .../resources/graphs. */
void declared_resource_read(struct declared_resource *out, const json_t *body);
int declared_resource_decode(struct declared_resource *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *declared_resource_encode(const struct declared_resource *declared);
void declared_resource_clear(struct declared_resource *declared);
const struct member *declared_resource_misfit(const json_t *body);
/* As it is matched. */
const char *declared_resource_class(const struct declared_resource *declared);

void declared_resources_read(struct declared_resources *out, const json_t *body);
json_t *declared_resources_encode(const struct declared_resources *declared);
/* Takes what is in it. */
void declared_resources_add(struct declared_resources *declared, struct declared_resource *one);
void declared_resources_clear(struct declared_resources *declared);

/* One resource that there is to be. */
struct graph_node {
	struct untrusted id, type, resource_class;
	struct untrusted gu_res_id;	/* which one it is, of all that there ever were */
	struct untrusted def_id, def_version_id, criteria_id, driver_type;
	struct untrusted driver_account;	/* raw NULL: it has none */
	json_t *driver;			/* {"values", "secrets"}: the definition's inputs */
	json_t *params;			/* what the set says for it */
	json_t *schema;			/* NULL: none */
	struct untrusted *depends_on;	/* those that it needs, by their gu_res_id */
	size_t depends_on_count;
	bool in_place_driver_change;
};
struct resource_graph {
	struct untrusted id, hash;	/* raw NULL: it is not stored */
	struct graph_node *nodes;	/* each behind those that it depends on */
	size_t node_count;
	int64_t created_at, used_at;
	struct untrusted problem;
};
/* From .../envs/{env}/resources/graphs. */
void resource_graph_read(struct resource_graph *out, const json_t *body);
int resource_graph_decode(struct resource_graph *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *resource_graph_encode(const struct resource_graph *graph);
void resource_graph_clear(struct resource_graph *graph);

/* The nodes alone; new reference. */
json_t *resource_graph_encode_nodes(const struct resource_graph *graph);
/* Of the nodes: the same for the same resources. */
void resource_graph_hash(char out[IDS_SHA256_HEX_SIZE], const struct resource_graph *graph);
/* Parts of `driver`, borrowed; NULL: there are none. */
json_t *graph_node_values(const struct graph_node *node);
json_t *graph_node_secrets(const struct graph_node *node);

#endif
