/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Resource definitions and their versions, the resources of environments, and resource graphs.
 * Rules of repository.h.
 */
#ifndef SIDESTAGE_PLATFORM_STATE_REPOSITORY_RESOURCES_H
#define SIDESTAGE_PLATFORM_STATE_REPOSITORY_RESOURCES_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "model/nouns.h"

struct definition;
struct definition_changes;
struct definitions;
struct error;
struct graph_node;
struct place;
struct repository;
struct resource_graph;

/* --- definitions --- */

/* By id; 0, or -1 with an empty list. */
int repository_definitions(struct repository *repository, const char *org, struct definitions *out,
			   struct error *err) __attribute__((warn_unused_result));
/* As it is kept, with its document.  definition_clear() it. */
int repository_read_definition(struct repository *repository, const char *org, const char *id,
			       struct definition *out, struct error *err);
/* A version of it that was or is, whole. */
json_t *repository_definition_version(struct repository *repository, const char *org,
				      const char *id, const char *version, struct error *err);
/* body: as it is kept, secrets sealed (definition-inputs.h). */
int repository_put_definition(struct repository *repository, const char *org, const char *id,
			      const json_t *body, struct error *err);
int repository_change_definition(struct repository *repository, const char *org, const char *id,
				 const json_t *body, struct error *err);
int repository_drop_definition(struct repository *repository, const char *org, const char *id,
			       struct error *err);
/* Keeps what the definition is now, for those that are pinned to it later. */
int repository_keep_definition(struct repository *repository, const char *org, const char *id,
			       const json_t *body, struct error *err);
/* What would be without it: resources that were made by it, and environments that run by it.
 * definition_changes_clear() it. */
int repository_uses_of_definition(struct repository *repository, const char *org, const char *id,
				  struct definition_changes *out, struct error *err);

/* An organization that has no definition of type DEFINITION_CLUSTER gets one for this machine,
 * which serves every environment. */
int repository_add_machine(struct repository *repository, const char *org, struct error *err);

/* --- resources --- */

/* As on the wire.  scheduled: 1 those that are being deleted, 0 the others, -1 all. */
json_t *repository_resources(struct repository *repository, const struct place *place,
			     int scheduled, struct error *err);
json_t *repository_resource(struct repository *repository, const struct place *place,
			    const char *gu_res_id, struct error *err);
/* Those that were made by the definition. */
json_t *repository_resources_by_definition(struct repository *repository, const char *org,
					   const char *id, struct error *err);
/* A row of an environment's resources. */
struct known_resource {
	char *gu_res_id, *res_id, *type, *resource_class, *def_id, *driver_type;
	char *name;			/* what the driver calls it */
	enum resource_status status;
	json_t *outputs, *state;	/* with the driver's own of it; objects */
	json_t *pinned;	/* the version of its definition that it is to have; NULL: any */
};
struct known_resources {
	struct known_resource *items;
	size_t count;
};
/* All there are, whatever their status; known_resources_clear() them. */
int repository_known_resources(struct repository *repository, const struct place *place,
			       struct known_resources *out, struct error *err);
void known_resources_clear(struct known_resources *known);
/* The node (of a graph) is going to be made by the deployment; nothing when there is one of its
 * id already. */
int repository_put_pending_resource(struct repository *repository, const struct place *place,
				    const struct graph_node *node, const char *name,
				    const char *deploy_id, int64_t now, struct error *err);
/* The node is what the environment has from now on. */
struct resource_result {
	const json_t *outputs, *state;
	const json_t *secret_refs;
	const char *deploy_id;
};
/* outputs and state become the environment's, and the node its definition. */
int repository_settle_resource(struct repository *repository, const struct place *place,
			       const struct graph_node *node,
			       const struct resource_result *result, int64_t now,
			       struct error *err);
/* What was not settled by the deployment is to go. */
int repository_doom_resources(struct repository *repository, const struct place *place,
			      const char *deploy_id, int64_t now, struct error *err);
/* This one is to go. */
int repository_retire_resource(struct repository *repository, const struct place *place,
			       const char *gu_res_id, int64_t now, struct error *err);
/* Its status becomes "detached": what it is stays, and nobody looks after it any more. */
int repository_detach_resource(struct repository *repository, const struct place *place,
			       const char *gu_res_id, int64_t now, struct error *err);
/* version NULL: no more. */
int repository_pin_resource(struct repository *repository, const struct place *place,
			    const char *gu_res_id, const char *version, int64_t now,
			    struct error *err);
int repository_drop_resource(struct repository *repository, const struct place *place,
			     const char *gu_res_id, struct error *err);

/* --- graphs --- */

/* Its id, hash and times are filled in.  Equal nodes are the same graph, used once more. */
int repository_keep_graph(struct repository *repository, const struct place *place,
			  struct resource_graph *graph, int64_t now, struct error *err);
/* The caller clears it. */
int repository_read_graph(struct repository *repository, const struct place *place,
			  const char *id, struct resource_graph *out, struct error *err);
/* Which graph the deployment was carried out by. */
int repository_set_deployment_graph(struct repository *repository, const char *deployment,
				    const char *graph, struct error *err);

#endif
