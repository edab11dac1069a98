/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Objects that somebody else wrote (model/manifests.h), in a namespace of ours: as they are, but
 * for what a clone must not do (stand-in.h), with the labels by which we find them and their pods.
 * Selectors stay, and so do the labels that they select.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/manifest-filled.h"
#include "model/manifests.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/objects/objects-parts.h"
#include "platform/drivers/kubernetes/objects/stand-in-private.h"
#include "platform/drivers/kubernetes/objects/stand-in.h"

/* What the rest needs, or what runs; of all others nobody knows whether they are ready. */
static const struct manifest_kind {
	const char *kind;
	bool is_part, is_workload;
} kinds[] = {
	{"ConfigMap", true, false},
	{"CronJob", false, true},
	{"DaemonSet", false, true},
	{"Deployment", false, true},
	{"Job", false, true},
	{"NetworkPolicy", true, false},
	{"PersistentVolumeClaim", true, false},
	{"Role", true, false},
	{"RoleBinding", true, false},
	{"Service", true, false},
	{"ServiceAccount", true, false},
	{"StatefulSet", false, true},
};

static const struct manifest_kind *
find_kind(const json_t *object)
{
	if (!manifest_is_built_in(object))
		return NULL;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kube_read_is(object, "kind", kinds[i].kind))
			return &kinds[i];
	return NULL;
}

/* --- marks of ours --- */

static json_t *
make_member(json_t *object, const char *key)
{
	json_t *member = json_object_get(object, key);

	if (!json_is_object(member)) {
		member = json_object();
		json_object_set_new(object, key, member);
	}
	return member;
}

/* By these it is watched, and known whose it is. */
static void
mark(const struct kube_workload *w, json_t *object)
{
	json_t *metadata = make_member(object, "metadata");

	json_object_set_new(make_member(metadata, "labels"), KUBE_LABEL_MODULE,
			    json_string(w->name));
	json_object_set_new(make_member(metadata, "annotations"), KUBE_NOTE_MODULE,
			    json_string(w->declared->module));
}

static void
mark_object(const struct kube_workload *w, json_t *object)
{
	json_t *template = kube_read_template(object), *metadata = make_member(object, "metadata");

	json_object_set_new(metadata, "namespace", json_string(w->namespace));
	json_object_set_new(make_member(metadata, "labels"), KUBE_LABEL_MANAGED,
			    json_string(KUBE_MANAGED_BY));
	mark(w, object);
	if (json_is_object(template))
		mark(w, template);
	if (kube_read_is(object, "kind", "CronJob"))
		mark(w, make_member(json_object_get(object, "spec"), "jobTemplate"));
}

/* --- a Job --- */

/* A Job cannot be changed, and runs once in each deployment, so its name is its own.  What the
 * cluster selects its pods by it makes anew. */
static void
renew_job(const struct kube_workload *w, json_t *object)
{
	static const char *const labels[] = {
		"controller-uid", "job-name", "batch.kubernetes.io/controller-uid",
		"batch.kubernetes.io/job-name",
	};
	json_t *spec = json_object_get(object, "spec"), *template = kube_read_template(object);
	char *name;

	json_object_del(spec, "selector");
	json_object_del(spec, "manualSelector");
	for (size_t i = 0; i < sizeof(labels) / sizeof(labels[0]); i++) {
		json_object_del(stand_in_metadata(template, "labels"), labels[i]);
		json_object_del(stand_in_metadata(object, "labels"), labels[i]);
	}
	if (w->declared->replicas == 0)
		json_object_set_new(spec, "suspend", json_true());
	name = kube_job_name(w, kube_read_name(object), spec);
	json_object_set_new(json_object_get(object, "metadata"), "name", json_string(name));
	free(name);
}

/* --- an object --- */

static int
add_object(struct kube_workload *w, struct stand_in *s, const json_t *kept, struct error *err)
{
	json_t *object = manifest_object(kept, err);
	const struct manifest_kind *kind;

	if (!object)
		return -1;
	if (!stand_in_take(s, object)) {
		json_decref(object);
		return 0;
	}
	kind = find_kind(object);
	mark_object(w, object);
	if (kind && kube_read_is(object, "kind", "Job"))
		renew_job(w, object);
	if (kind && kind->is_workload)
		return kube_add_workload(w, object, err);
	kube_objects_add(w, kind && kind->is_part ? KUBE_STAGE_PARTS : KUBE_STAGE_WORKLOADS,
			 object);
	return 0;
}

/* Nothing of a secret is to stand where anybody reads it. */
static int
check_secrets(const struct kube_workload *w, struct error *err)
{
	static const char prefix[] = "/spec/secrets/";
	const char *place;
	json_t *value;

	json_object_foreach(w->secret_places, place, value)
		if (strncmp(place, prefix, strlen(prefix)) != 0)
			return error_set_code(err, CODE_SECRET_NOT_IN_VARIABLE_OR_FILE,
					      .path = place);
	return 0;
}

int
kube_add_manifests(struct kube_workload *w, const struct stand_in_facts *facts, struct error *err)
{
	const json_t *manifests = json_object_get(w->spec, "manifests");
	struct stand_in *s;
	const char **keys;
	size_t from = w->out->count;
	int ret = check_secrets(w, err);

	if (ret != 0)
		return ret;
	s = stand_in_begin(w, facts);
	keys = kube_sorted_keys(manifests);
	for (size_t i = 0; ret == 0 && keys[i]; i++)
		ret = add_object(w, s, json_object_get(manifests, keys[i]), err);
	free(keys);
	stand_in_end(s);
	if (ret == 0)
		ret = kube_add_secrets(w, facts, from, err);
	if (ret == 0)
		kube_add_policy(w, facts, from);
	return ret != 0 ? error_prefix_code(err, CODE_IN_WORKLOAD, .workload = w->declared->module)
			: 0;
}
