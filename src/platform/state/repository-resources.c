/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Resource definitions and their versions, the resources of environments, and graphs.
 *
 * Each version of a definition that was ever in force is kept, for graphs name it.  A
 * resource's row goes through pending, active and deleting; one that is "detached" is not
 * ours any more, and only keeps its name taken.
 */
#include "config.h"

#include "platform/state/repository-resources.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "db/statement.h"
#include "model/definition.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/nouns.h"
#include "model/resource-graph.h"
#include "platform/state/definition.h"
#include "platform/state/place.h"
#include "platform/state/repository.h"
#include "platform/state/rows.h"

/* --- definitions --- */

static void
read_definition(struct statement *row, void *noun)
{
	json_t *body = rows_json(row, 0);

	definition_read(noun, body);
	json_decref(body);
}

static void
add_definition(struct statement *row, void *data)
{
	struct definition definition;

	read_definition(row, &definition);
	definitions_add(data, &definition);
}

int
repository_definitions(struct repository *repository, const char *org, struct definitions *out,
		       struct error *err)
{
	*out = (struct definitions){0};
	if (rows_each(repository, err, add_definition, out,
		      "SELECT body FROM definitions WHERE org = ? ORDER BY id", "s", org) == 0)
		return 0;
	definitions_clear(out);
	return -1;
}

static json_t *
read_body(struct statement *row, void *data, struct error *err)
{
	(void)data;
	(void)err;
	return rows_json(row, 0);
}

int
repository_read_definition(struct repository *repository, const char *org, const char *id,
			   struct definition *out, struct error *err)
{
	*out = (struct definition){0};
	if (rows_read(repository, err, read_definition, out,
		      "SELECT body FROM definitions WHERE org = ? AND id = ?", "ss", org, id) == 0)
		return 0;
	definition_clear(out);
	if (err->kind == ERROR_NOT_FOUND)
		error_set_code(err, CODE_DEFINITION_NOT_FOUND, .definition = id);
	return -1;
}

json_t *
repository_definition_version(struct repository *repository, const char *org, const char *id,
			      const char *version, struct error *err)
{
	json_t *body = rows_encode_one(repository, err, read_body, NULL,
				       "SELECT body FROM definition_versions"
				       " WHERE org = ? AND id = ? AND version = ?",
				       "sss", org, id, version);

	if (!body && err->kind == ERROR_NOT_FOUND)
		error_set_code(err, CODE_DEFINITION_VERSION_NOT_FOUND, .definition = id,
			       .version = version);
	return body;
}

int
repository_keep_definition(struct repository *repository, const char *org, const char *id,
			   const json_t *body, struct error *err)
{
	char version[DEFINITION_VERSION_SIZE];

	definition_version(version, body);
	return rows_run(
		repository, err,
		"INSERT INTO definition_versions VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
		"sssj", org, id, version, body);
}

int
repository_put_definition(struct repository *repository, const char *org, const char *id,
			  const json_t *body, struct error *err)
{
	int ret;

	if (repository_begin(repository, err) != 0)
		return -1;
	ret = rows_run(repository, err, "INSERT INTO definitions VALUES (?, ?, ?)", "ssj", org, id,
		       body);
	if (ret == 0)
		ret = repository_keep_definition(repository, org, id, body, err);
	return repository_end(repository, ret, err);
}

int
repository_change_definition(struct repository *repository, const char *org, const char *id,
			     const json_t *body, struct error *err)
{
	int ret;

	if (repository_begin(repository, err) != 0)
		return -1;
	ret = rows_change(repository, err,
			  "UPDATE definitions SET body = ? WHERE org = ? AND id = ?", "jss", body,
			  org, id);
	if (ret == 0)
		ret = repository_keep_definition(repository, org, id, body, err);
	return repository_end(repository, ret, err);
}

int
repository_drop_definition(struct repository *repository, const char *org, const char *id,
			   struct error *err)
{
	if (rows_change(repository, err, "DELETE FROM definitions WHERE org = ? AND id = ?", "ss",
			org, id) == 0)
		return 0;
	if (err->kind == ERROR_NOT_FOUND)
		error_set_code(err, CODE_DEFINITION_NOT_FOUND, .definition = id);
	return -1;
}

static void
read_use(struct statement *row, void *data)
{
	struct definition_change use = {0};

	untrusted_init(&use.app_id, row_text(row, 0));
	untrusted_init(&use.env_id, row_text(row, 1));
	untrusted_init(&use.res_id, row_text(row, 2));
	untrusted_init(&use.from_def, row_text(row, 3));
	untrusted_init(&use.to_def, "");
	definition_changes_add(data, &use);
}

int
repository_uses_of_definition(struct repository *repository, const char *org, const char *id,
			      struct definition_changes *out, struct error *err)
{
	*out = (struct definition_changes){0};
	return rows_each(
		repository, err, read_use, out,
		"SELECT app AS app_id, env AS env_id, res_id, def_id FROM resources"
		" WHERE org = ?1 AND def_id = ?2 AND status <> ?4"
		" UNION ALL SELECT app, env, ?3, def_id FROM env_drivers"
		" WHERE org = ?1 AND def_id = ?2"
		" UNION ALL SELECT app, env, ?5, namespace_def FROM env_drivers"
		" WHERE org = ?1 AND namespace_def = ?2 ORDER BY app_id, env_id, res_id",
		"sssss", org, id, DEFINITION_CLUSTER, resource_status_word(RESOURCE_DETACHED),
		DEFINITION_NAMESPACE);
}

#define MACHINE_ID "this-machine"

/* For every environment; a new reference. */
static json_t *
machine_definition(const char *id)
{
	struct definition machine = {.driver_inputs = json_pack("{s:{}}", "values")};
	struct criterion any = {0};
	json_t *body;

	untrusted_init(&machine.id, id);
	untrusted_init(&machine.name, "This machine");
	untrusted_init(&machine.type, DEFINITION_CLUSTER);
	untrusted_init(&machine.driver_type, DEFINITION_MACHINE);
	definition_add_criterion(&machine, &any);
	body = definition_encode(&machine);
	definition_clear(&machine);
	return body;
}

struct taken_definitions {
	bool is_usual_id, has_cluster;
};

static void
read_taken(struct statement *row, void *data)
{
	struct taken_definitions *taken = data;

	taken->is_usual_id |= strcmp(row_text_or(row, 0, ""), MACHINE_ID) == 0;
	taken->has_cluster |= strcmp(row_text_or(row, 1, ""), DEFINITION_CLUSTER) == 0;
}

/* Its id is its own, also where a definition of another type has taken the usual one. */
int
repository_add_machine(struct repository *repository, const char *org, struct error *err)
{
	char id[] = MACHINE_ID "-00000000";
	struct taken_definitions taken = {0};
	json_t *body;
	int ret;

	if (rows_each(repository, err, read_taken, &taken,
		      "SELECT id, json_extract(body, '$.type') AS type FROM definitions"
		      " WHERE org = ?1 AND (id = ?3 OR type = ?2)",
		      "sss", org, DEFINITION_CLUSTER, MACHINE_ID) != 0)
		return -1;
	if (taken.has_cluster)
		return 0;
	if (taken.is_usual_id)
		ids_random_hex(strrchr(id, '-') + 1, 8);
	else
		*strrchr(id, '-') = '\0';
	body = machine_definition(id);
	ret = repository_put_definition(repository, org, id, body, err);
	json_decref(body);
	return ret;
}

/* --- resources --- */

/* ?1: the organization, ?2: "detached". */
#define RESOURCE                                                                               \
	"SELECT r.org, r.app, r.env, e.type, res_id, r.type, class, def_id, def_version_id,"   \
	" criteria_id, driver_type, r.status, e.status, outputs, secret_refs,"                 \
	" target_def_version_id, deploy_id, gu_res_id, updated_at FROM resources r"            \
	" JOIN environments e ON e.org = r.org AND e.app = r.app AND e.id = r.env"             \
	" WHERE r.org = ?1 AND r.status <> ?2 "
enum {
	ORG, APP, ENV, ENV_TYPE, RES_ID, TYPE, CLASS, DEF_ID, DEF_VERSION_ID, CRITERIA_ID,
	DRIVER_TYPE, STATUS, ENV_STATUS, OUTPUTS, SECRET_REFS, TARGET_DEF_VERSION_ID, DEPLOY_ID,
	GU_RES_ID, UPDATED_AT
};

/* What goes with its environment is going, whatever it is itself. */
static const char *
shown_status(struct statement *row, enum resource_status its)
{
	enum environment_status env = environment_status_of(row_text(row, ENV_STATUS));

	return resource_status_word(env == ENVIRONMENT_DELETING ? RESOURCE_DELETING : its);
}

static json_t *
encode_resource(struct statement *row, void *data, struct error *err)
{
	enum resource_status status = resource_status_of(row_text(row, STATUS));
	const char *criterion = row_text_or(row, CRITERIA_ID, "");
	struct active_resource out = {
		.outputs = rows_json(row, OUTPUTS),
		.secret_refs = rows_json(row, SECRET_REFS),
		.updated_at = row_int(row, UPDATED_AT),
		.scheduled_deletion = status == RESOURCE_DELETING,
	};
	json_t *body;

	(void)data;
	(void)err;
	untrusted_init(&out.org_id, row_text(row, ORG));
	untrusted_init(&out.app_id, row_text(row, APP));
	untrusted_init(&out.env_id, row_text(row, ENV));
	untrusted_init(&out.env_type, row_text(row, ENV_TYPE));
	untrusted_init(&out.res_id, row_text(row, RES_ID));
	untrusted_init(&out.type, row_text(row, TYPE));
	untrusted_init(&out.resource_class, row_text(row, CLASS));
	untrusted_init(&out.def_id, row_text(row, DEF_ID));
	untrusted_init(&out.def_version_id, row_text(row, DEF_VERSION_ID));
	untrusted_init(&out.criteria_id, *criterion ? criterion : NULL);
	untrusted_init(&out.driver_type, row_text(row, DRIVER_TYPE));
	untrusted_init(&out.status, shown_status(row, status));
	untrusted_init(&out.target_def_version_id, row_text(row, TARGET_DEF_VERSION_ID));
	untrusted_init(&out.deploy_id, row_text(row, DEPLOY_ID));
	untrusted_init(&out.gu_res_id, row_text(row, GU_RES_ID));
	body = active_resource_encode(&out);
	active_resource_clear(&out);
	return body;
}

json_t *
repository_resources(struct repository *repository, const struct place *place, int scheduled,
		     struct error *err)
{
	return rows_encode(repository, err, encode_resource, NULL,
			   RESOURCE "AND r.app = ?3 AND r.env = ?4"
				    " AND (?5 < 0 OR (r.status = ?6) = ?5)"
				    " ORDER BY res_id, r.type, class",
			   "ssssis", place->org, resource_status_word(RESOURCE_DETACHED), place->app,
			   place->env, (int64_t)scheduled, resource_status_word(RESOURCE_DELETING));
}

json_t *
repository_resource(struct repository *repository, const struct place *place,
		    const char *gu_res_id, struct error *err)
{
	return rows_encode_one(repository, err, encode_resource, NULL,
			       RESOURCE "AND r.app = ?3 AND r.env = ?4 AND gu_res_id = ?5", "sssss",
			       place->org, resource_status_word(RESOURCE_DETACHED), place->app,
			       place->env, gu_res_id);
}

json_t *
repository_resources_by_definition(struct repository *repository, const char *org, const char *id,
				   struct error *err)
{
	return rows_encode(repository, err, encode_resource, NULL,
			   RESOURCE "AND def_id = ?3 ORDER BY r.app, r.env, res_id", "sss", org,
			   resource_status_word(RESOURCE_DETACHED), id);
}

static void
read_known_resource(struct statement *row, void *noun)
{
	struct known_resources *known = noun;

	known->items = xreallocarray(known->items, known->count + 1, sizeof(*known->items));
	known->items[known->count++] = (struct known_resource){
		.gu_res_id = row_copy_or(row, 0, ""),
		.res_id = row_copy_or(row, 1, ""),
		.type = row_copy_or(row, 2, ""),
		.resource_class = row_copy_or(row, 3, ""),
		.def_id = row_copy_or(row, 4, ""),
		.driver_type = row_copy_or(row, 5, ""),
		.name = row_copy_or(row, 6, ""),
		.status = resource_status_of(row_text(row, 7)),
		.outputs = rows_json(row, 8),
		.state = rows_json(row, 9),
		.pinned = row_is_null(row, 10) ? NULL : rows_json(row, 10),
	};
}

int
repository_known_resources(struct repository *repository, const struct place *place,
			   struct known_resources *out, struct error *err)
{
	*out = (struct known_resources){0};
	if (rows_each(
		    repository, err, read_known_resource, out,
		    "SELECT gu_res_id, res_id, type, class, def_id, driver_type, name, status,"
		    " outputs, state,"
		    " (SELECT body FROM definition_versions v WHERE v.org = r.org AND v.id = r.def_id"
		    "  AND v.version = r.target_def_version_id)"
		    " FROM resources r WHERE org = ? AND app = ? AND env = ? ORDER BY gu_res_id",
		    "sss", place->org, place->app, place->env) == 0)
		return 0;
	known_resources_clear(out);
	return -1;
}

void
known_resources_clear(struct known_resources *known)
{
	for (size_t i = 0; i < known->count; i++) {
		struct known_resource *resource = &known->items[i];

		free(resource->gu_res_id);
		free(resource->res_id);
		free(resource->type);
		free(resource->resource_class);
		free(resource->def_id);
		free(resource->driver_type);
		free(resource->name);
		json_decref(resource->outputs);
		json_decref(resource->state);
		json_decref(resource->pinned);
	}
	free(known->items);
	*known = (struct known_resources){0};
}

/* What is there stays as it is: a resource in use is not touched
 * until its deployment has succeeded. */
int
repository_put_pending_resource(struct repository *repository, const struct place *place,
				const struct graph_node *node, const char *name,
				const char *deploy_id,
				int64_t now, struct error *err)
{
	return rows_run(
		repository, err,
		"INSERT INTO resources VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12,"
		" ?15, '{}', '{}', '{}', ?13, NULL, ?14) ON CONFLICT DO NOTHING",
		"sssssssssssssis", place->org, place->app, place->env,
		node->gu_res_id.raw, node->id.raw, node->type.raw, node->resource_class.raw,
		node->def_id.raw, node->def_version_id.raw, node->criteria_id.raw,
		node->driver_type.raw,
		name, deploy_id, now, resource_status_word(RESOURCE_PENDING));
}

int
repository_settle_resource(struct repository *repository, const struct place *place,
			   const struct graph_node *node, const struct resource_result *result,
			   int64_t now, struct error *err)
{
	return rows_change(
		repository, err,
		"UPDATE resources SET status = iif(status = ?15, status, ?14), def_id = ?5, def_version_id = ?6,"
		" criteria_id = ?7, driver_type = ?8, outputs = ?9, secret_refs = ?10, state = ?11,"
		" deploy_id = ?12, updated_at = ?13"
		" WHERE org = ?1 AND app = ?2 AND env = ?3 AND gu_res_id = ?4",
		"ssssssssjjjsiss", place->org, place->app, place->env,
		node->gu_res_id.raw, node->def_id.raw, node->def_version_id.raw,
		node->criteria_id.raw, node->driver_type.raw, result->outputs, result->secret_refs,
		result->state, result->deploy_id, now, resource_status_word(RESOURCE_ACTIVE),
		resource_status_word(RESOURCE_DETACHED));
}

/* Whatever the deployment that just succeeded did not settle is needed no more. */
int
repository_doom_resources(struct repository *repository, const struct place *place,
			  const char *deploy_id, int64_t now, struct error *err)
{
	return rows_run(
		repository, err,
		"UPDATE resources SET status = ?6, updated_at = ?5 WHERE org = ?1"
		" AND app = ?2 AND env = ?3 AND deploy_id <> ?4 AND status IN (?7, ?8)",
		"ssssisss", place->org, place->app, place->env, deploy_id, now,
		resource_status_word(RESOURCE_DELETING), resource_status_word(RESOURCE_ACTIVE),
		resource_status_word(RESOURCE_PENDING));
}

static int
set_status(struct repository *repository, const struct place *place, const char *gu_res_id,
	   enum resource_status status, int64_t now, struct error *err)
{
	return rows_change(repository, err,
			   "UPDATE resources SET status = ?5, updated_at = ?6 WHERE org = ?1"
			   " AND app = ?2 AND env = ?3 AND gu_res_id = ?4",
			   "sssssi", place->org, place->app, place->env, gu_res_id,
			   resource_status_word(status), now);
}

int
repository_retire_resource(struct repository *repository, const struct place *place,
			   const char *gu_res_id, int64_t now, struct error *err)
{
	return set_status(repository, place, gu_res_id, RESOURCE_DELETING, now, err);
}

int
repository_detach_resource(struct repository *repository, const struct place *place,
			   const char *gu_res_id, int64_t now, struct error *err)
{
	return set_status(repository, place, gu_res_id, RESOURCE_DETACHED, now, err);
}

int
repository_pin_resource(struct repository *repository, const struct place *place,
			const char *gu_res_id, const char *version, int64_t now, struct error *err)
{
	return rows_change(
		repository, err,
		"UPDATE resources SET target_def_version_id = ?5, updated_at = ?6 WHERE org = ?1"
		" AND app = ?2 AND env = ?3 AND gu_res_id = ?4",
		"sssssi", place->org, place->app, place->env, gu_res_id, version, now);
}

int
repository_drop_resource(struct repository *repository, const struct place *place,
			 const char *gu_res_id, struct error *err)
{
	return rows_run(
		repository, err,
		"DELETE FROM resources WHERE org = ? AND app = ? AND env = ? AND gu_res_id = ?",
		"ssss", place->org, place->app, place->env, gu_res_id);
}

/* --- graphs --- */

#define GRAPH                                                                                      \
	"SELECT id, hash, created_at, used_at, nodes FROM graphs"                                  \
	" WHERE org = ? AND app = ? AND env = ? "

/* The nodes are read by themselves. */
static void
read_graph(struct statement *row, void *noun)
{
	struct resource_graph *graph = noun;

	untrusted_set(&graph->id, row_text(row, 0));
	untrusted_set(&graph->hash, row_text(row, 1));
	graph->created_at = row_int(row, 2);
	graph->used_at = row_int(row, 3);
}

static void
read_whole_graph(struct statement *row, void *noun)
{
	json_t *body = json_pack("{s:o}", "nodes", rows_json(row, 4));

	resource_graph_read(noun, body);
	json_decref(body);
	read_graph(row, noun);
}

/* A graph that came out the same is the same graph, and keeps its id. */
int
repository_keep_graph(struct repository *repository, const struct place *place,
		      struct resource_graph *graph, int64_t now, struct error *err)
{
	json_t *nodes = resource_graph_encode_nodes(graph);
	char id[IDS_UUID_SIZE], hash[IDS_SHA256_HEX_SIZE];
	int ret;

	ids_uuid7(id);
	resource_graph_hash(hash, graph);
	ret = rows_run(repository, err,
		       "INSERT INTO graphs VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?7)"
		       " ON CONFLICT (org, app, env, hash) DO UPDATE SET used_at = ?7",
		       "sssssji", place->org, place->app, place->env, id, hash, nodes, now);
	json_decref(nodes);
	if (ret != 0)
		return -1;
	return rows_read(repository, err, read_graph, graph, GRAPH "AND hash = ?", "ssss",
			 place->org, place->app, place->env, hash);
}

int
repository_read_graph(struct repository *repository, const struct place *place, const char *id,
		      struct resource_graph *out, struct error *err)
{
	*out = (struct resource_graph){0};
	if (rows_read(repository, err, read_whole_graph, out, GRAPH "AND id = ?", "ssss",
		      place->org, place->app, place->env, id) == 0)
		return 0;
	resource_graph_clear(out);
	if (err->kind == ERROR_NOT_FOUND)
		error_set_code(err, CODE_GRAPH_NOT_FOUND, .env = place->env, .graph = id);
	return -1;
}

int
repository_set_deployment_graph(struct repository *repository, const char *deployment,
				const char *graph, struct error *err)
{
	return rows_change(repository, err,
			   "UPDATE deployments SET dependency_graph_id = ?2 WHERE id = ?1", "ss",
			   deployment, graph);
}
