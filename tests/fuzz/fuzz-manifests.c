/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Any JSON as an object of a cluster, and as one that a set keeps: what is kept becomes an object
 * again, which is kept as the same bytes; a custom resource is what it was. */
#include "config.h"

#include "fuzz.h"

#include <stdbool.h>

#include "base/error.h"
#include "model/json.h"
#include "model/manifest-filled.h"
#include "model/manifests.h"
#include "model/placeholder.h"

static json_t *
object_of(const json_t *kept)
{
	struct error err = {0};
	json_t *plain = placeholder_resolve(kept, "", placeholder_find_none, NULL, NULL, &err), *object;

	assert(plain);
	object = manifest_object(plain, &err);
	assert(object);
	json_decref(plain);
	return object;
}

static void
check_custom(const json_t *object, const json_t *back)
{
	json_t *plain = json_copy((json_t *)(uintptr_t)object), *other = json_copy(
								 (json_t *)(uintptr_t)back);

	json_object_del(plain, "status");
	json_object_del(plain, "metadata");
	json_object_del(other, "metadata");
	assert(json_equal(plain, other));
	json_decref(plain);
	json_decref(other);
}

/* Whether it is one of a cluster. */
static bool
check_object(const json_t *object)
{
	struct error err = {0};
	json_t *kept = manifest_keep(object, &err), *back, *again;
	char *first, *second;

	if (!kept) {
		assert(err.kind == ERROR_INPUT && *err.text);
		return false;
	}
	back = object_of(kept);
	if (!manifest_is_built_in(object))
		check_custom(object, back);
	again = manifest_keep(back, &err);
	assert(again);
	first = json_canonical(kept);
	second = json_canonical(again);
	assert(strcmp(first, second) == 0);
	free(first);
	free(second);
	json_decref(kept);
	json_decref(back);
	json_decref(again);
	return true;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	json_t *value = json_decode((const char *)bytes, length, NULL), *module, *object;
	struct error err = {0};

	if (!value)
		return 0;
	if (check_object(value)) {
		free(manifest_image_path(value));
		object = manifest_object(value, &err);
		assert(object || (err.kind == ERROR_INPUT && *err.text));
		if (object)
			(void)check_object(object);
		json_decref(object);
	}
	module = json_pack("{s:{s:O}}", "spec", "manifests", value);
	free(manifests_image_path(module));
	json_decref(module);
	json_decref(value);
	return 0;
}
