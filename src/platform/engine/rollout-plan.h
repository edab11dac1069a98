/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a rollout hands to the driver, and what is remembered of it. */
#ifndef SIDESTAGE_PLATFORM_ENGINE_ROLLOUT_PLAN_H
#define SIDESTAGE_PLATFORM_ENGINE_ROLLOUT_PLAN_H

#include <jansson.h>
#include <stddef.h>

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

struct rollout_plan {
	struct planned_workload *items;
	size_t count;
	char *deploy_id;
};

void rollout_plan_clear(struct rollout_plan *plan);

#endif
