/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The end of a namespace: driver_ops.remove. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_REMOVE_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_REMOVE_H

struct driver_task;
struct driver_waiter;
struct kube_driver;
struct kube_space;

struct driver_task *kube_remove(struct kube_driver *driver, struct kube_space *space,
				const struct driver_waiter *waiter);

#endif
