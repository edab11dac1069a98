/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The Kubernetes driver: an environment is a namespace of a cluster.  One driver is one cluster;
 * what it does is driver.h.
 *
 * The rooms: access.h says how the cluster is reached and as whom, cluster.h asks it, watch.h keeps
 * what a list of its objects is now, objects.h says which objects a workload becomes, verdict.h
 * reads from objects whether a workload is ready or why it will not be, names.h has the names.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_KUBERNETES_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_KUBERNETES_H

#include <stdint.h>

#include "platform/drivers/driver.h"
#include "platform/drivers/kinds.h"

struct driver;
struct error;
struct kube_access;
struct loop;

struct kube_driver_options {
	const char *cluster;		/* as the operator calls it: [cluster "prod"] */
	struct kube_access *access;	/* taken, also when it fails */
	const char *platform;	/* who makes the namespaces: the id of this daemon's state */
	const uint8_t *name_key;	/* KUBE_NAME_KEY_SIZE bytes, which outlive the driver */
	int ready_timeout_ms;		/* 0: 600000; a workload's own wins */
};
/* Asks nothing of the cluster yet: one that cannot be reached is no reason not to start. */
struct driver *kube_driver_new(struct loop *loop, const struct kube_driver_options *options,
			       struct error *err);

/* What it is in definitions, also where there is none. */
extern const struct driver_kind kube_driver_kind;
#define DRIVER_KUBERNETES_NAME "kubernetes"
#define DRIVER_KUBERNETES_TYPE "sidestage/kubernetes"

#endif
