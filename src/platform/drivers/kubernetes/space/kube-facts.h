/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What has to be known of a cluster before the objects of a clone can be made (stand-in.h): which
 * hosts others have, which images run in the origin by their digests, and those that this clone had
 * before.  Nothing is written.  What may not be read is not known, and is said; the rules are made
 * so that a clone has less then.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_FACTS_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_FACTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct driver_deployment;
struct error;
struct kube_cluster;
struct kube_facts;
struct kube_space;
struct stand_in_facts;

struct kube_facts_options {
	struct kube_cluster *cluster;
	const struct kube_space *space;	/* its namespace and origin, copied */
	const struct driver_deployment *deployment;	/* for this call alone */
	int64_t patience_ms;		/* as a batch's */
	/* From the loop.  err NULL: all is known that may be. */
	void (*ended)(void *data, const struct error *err);
	void (*waits)(void *data, const struct error *why);	/* no answer yet */
	void *data;
};
/* Whether it has objects that somebody else wrote. */
bool kube_facts_are_needed(const struct driver_deployment *deployment);
struct kube_facts *kube_facts_read(const struct kube_facts_options *options);
void kube_facts_free(struct kube_facts *facts);	/* NULL is fine, also in `ended` */
/* Borrowed; NULL of NULL. */
const struct stand_in_facts *kube_facts_known(const struct kube_facts *facts);
/* Array of sentences of the cluster: what may not be read; borrowed. */
const json_t *kube_facts_refused(const struct kube_facts *facts);

#endif
