/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A tag may lead to another image today, so a clone gets the digest that the origin runs, read from
 * its pods' status and found by who made them: the name of a ReplicaSet or a Job without its tail.
 * What the clone has pinned already goes before that, or a resume would start another program in
 * it.
 */
#include "config.h"

#include "platform/drivers/kubernetes/objects/facts-images.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "model/image.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/objects/stand-in-private.h"

static const char *const lists[] = {"containers", "initContainers"};
static const char *const statuses[] = {"containerStatuses", "initContainerStatuses"};

void
facts_images_init(struct facts_images *images)
{
	*images = (struct facts_images){
		.pinned = json_object(), .running = json_object(), .times = json_object(),
		.by_image = json_object(), .seen = json_object(), .kept = json_object(),
	};
}

void
facts_images_clear(struct facts_images *images)
{
	json_decref(images->pinned);
	json_decref(images->running);
	json_decref(images->times);
	json_decref(images->known);
	json_decref(images->by_image);
	json_decref(images->seen);
	json_decref(images->kept);
	*images = (struct facts_images){0};
}

const json_t *
facts_images_known(struct facts_images *images)
{
	json_decref(images->known);
	images->known = json_copy(images->running);
	json_object_update(images->known, images->pinned);
	json_object_update(images->by_image, images->kept);
	return images->known;
}

/* --- what a clone has --- */

static void
take_container(struct facts_images *images, const char *called, const json_t *container)
{
	const char *image = kube_read_text(container, "image"), *at = strchr(image, '@');
	char *key = xasprintf("%s/%s", called, kube_read_text(container, "name")), *plain;

	if (at) {
		plain = xstrndup(image, (size_t)(at - image));
		json_object_set_new(images->pinned, key, json_pack("[s, s]", plain, image));
		free(plain);
	}
	free(key);
}

void
facts_take_pinned(struct facts_images *images, const char *kind, const json_t *object)
{
	char *called = xasprintf("%s/%s", kind, kube_read_name(object));
	json_t *spec = json_object_get(object, "spec");
	const json_t *container;
	size_t i;

	if (strcmp(kind, "CronJob") == 0)
		spec = json_object_get(json_object_get(spec, "jobTemplate"), "spec");
	spec = json_object_get(json_object_get(spec, "template"), "spec");
	for (size_t list = 0; list < 2; list++)
		json_array_foreach(json_object_get(spec, lists[list]), i, container)
			take_container(images, called, container);
	free(called);
}

/* --- what the origin runs --- */

/* "web-6d5f" of a ReplicaSet of "web"; "backup-28471234" of a Job of "backup". */
static char *
without_tail(const char *name)
{
	const char *dash = strrchr(name, '-');

	return dash ? xstrndup(name, (size_t)(dash - name)) : xstrdup(name);
}

/* "Deployment/web"; NULL: nobody made it.  free() it. */
static char *
maker_of(const json_t *pod)
{
	const json_t *owner = kube_read_controller(pod);
	const char *kind = kube_read_text(owner, "kind"), *name = kube_read_text(owner, "name");
	const char *dash = strrchr(name, '-');
	char *base, *made;

	if (!owner)
		return NULL;
	base = without_tail(name);
	if (strcmp(kind, "ReplicaSet") == 0)
		made = xasprintf("Deployment/%s", base);
	else if (strcmp(kind, "Job") == 0 && dash && strlen(dash) > 6 &&
		 strspn(dash + 1, "0123456789") == strlen(dash + 1))
		made = xasprintf("CronJob/%s", base);
	else
		made = xasprintf("%s/%s", kind, name);
	free(base);
	return made;
}

static const char *
last_part(const char *name)
{
	const char *slash = strrchr(name, '/');

	return slash ? slash + 1 : name;
}

/* A node that got an image from a file has a digest that no registry has, and another name. */
static bool
is_of_registry(const char *image, const char *id)
{
	struct image declared, running;
	bool is;

	image_parse(&declared, image);
	image_parse(&running, id);
	is = *running.digest && !*declared.digest &&
	     strcmp(last_part(declared.name), last_part(running.name)) == 0;
	image_clear(&declared);
	image_clear(&running);
	return is;
}

/* Of two programs that were called the same nobody knows which one is meant. */
static void
take_by_image(struct facts_images *images, const char *image, const char *pinned)
{
	json_t *known = json_object_get(images->by_image, image);

	if (!known)
		json_object_set_new(images->by_image, image, json_string(pinned));
	else if (!json_is_string(known) || strcmp(json_string_value(known), pinned) != 0)
		json_object_set_new(images->by_image, image, json_null());
}

static void
take_status(struct facts_images *images, const char *key, const char *image, const char *id,
	    int64_t since)
{
	const char *at = strchr(id, '@');
	char *pinned;

	json_object_set_new(images->seen, key, json_string(image));
	if (!at || !*image || !is_of_registry(image, id))
		return;
	pinned = xasprintf("%s%s", image, at);
	take_by_image(images, image, pinned);
	if (json_integer_value(json_object_get(images->times, key)) <= since) {
		json_object_set_new(images->running, key, json_pack("[s, s]", image, pinned));
		json_object_set_new(images->times, key, json_integer(since));
	}
	free(pinned);
}

void
facts_take_pod(struct facts_images *images, const json_t *pod)
{
	const json_t *spec = json_object_get(pod, "spec"), *status = json_object_get(pod, "status");
	int64_t since = kube_read_time(kube_read_metadata(pod), "creationTimestamp");
	char *maker = maker_of(pod);
	const json_t *container;
	size_t i;

	for (size_t list = 0; maker && list < 2; list++)
		json_array_foreach(json_object_get(spec, lists[list]), i, container) {
			const char *name = kube_read_text(container, "name");
			const json_t *runs = kube_read_named(
				json_object_get(status, statuses[list]), name);
			char *key = xasprintf("%s/%s", maker, name);

			take_status(images, key, kube_read_text(container, "image"),
				    kube_read_text(runs, "imageID"), since);
			free(key);
		}
	free(maker);
}

void
facts_take_clone_pod(struct facts_images *images, const json_t *pod)
{
	const json_t *spec = json_object_get(pod, "spec"), *container;
	size_t i;

	for (size_t list = 0; list < 2; list++)
		json_array_foreach(json_object_get(spec, lists[list]), i, container) {
			const char *image = kube_read_text(container, "image");
			const char *at = strchr(image, '@');
			char *plain = at ? xstrndup(image, (size_t)(at - image)) : NULL;

			if (plain)
				json_object_set_new(images->kept, plain, json_string(image));
			free(plain);
		}
}
