/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The resources that a cluster itself gives: driver_ops.check_resource, .provision, .deprovision,
 * .expect and .render. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_RESOURCES_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_RESOURCES_H

#include <jansson.h>

#include "platform/drivers/driver.h"

struct error;
struct kube_driver;
struct kube_space;

/* What it makes, as in driver_ops. */
extern const struct driver_resource_kind kube_driver_resources[];

int kube_check_resource(const struct driver_resource *resource, struct error *err);
struct driver_task *kube_provision(struct kube_driver *driver, struct kube_space *space,
				   const struct driver_resource *resource,
				   const struct driver_waiter *waiter);
struct driver_task *kube_deprovision(struct kube_driver *driver, struct kube_space *space,
				     const char *type, const char *name,
				     const struct driver_waiter *waiter);
/* Whatever of that is under way; the tasks are not touched. */
void kube_drop_resource_jobs(struct kube_driver *driver);
/* What would come of them, without a request; new reference, or NULL with err. */
json_t *kube_expect(const char *namespace, const struct driver_resource *resource,
		    struct error *err);
json_t *kube_expect_files(const json_t *files, struct error *err);
/* What is applied for it; new reference.  NULL: nothing is. */
json_t *kube_resource_object(const struct kube_space *space,
			     const struct driver_resource *resource);
struct driver_task *kube_render(struct kube_driver *driver, const json_t *files,
				const struct driver_waiter *waiter);

#endif
