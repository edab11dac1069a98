/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Which objects a deployment's workloads become: pure, no request is made.  Fields that stand in no
 * table are not lost in silence: kube_honours() says what becomes of each.
 *
 *   humanitec/default-module   Deployment, Service (when it has ports), ConfigMap and Secret
 *                              (files, variables with secrets), ServiceAccount,
 *                              PodDisruptionBudget (above one replica), Ingress and HTTPRoute
 *                              (resources that lead to it from outside)
 *   humanitec/default-job      Job (its name holds a hash of its template, since a Job cannot
 *                              change, and of the deployment, since each runs it once)
 *   humanitec/default-cronjob  CronJob, one for each schedule
 *   sidestage/manifests        what somebody else wrote, as a clone may have it (stand-in.h)
 *
 * What resources are is decided before (kube-resources.h): a volume's path, in
 * driver_workload.volumes, is "claim/NAME", and the PersistentVolumeClaim of that name is there
 * already and no object of these; the port of an endpoint (`dns`) is one of the workload's Service,
 * which is called kube_name(module), and leads to the port that the endpoint's mark becomes.
 * Workloads that are held (is_held) have no objects.
 *
 * The names of ConfigMaps and Secrets hold a hash of what is in them: pods are restarted when it is
 * another, and those of an earlier revision keep what they were made with.  That of a Secret is
 * keyed, since a short secret could be guessed by its plain one.  The same deployment
 * always gives the same bytes, and of its id there is nothing but in the names of Jobs: what did
 * not change is not restarted.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_OBJECTS_OBJECTS_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_OBJECTS_OBJECTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct driver_deployment;
struct driver_workload;
struct stand_in_facts;

/* When it is applied; all of a stage side by side, a stage when the one before is done. */
enum kube_stage {
	KUBE_STAGE_PARTS,	/* ServiceAccount, ConfigMap, Secret, Service */
	KUBE_STAGE_BEFORE,	/* what must have succeeded before the rest (deploy.when) */
	KUBE_STAGE_WORKLOADS,	/* Deployment, CronJob, Job, PodDisruptionBudget, Ingress,
				 * HTTPRoute */
	KUBE_STAGE_AFTER,	/* what runs after the rest is ready */
	KUBE_STAGES
};

/* What counts as the success of a workload, and lets the next stage begin. */
enum kube_success {
	KUBE_SUCCESS_STARTED,		/* it was applied */
	KUBE_SUCCESS_AVAILABLE,		/* it is ready */
	KUBE_SUCCESS_COMPLETE,		/* a Job that ended with 0 */
};

struct kube_object {
	json_t *object;		/* whole, with apiVersion, kind, metadata.namespace and labels */
	char *module;			/* whose it is */
	enum kube_stage stage;
	bool is_workload;		/* what the rollout waits for */
	bool has_secret;		/* nothing of it is logged or told */
	/* Of a workload. */
	enum kube_success success;
	int timeout_ms;			/* until it has failed; 0: as usual */
};
/* What is otherwise than what was declared, so that a clone does not act on the world. */
struct kube_note {
	char *module;
	const char *code;		/* for programs: "suspended" */
	struct error said;
	bool is_warning;		/* what was declared will not run so */
};
/* A Secret that pods need, and no set has. */
struct kube_secret {
	char *name, *module;
	char *source;			/* its name where the clone was made of; NULL: */
	json_t *data;			/* {key: text}: what is in it */
	bool is_required;		/* pods do not start without it */
};
struct kube_objects {
	struct kube_object *items;	/* by stage */
	size_t count;
	struct kube_note *notes;
	size_t note_count;
	struct kube_secret *secrets;
	size_t secret_count;
};

#define KUBE_NAME_KEY_SIZE 32

struct kube_objects_options {
	const char *namespace;
	const char *space;		/* "org/app/env" */
	const uint8_t *name_key;	/* KUBE_NAME_KEY_SIZE bytes: of the names of Secrets */
	/* The namespace lets in what is as good as the node itself (pod security). */
	bool is_privileged;
	const struct stand_in_facts *facts;	/* of a clone; NULL: nothing is known */
};
/* 0, or -1 with ERROR_INPUT that names workload and field. */
int kube_objects_make(const struct kube_objects_options *options,
		      const struct driver_deployment *deployment, struct kube_objects *out,
		      struct error *err);
void kube_objects_clear(struct kube_objects *objects);

/* What driver_ops.describe gives of fields. New reference. */
json_t *kube_honours(void);

#endif
