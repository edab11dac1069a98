/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A name that a definition gives is taken or refused, and changed only where it is too long: people
 * look for it.  One that nobody chose gives way by itself, with a hash of the environment at its
 * end.  The hash is of ids alone, so the same environment would get the same name again.
 */
#include "config.h"

#include "platform/engine/env-namespace.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/ids.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "model/definition.h"
#include "model/error-codes.h"
#include "model/label.h"
#include "model/nouns.h"
#include "model/placeholder.h"
#include "model/reference.h"
#include "platform/drivers/driver.h"
#include "platform/state/definition.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-homes.h"

#define NAME_KEPT 54	/* of a name that is cut: '-' and the digits follow */
#define HASH_DIGITS 8

/* --- names as Kubernetes has them --- */

/* Small letters and digits, with "-" between them. */
static bool
is_namespace(const char *name)
{
	size_t length = strlen(name);

	return length > 0 && length <= LABEL_MAX && name[0] != '-' && name[length - 1] != '-' &&
	       name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
}

/* The same for the same environment, whatever its name is cut to; free() it. */
static char *
with_hash(const char *name, const struct place *place)
{
	char *space = place_space(place), *result;
	char hash[IDS_SHA256_HEX_SIZE];
	size_t kept = strlen(name);

	ids_sha256_hex(hash, space, strlen(space));
	free(space);
	if (kept > NAME_KEPT)
		kept = NAME_KEPT;
	while (kept > 0 && name[kept - 1] == '-')
		kept--;
	result = xasprintf("%.*s-%.*s", (int)kept, name, HASH_DIGITS, hash);
	return result;
}

/* --- what the definition says --- */

/* With what its placeholders stand for; new, or NULL with err. */
static json_t *
resolve(const json_t *value, const char *where, const struct place *place,
	const struct environment *env, struct error *err)
{
	struct reference_source source = {
		.context = {
			.org_id = place->org,
			.app_id = place->app,
			.env_id = place->env,
			.env_type = untrusted_raw(&env->type),
			.env_name = untrusted_raw(&env->name),
			.res_id = DEFINITION_NAMESPACE,
			.res_type = DEFINITION_NAMESPACE,
			.res_class = "default",
		},
	};
	json_t *resolved = placeholder_resolve(value, where, reference_look_up, &source, NULL, err);

	if (!resolved)
		error_prefix_code(err, CODE_IN_RESOURCE, .resource = DEFINITION_NAMESPACE);
	return resolved;
}

static int
read_labels(const json_t *values, const struct place *place, const struct environment *env,
	    struct env_home *home, struct error *err)
{
	const json_t *labels = json_object_get(values, "labels");
	const char *key;
	json_t *value;

	if (!labels)
		return 0;
	json_decref(home->labels);
	home->labels = resolve(labels, "driver_inputs/values/labels", place, env, err);
	if (!home->labels)
		return -1;
	if (!json_is_object(home->labels))
		return error_set_code(err, CODE_NAMESPACE_LABELS_INVALID, .env = place->env,
				      .definition = home->namespace_def);
	json_object_foreach(home->labels, key, value)
		if (!label_key_is_valid(key, strlen(key)) || !json_is_string(value) ||
		    !label_value_is_valid(json_string_value(value), json_string_length(value)))
			return error_set_code(err, CODE_NAMESPACE_LABEL_INVALID, .env = place->env,
					      .definition = home->namespace_def, .name = key,
					      .max = LABEL_MAX);
	return 0;
}

/* 0 with home->namespace "" where the definition gives no name. */
static int
read_name(const json_t *values, const struct place *place, const struct environment *env,
	  struct env_home *home, struct error *err)
{
	const json_t *value = json_object_get(values, "namespace");
	json_t *name;

	if (!json_is_string(value))
		return 0;
	name = resolve(value, "driver_inputs/values/namespace", place, env, err);
	if (!name)
		return -1;
	free(home->namespace);
	home->namespace = json_string_length(name) > LABEL_MAX
				  ? with_hash(json_string_value(name), place)
				  : xstrdup(json_is_string(name) ? json_string_value(name) : "");
	json_decref(name);
	return 0;
}

/* --- the whole --- */

/* 0: it is free; 1: an environment, told in *holder, has it; -1 with err. */
static int
is_taken(struct platform *platform, const struct place *place, const struct env_home *home,
	 char **holder, struct error *err)
{
	struct error why = {0};

	*holder = repository_namespace_holder(platform->repository, place, home, &why);
	if (*holder)
		return 1;
	if (why.kind == ERROR_NOT_FOUND)
		return 0;
	*err = why;
	return -1;
}

/* In a namespace of somebody else a deployment would take what is there for its own. */
static int
check_free(struct platform *platform, const struct place *place, const struct env_home *home,
	   struct error *err)
{
	char *holder;
	int ret = is_taken(platform, place, home, &holder, err);

	if (ret == 1)
		ret = error_set_code(err, CODE_NAMESPACE_TAKEN, .env = place->env,
				     .name = home->namespace, .definition = home->namespace_def,
				     .space = holder);
	free(holder);
	return ret;
}

/* Nobody chose the name, so nobody is asked for another: the ids of two organizations may be the
 * same, and "a-b" of "c" is what "a" of "b-c" would be. */
static int
take_default(struct platform *platform, struct driver *driver, const struct place *place,
	     struct env_home *home, struct error *err)
{
	char *space, *holder, *other;
	int ret;

	if (!driver || !driver->ops->default_namespace)
		return 0;
	space = place_space(place);
	free(home->namespace);
	home->namespace = driver->ops->default_namespace(driver, space);
	free(space);
	ret = is_taken(platform, place, home, &holder, err);
	if (ret == 1) {
		other = with_hash(home->namespace, place);
		free(home->namespace);
		home->namespace = other;
		ret = 0;
	}
	free(holder);
	return ret;
}

int
env_namespace_decide(struct platform *platform, struct driver *driver,
		     const struct definition *definition, const struct place *place,
		     const struct environment *env, struct env_home *home, struct error *err)
{
	const json_t *values;

	if (!definition)
		return take_default(platform, driver, place, home, err);
	values = json_object_get(definition->driver_inputs, "values");
	free(home->namespace_def);
	home->namespace_def = xstrdup(untrusted_raw(&definition->id));
	if (read_labels(values, place, env, home, err) != 0 ||
	    read_name(values, place, env, home, err) != 0)
		return -1;
	if (!json_object_get(values, "namespace") && json_object_get(values, "labels"))
		return take_default(platform, driver, place, home, err);
	if (!is_namespace(home->namespace))
		return error_set_code(err, CODE_NAMESPACE_INVALID, .env = place->env,
				      .definition = home->namespace_def, .name = home->namespace,
				      .max = LABEL_MAX);
	return check_free(platform, place, home, err);
}
