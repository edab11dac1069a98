/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A walk down to the containers, along a list of the members that lead there: "*" is each entry
 * of a list or of an object.
 */
#include "config.h"

#include "platform/admin/import-images.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/error.h"
#include "model/pointer.h"
#include "platform/drivers/process/images.h"

#define POINTER_MAX 4096
#define DEPLOYMENTS "organizations", "*", "applications", "*", "environments", "*", "deployments", "*"

struct image_walk {
	const struct images *images;
	struct buf pointer;
	import_fault *warning;
	void *data;
};

static void
check_image(struct image_walk *walk, const json_t *image)
{
	struct error err = {0};
	char *path = json_is_string(image)
			     ? images_find(walk->images, json_string_value(image), &err) : NULL;

	if (err.kind != ERROR_NONE)
		walk->warning(walk->data, buf_str(&walk->pointer), err.text);
	free(path);
}

static void look_below(struct image_walk *walk, const char *const *path, const json_t *value);

static void
look_at(struct image_walk *walk, const char *const *path, const char *token, const json_t *value)
{
	size_t before = walk->pointer.length;

	if (!value)
		return;
	pointer_append(&walk->pointer, token);
	look_below(walk, path, value);
	buf_truncate(&walk->pointer, before);
}

static void
look_below(struct image_walk *walk, const char *const *path, const json_t *value)
{
	const char *key;
	json_t *member;
	size_t i;

	if (!*path) {
		check_image(walk, value);
	} else if (**path != '*') {
		look_at(walk, path + 1, *path, json_object_get(value, *path));
	} else {
		json_object_foreach((json_t *)value, key, member)
			look_at(walk, path + 1, key, member);
		json_array_foreach(value, i, member) {
			char index[24];

			snprintf(index, sizeof(index), "%zu", i);
			look_at(walk, path + 1, index, member);
		}
	}
}

void
import_images_check(const json_t *file, const char *directory, import_fault *warning, void *data)
{
	static const char *const containers[] = {DEPLOYMENTS, "set", "modules", "*", "spec",
						 "containers", "*", "image", NULL};
	static const char *const inits[] = {DEPLOYMENTS, "set", "modules", "*", "spec", "pod",
					    "initContainers", "*", "image", NULL};
	struct error err = {0};
	struct images *images = images_open(directory, &err);
	struct image_walk walk = {.images = images, .warning = warning, .data = data};

	if (!images) {
		warning(data, "", err.text);
		return;
	}
	buf_init(&walk.pointer, POINTER_MAX);
	look_below(&walk, containers, file);
	look_below(&walk, inits, file);
	buf_clear(&walk.pointer);
	images_free(images);
}
