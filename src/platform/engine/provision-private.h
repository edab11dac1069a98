/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the two halves of provision.h share: the order of a graph, and the making of a resource. */
#ifndef SIDESTAGE_PLATFORM_ENGINE_PROVISION_PRIVATE_H
#define SIDESTAGE_PLATFORM_ENGINE_PROVISION_PRIVATE_H

#include <stddef.h>

#include "base/error.h"
#include "model/resource-graph.h"
#include "platform/engine/provision.h"

struct driver;
struct driver_task;
struct known_resource;
struct loop_timer;

enum resource_job_state { WAITING, RUNNING, READY, FAILED };

struct resource_job {
	struct provision *provision;
	const struct graph_node *node;
	const struct known_resource *row;	/* what was there; NULL: it is new */
	char *name;
	enum resource_job_state state;
	json_t *outputs;	/* with the texts of secrets */
	json_t *secrets;	/* {name: true}: which of them are */
	json_t *kept;		/* what the driver keeps for itself */
	struct driver_task *task;	/* what the driver is doing for it */
	json_t *templates, *locals;	/* until its files are there */
	json_t *inputs, *params;	/* of what the driver would make, where it is expected */
	struct error *why;	/* FAILED */
};

struct provision {
	struct provision_order order;
	char *space;
	struct resource_job *items;
	size_t count, going;
	json_t *places;		/* {guresid: place} */
	bool failed, cancelled, starting;
	char *culprit;
	struct error why;
	struct loop_timer *timer;
	provision_done *done;
	void *data;
};

/* The resource of this id; type and class NULL: of any.  NULL: there is none. */
struct resource_job *provision_find_job(const struct provision *p, const char *type,
					const char *resource_class, const char *id);
/* As provision_find(), of a resource that was made. */
json_t *provision_output(const struct resource_job *m, const char *name, json_t *texts,
			 bool *secret, struct error *err);
/* In the words of the driver; borrows. */
struct driver_resource provision_resource(const struct resource_job *m, const json_t *inputs,
					  const json_t *params);
/* It is made, or (outputs NULL) cannot be; takes the outputs.  What waited for it begins. */
void provision_made(struct resource_job *m, json_t *outputs, const struct error *err);

#endif
