/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the rollout's states share: rollout.c (the states) and rollout-plan.c (PLAN). */
#ifndef SIDESTAGE_PLATFORM_ENGINE_ROLLOUT_PRIVATE_H
#define SIDESTAGE_PLATFORM_ENGINE_ROLLOUT_PRIVATE_H

#include <jansson.h>
#include <stddef.h>

#include "model/nouns.h"
#include "model/reference.h"
#include "model/resource-graph.h"
#include "platform/drivers/driver.h"
#include "platform/engine/env-progress.h"
#include "platform/engine/provision.h"
#include "platform/engine/rollout.h"
#include "platform/state/place.h"
#include "platform/state/repository-homes.h"
#include "platform/state/repository-resources.h"

struct error;

/* What went wrong, in the words of a deployment error; the sentence is in the struct error. */
struct problem {
	const char *scope;	/* "workload", "resource", "environment" */
	const char *code;
	char object_id[256];
};

struct rollout {
	struct rollout_order order;
	struct place place;		/* owned */
	char *space;			/* "org/app/env" */
	char *deploy_id;
	enum rollout_state state;
	bool failed, stopped;
	bool is_unsettled;		/* what was before is not there again */
	int64_t begun_at;		/* wall ms, by a daemon before; 0: by this one */
	struct error *cancelled;	/* why, before COMMIT; NULL: it was not */
	bool is_cut;			/* cancelled from COMMIT on */
	json_t *problems;		/* problems.h */
	struct loop_timer *timer;	/* until COMMIT is tried again */
	int64_t retry_ms;

	struct driver *driver;		/* READ */
	struct env_home home;
	bool is_first;	/* nothing of the environment was made before */
	bool paused;
	bool is_unproven;	/* driver_deployment.is_unproven */
	struct set *set;
	char *graph_id;			/* the one that it had; NULL: a new one is made */
	struct environment env;
	struct declared_resources declared;
	struct known_resources known;
	struct deployed_values *values;
	struct resource_graph graph;	/* GRAPH */
	struct provision *provision;	/* PROVISION */
	struct problem lack;	/* a resource of what is resumed could not be made */
	struct error *lack_why;		/* NULL: all were */
	struct driver_task *task;	/* PROVISION, APPLY to RETIRE */
	struct env_progress progress;	/* of that */
	json_t *warnings;		/* of the driver's end; NULL: none */
	struct loop_task *taken_over;	/* WATCH is about to be over */
	struct driver_deployment planned;	/* PLAN */
	struct prune *prune;		/* PRUNE */
};

/* READ and GRAPH of a deployment, without their states: what they have read, and why not. */
int rollout_read_deployment(struct rollout *rollout, struct error *err);
int rollout_make_graph(struct rollout *rollout, char *culprit, struct error *err);
/* The spec of a module of another set, `past.set`, with its values (rollout-plan.c); new
 * reference. */
json_t *rollout_resolve_past(const struct rollout *past, const char *module, struct error *err);
/* It is recorded with the end; `message` is what a program has printed. */
void rollout_add_problem(struct rollout *rollout, const struct problem *problem,
			 const struct error *why, const char *message);
/* Returns -1. */
int set_problem(struct problem *problem, const char *scope, const char *code,
		const char *object_id);
/* For ${context...} in what is deployed; borrows from the rollout. */
struct reference_context rollout_context(const struct rollout *rollout);
/* For what it has read; points into the rollout. */
struct provision_order rollout_provision_order(const struct rollout *rollout);

#endif
