/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a deployment declares: the objects of each workload, in the order in which they are
 * applied. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/manifests.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/rollout/kube-rollout.h"
#include "platform/drivers/kubernetes/rollout/kube-secrets.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"
#include "platform/drivers/kubernetes/space/kube-facts.h"
#include "platform/drivers/kubernetes/space/kube-pulse.h"
#include "platform/drivers/task.h"

/* By themselves, so that a fault is known to be this workload's. */
static void
make_part(struct kube_rollout *r, const struct driver_deployment *deployment,
	  struct driver_workload *workload)
{
	const struct driver_deployment one = {
		.id = deployment->id,
		.workloads = workload,
		.count = 1,
		.is_resumed = deployment->is_resumed,
	};
	const struct kube_objects_options options = {
		.namespace = r->space->namespace,
		.space = r->space->name,
		.name_key = r->driver->name_key,
		.is_privileged = strcmp(kube_space_pod_security(r->space), KUBE_PRIVILEGED) == 0,
		.facts = kube_facts_known(r->facts),
	};
	struct error err = {0};

	if (manifests_is(workload->profile))
		r->space->has_manifests = true;
	json_object_set_new(r->modules, workload->module, json_boolean(workload->is_held));
	if (workload->is_held)
		return;
	if (kube_objects_make(&options, &one, &r->parts[r->part_count], &err) == 0)
		r->part_count++;
	else
		kube_rollout_blame(r, workload->module, "cannot-start", &err, NULL);
}

static bool
is_twice(const struct kube_rollout *r, const char *path)
{
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->items[i].path, path) == 0)
			return true;
	return false;
}

static void
note_kind(struct kube_rollout *r, const char *api_version, const char *kind)
{
	char *key = xasprintf("%s %s", api_version, kind);

	if (!r->kinds)
		r->kinds = json_object();
	json_object_set_new(r->kinds, key, json_true());
	free(key);
}

static void
add_item(struct kube_rollout *r, const struct kube_object *object)
{
	const json_t *metadata = json_object_get(object->object, "metadata");
	const char *version = json_member_string(object->object, "apiVersion"),
		   *kind = json_member_string(object->object, "kind"),
		   *name = json_member_string(metadata, "name");
	char *path = kube_path(version, kind, r->space->namespace, name);
	struct error err;

	if (!path || is_twice(r, path)) {
		error_set_code(&err, CODE_WORKLOAD_TWICE, .workload = object->module);
		kube_rollout_blame(r, object->module, "cannot-start", &err, NULL);
		free(path);
		return;
	}
	note_kind(r, version, kind);
	r->items[r->count++] = (struct kube_item){
		.object = object, .path = path, .kept = json_object()};
}

static void
make_items(struct kube_rollout *r)
{
	size_t total = 0;

	for (size_t i = 0; i < r->part_count; i++)
		total += r->parts[i].count;
	r->items = xcalloc(total + 1, sizeof(*r->items));
	for (int stage = 0; stage < KUBE_STAGES; stage++)
		for (size_t i = 0; i < r->part_count; i++)
			for (size_t k = 0; k < r->parts[i].count; k++)
				if ((int)r->parts[i].items[k].stage == stage)
					add_item(r, &r->parts[i].items[k]);
}

/* Those of a workload that is not deployed any more may still be in what its last pods print. */
void
kube_rollout_keep_secrets(struct kube_space *space, const struct driver_deployment *deployment)
{
	if (!space->secrets)
		space->secrets = json_object();
	for (size_t i = 0; i < deployment->count; i++) {
		const struct driver_workload *w = &deployment->workloads[i];

		if (!w->is_held)
			json_object_set_new(space->secrets, w->module,
					    w->secrets ? json_deep_copy(w->secrets) : json_array());
	}
}

void
kube_rollout_declare(struct kube_rollout *r, const struct driver_deployment *deployment)
{
	kube_rollout_keep_secrets(r->space, deployment);
	r->parts = xcalloc(deployment->count + 1, sizeof(*r->parts));
	for (size_t i = 0; i < deployment->count; i++)
		make_part(r, deployment, &deployment->workloads[i]);
	make_items(r);
}

static void
report_wait(void *data, const struct error *why)
{
	const struct kube_rollout *r = data;

	driver_task_report(r->task, &(struct driver_progress){0, 1, why});
}

static void
take_facts(void *data, const struct error *err)
{
	struct kube_rollout *r = data;
	struct error why = err ? *err : (struct error){0};

	if (!err) {
		r->then(r);
		return;
	}
	kube_pulse_explain(r->driver->pulse, &why);
	kube_rollout_fail(r, &why);
}

void
kube_rollout_forget(struct kube_rollout *r)
{
	kube_secrets_forget(r);
	kube_facts_free(r->facts);
	json_decref(r->kinds);
	driver_deployment_clear(&r->kept);
	free(r->deploy_id);
	free(r->copy_of);
}

void
kube_rollout_learn(struct kube_rollout *r, const struct driver_deployment *deployment,
		   void (*then)(struct kube_rollout *rollout))
{
	driver_deployment_keep(deployment, &r->kept);
	r->deploy_id = xstrdup_or_null(deployment->id);
	r->kept.id = r->deploy_id;
	r->copy_of = xstrdup_or_null(deployment->copy_of);
	r->then = then;
	if (r->space->is_adopted || !kube_facts_are_needed(&r->kept)) {
		then(r);
		return;
	}
	r->facts = kube_facts_read(&(struct kube_facts_options){
		.cluster = r->driver->cluster,
		.space = r->space,
		.deployment = &r->kept,
		.ended = take_facts,
		.waits = report_wait,
		.data = r,
	});
}
