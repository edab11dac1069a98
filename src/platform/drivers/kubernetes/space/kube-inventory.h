/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the platform has in a namespace: each object that has its label, of the kinds that a
 * deployment makes, as it is now.  What a deployment does not declare any more is found by it, and
 * what a deployment that failed has changed.
 *
 * A PersistentVolumeClaim is among them, so that one that was there is not taken for new; but it is
 * data, and goes with its resource or its namespace (kube_inventory_is_data()).
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_INVENTORY_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_INVENTORY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct error;
struct kube_cluster;
struct kube_inventory;

struct kube_inventory_options {
	struct kube_cluster *cluster;
	const char *namespace;
	bool others;	/* also kinds that only others write: kube_space_has_others() */
	/* {"example.org/v1 Site": true}: more kinds, of those that are declared; NULL: none. */
	const json_t *more;
	int64_t patience_ms;		/* as a batch's */
	/* From the loop.  {kube_path(): object}; borrowed, NULL with err. */
	void (*ended)(void *data, json_t *objects, const struct error *err);
	/* The cluster does not answer yet. */
	void (*waits)(void *data, const struct error *why);
	void *data;
};
struct kube_inventory *kube_inventory_read(const struct kube_inventory_options *options);
/* Whether the object is never removed because nothing declares it. */
bool kube_inventory_is_data(const json_t *object);
void kube_inventory_free(struct kube_inventory *inventory);	/* also in `ended`; NULL is fine */

#endif
