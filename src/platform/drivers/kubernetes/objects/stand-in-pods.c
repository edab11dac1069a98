/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Rules of a clone about what runs: how many, when, where, with which images and volumes. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "model/json.h"
#include "model/merge-keys.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/objects/objects-parts.h"
#include "platform/drivers/kubernetes/objects/stand-in-private.h"
#include "platform/drivers/kubernetes/objects/stand-in.h"

/* --- when --- */

/* What is paused does not run either, and of that nothing is said. */
enum stand_in_result
stand_in_suspend(const struct stand_in_view *view, json_t *object, json_t *details)
{
	json_t *spec = json_object_get(object, "spec");
	bool is_paused = view->workload->declared->replicas == 0;

	if ((view->runs && !is_paused) || json_is_true(json_object_get(spec, "suspend")))
		return STAND_IN_SAME;
	json_object_set_new(spec, "suspend", json_true());
	stand_in_add_detail(details, kube_read_text(spec, "schedule"));
	return view->runs ? STAND_IN_SAME : STAND_IN_CHANGED;
}

enum stand_in_result
stand_in_leave_job(const struct stand_in_view *view, json_t *object, json_t *details)
{
	(void)object;
	(void)details;
	return view->runs ? STAND_IN_SAME : STAND_IN_LEFT_OUT;
}

/* Nothing of a paused rollout would begin, and whoever waits for the clone would wait in vain. */
enum stand_in_result
stand_in_unpause(const struct stand_in_view *view, json_t *object, json_t *details)
{
	json_t *spec = json_object_get(object, "spec");
	bool is_paused = json_is_true(json_object_get(spec, "paused"));

	(void)view;
	(void)details;
	json_object_del(spec, "paused");
	return is_paused ? STAND_IN_CHANGED : STAND_IN_SAME;
}

/* --- how many --- */

static bool
is_scaled(const json_t *object)
{
	const json_t *replicas = json_object_get(json_object_get(object, "spec"), "replicas");

	return kube_read_is(object, "kind", "Deployment") ||
	       kube_read_is(object, "kind", "StatefulSet") || json_is_integer(replicas);
}

/* As many as were asked for: one, unless a person or the set says more.  What has none in the
 * origin is not started here by being cloned. */
enum stand_in_result
stand_in_one_replica(const struct stand_in_view *view, json_t *object, json_t *details)
{
	json_t *spec = json_object_get(object, "spec");
	int found = kube_read_count(spec, "replicas", 1), wanted = view->workload->declared->replicas;
	char text[32];

	if (!is_scaled(object))
		return STAND_IN_SAME;
	if (found == 0 && wanted == 1)
		wanted = 0;
	json_object_set_new(spec, "replicas", json_integer(wanted));
	if (found == wanted || wanted == 0)
		return STAND_IN_SAME;
	snprintf(text, sizeof(text), "%d", found);
	stand_in_add_detail(details, text);
	return STAND_IN_CHANGED;
}

/* --- where --- */

static bool
leave_ports(const json_t *containers, json_t *details)
{
	const json_t *container;
	json_t *port;
	bool found = false;
	size_t i, k;

	json_array_foreach(containers, i, container)
		json_array_foreach(json_object_get(container, "ports"), k, port)
			found |= stand_in_drop(port, "hostPort", details);
	return found;
}

/* A directory of the node is somebody else's; an empty one stands for it. */
static bool
leave_paths(const json_t *volumes, json_t *details)
{
	json_t *volume;
	bool found = false;
	size_t i;

	json_array_foreach(volumes, i, volume) {
		const char *path = kube_read_text(json_object_get(volume, "hostPath"), "path");

		if (!json_object_get(volume, "hostPath"))
			continue;
		found = true;
		stand_in_add_detail(details, path);
		json_object_del(volume, "hostPath");
		json_object_set_new(volume, "emptyDir", json_object());
	}
	return found;
}

enum stand_in_result
stand_in_leave_node(const struct stand_in_view *view, json_t *object, json_t *details)
{
	static const char *const members[] = {"hostNetwork", "hostPID", "hostIPC", "nodeName"};
	json_t *pod = json_object_get(kube_read_template(object), "spec");
	bool found = leave_ports(json_object_get(pod, "containers"), details);

	(void)view;
	found |= leave_ports(json_object_get(pod, "initContainers"), details);
	found |= leave_paths(json_object_get(pod, "volumes"), details);
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		found |= stand_in_drop(pod, members[i], details);
	return found ? STAND_IN_CHANGED : STAND_IN_SAME;
}

/* --- what is there twice --- */

/* A client that creates may give two items of one key, and one that applies may not.  Programs get
 * the last variable; of ports that differ in their names alone any leads to the same. */
static bool
keep_last(const struct merge_key *key, json_t *list, json_t *details)
{
	json_t *seen = json_object();
	bool found = false;

	for (size_t i = json_array_size(list); i-- > 0;) {
		char *text = merge_key_text(key, json_array_get(list, i));

		if (text && json_object_get(seen, text)) {
			char *what = xasprintf("%s %s", key->noun, text);

			found = true;
			stand_in_add_detail(details, what);
			json_array_remove(list, i);
			free(what);
		} else if (text) {
			json_object_set_new(seen, text, json_true());
		}
		free(text);
	}
	json_decref(seen);
	return found;
}

static bool
keep_last_of_each(json_t *value, const char *kind, json_t *details)
{
	bool found = false;
	const char *name;
	json_t *child;
	size_t i;

	json_object_foreach(value, name, child) {
		const struct merge_key *key = merge_key_of(name, kind);

		if (key && json_is_array(child))
			found |= keep_last(key, child, details);
		found |= keep_last_of_each(child, kind, details);
	}
	json_array_foreach(value, i, child)
		found |= keep_last_of_each(child, kind, details);
	return found;
}

enum stand_in_result
stand_in_once(const struct stand_in_view *view, json_t *object, json_t *details)
{
	json_t *pod = json_object_get(kube_read_template(object), "spec");

	(void)view;
	return keep_last_of_each(pod, kube_read_text(object, "kind"), details) ? STAND_IN_CHANGED
									       : STAND_IN_SAME;
}

/* --- images --- */

/* A tag may have been moved since: the clone runs what runs in the origin, or the bug would be
 * looked for in another program. */
static bool
pin(const struct stand_in_view *view, const char *called, json_t *container, json_t *details)
{
	const char *image = kube_read_text(container, "image");
	char *key = xasprintf("%s/%s", called, kube_read_text(container, "name"));
	const json_t *known = json_object_get(view->facts->images, key);
	const char *of = json_string_value(json_array_get(known, 0)),
		   *pinned = json_string_value(json_array_get(known, 1));
	bool is_same = of && pinned && strcmp(of, image) == 0 && strcmp(pinned, image) != 0;

	free(key);
	if (!is_same)
		return false;
	stand_in_add_detail(details, pinned);
	json_object_set_new(container, "image", json_string(pinned));
	return true;
}

enum stand_in_result
stand_in_pin_images(const struct stand_in_view *view, json_t *object, json_t *details)
{
	static const char *const lists[] = {"containers", "initContainers"};
	json_t *pod = json_object_get(kube_read_template(object), "spec"), *container;
	char *called = xasprintf("%s/%s", kube_read_text(object, "kind"), kube_read_name(object));
	bool found = false;
	size_t i;

	for (size_t list = 0; list < 2; list++)
		json_array_foreach(json_object_get(pod, lists[list]), i, container)
			found |= pin(view, called, container, details);
	free(called);
	return found ? STAND_IN_CHANGED : STAND_IN_SAME;
}

/* --- volumes --- */

static bool
is_of_volume(const char *key)
{
	static const char *const prefixes[] = {"pv.kubernetes.io/", "volume.kubernetes.io/",
					       "volume.beta.kubernetes.io/"};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(key, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

/* Neither the volume of the origin nor a copy of what is in it. */
static void
make_empty(json_t *claim)
{
	static const char *const members[] = {"volumeName", "dataSource", "dataSourceRef",
					      "selector"};
	json_t *spec = json_object_get(claim, "spec"), *ignored = json_object();

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		json_object_del(spec, members[i]);
	(void)stand_in_drop_keys(stand_in_metadata(claim, "annotations"), is_of_volume, ignored);
	json_decref(ignored);
	json_object_del(claim, "status");
}

enum stand_in_result
stand_in_empty_volume(const struct stand_in_view *view, json_t *object, json_t *details)
{
	(void)view;
	(void)details;
	make_empty(object);
	return STAND_IN_CHANGED;
}

enum stand_in_result
stand_in_empty_templates(const struct stand_in_view *view, json_t *object, json_t *details)
{
	json_t *list = json_object_get(json_object_get(object, "spec"), "volumeClaimTemplates");
	json_t *claim;
	size_t i;

	(void)view;
	(void)details;
	json_array_foreach(list, i, claim)
		make_empty(claim);
	return json_array_size(list) > 0 ? STAND_IN_CHANGED : STAND_IN_SAME;
}
