/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a clone has otherwise than what it was made of, since it must not act on the world: it takes
 * nobody's traffic, mails no customer twice, and no tool takes it for its own.  These are rules of
 * the driver and no changes of the set, or they would be promoted with the fix.  One table
 * (stand-in.c) has them all; doc/kubernetes lists them for people.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_OBJECTS_STAND_IN_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_OBJECTS_STAND_IN_H

#include <jansson.h>
#include <stdbool.h>

struct kube_workload;
struct stand_in;

/* What is known besides the workload; what is NULL is not known. */
struct stand_in_facts {
	const char *origin;		/* the namespace that it was found in */
	const json_t *hosts;		/* {host: namespace}, of all others of the cluster */
	/* {"Deployment/web/CONTAINER": [image, the same by its digest]}, of what runs in origin. */
	const json_t *images;
	const json_t *by_image;	/* {image: the same by its digest}, of all that runs in origin */
	const json_t *seen;	/* {"Deployment/web/CONTAINER": image}, of what runs in origin */
	const json_t *limited;	/* [podSelector], of policies of the set for outgoing traffic */
	/* [labels] of the set's pods that may reach origin, and of those that may not; null: of
	 * pods whose labels nobody knows. */
	const json_t *reaching, *bound;
	const json_t *pod_ranges; /* ["10.244.0.0/24"]: where pods of the cluster are, or of origin */
};

/* Whether the policy says where pods may go: what it does not allow they may not. */
bool stand_in_limits_egress(const json_t *policy);

/* Of a workload whose objects are being made; facts NULL: none. */
struct stand_in *stand_in_begin(const struct kube_workload *w, const struct stand_in_facts *facts);
/* Makes an object one of a clone.  false: it is left out. */
bool stand_in_take(struct stand_in *s, json_t *object);
/* Whatever was done to them is said in the notes of the objects (objects.h).  Frees it. */
void stand_in_end(struct stand_in *s);

#endif
