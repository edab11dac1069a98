/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A path is names with dots between them, a number an entry of a list; null removes. */
#include "config.h"

#include "platform/api/score-overrides.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/nouns.h"
#include "model/pointer.h"

/* The member of an object, or the entry of a list; NULL: there is none. */
static json_t *
child(json_t *at, const char *name)
{
	long index = json_is_array(at) ? pointer_index(name) : -1;

	return index >= 0 ? json_array_get(at, (size_t)index) : json_object_get(at, name);
}

/* The object that a path leads through; one that is missing is made. */
static json_t *
enter(json_t *at, const char *name)
{
	json_t *next = child(at, name);

	if ((!next || json_is_null(next)) && json_is_object(at)) {
		next = json_object();
		json_object_set_new(at, name, next);
	}
	return next;
}

/* 0, or -1: there can be nothing of this name. */
static int
put(json_t *at, const char *name, json_t *value)
{
	long index = json_is_array(at) ? pointer_index(name) : -1;

	if (json_is_null(value))
		return index >= 0 ? json_array_remove(at, (size_t)index)
		       : json_is_object(at) ? (json_object_del(at, name), 0) : -1;
	return index >= 0 ? json_array_set(at, (size_t)index, value)
			  : json_object_set(at, name, value);
}

/* "containers.web.variables.DEBUG"; null removes. */
static int
override_property(json_t *spec, const char *path, json_t *value)
{
	char *copy = xstrdup(path), *rest = copy, *name = strsep(&rest, ".");
	json_t *at = spec;
	int ret;

	for (; rest && at; name = strsep(&rest, "."))
		at = enter(at, name);
	ret = at && *name ? put(at, name, value) : -1;
	free(copy);
	return ret;
}

static int
override_properties(json_t *spec, const json_t *overrides, struct error *err)
{
	const char *path;
	json_t *value;

	json_object_foreach((json_t *)overrides, path, value)
		if (override_property(spec, path, value) != 0)
			return error_set_code(err, CODE_SCORE_OVERRIDE_INVALID, .path = path);
	return 0;
}

static int
rename_types(json_t *spec, const json_t *aliases, struct error *err)
{
	const char *name, *type, *alias;
	json_t *resource, *value;

	json_object_foreach((json_t *)aliases, type, value)
		if (!json_is_string(value))
			return error_set_code(err, CODE_MEMBER_NOT_STRING, .member = type);
	json_object_foreach(json_object_get(spec, "resources"), name, resource) {
		type = json_member_string(resource, "type");
		alias = type ? json_member_string(aliases, type) : NULL;
		if (alias)
			json_object_set_new(resource, "type", json_string(alias));
	}
	return 0;
}

int
score_override(json_t *spec, const struct workload_source *source, struct error *err)
{
	if (source->overrides && json_object_update_recursive(spec, source->overrides) != 0)
		return error_set_code(err, CODE_SCORE_OVERRIDE_INVALID, .path = "overrides");
	if (source->property_overrides &&
	    override_properties(spec, source->property_overrides, err) != 0)
		return -1;
	return source->resource_type_aliases
		       ? rename_types(spec, source->resource_type_aliases, err) : 0;
}
