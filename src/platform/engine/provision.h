/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Carries a resource graph out: each resource as soon as those that it depends on are there,
 * and side by side where none waits for another.
 *
 * What is new is written down as pending before it is made; what was there stays as the
 * environment knows it until provision_commit().  So a deployment that fails, or a daemon that
 * ends, leaves nothing but pending rows, and prune_start() removes what they stand for.
 *
 * Drivers of resources, by a definition's `driver_type`:
 *
 *	static (humanitec/static, humanitec/echo)  the outputs are driver_inputs.values
 *	template        driver_inputs.values.templates has `init` (names for the others:
 *${init.NAME}), `files` (texts; where they lie is ${files.NAME}) and `outputs` process/sqlite,
 *process/dns, ...           what the environment's own driver gives
 *
 * In all of them ${params.NAME} is what the set says for the resource.
 */
#ifndef SIDESTAGE_PLATFORM_ENGINE_PROVISION_H
#define SIDESTAGE_PLATFORM_ENGINE_PROVISION_H

#include <jansson.h>
#include <stdbool.h>

#include "model/reference.h"

struct declared_resources;
struct deployed_values;
struct driver;
struct driver_home;
struct driver_resource;
struct error;
struct known_resources;
struct provision;
struct resource_graph;

struct provision_order {
	struct platform *platform;
	const struct place *place;
	struct driver *driver;			/* the environment's */
	struct reference_context context;	/* of the deployment; no resource in it */
	const struct deployed_values *values;
	const struct declared_resources *declared;	/* graph_declared() of the set */
	const struct resource_graph *graph;
	const struct known_resources *known;
	/* What was deployed before is only started again: one that fails keeps none from being made
	 * but those that need it. */
	bool is_resumed;
	/* Where it would be: nothing is made or written, it is only found out what would come of
	 * it.  NULL: it is made. */
	const struct driver_home *expected_at;
};
/* All that the order points at must live as long.  `done` is called once, from the loop; err
 * NULL: all are there, else `culprit` is the resource that is not. */
typedef void provision_done(void *data, const char *culprit, const struct error *err);
/* NULL with err: it could not begin. */
struct provision *provision_start(const struct provision_order *order, provision_done *done,
				  void *data, struct error *err);
/* Nothing more is begun; `done` comes when what is going on has ended.  Not after it was called. */
void provision_cancel(struct provision *provision);
/* NULL is fine.  Before it is done: nobody is told, and what is going on goes to its end. */
void provision_free(struct provision *provision);

/* The outputs of a resource that the set declares; NULL: it declares none.  Borrowed. */
const json_t *provision_outputs(const struct provision *provision, const char *res_id);
/* The same when the environment's driver made it; NULL: it did not, or there is none. */
const json_t *provision_driver_outputs(const struct provision *provision, const char *res_id);
/* As deployed_values_find(), of an output. */
json_t *provision_find(const struct provision *provision, const char *res_id, const char *name,
		       json_t *texts, bool *secret, struct error *err);

/* Those that the driver would make, of what is only expected; free() the array, what it points at
 * is borrowed.  How many there are. */
size_t provision_expected(const struct provision *provision, struct driver_resource **out);
/* Why a resource that the set declares was not made.  0: it was, or it declares none; else -1. */
int provision_check(const struct provision *provision, const char *res_id, struct error *err);
/* What was made is what the environment has from now on; the rest of its resources is to go, but
 * where some were not made. */
int provision_commit(const struct provision *provision, struct error *err);

#endif
