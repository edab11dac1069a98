/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The namespace of an environment: driver_ops.prepare, and what a namespace says of itself. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_PREPARE_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_PREPARE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct driver_task;
struct driver_waiter;
struct error;
struct kube_driver;
struct kube_space;

/* patience_ms: in which a cluster may give no answer; 0: as a batch's. */
struct driver_task *kube_prepare(struct kube_driver *driver, struct kube_space *space,
				 int64_t patience_ms, const struct driver_waiter *waiter);

/* Whether a namespace, as the cluster gives it, was made for this space by this platform.  false
 * with err, which says whose it is. */
bool kube_namespace_is_ours(const struct kube_space *space, const json_t *object,
			    struct error *err);
/* As it is made. */
json_t *kube_namespace_object(const struct kube_space *space);
bool kube_namespace_is_ending(const json_t *object);
/* Why a namespace that is being deleted is still there, in the cluster's words; free() it. */
char *kube_namespace_hangs(const json_t *object);

#endif
