/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the parts of this driver share. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_KUBE_PRIVATE_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_KUBE_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdint.h>

#include "platform/drivers/driver.h"

struct kube_cluster;
struct kube_pulse;
struct kube_record_job;
struct kube_resource_job;
struct kube_review;
struct kube_space;
struct kube_survey;
struct ports;

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
	struct kube_resource_job *jobs;	/* of resources, under way */
	struct kube_review *reviews;	/* under way */
	struct kube_survey *surveys;	/* under way */
	struct kube_record_job *records;	/* the same */
};

/* The operations, as driver.h says: each in a file kube-NAME.c of its own. */
/* patience_ms: in which a cluster may give no answer; 0: as a batch's. */
struct driver_task *kube_prepare(struct kube_driver *driver, struct kube_space *space,
				 int64_t patience_ms, const struct driver_waiter *waiter);
struct driver_task *kube_apply(struct kube_driver *driver, struct kube_space *space,
			       const struct driver_deployment *deployment,
			       const struct driver_waiter *waiter);
struct driver_task *kube_remove(struct kube_driver *driver, struct kube_space *space,
				const struct driver_waiter *waiter);

struct driver_task *kube_review(struct kube_driver *driver, const char *space,
				const struct driver_review *review,
				const struct driver_waiter *waiter);
/* Whatever of them is under way; the tasks are not touched. */
void kube_drop_reviews(struct kube_driver *driver);

struct driver_task *kube_survey(struct kube_driver *driver, const struct driver_survey *survey,
				const struct driver_waiter *waiter);
/* Whatever of them is under way; the tasks are not touched. */
void kube_drop_surveys(struct kube_driver *driver);
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

/* What a resource that the driver makes is: kube-resources.c. */
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

/* A task that has ended already.  Takes the outputs. */
struct driver_task *kube_ended_task(struct kube_driver *driver, const struct driver_waiter *waiter,
				    const struct error *err, json_t *outputs);

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
