/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The volumes of a pod and where its containers see them: those of the spec, those that are as
 * Kubernetes has them (spec.pod.volumes), and claims that were made of resources.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/objects/objects-parts.h"

#define OWN "volumes."		/* before the name of a volume of the spec */
#define CLAIM "claim/"		/* before that of a claim, in driver_workload.volumes */

static const char *
name_in_spec(const char *id)
{
	return strncmp(id, OWN, strlen(OWN)) == 0 ? id + strlen(OWN) : id;
}

/* One that is as Kubernetes has it. */
static bool
is_of_pod(const struct kube_workload *w, const char *id)
{
	const json_t *volumes = json_object_get(json_object_get(w->spec, "pod"), "volumes");
	const json_t *volume;
	size_t i;

	json_array_foreach(volumes, i, volume) {
		const char *name = json_member_string(volume, "name");

		if (name && strcmp(name, id) == 0)
			return true;
	}
	return false;
}

/* NULL: there is no such resource, or it is no claim. */
static const char *
claim_of(const struct kube_workload *w, const char *id)
{
	const char *path = json_member_string(w->declared->volumes, id);

	if (!path || strncmp(path, CLAIM, strlen(CLAIM)) != 0)
		return NULL;
	path += strlen(CLAIM);
	return kube_subdomain_is_valid(path) ? path : NULL;
}

/* What the volume of a mount is called in the pod; free() it.  NULL with err. */
static char *
volume_name(const struct kube_workload *w, const char *id, struct error *err)
{
	const json_t *volumes = json_object_get(w->spec, "volumes");

	if (claim_of(w, id))
		return kube_name(id, NULL, KUBE_NAME_MAX);
	if (json_is_object(json_object_get(volumes, name_in_spec(id))))
		return kube_name(name_in_spec(id), NULL, KUBE_NAME_MAX);
	if (is_of_pod(w, id))
		return xstrdup(id);
	error_set_code(err, CODE_VOLUME_NOT_FOUND, .name = id, .workload = w->declared->module);
	return NULL;
}

static int
mount_volume(const struct kube_workload *w, const char *at, const json_t *declared,
	     json_t *mounts, struct error *err)
{
	const char *id = json_member_string(declared, "id");
	const char *sub = json_member_string(declared, "sub_path");
	json_t *mount;
	char *name, *key;

	if (at[0] != '/' || !paths_is_inside(at + 1))
		return error_set_code(err, CODE_VOLUME_PATH_INVALID, .path = at,
				      .workload = w->declared->module);
	name = volume_name(w, id ? id : "", err);
	if (!name)
		return -1;
	mount = json_pack("{s:s, s:s}", "name", name, "mountPath", at);
	if (sub && *sub)
		json_object_set_new(mount, "subPath", json_string(sub));
	if (json_is_true(json_object_get(declared, "read_only")))
		json_object_set_new(mount, "readOnly", json_true());
	/* Beside a file of that path, which the cluster then refuses. */
	key = xasprintf("%s volume", at);
	json_object_set_new(mounts, key, mount);
	free(key);
	free(name);
	return 0;
}

int
kube_mount_volumes(const struct kube_workload *w, const json_t *container, json_t *mounts,
		   struct error *err)
{
	const char *at;
	json_t *declared;

	json_object_foreach(json_object_get(container, "volume_mounts"), at, declared)
		if (mount_volume(w, at, declared, mounts, err) != 0)
			return -1;
	return 0;
}

/* One that says nothing of where it lies is the pod's own. */
static json_t *
volume_of(const char *name, const json_t *declared)
{
	static const char *const kinds[] = {"persistentVolumeClaim", "configMap", "secret",
					    "projected", "hostPath", "nfs"};
	const json_t *empty = json_object_get(declared, "emptyDir");
	json_t *out = json_pack("{s:s}", "name", name), *room;
	char *limit;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		kube_copy(out, kinds[i], declared, kinds[i]);
	if (json_object_size(out) > 1 && !json_is_object(empty))
		return out;
	room = json_object();
	kube_copy(room, "medium", empty, "medium");
	limit = kube_text(json_object_get(empty, "sizeLimit"));
	if (limit && *limit)
		json_object_set_new(room, "sizeLimit", json_string(limit));
	free(limit);
	json_object_set_new(out, "emptyDir", room);
	return out;
}

/* A shared one is known to all workloads, and is none of those that do not mount it. */
static bool
is_mounted(const struct kube_workload *w, const char *id)
{
	const char *container, *at;
	json_t *declared, *mount;

	json_object_foreach(json_object_get(w->spec, "containers"), container, declared)
		json_object_foreach(json_object_get(declared, "volume_mounts"), at, mount) {
			const char *mounted = json_member_string(mount, "id");

			if (mounted && strcmp(mounted, id) == 0)
				return true;
		}
	return false;
}

static void
add_claims(const struct kube_workload *w, json_t *volumes)
{
	const char **ids = kube_sorted_keys(w->declared->volumes);

	for (size_t i = 0; ids[i]; i++) {
		const char *claim = claim_of(w, ids[i]);
		char *name;

		if (!claim || !is_mounted(w, ids[i]))
			continue;
		name = kube_name(ids[i], NULL, KUBE_NAME_MAX);
		json_array_append_new(volumes,
				      json_pack("{s:s, s:{s:s}}", "name", name,
						"persistentVolumeClaim", "claimName", claim));
		free(name);
	}
	free(ids);
}

void
kube_add_volumes(const struct kube_workload *w, json_t *volumes)
{
	const json_t *declared = json_object_get(w->spec, "volumes");
	const json_t *more = json_object_get(json_object_get(w->spec, "pod"), "volumes"), *volume;
	const char **ids = kube_sorted_keys(declared);
	size_t k;

	for (size_t i = 0; ids[i]; i++) {
		char *name = kube_name(ids[i], NULL, KUBE_NAME_MAX);

		json_array_append_new(volumes, volume_of(name, json_object_get(declared, ids[i])));
		free(name);
	}
	free(ids);
	add_claims(w, volumes);
	json_array_foreach(more, k, volume)
		json_array_append(volumes, (json_t *)volume);
}
