/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * More pods, none, or new ones are each the change of one field, and tables say which kinds of
 * objects and which profiles have it.  So such a change is a delta like any other: it is reviewed,
 * deployed and rolled back, and a workload for which the tables have no field is left as it is.
 */
#include "config.h"

#include "model/workload-scale.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "model/json.h"
#include "model/manifests.h"
#include "model/pointer.h"
#include "model/set.h"
#include "model/workload-fields.h"

#define POINTER_MAX (1u << 16)

static const char *const to_count[] = {"spec", "replicas", NULL};
static const char *const to_suspend[] = {"spec", "suspend", NULL};
static const char *const to_restart[] = {"spec", "template", "metadata", "annotations",
					 "kubectl.kubernetes.io/restartedAt", NULL};
/* Of the workload itself; the longer one goes before the other where both are there. */
static const char *const to_deployment_count[] = {"spec", "deployment", "replicas", NULL};
static const char *const to_cronjob_suspend[] = {"spec", "cronjob", "suspend", NULL};

/* The kinds that have such a field.  A Pod has none, and what is custom is its operator's. */
static const struct scale_row {
	const char *kind;
	const char *const *path;
} rows[] = {
	{"Deployment", to_count}, {"StatefulSet", to_count}, {"ReplicaSet", to_count},
	{"ReplicationController", to_count}, {"CronJob", to_suspend},
	{"Deployment", to_restart}, {"StatefulSet", to_restart}, {"DaemonSet", to_restart},
};

static bool
has_field(const json_t *object, const char *const *path)
{
	const char *kind = json_member_string(object, "kind");

	if (!kind || !manifest_pod_path(object))
		return false;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].path == path && strcmp(rows[i].kind, kind) == 0)
			return true;
	return false;
}

/* NULL: none. */
static const json_t *
first_with(const json_t *module, const char *const *path)
{
	const char *key;
	json_t *object;

	json_object_foreach(manifests_of(module), key, object)
		if (has_field(object, path))
			return object;
	return NULL;
}

/* What has objects is no more than they. */
static enum workload_profile
profile_of(const json_t *module)
{
	return manifests_of(module) ? PROFILE_MANIFESTS
				    : workload_profile_of(json_member_string(module, "profile"));
}

static const json_t *
value_at(const json_t *object, const char *const *path)
{
	for (; object && *path; path++)
		object = json_object_get(object, *path);
	return object && !json_is_null(object) ? object : NULL;
}

/* The field of the workload itself that says how many; as the platform takes it. */
static const char *const *
count_path(const json_t *module)
{
	return value_at(module, to_deployment_count) ? to_deployment_count : to_count;
}

/* Of objects only where a clone was given one, which goes before theirs. */
static bool
has_own_count(const json_t *module)
{
	return profile_of(module) == PROFILE_MODULE ||
	       (profile_of(module) == PROFILE_MANIFESTS && value_at(module, to_count));
}

/* One where nothing is said. */
static int
count_at(const json_t *object, const char *const *path)
{
	const json_t *value = value_at(object, path);

	return value ? (int)workload_field_number(value) : 1;
}

/* Objects on the way that are missing are added with it. */
static void
put_value(json_t *operations, struct buf *pointer, const json_t *object, const char *const *path,
	  json_t *value)
{
	const json_t *at = object;
	size_t i = 0, end = 0;

	for (; path[i]; i++) {
		at = json_object_get(at, path[i]);
		pointer_append(pointer, path[i]);
		if (!at)
			break;
	}
	while (path[end])
		end++;
	for (size_t k = end; !at && k > i + 1; k--)
		value = json_pack("{s:o}", path[k - 1], value);
	if (!at || !json_equal(at, value))
		json_array_append_new(operations,
				      json_pack("{s:s, s:s, s:O}", "op", at ? "replace" : "add",
						"path", buf_str(pointer), "value", value));
	json_decref(value);
}

/* Of the workload itself. */
static void
put_own(json_t *operations, const json_t *module, const char *const *path, json_t *value)
{
	struct buf pointer;

	buf_init(&pointer, POINTER_MAX);
	put_value(operations, &pointer, module, path, value);
	buf_clear(&pointer);
}

/* Of each object that has the field; only_resting: and 0 in it. */
static void
put_objects(json_t *operations, const json_t *module, const char *const *path, json_t *value,
	    bool only_resting)
{
	struct buf pointer;
	const char *key;
	json_t *object;

	json_object_foreach(manifests_of(module), key, object) {
		if (!has_field(object, path) || (only_resting && count_at(object, path) != 0))
			continue;
		buf_init(&pointer, POINTER_MAX);
		(void)buf_puts(&pointer, "/spec/manifests");
		pointer_append(&pointer, key);
		put_value(operations, &pointer, object, path, json_incref(value));
		buf_clear(&pointer);
	}
	json_decref(value);
}

json_t *
workload_scale(const json_t *module, int count, bool is_clone)
{
	json_t *operations = json_array();
	const bool has_objects = profile_of(module) == PROFILE_MANIFESTS;

	if (!workload_can_scale(module))
		return operations;
	if (has_objects && !is_clone) {
		put_objects(operations, module, to_count, json_integer(count), false);
		return operations;
	}
	/* What rests in the origin rests in its clone, until it says a number itself. */
	if (has_objects && count > 0)
		put_objects(operations, module, to_count, json_integer(count), true);
	if (count_at(module, count_path(module)) != count)
		put_own(operations, module, count_path(module), json_integer(count));
	return operations;
}

json_t *
workload_pause(const json_t *module)
{
	json_t *operations = json_array();

	put_objects(operations, module, to_count, json_integer(0), false);
	put_objects(operations, module, to_suspend, json_true(), false);
	if (has_own_count(module) && count_at(module, count_path(module)) != 0)
		put_own(operations, module, count_path(module), json_integer(0));
	if (profile_of(module) == PROFILE_CRONJOB)
		put_own(operations, module, to_cronjob_suspend, json_true());
	return operations;
}

json_t *
workload_restart(const json_t *module, const char *at)
{
	json_t *operations = json_array();

	put_objects(operations, module, to_restart, json_string(at), false);
	return operations;
}

bool
workload_can_scale(const json_t *module)
{
	return first_with(module, to_count) || profile_of(module) == PROFILE_MODULE;
}

bool
workload_can_pause(const json_t *module)
{
	return workload_can_scale(module) || first_with(module, to_suspend) ||
	       profile_of(module) == PROFILE_CRONJOB;
}

bool
workload_can_restart(const json_t *module)
{
	return first_with(module, to_restart) != NULL;
}

int
workload_count(const json_t *module, bool is_clone)
{
	const json_t *object = first_with(module, to_count);
	int count;

	if (!workload_can_scale(module))
		return -1;
	if (!object)
		return count_at(module, count_path(module));
	count = count_at(object, to_count);
	if (!is_clone)
		return count;
	return count == 0 && count_at(module, to_count) == 1 ? 0 : count_at(module, to_count);
}

/* A copy that has this value there, or none where it is NULL; the rest is shared. */
static json_t *
with_value(const json_t *object, const char *const *path, const json_t *value)
{
	json_t *copy = object ? json_copy((json_t *)(uintptr_t)object) : json_object();

	if (path[1])
		json_object_set_new(copy, *path,
				    with_value(json_object_get(object, *path), path + 1, value));
	else if (value)
		json_object_set(copy, *path, (json_t *)(uintptr_t)value);
	else
		json_object_del(copy, *path);
	return copy;
}

/* As the origin has it.  Takes the object; new reference, the same one where they agree. */
static json_t *
take_value(json_t *object, const char *const *path, const json_t *origin)
{
	const json_t *own = value_at(object, path), *theirs = value_at(origin, path);
	json_t *copy;

	if (own == theirs || (own && theirs && json_equal(own, theirs)))
		return object;
	copy = with_value(object, path, theirs);
	json_decref(object);
	return copy;
}

/* A pause writes into the objects, too.  Takes the module, whose objects these are. */
static json_t *
take_object_values(json_t *module, const json_t *objects, const json_t *origin)
{
	const char *key;
	json_t *object;

	json_object_foreach((json_t *)(uintptr_t)objects, key, object) {
		const char *const to_object[] = {"spec", "manifests", key, NULL};
		const json_t *theirs = json_object_get(manifests_of(origin), key);
		json_t *taken = json_incref(object);

		if (theirs && has_field(object, to_count))
			taken = take_value(taken, to_count, theirs);
		if (theirs && has_field(object, to_suspend))
			taken = take_value(taken, to_suspend, theirs);
		if (taken != object) {
			json_t *copy = with_value(module, to_object, taken);

			json_decref(module);
			module = copy;
		}
		json_decref(taken);
	}
	return module;
}

/* Of our own profiles a number is a change as any other, but to rest is not meant for the origin.
 * Takes the module. */
static json_t *
take_pause(json_t *module, const json_t *origin)
{
	const char *const *path = count_path(module);

	if (profile_of(module) == PROFILE_MODULE && count_at(module, path) == 0)
		return take_value(module, path, origin);
	if (profile_of(module) == PROFILE_CRONJOB &&
	    json_is_true(value_at(module, to_cronjob_suspend)))
		return take_value(module, to_cronjob_suspend, origin);
	return module;
}

json_t *
workload_with_count_of(const json_t *module, const json_t *origin)
{
	json_t *copy = json_incref((json_t *)(uintptr_t)module);

	if (profile_of(module) == PROFILE_MANIFESTS) {
		copy = take_value(copy, to_count, origin);
		copy = take_object_values(copy, manifests_of(module), origin);
	} else if (origin) {
		copy = take_pause(copy, origin);
	}
	if (copy != module)
		return copy;
	json_decref(copy);
	return NULL;
}

struct set *
workload_counts_of(struct set *set, const struct set *origin, json_t *names, struct error *err)
{
	json_t *body = set_body(set), *modules = json_object_get(body, "modules"), *module;
	bool is_same = true;
	const char *name;
	void *next;

	json_object_foreach_safe(modules, next, name, module) {
		json_t *copy = workload_with_count_of(module, set_module(origin, name));

		if (!copy)
			continue;
		is_same = false;
		json_array_append_new(names, json_string(name));
		json_object_set_new(modules, name, copy);
	}
	if (!is_same)
		return set_take(body, err);
	json_decref(body);
	return set_ref(set);
}

const char *
workload_scaler(const json_t *module)
{
	const char *key;
	json_t *object;

	json_object_foreach(manifests_of(module), key, object) {
		const char *kind = json_member_string(object, "kind");

		if (kind && strcmp(kind, "HorizontalPodAutoscaler") == 0)
			return json_member_string(json_object_get(object, "metadata"), "name");
	}
	return NULL;
}
