/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the parts of this driver share. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_DRIVER_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_DRIVER_H

#include <jansson.h>
#include <stdint.h>

#include "platform/drivers/driver.h"

struct kube_cluster;
struct kube_pulse;
struct kube_record_job;
struct kube_resource_job;
struct kube_review;
struct kube_space;
struct kube_survey;
struct kube_wide;
struct ports;

#define KUBE_SPACE_BUCKETS 256

struct kube_driver {
	struct driver base;
	char *cluster_name;		/* as the operator calls it */
	char *platform;
	const uint8_t *name_key;	/* borrowed */
	struct kube_cluster *cluster;
	struct kube_pulse *pulse;	/* whether the cluster answers */
	struct ports *ports;		/* that lead to Services */
	int ready_timeout_ms;
	struct kube_space *spaces;
	struct kube_space *by_name[KUBE_SPACE_BUCKETS];	/* the same */
	json_t *unread;			/* {namespace: true}: adopted, and nobody looks at it */
	struct kube_resource_job *jobs;	/* of resources, under way */
	struct kube_review *reviews;	/* under way */
	struct kube_survey *surveys;	/* under way */
	struct kube_wide *wides;	/* NULL: the cluster is not watched as a whole */
	uint64_t wide_state;		/* of them all: never the same again */
	int64_t narrow_until;		/* steady ms: it may not be, so long */
	struct kube_record_job *records;	/* the same */
};

#endif
