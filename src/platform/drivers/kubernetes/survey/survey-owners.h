/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Custom resources of which an operator makes what runs: what is declared are they.  They are found
 * by what they own, so that only those are read that matter, whatever else a cluster has.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SURVEY_SURVEY_OWNERS_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SURVEY_SURVEY_OWNERS_H

#include <jansson.h>
#include <stdbool.h>

struct kube_cluster;
struct kube_owners;
struct kube_reply;

struct kube_owners_options {
	struct kube_cluster *cluster;
	/* {NAMESPACE: array of objects}: what is found is added to it. */
	json_t *objects;
	/* One that is there, for all that is known, and was not given. */
	void (*refused)(void *data, const char *namespace, const char *object,
			const struct kube_reply *reply);
	/* From the loop; the reading may be freed here. */
	void (*ended)(void *data);
	void *data;
};

struct kube_owners *kube_owners_read(const struct kube_owners_options *options);
void kube_owners_free(struct kube_owners *owners);	/* nobody is called; NULL is fine */

/* Of a group that is not the cluster's own: "example.org/v1". */
bool kube_owners_is_custom(const char *api_version);

#endif
