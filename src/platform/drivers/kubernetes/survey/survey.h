/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What somebody else declared in namespaces: driver_ops.survey. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SURVEY_SURVEY_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SURVEY_SURVEY_H

struct driver_survey;
struct driver_task;
struct driver_waiter;
struct kube_driver;

struct driver_task *kube_survey(struct kube_driver *driver, const struct driver_survey *survey,
				const struct driver_waiter *waiter);
/* Whatever of them is under way; the tasks are not touched. */
void kube_drop_surveys(struct kube_driver *driver);

#endif
