/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The places of a pod's specification that name another object are a table of paths; "*" stands for
 * each item of a list. */
#include "config.h"

#include "platform/drivers/kubernetes/survey/survey-refers.h"

#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "model/json.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"

#define PARTS_MAX 8

static const struct {
	const char *kind;
	const char *path[PARTS_MAX];	/* NULL behind the last */
} places[] = {
	{"ConfigMap", {"volumes", "*", "configMap", "name"}},
	{"ConfigMap", {"volumes", "*", "projected", "sources", "*", "configMap", "name"}},
	{"ConfigMap", {"containers", "*", "envFrom", "*", "configMapRef", "name"}},
	{"ConfigMap", {"containers", "*", "env", "*", "valueFrom", "configMapKeyRef", "name"}},
	{"ConfigMap", {"initContainers", "*", "envFrom", "*", "configMapRef", "name"}},
	{"ConfigMap", {"initContainers", "*", "env", "*", "valueFrom", "configMapKeyRef", "name"}},
	{"Secret", {"volumes", "*", "secret", "secretName"}},
	{"Secret", {"volumes", "*", "projected", "sources", "*", "secret", "name"}},
	{"Secret", {"volumes", "*", "csi", "nodePublishSecretRef", "name"}},
	{"Secret", {"containers", "*", "envFrom", "*", "secretRef", "name"}},
	{"Secret", {"containers", "*", "env", "*", "valueFrom", "secretKeyRef", "name"}},
	{"Secret", {"initContainers", "*", "envFrom", "*", "secretRef", "name"}},
	{"Secret", {"initContainers", "*", "env", "*", "valueFrom", "secretKeyRef", "name"}},
	{"Secret", {"imagePullSecrets", "*", "name"}},
	{"PersistentVolumeClaim", {"volumes", "*", "persistentVolumeClaim", "claimName"}},
	{"ServiceAccount", {"serviceAccountName"}},
};

static void
collect(json_t *out, const char *kind, const json_t *at, const char *const *path)
{
	const json_t *item;
	char *key;
	size_t i;

	if (!*path && json_is_string(at)) {
		key = xasprintf("%s/%s", kind, json_string_value(at));
		json_object_set_new(out, key, json_true());
		free(key);
	} else if (*path && strcmp(*path, "*") == 0) {
		json_array_foreach(at, i, item)
			collect(out, kind, item, path + 1);
	} else if (*path) {
		collect(out, kind, json_object_get(at, *path), path + 1);
	}
}

json_t *
kube_survey_references(const json_t *pod_spec)
{
	json_t *out = json_object();

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		collect(out, places[i].kind, pod_spec, places[i].path);
	/* Its account pulls the images also of who names none. */
	if (json_is_object(pod_spec) && !json_object_get(pod_spec, "serviceAccountName"))
		json_object_set_new(out, "ServiceAccount/default", json_true());
	return out;
}
