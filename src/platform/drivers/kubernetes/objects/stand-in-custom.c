/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Rules of a clone about objects of operators, whose fields nobody knows but by what they are
 * called: how many of what they make run, and with which images.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "model/json.h"
#include "model/manifest-filled.h"
#include "model/manifests.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/objects/objects-parts.h"
#include "platform/drivers/kubernetes/objects/stand-in-private.h"
#include "platform/drivers/kubernetes/objects/stand-in.h"

/* --- how many --- */

static bool
is_one_of(const char *key, const char *const *keys)
{
	while (*keys && strcmp(*keys, key) != 0)
		keys++;
	return *keys != NULL;
}

/* For certain what it says is a number of pods; "size" and "count" are that at the top alone. */
static bool
counts_pods(const char *key, int depth)
{
	static const char *const always[] = {"replicas", "instances", NULL};
	static const char *const on_top[] = {"size", "count", NULL};

	return is_one_of(key, always) || (depth == 0 && is_one_of(key, on_top));
}

static bool
may_count_pods(const char *key)
{
	static const char *const keys[] = {"size", "count", NULL};

	return is_one_of(key, keys);
}

struct pod_counting {
	int wanted;			/* 0: they are only named that may be such */
	json_t *details;
	bool found;
};

static void
take_count(struct pod_counting *c, json_t *parent, const char *key, int depth)
{
	json_int_t number = json_integer_value(json_object_get(parent, key));
	char *words;

	if (number <= 1 || number <= c->wanted)
		return;
	if (c->wanted > 0 ? !counts_pods(key, depth)
			  : counts_pods(key, depth) || !may_count_pods(key))
		return;
	words = xasprintf("%s %lld", key, (long long)number);
	stand_in_add_detail(c->details, words);
	free(words);
	c->found = true;
	if (c->wanted > 0)
		json_object_set_new(parent, key, json_integer(c->wanted));
}

static void
walk_counts(struct pod_counting *c, json_t *value, int depth)
{
	const char *key;
	json_t *child;
	size_t i;

	if (depth >= JSON_DEPTH_MAX)
		return;
	json_object_foreach(value, key, child) {
		if (json_is_integer(child))
			take_count(c, value, key, depth);
		else
			walk_counts(c, child, depth + 1);
	}
	json_array_foreach(value, i, child)
		walk_counts(c, child, depth + 1);
}

static enum stand_in_result
count_pods(json_t *object, struct pod_counting *counting)
{
	if (!manifest_is_built_in(object))
		walk_counts(counting, json_object_get(object, "spec"), 0);
	return counting->found ? STAND_IN_CHANGED : STAND_IN_SAME;
}

enum stand_in_result
stand_in_few_custom(const struct stand_in_view *view, json_t *object, json_t *details)
{
	int replicas = view->workload->declared->replicas;

	return count_pods(object, &(struct pod_counting){.wanted = replicas > 1 ? replicas : 1,
						     .details = details});
}

enum stand_in_result
stand_in_tell_counts(const struct stand_in_view *view, json_t *object, json_t *details)
{
	(void)view;
	return count_pods(object, &(struct pod_counting){.details = details});
}

enum stand_in_result
stand_in_tell_nodes(const struct stand_in_view *view, json_t *object, json_t *details)
{
	(void)view, (void)object, (void)details;
	return STAND_IN_CHANGED;
}

/* --- images --- */

struct image_pinning {
	const struct stand_in_view *view;
	const json_t *object;
	json_t *details;
	bool found;
};

/* By its text: pods of an operator are found by no name. */
static void
pin(struct image_pinning *w, json_t *container)
{
	const char *image = kube_read_text(container, "image");
	const char *pinned = json_member_string(w->view->facts->by_image, image);

	if (!pinned)
		return;
	stand_in_add_detail(w->details, pinned);
	json_object_set_new(container, "image", json_string(pinned));
	w->found = true;
}

static void
pin_container(void *data, const char *pointer, const char *list, const char *name,
	      const json_t *container)
{
	(void)pointer, (void)list, (void)name;
	pin(data, (json_t *)(uintptr_t)container);
}

enum stand_in_result
stand_in_pin_custom(const struct stand_in_view *view, json_t *object, json_t *details)
{
	struct image_pinning w = {.view = view, .object = object, .details = details};

	if (manifest_is_built_in(object) || !view->facts->by_image)
		return STAND_IN_SAME;
	manifest_each_container(object, pin_container, &w);
	pin(&w, json_object_get(object, "spec"));
	return w.found ? STAND_IN_CHANGED : STAND_IN_SAME;
}

static const char *
last_part(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

/* The one that runs is the same from elsewhere: somebody changes it on its way to the node. */
static bool
is_mirrored(const char *declared, const char *running)
{
	return strcmp(last_part(declared), last_part(running)) == 0;
}

static bool
runs_somewhere(const json_t *seen, const char *image)
{
	const char *key;
	json_t *one;

	json_object_foreach((json_t *)(uintptr_t)seen, key, one)
		if (strcmp(json_string_value(one), image) == 0)
			return true;
	return false;
}

/* Not one that was chosen for the clone, which the original does not run. */
static void
tell_container(void *data, const char *pointer, const char *list, const char *name,
	       const json_t *container)
{
	struct image_pinning *w = data;
	const json_t *seen = w->view->facts->seen;
	const char *image = kube_read_text(container, "image"), *running;
	char *key = xasprintf("%s/%s/%s", kube_read_text(w->object, "kind"),
			      kube_read_name(w->object), name);

	(void)pointer, (void)list;
	running = json_member_string(seen, key);
	free(key);
	if (!*image || strchr(image, '@') ||
	    (running ? !is_mirrored(image, running)
		     : !manifest_is_built_in(w->object) && !runs_somewhere(seen, image)))
		return;
	stand_in_add_detail(w->details, image);
	w->found = true;
}

enum stand_in_result
stand_in_tell_unpinned(const struct stand_in_view *view, json_t *object, json_t *details)
{
	struct image_pinning w = {.view = view, .object = object, .details = details};

	if (view->facts->seen)
		manifest_each_container(object, tell_container, &w);
	return w.found ? STAND_IN_CHANGED : STAND_IN_SAME;
}
