/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Sets are immutable and shared by counting.
 *
 * Immutable, because the id is a hash of the content: a set is fetched once, ever, and the
 * same pointer may lie in the cache, in a review and in a running flow.  What a platform
 * calls it is believed (make() takes a given id); an id is only computed where there is none,
 * since platforms may hash in another way.  Whether two sets are equal is therefore asked of
 * their contents.
 */
#include "config.h"

#include "model/set.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/canonical.h"
#include "model/error-codes.h"
#include "model/image.h"
#include "model/json.h"
#include "model/manifests.h"
#include "model/pointer.h"

struct set {
	unsigned references;
	json_t *content;	/* everything but "id" */
	json_t *values;		/* only shown with it; NULL: none are */
	char *id;
};

bool
set_id_is_empty(const char *id)
{
	return id && *id && strspn(id, "0") == strlen(id);
}

static void
add_piece(void *data, const char *bytes, size_t length)
{
	ids_sha256_add(data, bytes, length);
}

/* The canonical text is sorted and without white space, so equal contents have equal ids on
 * every machine, whatever order their members came in. */
static char *
compute_id(const json_t *content)
{
	struct ids_sha256 *digest;
	char id[IDS_SHA256_B64_SIZE];

	/* "0" is the API's own name for the set of an environment
	 * that has never been deployed. */
	if (json_object_size(json_object_get(content, "modules")) == 0 &&
	    json_object_size(json_object_get(content, "shared")) == 0 &&
	    json_object_size(content) == 3)
		return xstrdup("0");
	digest = ids_sha256_new();
	canonical_write(content, add_piece, digest);
	ids_sha256_end_b64(digest, id);
	return xstrdup(id);
}

/* Takes the reference to content. */
static struct set *
make(json_t *content, const char *given_id)
{
	struct set *set = xcalloc(1, sizeof(*set));

	set->references = 1;
	set->content = content;
	set->id = given_id ? xstrdup(given_id) : compute_id(content);
	return set;
}

static const char *const maps[] = {"modules", "shared"};
#define MAPS (sizeof(maps) / sizeof(maps[0]))

/* Absent and empty are one content and must have one id. */
static void
complete(json_t *content)
{
	for (size_t i = 0; i < MAPS; i++) {
		json_t *map = json_object_get(content, maps[i]);

		if (!map || json_is_null(map))
			json_object_set_new(content, maps[i], json_object());
	}
	if (!json_object_get(content, "version"))
		json_object_set_new(content, "version", json_integer(0));
}

struct set *
set_new(void)
{
	json_t *content = json_object();

	complete(content);
	return make(content, NULL);
}

static int
check_resources(const json_t *resources, const char *where, struct error *err)
{
	const char *id;
	json_t *resource;

	if (resources && !json_is_null(resources) && !json_is_object(resources))
		return error_set_code(err, CODE_OBJECT_EXPECTED_AT, .path = where);
	json_object_foreach((json_t *)resources, id, resource)
		if (!json_member_string(resource, "type"))
			return error_set_code(err, CODE_RESOURCE_WITHOUT_TYPE_AT, .path = where,
					      .name = id);
	return 0;
}

static int
check_module(const char *id, const json_t *module, struct error *err)
{
	const json_t *spec = json_object_get(module, "spec");
	char *where;
	int ret;

	if (!json_is_object(module))
		return error_set_code(err, CODE_MODULE_NOT_OBJECT, .workload = id);
	if (!json_member_string(module, "profile"))
		return error_set_code(err, CODE_MODULE_WITHOUT_PROFILE, .workload = id);
	if (!json_is_object(spec))
		return error_set_code(err, CODE_MODULE_WITHOUT_SPEC, .workload = id);
	where = xasprintf("modules.%s.externals", id);
	ret = check_resources(json_object_get(module, "externals"), where, err);
	free(where);
	return ret;
}

/* Only what this program relies on is checked: a platform may have members that we do not know,
 * and they are kept. */
static int
check_shape(const json_t *content, struct error *err)
{
	json_t *modules = json_object_get(content, "modules");
	json_t *module;
	const char *id;

	if (!json_is_object(modules))
		return error_set_code(err, CODE_MODULES_NOT_OBJECT);
	json_object_foreach(modules, id, module)
		if (check_module(id, module, err) != 0)
			return -1;
	return check_resources(json_object_get(content, "shared"), "shared", err);
}

/* The id is read before it is removed; json_incref() keeps its text while the body changes. */
struct set *
set_take(json_t *body, struct error *err)
{
	json_t *id = json_incref(json_object_get(body, "id"));
	struct set *set = NULL;

	if (!json_is_object(body)) {
		error_set_code(err, CODE_SET_NOT_OBJECT);
		json_decref(body);
		return NULL;
	}
	json_object_del(body, "id");
	complete(body);
	if (check_shape(body, err) == 0)
		set = make(body, json_string_value(id));
	else
		json_decref(body);
	json_decref(id);
	return set;
}

struct set *
set_decode(const json_t *body, struct error *err)
{
	return set_decode_like(body, NULL, err);
}

/* The body itself is always a new one: it has an id, or will lose it. */
struct set *
set_decode_like(const json_t *body, const struct set *like, struct error *err)
{
	json_t *copy = json_is_object(body) ? json_object() : NULL, *member;
	const char *key;

	json_object_foreach((json_t *)body, key, member)
		json_object_set_new_nocheck(
			copy, key,
			json_copy_like(member, like ? json_object_get(like->content, key) : NULL));
	return set_take(copy, err);
}

struct set *
set_ref(struct set *set)
{
	set->references++;
	return set;
}

void
set_unref(struct set *set)
{
	if (!set || --set->references > 0)
		return;
	json_decref(set->content);
	json_decref(set->values);
	free(set->id);
	free(set);
}

/* For comparing: shared values are no part of a set, yet a
 * difference of them is shown beside it. */
struct set *
set_with_values(const struct set *set, json_t *values)
{
	struct set *shown = make(json_incref(set->content), set->id);

	shown->values = values;
	return shown;
}

json_t *
set_values(const struct set *set)
{
	return set->values;
}

json_t *
set_encode(const struct set *set)
{
	json_t *body = json_deep_copy(set->content);

	json_object_set_new(body, "id", json_string(set->id));
	return body;
}

json_t *
set_body(const struct set *set)
{
	json_t *body = json_copy(set->content);

	for (size_t i = 0; i < MAPS; i++)
		json_object_set_new(body, maps[i], json_copy(json_object_get(body, maps[i])));
	return body;
}

json_t *
set_content(const struct set *set)
{
	return set->content;
}

const char *
set_id(const struct set *set)
{
	return set->id;
}

json_t *
set_modules(const struct set *set)
{
	return json_object_get(set->content, "modules");
}

json_t *
set_shared(const struct set *set)
{
	return json_object_get(set->content, "shared");
}

json_t *
set_module(const struct set *set, const char *module)
{
	return json_object_get(set_modules(set), module);
}

/* The container whose name comes first; NULL when there is none with an image.  By name,
 * because the order of members in JSON means nothing. */
static const char *
first_container(const json_t *module, const char *image_name, json_t **container)
{
	json_t *containers = json_object_get(json_object_get(module, "spec"), "containers"), *value;
	const char *first = NULL, *name;

	json_object_foreach(containers, name, value) {
		const char *image = json_member_string(value, "image");

		if (image && (!image_name || image_has_name(image, image_name)) &&
		    (!first || strcmp(name, first) < 0)) {
			first = name;
			*container = value;
		}
	}
	return first;
}

static char *
path_of_container(const char *name)
{
	struct buf path;

	buf_init(&path, 1u << 20);
	(void)buf_puts(&path, "/spec/containers");
	pointer_append(&path, name);
	pointer_append(&path, "image");
	return buf_take(&path);
}

char *
set_module_image_path(const struct set *set, const char *module)
{
	const json_t *content = set_module(set, module);
	json_t *container;
	const char *first = first_container(content, NULL, &container);

	return first ? path_of_container(first) : manifests_image_path(content);
}

const char *
set_module_image(const struct set *set, const char *module)
{
	json_t *content = set_module(set, module), *container;
	char *path;
	const char *image = NULL;
	struct pointer pointer;

	if (first_container(content, NULL, &container))
		return json_member_string(container, "image");
	path = manifests_image_path(content);
	if (path && pointer_parse(&pointer, path, NULL) == 0) {
		image = json_string_value(pointer_find(content, &pointer));
		pointer_clear(&pointer);
	}
	free(path);
	return image;
}

/* A bare version was made a reference of the image that is known, and never comes to the others. */
char *
set_module_image_path_for(const struct set *set, const char *module, const char *reference)
{
	const json_t *content = set_module(set, module);
	const char *known = set_module_image(set, module), *other;
	struct image wanted;
	json_t *container;
	char *path = NULL;

	image_parse(&wanted, reference);
	if (known && !image_has_name(known, wanted.name)) {
		other = first_container(content, wanted.name, &container);
		path = other ? path_of_container(other)
			     : manifests_image_path_named(content, wanted.name);
	}
	image_clear(&wanted);
	return path ? path : set_module_image_path(set, module);
}

static void
put_container(void *data, const char *pointer, const char *list, const char *name,
	      const json_t *container)
{
	(void)pointer, (void)list;
	if (!json_object_get(data, name))
		json_object_set(data, name, (json_t *)(uintptr_t)container);
}

json_t *
set_module_containers(const struct set *set, const char *module)
{
	json_t *found = set_module(set, module), *object, *out;
	json_t *containers = json_object_get(json_object_get(found, "spec"), "containers");
	const char *key;

	if (json_is_object(containers))
		return json_incref(containers);
	out = json_object();
	json_object_foreach(manifests_of(found), key, object)
		manifest_each_container(object, put_container, out);
	return out;
}

bool
set_equal(const struct set *a, const struct set *b)
{
	return json_same(a->content, b->content);
}
