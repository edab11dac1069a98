/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the rollout's states share: rollout.c (the states) and rollout-plan.c (PLAN). */
#ifndef SIDESTAGE_PLATFORM_ENGINE_ROLLOUT_PRIVATE_H
#define SIDESTAGE_PLATFORM_ENGINE_ROLLOUT_PRIVATE_H

#include <jansson.h>
#include <stddef.h>

#include "model/reference.h"
#include "platform/engine/rollout-plan.h"
#include "platform/engine/rollout.h"

struct driver_workload;
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
	struct error *cancelled;	/* why; NULL: it is not */
	json_t *problems;		/* rows of deployment errors */
	struct loop_timer *timer;	/* until COMMIT is tried again */
	int64_t retry_ms;

	bool paused;			/* READ */
	struct set *set;
	char *graph_id;			/* the one that it had; NULL: a new one is made */
	json_t *env, *declared, *known;
	struct deployed_values *values;
	json_t *nodes;			/* GRAPH */
	struct provision *provision;	/* PROVISION */
	struct rollout_plan planned;	/* PLAN */
};

/* Returns -1. */
int set_problem(struct problem *problem, const char *scope, const char *code,
		const char *object_id);
struct reference_context rollout_context(const struct rollout *rollout);

/* rollout-plan.c: fills `planned`.  A workload whose fingerprint is as in order.running keeps
 * its ports. */
int rollout_make_plan(struct rollout *rollout, struct problem *problem, struct error *err);
/* The driver's view; borrows from the plan, free() the array. */
struct driver_workload *rollout_plan_workloads(const struct rollout_plan *plan);
/* What is secret goes as soon as the driver has it. */
void rollout_plan_forget_specs(struct rollout_plan *plan);

#endif
