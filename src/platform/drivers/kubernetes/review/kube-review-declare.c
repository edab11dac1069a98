/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What would be applied, for a review. */
#include "config.h"

#include "platform/drivers/kubernetes/review/kube-review-private.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/manifests.h"
#include "platform/drivers/findings.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/objects/objects.h"
#include "platform/drivers/kubernetes/space/kube-facts.h"
#include "platform/drivers/kubernetes/space/kube-resources.h"

bool
kube_review_declares(const struct kube_review *r, const char *path)
{
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->items[i].path, path) == 0)
			return true;
	return false;
}

static void
find_twice(struct kube_review *r, const char *module)
{
	struct error why;

	error_set_code(&why, CODE_WORKLOAD_TWICE, .workload = module);
	findings_add(r->findings, DEPLOY_REFUSED, &(struct finding_subject){module, NULL},
		     "cannot-start", &why);
}

/* module NULL: a resource's. */
static void
add_item(struct kube_review *r, const json_t *object, const char *module)
{
	char *path = kube_path(json_member_string(object, "apiVersion"),
			       json_member_string(object, "kind"), r->space.namespace,
			       kube_read_name(object));

	if (!path || kube_review_declares(r, path)) {
		find_twice(r, module ? module : kube_read_name(object));
		free(path);
		return;
	}
	r->items = xreallocarray(r->items, r->count + 1, sizeof(*r->items));
	r->items[r->count++] = (struct review_item){
		.object = json_incref((json_t *)(uintptr_t)object),
		.path = path,
		.module = xstrdup_or_null(module),
	};
}

/* By themselves, so that a fault is known to be this workload's. */
static void
add_workload(struct kube_review *r, const struct driver_deployment *deployment, size_t i)
{
	const struct driver_deployment one = {
		.id = deployment->id,
		.workloads = &deployment->workloads[i],
		.count = 1,
	};
	const struct kube_objects_options options = {
		.namespace = r->space.namespace,
		.space = r->space.name,
		.name_key = r->driver->name_key,
		.is_privileged = strcmp(kube_space_pod_security(&r->space), KUBE_PRIVILEGED) == 0,
		.facts = kube_facts_known(r->facts),
	};
	const char *module = one.workloads->module;
	struct kube_objects objects;
	struct error why = {0};

	if (manifests_is(one.workloads->profile))
		r->space.has_manifests = true;
	json_object_set_new(r->space.secrets, module,
			    one.workloads->secrets ? json_deep_copy(one.workloads->secrets)
						   : json_array());
	if (one.workloads->is_held) {
		json_object_set_new(r->held, module, json_true());
		return;
	}
	if (kube_objects_make(&options, &one, &objects, &why) != 0) {
		findings_add(r->findings, DEPLOY_REFUSED, &(struct finding_subject){module, NULL},
			     "cannot-start", &why);
		return;
	}
	for (size_t k = 0; k < objects.count; k++)
		add_item(r, objects.items[k].object, module);
	for (size_t k = 0; k < objects.note_count; k++)
		findings_add(r->findings,
			     objects.notes[k].is_warning ? DEPLOY_WARNING : DEPLOY_ADJUSTED,
			     &(struct finding_subject){module, NULL}, objects.notes[k].code,
			     &objects.notes[k].said);
	kube_objects_clear(&objects);
}

void
kube_review_declare_resources(struct kube_review *r, const struct driver_review *review)
{
	for (size_t i = 0; i < review->resource_count; i++) {
		json_t *object = kube_resource_object(&r->space, &review->resources[i]);

		if (object)
			add_item(r, object, NULL);
		json_decref(object);
	}
}

void
kube_review_declare(struct kube_review *r)
{
	for (size_t i = 0; i < r->kept.count; i++)
		add_workload(r, &r->kept, i);
}
