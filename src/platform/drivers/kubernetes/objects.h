/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Which objects a deployment's workloads become: pure, no request is made.  Fields that stand in no
 * table are not lost in silence: kube_honours() says what becomes of each.
 *
 *   humanitec/default-module   Deployment, Service (when it has ports), ConfigMap and Secret
 *                              (files, variables with secrets), ServiceAccount,
 *                              PodDisruptionBudget (above one replica)
 *   humanitec/default-job      Job (its name holds a hash of its template: a Job cannot change)
 *   humanitec/default-cronjob  CronJob
 *
 * What resources are is decided before (kube-resources.h): a volume's path, in
 * driver_workload.volumes, is "claim/NAME", and the PersistentVolumeClaim of that name is there
 * already and no object of these; the port of an endpoint (`dns`) is one of the workload's Service,
 * which is called kube_name(module), and leads to the port that the endpoint's mark becomes.
 * Workloads that are held (is_held) have no objects.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_OBJECTS_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_OBJECTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct driver_deployment;
struct driver_workload;
struct error;

/* When it is applied; all of a stage side by side, a stage when the one before is done. */
enum kube_stage {
	KUBE_STAGE_PARTS,	/* ServiceAccount, ConfigMap, Secret, Service */
	KUBE_STAGE_BEFORE,	/* Jobs that must have completed before (deploy.when) */
	KUBE_STAGE_WORKLOADS,	/* Deployment, CronJob, Job, PodDisruptionBudget, Ingress */
	KUBE_STAGE_AFTER,	/* Jobs that run after the rest is ready */
	KUBE_STAGES
};

struct kube_object {
	json_t *object;		/* whole, with apiVersion, kind, metadata.namespace and labels */
	char *module;			/* whose it is */
	enum kube_stage stage;
	bool is_workload;		/* what the rollout waits for */
	bool has_secret;		/* nothing of it is logged or told */
};
struct kube_objects {
	struct kube_object *items;	/* by stage */
	size_t count;
};

/* 0, or -1 with ERROR_INPUT that names workload and field. */
int kube_objects_make(const char *namespace, const struct driver_deployment *deployment,
		      struct kube_objects *out, struct error *err);
void kube_objects_clear(struct kube_objects *objects);

/* What driver_ops.describe gives of fields. New reference. */
json_t *kube_honours(void);

#endif
