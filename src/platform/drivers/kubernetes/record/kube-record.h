/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the platform finds again in a cluster: driver_ops.keep and .kept. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_RECORD_KUBE_RECORD_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_RECORD_KUBE_RECORD_H

#include <jansson.h>

struct driver_deployment;
struct driver_task;
struct driver_waiter;
struct kube_driver;
struct kube_space;

struct driver_task *kube_keep(struct kube_driver *driver, const struct kube_space *space,
			      const json_t *record, const json_t *notes,
			      const struct driver_waiter *waiter);
struct driver_task *kube_kept(struct kube_driver *driver, const json_t *known,
			      const struct driver_waiter *waiter);
/* Whatever of that is under way; the tasks are not touched. */
void kube_drop_records(struct kube_driver *driver);

/* driver_deployment.is_left. */
struct driver_task *kube_leave(struct kube_driver *driver, struct kube_space *space,
			       const struct driver_deployment *deployment,
			       const struct driver_waiter *waiter);

#endif
