/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * From a set to what a driver runs: declared resources are matched and provisioned,
 * placeholders resolved, fingerprints taken, listen ports given.
 */
#ifndef SIDESTAGE_PLATFORM_ENGINE_PREPARE_H
#define SIDESTAGE_PLATFORM_ENGINE_PREPARE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "platform/state/platform.h"

struct driver_workload;
struct error;
struct set;

struct planned_workload {
	char *module;
	int replica;
	char *image;
	char *fingerprint;
	json_t *spec;		/* resolved, with this instance's listen ports */
	json_t *secrets;	/* the texts in it that are secret */
	json_t *listen;		/* {dns resource: listen port}: kept while the fingerprint is */
	int (*ports)[2];	/* public, listen */
	size_t port_count;
};

struct plan {
	struct planned_workload *items;
	size_t count;
	char *deploy_id;
};

void plan_clear(struct plan *plan);
/* What is secret goes as soon as the driver has it. */
void plan_forget_specs(struct plan *plan);

/* What went wrong, in the words of a deployment error; the sentence is in the struct error. */
struct problem {
	const char *scope;	/* "workload", "resource", "environment" */
	const char *code;
	char object_id[256];
};

/*
 * One deployment's way to a plan: its graph is found (`again`: the one that it had), and its
 * resources made.  Then `done` is called, once, from the loop; err NULL: it can be planned.
 * NULL with err: it could not begin.
 */
struct preparation;
typedef void prepare_done(void *data, const struct problem *problem, const struct error *err);
struct preparation *prepare_start(struct platform *platform, const struct place *place,
				  const char *deploy_id, bool again, prepare_done *done, void *data,
				  struct problem *problem, struct error *err);
void prepare_free(struct preparation *preparation);	/* NULL is fine */

/* `running` is what runs now: a workload whose fingerprint did not change keeps its ports. */
int prepare_plan(const struct preparation *preparation, const struct plan *running,
		 struct plan *out, struct problem *problem, struct error *err);
/* It runs: what was made for it is what the environment has, and the rest is to go. */
int prepare_settle(const struct preparation *preparation, struct error *err);

/* The graph that an environment would have now, as on the wire; it is kept.  `blamed` (256
 * bytes) is the resource that there cannot be. */
json_t *prepare_graph(struct platform *platform, const struct place *place, const json_t *declared,
		      char *blamed, struct error *err);

/* The driver's view; borrows from the plan, free() the array. */
struct driver_workload *plan_workloads(const struct plan *plan);

/* Every workload has an image and the driver has it; else ERROR_INPUT that names both. */
int prepare_check_images(struct platform *platform, const struct set *set, struct error *err);

#endif
