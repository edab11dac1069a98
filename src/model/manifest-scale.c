/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "model/manifest-scale.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "model/json.h"
#include "model/manifests.h"
#include "model/pointer.h"

#define POINTER_MAX (1u << 16)

static const char *const to_count[] = {"spec", "replicas", NULL};
static const char *const to_suspend[] = {"spec", "suspend", NULL};
static const char *const to_restart[] = {"spec", "template", "metadata", "annotations",
					 "kubectl.kubernetes.io/restartedAt", NULL};

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

static const json_t *
manifests_of(const json_t *module)
{
	return json_object_get(json_object_get(module, "spec"), "manifests");
}

static bool
any_has(const json_t *module, const char *const *path)
{
	const char *key;
	json_t *object;

	json_object_foreach((json_t *)manifests_of(module), key, object)
		if (has_field(object, path))
			return true;
	return false;
}

/* Objects on the way that are missing are added with it. */
static void
put_value(json_t *operations, const char *key, const json_t *object, const char *const *path,
	  json_t *value)
{
	const json_t *at = object;
	struct buf pointer;
	size_t i = 0, end = 0;

	buf_init(&pointer, POINTER_MAX);
	(void)buf_puts(&pointer, "/spec/manifests");
	pointer_append(&pointer, key);
	for (; path[i]; i++) {
		at = json_object_get(at, path[i]);
		pointer_append(&pointer, path[i]);
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
						"path", buf_str(&pointer), "value", value));
	json_decref(value);
	buf_clear(&pointer);
}

static void
put_values(json_t *operations, const json_t *module, const char *const *path, json_t *value)
{
	const char *key;
	json_t *object;

	json_object_foreach((json_t *)manifests_of(module), key, object)
		if (has_field(object, path))
			put_value(operations, key, object, path, json_incref(value));
	json_decref(value);
}

json_t *
manifests_scale(const json_t *module, int count)
{
	json_t *operations = json_array();

	put_values(operations, module, to_count, json_integer(count));
	return operations;
}

json_t *
manifests_pause(const json_t *module)
{
	json_t *operations = manifests_scale(module, 0);

	put_values(operations, module, to_suspend, json_true());
	return operations;
}

json_t *
manifests_restart(const json_t *module, const char *at)
{
	json_t *operations = json_array();

	put_values(operations, module, to_restart, json_string(at));
	return operations;
}

bool
manifests_can_scale(const json_t *module)
{
	return any_has(module, to_count);
}

bool
manifests_can_restart(const json_t *module)
{
	return any_has(module, to_restart);
}

const char *
manifests_scaler(const json_t *module)
{
	const char *key;
	json_t *object;

	json_object_foreach((json_t *)manifests_of(module), key, object) {
		const char *kind = json_member_string(object, "kind");

		if (kind && strcmp(kind, "HorizontalPodAutoscaler") == 0)
			return json_member_string(json_object_get(object, "metadata"), "name");
	}
	return NULL;
}
