/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where pods and images stand in the objects of a cluster, kept or not. */
#include "config.h"

#include "model/manifests.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xmalloc.h"
#include "model/image.h"
#include "model/json.h"
#include "model/manifest-filled.h"
#include "model/merge-keys.h"
#include "model/pointer.h"

#define POINTER_MAX (1u << 20)
#define DEFAULT_CONTAINER "kubectl.kubernetes.io/default-container"

static const struct {
	const char *kind;
	const char *path[6];
} templates[] = {
	{"Deployment", {"spec", "template", "spec"}},
	{"StatefulSet", {"spec", "template", "spec"}},
	{"DaemonSet", {"spec", "template", "spec"}},
	{"ReplicaSet", {"spec", "template", "spec"}},
	{"ReplicationController", {"spec", "template", "spec"}},
	{"Job", {"spec", "template", "spec"}},
	{"CronJob", {"spec", "jobTemplate", "spec", "template", "spec"}},
	{"PodTemplate", {"template", "spec"}},
	{"Pod", {"spec"}},
};

const char *const *
manifest_pod_path(const json_t *object)
{
	const char *kind = json_member_string(object, "kind");

	for (size_t i = 0; kind && i < sizeof(templates) / sizeof(templates[0]); i++)
		if (strcmp(templates[i].kind, kind) == 0 && manifest_is_built_in(object))
			return templates[i].path;
	return NULL;
}

const json_t *
manifest_pod_spec(const json_t *object)
{
	const char *const *path = manifest_pod_path(object);
	const json_t *at = path ? object : NULL;

	for (; path && *path; path++)
		at = json_object_get(at, *path);
	return json_is_object(at) ? at : NULL;
}

static bool
may_rest(const json_t *object)
{
	const char *kind = json_member_string(object, "kind");
	const json_t *count = json_object_get(json_object_get(object, "spec"), "replicas");

	return strcmp(kind, "Job") == 0 || strcmp(kind, "CronJob") == 0 ||
	       (json_is_integer(count) && json_integer_value(count) == 0);
}

bool
manifests_may_rest(const json_t *module)
{
	bool has_pods = false;
	const char *key;
	json_t *object;

	json_object_foreach(manifests_of(module), key, object) {
		if (!manifest_pod_path(object))
			continue;
		has_pods = true;
		if (!may_rest(object))
			return false;
	}
	return has_pods;
}

static const char *const container_lists[] = {"containers", "initContainers",
					      "ephemeralContainers"};
#define CONTAINER_LISTS (sizeof(container_lists) / sizeof(container_lists[0]))

struct container_walk {
	struct buf pointer;
	manifest_container *call;
	void *data;
};

static void
tell_container(struct container_walk *walk, const char *list, const char *token, const char *name,
	       const json_t *container)
{
	size_t before = walk->pointer.length;

	if (!json_member_string(container, "image"))
		return;
	pointer_append(&walk->pointer, token);
	walk->call(walk->data, buf_str(&walk->pointer), list, name ? name : "", container);
	buf_truncate(&walk->pointer, before);
}

/* Of a list or of a folded one, in the order of its items. */
static void
tell_containers(struct container_walk *walk, const char *list, const json_t *containers)
{
	json_t *order, *item;
	size_t i;

	json_array_foreach((json_t *)containers, i, item) {
		char *token = xasprintf("%zu", i);

		tell_container(walk, list, token, json_member_string(item, "name"), item);
		free(token);
	}
	if (!json_is_object(containers))
		return;
	order = merge_order(merge_key_of(list, NULL), containers);
	json_array_foreach(order, i, item) {
		const char *name = json_string_value(item);

		tell_container(walk, list, name, name, json_object_get(containers, name));
	}
	json_decref(order);
}

/* What has containers has them in lists of these names. */
static void
tell_lists(struct container_walk *walk, const json_t *value)
{
	size_t before = walk->pointer.length;

	for (size_t i = 0; i < CONTAINER_LISTS; i++) {
		pointer_append(&walk->pointer, container_lists[i]);
		tell_containers(walk, container_lists[i],
				json_object_get(value, container_lists[i]));
		buf_truncate(&walk->pointer, before);
	}
}

static void walk_containers(struct container_walk *walk, const json_t *value, int depth);

static void
walk_below(struct container_walk *walk, const char *token, const json_t *value, int depth)
{
	size_t before = walk->pointer.length;

	if ((!json_is_object(value) && !json_is_array(value)) || depth == 0)
		return;
	pointer_append(&walk->pointer, token);
	walk_containers(walk, value, depth - 1);
	buf_truncate(&walk->pointer, before);
}

/* In a custom resource they may be anywhere. */
static void
walk_containers(struct container_walk *walk, const json_t *value, int depth)
{
	const char *name;
	json_t *member;
	size_t item;

	tell_lists(walk, value);
	json_object_foreach((json_t *)value, name, member)
		walk_below(walk, name, member, depth);
	json_array_foreach((json_t *)value, item, member) {
		char *token = xasprintf("%zu", item);

		walk_below(walk, token, member, depth);
		free(token);
	}
}

void
manifest_each_container(const json_t *object, manifest_container *call, void *data)
{
	struct container_walk walk = {.call = call, .data = data};
	const char *const *path = manifest_pod_path(object);
	bool is_built_in = manifest_is_built_in(object);

	if (is_built_in && !manifest_pod_spec(object))
		return;
	buf_init(&walk.pointer, POINTER_MAX);
	if (is_built_in) {
		for (; *path; path++)
			pointer_append(&walk.pointer, *path);
		tell_lists(&walk, manifest_pod_spec(object));
	} else {
		pointer_append(&walk.pointer, "spec");
		walk_containers(&walk, json_object_get(object, "spec"), JSON_DEPTH_MAX);
	}
	buf_clear(&walk.pointer);
}

/* Which container of an object it is known by. */
struct main_container {
	const char *wanted[2];	/* names, the better one first */
	int rank;		/* of the best so far; 0: none */
	char *pointer;
};

static void
take_container(void *data, const char *pointer, const char *list, const char *name,
	       const json_t *container)
{
	struct main_container *m = data;
	bool is_main = strcmp(list, "containers") == 0;
	int rank = !is_main						? 1
		   : m->wanted[0] && strcmp(name, m->wanted[0]) == 0	? 4
		   : m->wanted[1] && strcmp(name, m->wanted[1]) == 0	? 3
									: 2;

	(void)container;
	if (rank <= m->rank)
		return;
	free(m->pointer);
	m->pointer = xasprintf("%s/image", pointer);
	m->rank = rank;
}

static const char *
default_container(const json_t *object)
{
	const json_t *template = json_object_get(json_object_get(object, "spec"), "template");

	return json_member_string(json_object_get(json_object_get(template, "metadata"),
						  "annotations"),
				  DEFAULT_CONTAINER);
}

/* Operators' resources that run one program have its image right in their spec. */
char *
manifest_image_path(const json_t *object)
{
	struct main_container m = {
		.wanted = {default_container(object),
			   json_member_string(json_object_get(object, "metadata"), "name")},
	};

	manifest_each_container(object, take_container, &m);
	if (!m.pointer && !manifest_is_built_in(object) &&
	    json_member_string(json_object_get(object, "spec"), "image"))
		m.pointer = xstrdup("/spec/image");
	return m.pointer;
}

static char *
path_in_module(const char *key, const char *below)
{
	struct buf path;

	buf_init(&path, POINTER_MAX);
	(void)buf_puts(&path, "/spec/manifests");
	pointer_append(&path, key);
	(void)buf_puts(&path, below);
	return buf_take(&path);
}

/* By key, since the order of members in JSON means nothing. */
char *
manifests_image_path(const json_t *module)
{
	json_t *manifests = manifests_of(module), *object;
	const char *key, *first = NULL;
	char *below = NULL, *path = NULL;

	json_object_foreach(manifests, key, object) {
		char *image = !first || strcmp(key, first) < 0 ? manifest_image_path(object) : NULL;

		if (!image)
			continue;
		free(below);
		below = image;
		first = key;
	}
	if (below)
		path = path_in_module(first, below);
	free(below);
	return path;
}

struct image_search {
	const char *name;	/* of the image */
	const char *key;	/* of the object that is looked at */
	const char *found;	/* of the object it was found in */
	char *pointer;
	int rank;		/* 0: nothing was found */
};

static void
look_for_image(void *data, const char *pointer, const char *list, const char *name,
	       const json_t *container)
{
	struct image_search *s = data;
	int rank = strcmp(list, "containers") == 0	 ? 2
		   : strcmp(list, "initContainers") == 0 ? 1
							 : 0;

	(void)name;
	if (!image_has_name(json_member_string(container, "image"), s->name) || rank < s->rank ||
	    rank == 0 || (rank == s->rank && strcmp(s->key, s->found) >= 0))
		return;
	free(s->pointer);
	s->pointer = xasprintf("%s/image", pointer);
	s->found = s->key;
	s->rank = rank;
}

char *
manifests_image_path_named(const json_t *module, const char *name)
{
	struct image_search s = {.name = name};
	json_t *object;
	char *path;

	json_object_foreach(manifests_of(module), s.key, object)
		manifest_each_container(object, look_for_image, &s);
	path = s.pointer ? path_in_module(s.found, s.pointer) : NULL;
	free(s.pointer);
	return path;
}
