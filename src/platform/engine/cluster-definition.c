/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A definition of a cluster either names one of the configuration or holds all that is needed
 * itself, and then the driver of that cluster is made here, with secrets that are opened for that
 * moment.  A driver is never changed: another content of the definition retires it and makes a new
 * one, which finds in the cluster what the old one has left.  Only the server may not change while
 * environments run by it, since that would move them.
 */
#include "config.h"

#include "platform/engine/cluster-definition.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "model/definition.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "net/url.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kinds.h"
#include "platform/drivers/registry.h"
#include "platform/engine/engine.h"
#include "platform/state/definition-inputs.h"
#include "platform/state/definition.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-resources.h"
#include "platform/state/repository.h"
#include "platform/state/secret.h"

#define VALUE_CLUSTER "cluster"
#define VALUE_SERVER "server"
#define INLINE_MARK '/'
#define NAMES_MAX 4096

static const json_t *
values_of(const struct definition *definition)
{
	return json_object_get(definition->driver_inputs, "values");
}

/* Whose drivers are a cluster each; NULL: it chooses none.  Of this machine there is one, and
 * nothing to say of it. */
static const struct driver_kind *
kind_of(const struct platform *platform, const struct definition *definition)
{
	const struct driver_kind *kind = NULL;

	if (untrusted_is(&definition->type, DEFINITION_CLUSTER))
		kind = driver_kind_find(platform->driver_kinds,
					untrusted_raw(&definition->driver_type));
	return kind && kind->open_cluster ? kind : NULL;
}

static bool
is_inline(const struct platform *platform, const struct definition *definition)
{
	return kind_of(platform, definition) &&
	       json_object_get(values_of(definition), VALUE_SERVER);
}

char *
cluster_definition_name(const struct platform *platform, const char *org,
			const struct definition *definition)
{
	const char *name;

	if (is_inline(platform, definition))
		return xasprintf("%s%c%s", org, INLINE_MARK, untrusted_raw(&definition->id));
	name = kind_of(platform, definition)
		       ? json_member_string(values_of(definition), VALUE_CLUSTER) : NULL;
	return xstrdup(name ? name : "");
}

/* --- what it may say --- */

static bool
is_one_of(const char *name, const char *const *names)
{
	for (; *names; names++)
		if (strcmp(*names, name) == 0)
			return true;
	return false;
}

static int
refuse_others(const json_t *object, const char *const *allowed, struct error *err)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)object, name, value)
		if (!is_one_of(name, allowed) || !json_is_string(value))
			return error_set_code(err, CODE_RESOURCE_INPUT_UNKNOWN, .name = name,
					      .type = DEFINITION_CLUSTER);
	return 0;
}

/* {name: text}, also of one that is only being written; new.  NULL with err. */
static json_t *
open_secrets(const struct platform *platform, const char *org, const struct definition *definition,
	     struct error *err)
{
	const json_t *inputs = definition->driver_inputs;
	json_t *secrets = json_object_get(inputs, "secrets"), *reference;
	const char *name;

	if (json_object_get(inputs, "sealed"))
		return definition_inputs_open(platform, org, untrusted_raw(&definition->id), inputs,
					      err);
	secrets = json_is_object(secrets) ? json_copy(secrets) : json_object();
	json_object_foreach(json_object_get(inputs, "secret_refs"), name, reference)
		json_object_set(secrets, name, json_object_get(reference, "value"));
	return secrets;
}

/* "prod, staging". */
static void
list_clusters(const struct drivers *drivers, const char *driver_type, struct buf *out)
{
	const struct driver *driver;

	for (size_t i = 0; drivers && (driver = drivers_at(drivers, i)); i++)
		if (driver->cluster && !strchr(driver->cluster, INLINE_MARK) &&
		    strcmp(driver->ops->driver_type, driver_type) == 0)
			(void)buf_printf(out, "%s%s", out->length > 0 ? ", " : "", driver->cluster);
}

static int
check_name(const struct platform *platform, const struct definition *definition, struct error *err)
{
	const char *name = json_member_string(values_of(definition), VALUE_CLUSTER);
	const char *driver_type = untrusted_raw(&definition->driver_type);
	struct buf names;
	int ret = 0;

	buf_init(&names, NAMES_MAX);
	list_clusters(platform->drivers, driver_type, &names);
	if (!name || !*name)
		ret = error_set_code(err, CODE_CLUSTER_NAME_MISSING,
				     .definition = untrusted_raw(&definition->id),
				     .member = VALUE_CLUSTER);
	else if (platform->drivers && names.length == 0)
		ret = error_set_code(err, CODE_CLUSTERS_MISSING,
				     .definition = untrusted_raw(&definition->id));
	else if (platform->drivers &&
		 (strchr(name, INLINE_MARK) ||
		  !drivers_find(platform->drivers, driver_type, name)))
		ret = error_set_code(err, CODE_CLUSTER_UNKNOWN, .name = name,
				     .definition = untrusted_raw(&definition->id),
				     .tried = buf_str(&names));
	buf_clear(&names);
	return ret;
}

/* Borrows from both. */
static struct driver_cluster
cluster_of(const json_t *values, const json_t *secrets)
{
	return (struct driver_cluster){
		.server = json_member_string(values, VALUE_SERVER),
		.ca = json_member_string(values, "ca"),
		.token = json_member_string(secrets, "token"),
		.certificate = json_member_string(secrets, "certificate"),
		.key = json_member_string(secrets, "key"),
	};
}

/* The operator decides where the daemon goes.  A platform that runs nothing goes nowhere. */
static int
check_server(const struct platform *platform, const struct definition *definition,
	     struct error *err)
{
	const char *server = json_member_string(values_of(definition), VALUE_SERVER);

	if (!platform->drivers || url_is_of(server ? server : "", platform->cluster_servers))
		return 0;
	return error_set_code(err, CODE_CLUSTER_SERVER_NOT_ALLOWED, .server = server,
			      .definition = untrusted_raw(&definition->id));
}

static int
check_inline(const struct platform *platform, const char *org, const struct definition *definition,
	     struct error *err)
{
	static const char *const names[] = {VALUE_SERVER, "ca", NULL},
				 *const secret_names[] = {"token", "certificate", "key", NULL};
	const json_t *values = values_of(definition);
	struct driver_cluster cluster;
	json_t *secrets;
	int ret = -1;

	if (refuse_others(values, names, err) != 0)
		return -1;
	secrets = open_secrets(platform, org, definition, err);
	if (!secrets)
		return -1;
	cluster = cluster_of(values, secrets);
	if (refuse_others(secrets, secret_names, err) == 0)
		ret = kind_of(platform, definition)->check_cluster(&cluster, err);
	if (ret == 0)
		ret = check_server(platform, definition, err);
	json_decref(secrets);
	return ret;
}

int
cluster_definition_check(const struct platform *platform, const char *org,
			 const struct definition *definition, struct error *err)
{
	static const char *const nothing[] = {NULL}, *const name[] = {VALUE_CLUSTER, NULL};

	if (is_inline(platform, definition))
		return check_inline(platform, org, definition, err);
	if (definition_inputs_have_secrets(definition->driver_inputs))
		return error_set_code(err, CODE_DEFINITION_SECRETS_NOT_TAKEN,
				      .definition = untrusted_raw(&definition->id));
	if (!kind_of(platform, definition))
		return refuse_others(values_of(definition), nothing, err);
	if (refuse_others(values_of(definition), name, err) != 0)
		return -1;
	return check_name(platform, definition, err);
}

/* --- the drivers of inline clusters --- */

/* With its secrets, for the moment of making; takes them. */
static struct driver *
make_driver(struct platform *platform, const char *cluster, const struct definition *definition,
	    json_t *secrets, struct error *err)
{
	const struct driver_cluster how = cluster_of(values_of(definition), secrets);
	const struct driver_cluster_options options = {
		.name = cluster,
		.platform = repository_platform_id(platform->repository),
		.name_key = secrets_name_key(platform->secrets),
	};
	const struct driver_kind *kind = kind_of(platform, definition);
	struct driver *driver = NULL;

	if (kind)
		driver = kind->open_cluster(platform->loop, &how, &options, err);
	else
		error_set_code(err, CODE_CLUSTER_DEFINITION_GONE,
			       .definition = untrusted_raw(&definition->id));
	json_decref(secrets);
	if (driver)
		drivers_add(platform->drivers, driver);
	return driver;
}

/* Of a definition that is gone nothing is known any more; one that was written before may name a
 * server that is not allowed now. */
static struct driver *
open_inline(struct platform *platform, const char *cluster, struct error *err)
{
	const char *mark = strchr(cluster, INLINE_MARK);
	char *org = xstrndup(cluster, (size_t)(mark - cluster));
	struct definition definition;
	struct driver *driver = NULL;
	json_t *secrets;

	if (repository_read_definition(platform->repository, org, mark + 1, &definition, err) !=
	    0) {
		if (err->kind == ERROR_NOT_FOUND)
			error_set_code(err, CODE_CLUSTER_DEFINITION_GONE, .definition = mark + 1);
	} else {
		secrets = check_server(platform, &definition, err) == 0
				  ? open_secrets(platform, org, &definition, err) : NULL;
		if (secrets)
			driver = make_driver(platform, cluster, &definition, secrets, err);
		definition_clear(&definition);
	}
	free(org);
	return driver;
}

struct driver *
cluster_definition_driver(struct platform *platform, const char *driver_type, const char *cluster,
			  struct error *err)
{
	struct driver *driver = drivers_find(platform->drivers, driver_type, cluster);

	if (!driver && strchr(cluster, INLINE_MARK))
		driver = open_inline(platform, cluster, err);
	return driver;
}

/* --- changes --- */

static int
refuse_move(const struct platform *platform, const char *org, const struct definition *now,
	    struct error *err)
{
	struct definition_changes used;
	int ret = repository_uses_of_definition(platform->repository, org, untrusted_raw(&now->id),
						&used, err);

	if (ret == 0 && used.count > 0)
		ret = error_set_code(err, CODE_CLUSTER_DEFINITION_USED,
				     .definition = untrusted_raw(&now->id),
				     .env = untrusted_raw(&used.items[0].env_id));
	definition_changes_clear(&used);
	return ret;
}

int
cluster_definition_check_change(const struct platform *platform, const char *org,
				const struct definition *now, struct error *err)
{
	const char *server = json_member_string(values_of(now), VALUE_SERVER), *before;
	struct definition kept;
	bool moves;

	if (!untrusted_is(&now->type, DEFINITION_CLUSTER))
		return 0;
	if (repository_read_definition(platform->repository, org, untrusted_raw(&now->id), &kept,
				       err) != 0)
		return -1;
	before = json_member_string(values_of(&kept), VALUE_SERVER);
	moves = is_inline(platform, &kept) &&
		(!is_inline(platform, now) || !before || !server || strcmp(before, server) != 0);
	definition_clear(&kept);
	return moves ? refuse_move(platform, org, now, err) : 0;
}

/* What is going on goes on with what it began with.  The new driver finds what is there. */
void
cluster_definition_changed(struct platform *platform, const char *org,
			   const struct definition *now)
{
	struct definition_changes used = {0};
	struct error ignored = {0};
	char *cluster;

	if (!is_inline(platform, now) || !platform->drivers || !platform->engine)
		return;
	cluster = cluster_definition_name(platform, org, now);
	drivers_retire(platform->drivers, untrusted_raw(&now->driver_type), cluster);
	free(cluster);
	if (repository_uses_of_definition(platform->repository, org, untrusted_raw(&now->id), &used,
					  &ignored) == 0)
		for (size_t i = 0; i < used.count; i++) {
			const struct place place = {org, untrusted_raw(&used.items[i].app_id),
						    untrusted_raw(&used.items[i].env_id)};

			engine_adopt(platform->engine, &place);
		}
	definition_changes_clear(&used);
}
