/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The way from an object to its workload is up: by its owners until one is reached that was
 * declared.  Objects get the module as an annotation, in a copy of their heads, so status and logs
 * treat them as our own.  What is declared has changed when a generation has, which the API server
 * counts itself and which a change of status does not touch.
 */
#include "config.h"

#include "platform/drivers/kubernetes/space/kube-found.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/manifests.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/space/kube-aftermath.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"
#include "platform/drivers/kubernetes/space/kube-space.h"
#include "platform/drivers/kubernetes/verdict/verdict.h"
#include "platform/drivers/task.h"

#define OWNERS_DEEP 4		/* a pod, its ReplicaSet, its Deployment, an operator's object */

/* --- what is declared --- */

void
kube_found_note(struct kube_space *space, const struct driver_deployment *deployment)
{
	json_decref(space->found);
	space->found = json_object();
	for (size_t i = 0; i < deployment->count; i++) {
		const struct driver_workload *w = &deployment->workloads[i];
		const char *key;
		json_t *kept;

		json_object_foreach(json_object_get(w->spec, "manifests"), key, kept)
			json_object_set_new(space->found, key, json_string(w->module));
	}
	if (!space->secrets)
		space->secrets = json_object();
	space->state++;
}

struct driver_task *
kube_found_resume(struct kube_driver *driver, struct kube_space *space,
		  const struct driver_deployment *deployment, const struct driver_waiter *waiter)
{
	if (!deployment->is_paused)
		kube_found_note(space, deployment);
	kube_aftermath_recall(space, deployment->past);
	return driver_task_ended(&driver->base, waiter, NULL, NULL);
}

/* --- whose an object is --- */

static const char *
declared_as(const json_t *found, const json_t *version, const char *kind, const char *name)
{
	json_t *object = json_pack("{s:O*, s:s, s:{s:s}}", "apiVersion", version, "kind", kind,
				   "metadata", "name", name);
	char *key = manifest_key(object);
	const char *module = key ? json_member_string(found, key) : NULL;

	free(key);
	json_decref(object);
	return module;
}

static const json_t *
made_object(const struct kube_seen *lists, const char *kind, const char *name)
{
	const struct {
		const char *kind;
		const json_t *list;
	} makers[] = {
		{"ReplicaSet", lists->replica_sets}, {"Job", lists->jobs},
		{"Deployment", lists->deployments},  {"StatefulSet", lists->stateful_sets},
		{"DaemonSet", lists->daemon_sets},
	};

	for (size_t i = 0; i < sizeof(makers) / sizeof(makers[0]); i++)
		if (strcmp(makers[i].kind, kind) == 0)
			return json_object_get(makers[i].list, name);
	return NULL;
}

/* NULL: nobody's. */
static const char *
module_of(const json_t *found, const struct kube_seen *lists, const json_t *object, int depth)
{
	const json_t *owner = kube_read_controller(object), *maker;
	const char *kind = kube_read_text(owner, "kind"), *name = kube_read_text(owner, "name"),
		   *module = declared_as(found, json_object_get(object, "apiVersion"),
					 kube_read_text(object, "kind"), kube_read_name(object));

	if (module || !owner || depth == OWNERS_DEEP)
		return module;
	maker = made_object(lists, kind, name);
	return maker ? module_of(found, lists, maker, depth + 1)
		     : declared_as(found, json_object_get(owner, "apiVersion"), kind, name);
}

static json_t *
with_module(const json_t *object, const char *module)
{
	json_t *marked = json_copy((json_t *)object);
	json_t *metadata = json_copy(json_object_get(object, "metadata"));
	json_t *notes = json_copy(json_object_get(metadata, "annotations"));

	if (!json_is_object(notes)) {
		json_decref(notes);
		notes = json_object();
	}
	json_object_set_new(notes, KUBE_NOTE_MODULE, json_string(module));
	json_object_set_new(metadata, "annotations", notes);
	json_object_set_new(marked, "metadata", metadata);
	return marked;
}

json_t *
kube_found_mark(const json_t *found, const struct kube_seen *lists, const json_t *objects)
{
	json_t *marked = json_object(), *object;
	const char *key;

	json_object_foreach((json_t *)objects, key, object) {
		const char *module = module_of(found, lists, object, 0);

		if (module)
			json_object_set_new(marked, key, with_module(object, module));
		else
			json_object_set(marked, key, object);
	}
	return marked;
}

/* --- what has changed --- */

static uint64_t
hash_text(uint64_t hash, const char *text)
{
	const char *const both[] = {text};

	return hash * 31 + ids_hash(both, 1);
}

/* The runs of a schedule are no declaration; what an operator makes changes as it is told. */
static bool
is_run(const json_t *object)
{
	return kube_read_is(kube_read_controller(object), "kind", "CronJob");
}

/* In no order, since a list has none. */
static uint64_t
hash_objects(const json_t *objects)
{
	uint64_t sum = 1;
	const char *name;
	json_t *object;

	json_object_foreach((json_t *)objects, name, object) {
		const json_t *generation = json_object_get(kube_read_metadata(object),
							   "generation");
		const json_t *said = generation ? generation : json_object_get(object, "spec");
		char *text = json_dumps(said, JSON_ENCODE_ANY | JSON_SORT_KEYS | JSON_COMPACT);

		if (!is_run(object))
			sum += hash_text(hash_text(0, kube_read_uid(object)), text ? text : "");
		free(text);
	}
	return sum;
}

uint64_t
kube_found_declared(const struct kube_seen *lists, const json_t *services)
{
	const json_t *const all[] = {lists->deployments, lists->stateful_sets, lists->daemon_sets,
				     lists->cron_jobs, lists->jobs, services};
	uint64_t hash = 0;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		hash = hash * 31 + (all[i] ? hash_objects(all[i]) : 0);
	return hash;
}
