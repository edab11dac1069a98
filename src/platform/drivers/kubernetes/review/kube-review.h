/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the cluster itself says of a deployment before it is one: driver_ops.review. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_REVIEW_KUBE_REVIEW_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_REVIEW_KUBE_REVIEW_H

struct driver_review;
struct driver_task;
struct driver_waiter;
struct kube_driver;

struct driver_task *kube_review(struct kube_driver *driver, const char *space,
				const struct driver_review *review,
				const struct driver_waiter *waiter);
/* Whatever of them is under way; the tasks are not touched. */
void kube_drop_reviews(struct kube_driver *driver);

#endif
