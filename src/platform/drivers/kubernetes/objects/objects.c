/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is said of a workload as a whole: its Deployment, the account that it runs under, its budget
 * of disruptions; and which objects there are in which order.
 *
 * The objects say no more than a set says: what is left out has the value that the cluster gives
 * it, and applying them again changes nothing.
 */
#include "config.h"

#include "platform/drivers/kubernetes/objects/objects.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/manifests.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/endpoint-marks.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/objects/objects-parts.h"

#define OURS "sidestage.dev/"
/* What Kubernetes gives a Deployment where nothing is said. */
#define PROGRESS_SECONDS 600
#define ROLLING "RollingUpdate"
#define ROLLING_SHARE "25%"

/* --- an object --- */

/* What selects its pods, and by what it is found, is not left to a set. */
static bool
is_reserved(const char *key, const char *text)
{
	return strncmp(key, OURS, strlen(OURS)) == 0 ||
	       (strcmp(key, KUBE_LABEL_MANAGED) == 0 && strcmp(text, KUBE_MANAGED_BY) != 0);
}

static int
add_labels(const struct kube_workload *w, json_t *out, const json_t *labels, struct error *err)
{
	const char **keys = kube_sorted_keys(labels);
	int ret = 0;

	for (size_t i = 0; ret == 0 && keys[i]; i++) {
		char *text = kube_text(json_object_get(labels, keys[i]));

		if (text && is_reserved(keys[i], text))
			ret = error_set_code(err, CODE_WORKLOAD_LABEL_RESERVED, .name = keys[i],
					     .workload = w->declared->module);
		else if (text)
			json_object_set_new(out, keys[i], json_string(text));
		free(text);
	}
	free(keys);
	return ret;
}

json_t *
kube_metadata(const struct kube_workload *w, const char *const *parts, struct error *err)
{
	json_t *labels = json_pack("{s:s, s:s, s:s}", KUBE_LABEL_MANAGED, KUBE_MANAGED_BY,
				   KUBE_LABEL_NAME, w->name, KUBE_LABEL_MODULE, w->name);
	json_t *notes = json_pack("{s:s}", KUBE_NOTE_MODULE, w->declared->module);
	json_t *metadata = json_pack("{s:o, s:o}", "labels", labels, "annotations", notes);

	for (; parts && *parts; parts++) {
		const json_t *part = **parts ? json_object_get(w->spec, *parts) : w->spec;

		if (add_labels(w, labels, json_object_get(part, "labels"), err) != 0 ||
		    add_labels(w, notes, json_object_get(part, "annotations"), err) != 0) {
			json_decref(metadata);
			return NULL;
		}
	}
	return metadata;
}

json_t *
kube_object_new(const struct kube_workload *w, const char *api_version, const char *kind,
		const char *name, const char *const *parts, struct error *err)
{
	json_t *metadata = kube_metadata(w, parts, err);

	if (!metadata)
		return NULL;
	json_object_set_new(metadata, "name", json_string(name));
	json_object_set_new(metadata, "namespace", json_string(w->namespace));
	return json_pack("{s:s, s:s, s:o}", "apiVersion", api_version, "kind", kind, "metadata",
			 metadata);
}

json_t *
kube_selector(const struct kube_workload *w)
{
	return json_pack("{s:s}", KUBE_LABEL_MODULE, w->name);
}

struct kube_object *
kube_objects_add(struct kube_workload *w, enum kube_stage stage, json_t *object)
{
	struct kube_objects *out = w->out;
	struct kube_object *added;

	out->items = xreallocarray(out->items, out->count + 1, sizeof(*out->items));
	added = &out->items[out->count++];
	*added = (struct kube_object){
		.object = object, .module = xstrdup(w->declared->module), .stage = stage};
	return added;
}

void
kube_objects_note(struct kube_objects *objects, const char *module, const char *code,
		  const struct error *said)
{
	size_t i = objects->note_count++;

	objects->notes = xreallocarray(objects->notes, i + 1, sizeof(*objects->notes));
	objects->notes[i] = (struct kube_note){xstrdup(module), code, *said, false};
}

/* --- when, and what counts --- */

static enum kube_stage
stage_of(const struct kube_workload *w)
{
	const char *when = json_member_string(w->declared->deploy, "when");

	if (driver_goes_before(w->declared))
		return KUBE_STAGE_BEFORE;
	return when && strcmp(when, "after") == 0 ? KUBE_STAGE_AFTER : KUBE_STAGE_WORKLOADS;
}

/* Seconds; -1: it does not say. */
static json_int_t
timeout_of(const struct kube_workload *w)
{
	json_int_t seconds = workload_field_number(kube_member(w->declared->deploy, "timeout"));

	if (seconds < 0)
		seconds = workload_field_number(kube_member(
			json_object_get(w->spec, "deployment"), "progressDeadlineSeconds"));
	return seconds < INT_MAX / 1000 ? seconds : INT_MAX / 1000;
}

int
kube_add_workload(struct kube_workload *w, json_t *object, struct error *err)
{
	const char *word = json_member_string(w->declared->deploy, "success");
	bool ends = kube_read_is(object, "kind", "Job");
	struct kube_object *added = kube_objects_add(w, stage_of(w), object);
	json_int_t seconds = timeout_of(w);

	added->is_workload = true;
	added->success = ends ? KUBE_SUCCESS_COMPLETE : KUBE_SUCCESS_AVAILABLE;
	if (seconds >= 0)
		added->timeout_ms = seconds > 0 ? (int)seconds * 1000 : 1;
	if (word && strcmp(word, "deploy") == 0)
		added->success = KUBE_SUCCESS_STARTED;
	else if (word && strcmp(word, "available") == 0)
		added->success = KUBE_SUCCESS_AVAILABLE;
	else if (word && strcmp(word, "complete") == 0 && !ends)
		return error_set_code(err, CODE_SERVICE_NEVER_COMPLETE,
				      .workload = w->declared->module);
	return 0;
}

/* --- a Deployment --- */

/* A cluster that gives up before the deployment does would make its deadline a lie. */
static void
add_deadline(const struct kube_workload *w, const json_t *declared, json_t *spec)
{
	json_int_t seconds = timeout_of(w);

	kube_copy_number(spec, declared, "progressDeadlineSeconds");
	if (!json_object_get(spec, "progressDeadlineSeconds") && seconds > PROGRESS_SECONDS)
		json_object_set_new(spec, "progressDeadlineSeconds", json_integer(seconds));
}

/* Of one that nobody asked for nothing is said, which is 1 as well: then an autoscaler may own the
 * number. */
static void
add_replicas(const struct kube_workload *w, const json_t *declared, json_t *spec)
{
	if (w->declared->replicas != 1 || kube_member(declared, "replicas") ||
	    kube_member(w->spec, "replicas"))
		json_object_set_new(spec, "replicas", json_integer(w->declared->replicas));
}

/* A cluster fills in rollingUpdate where nothing is said, and then refuses Recreate, since nobody
 * takes that away again.  So we say it, and take it away. */
static void
add_strategy(const json_t *declared, json_t *spec)
{
	static const char *const members[] = {"maxSurge", "maxUnavailable"};
	const json_t *strategy = kube_member(declared, "strategy");
	const char *type = json_member_string(strategy, "type");
	json_t *copy, *rolling;

	if ((strategy && !json_is_object(strategy)) || (type && strcmp(type, ROLLING) != 0)) {
		kube_copy(spec, "strategy", declared, "strategy");
		return;
	}
	copy = strategy ? json_copy((json_t *)strategy) : json_object();
	rolling = json_object_get(copy, "rollingUpdate");
	rolling = json_is_object(rolling) ? json_copy(rolling) : json_object();
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (!kube_member(rolling, members[i]))
			json_object_set_new(rolling, members[i], json_string(ROLLING_SHARE));
	json_object_set_new(copy, "type", json_string(ROLLING));
	json_object_set_new(copy, "rollingUpdate", rolling);
	json_object_set_new(spec, "strategy", copy);
}

static int
add_deployment(struct kube_workload *w, struct error *err)
{
	static const char *const parts[] = {"", "deployment", NULL};
	const json_t *declared = json_object_get(w->spec, "deployment");
	json_t *object = kube_object_new(w, "apps/v1", "Deployment", w->name, parts, err), *spec;
	json_t *template = object ? kube_pod_template(w, NULL, err) : NULL;

	if (!template) {
		json_decref(object);
		return -1;
	}
	spec = json_pack("{s:{s:o}, s:o}", "selector", "matchLabels", kube_selector(w), "template",
			 template);
	add_replicas(w, declared, spec);
	kube_copy_number(spec, declared, "minReadySeconds");
	kube_copy_number(spec, declared, "revisionHistoryLimit");
	add_strategy(declared, spec);
	add_deadline(w, declared, spec);
	json_object_set_new(object, "spec", spec);
	return kube_add_workload(w, object, err);
}

/* Of one replica it would forbid that its node is ever emptied. */
static int
add_budget(struct kube_workload *w, struct error *err)
{
	json_t *object;

	if (w->declared->replicas < 2)
		return 0;
	object = kube_object_new(w, "policy/v1", "PodDisruptionBudget", w->name, NULL, err);
	json_object_set_new(object, "spec",
			    json_pack("{s:i, s:{s:o}}", "maxUnavailable", 1, "selector",
				      "matchLabels", kube_selector(w)));
	kube_objects_add(w, KUBE_STAGE_WORKLOADS, object);
	return 0;
}

/* Its own, which may do nothing and has no token, unless it names one that is there. */
static int
add_account(struct kube_workload *w, struct error *err)
{
	json_t *object;

	if (kube_account(w))
		return 0;
	object = kube_object_new(w, "v1", "ServiceAccount", w->name, NULL, err);
	json_object_set_new(object, "automountServiceAccountToken", json_false());
	kube_objects_add(w, KUBE_STAGE_PARTS, object);
	return 0;
}

/* --- all of them --- */

static int
add_kind(struct kube_workload *w, struct error *err)
{
	if (w->profile == PROFILE_JOB)
		return kube_add_job(w, err);
	if (w->profile == PROFILE_CRONJOB)
		return kube_add_cron_jobs(w, err);
	return kube_add_service(w, err) != 0 || add_deployment(w, err) != 0 ? -1
									     : add_budget(w, err);
}

static int
add_all(struct kube_workload *w, struct error *err)
{
	if (kube_collect_data(w, err) != 0 || kube_add_data(w, err) != 0 ||
	    add_account(w, err) != 0 || add_kind(w, err) != 0)
		return -1;
	return kube_add_routes(w, err);
}

static json_t *
port_of(void *data, const struct driver_endpoint *endpoint)
{
	(void)data;
	return json_integer(endpoint->port);
}

static int
add_module(const struct kube_objects_options *options, const struct driver_deployment *deployment,
	   const struct driver_workload *declared, struct kube_objects *out, struct error *err)
{
	enum workload_profile profile = workload_profile_of(declared->profile);
	struct kube_workload w = {
		.namespace = options->namespace,
		.space = options->space,
		.name_key = options->name_key,
		.is_privileged = options->is_privileged,
		.deployment = deployment->id,
		.declared = declared,
		.profile = profile == PROFILE_UNKNOWN ? PROFILE_MODULE : profile,
		.spec = endpoint_marks_replace(declared, declared->spec, port_of, NULL),
		.name = kube_name(declared->module, NULL, KUBE_NAME_MAX),
		.secret_places = json_object(),
		.config = json_object(),
		.secret = json_object(),
		.out = out,
	};
	const json_t *place;
	size_t i;
	int ret;

	json_array_foreach(declared->secret_places, i, place)
		json_object_set_new(w.secret_places, json_string_value(place), json_true());
	ret = manifests_is(declared->profile) ? kube_add_manifests(&w, options->facts, err)
						   : add_all(&w, err);
	json_decref(w.unplaced);
	json_decref(w.ports);
	free(w.config_name);
	free(w.secret_name);
	free(w.name);
	json_decref(w.config);
	json_decref(w.secret);
	json_decref(w.secret_places);
	json_decref(w.spec);
	return ret;
}

/* Two that are mapped to one name, or that a hash of one name hits. */
static int
check_names(const struct kube_objects *objects, struct error *err)
{
	json_t *seen = json_object();
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < objects->count; i++) {
		const json_t *object = objects->items[i].object;
		char *key = xasprintf("%s %s", json_member_string(object, "kind"),
				      json_member_string(json_object_get(object, "metadata"), "name"));

		if (json_object_get(seen, key))
			ret = error_set_code(err, CODE_WORKLOAD_TWICE,
					     .workload = objects->items[i].module);
		json_object_set_new(seen, key, json_true());
		free(key);
	}
	json_decref(seen);
	return ret;
}

/* Each stage in the order of the workloads. */
static void
sort_by_stage(struct kube_objects *objects)
{
	struct kube_object *sorted = xcalloc(objects->count + 1, sizeof(*sorted));
	size_t count = 0;

	for (int stage = 0; stage < KUBE_STAGES; stage++)
		for (size_t i = 0; i < objects->count; i++)
			if (objects->items[i].stage == (enum kube_stage)stage)
				sorted[count++] = objects->items[i];
	free(objects->items);
	objects->items = sorted;
}

int
kube_objects_make(const struct kube_objects_options *options,
		  const struct driver_deployment *deployment, struct kube_objects *out,
		  struct error *err)
{
	const struct driver_workload *workloads = deployment->workloads;
	int ret = 0;

	*out = (struct kube_objects){0};
	for (size_t i = 0; ret == 0 && i < deployment->count; i++)
		if (!workloads[i].is_held)
			ret = add_module(options, deployment, &workloads[i], out, err);
	if (ret == 0)
		ret = check_names(out, err);
	if (ret == 0)
		sort_by_stage(out);
	else
		kube_objects_clear(out);
	return ret;
}

void
kube_objects_clear(struct kube_objects *objects)
{
	for (size_t i = 0; i < objects->count; i++) {
		json_decref(objects->items[i].object);
		free(objects->items[i].module);
	}
	for (size_t i = 0; i < objects->note_count; i++)
		free(objects->notes[i].module);
	for (size_t i = 0; i < objects->secret_count; i++)
		kube_secret_clear(&objects->secrets[i]);
	free(objects->secrets);
	free(objects->notes);
	free(objects->items);
	*objects = (struct kube_objects){0};
}
