/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * {"version": 1, "app": {"id", "name"}, "env": the environment, "origin": NAMESPACE, "made": TEXT,
 *  "deployments": [the first, the last that succeeded], "set": of the first, "delta": to the other,
 *  "values": [of the first, of the last]}
 *
 * Nouns are as on the wire.  The first deployment of a clone is what its origin ran, so that is all
 * that somebody else needs to know what has changed in it.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/delta.h"
#include "model/json.h"
#include "model/nouns.h"
#include "model/set.h"
#include "platform/engine/adoption.h"
#include "platform/engine/engine.h"
#include "platform/engine/record-values.h"
#include "platform/engine/records.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-resources.h"
#include "platform/state/repository-sets.h"
#include "platform/state/repository-value-versions.h"
#include "platform/state/repository.h"

#define VERSION_NOW 1
#define ID_CHARACTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-"
#define ID_MAX 64
#define COMMENT_MAX 8192
#define NAME_MAX_BYTES 200

/* --- writing --- */

/* The first and the newest of those that succeeded, as on the wire; NULL: none has. */
static json_t *
pick_deployments(const json_t *all)
{
	json_t *first = NULL, *last = NULL, *one;
	size_t i;

	json_array_foreach(all, i, one) {
		const char *status = json_member_string(one, "status");

		if (deployment_status_of(status) != DEPLOYMENT_SUCCEEDED)
			continue;
		if (!last)
			last = one;
		first = one;
	}
	return first ? json_pack("[O, O]", first, last) : NULL;
}

/* What leads from one set to the other. */
static int
add_sets(struct platform *platform, const struct place *place, json_t *record, struct error *err)
{
	const json_t *deployments = json_object_get(record, "deployments");
	struct set *sets[2] = {NULL, NULL};
	struct delta *delta;
	int ret = 0;

	for (size_t i = 0; i < 2 && ret == 0; i++) {
		sets[i] = repository_set(platform->repository, place,
					 json_member_string(json_array_get(deployments, i), "set_id"),
					 err);
		ret = sets[i] ? 0 : -1;
	}
	if (ret == 0) {
		delta = delta_between(sets[0], sets[1]);
		json_object_set_new(record, "set", set_encode(sets[0]));
		json_object_set_new(record, "delta", delta_encode(delta));
		delta_free(delta);
	}
	set_unref(sets[0]);
	set_unref(sets[1]);
	return ret;
}

/* Not the secret ones. */
static int
add_values(struct platform *platform, const struct place *place, json_t *record, struct error *err)
{
	json_t *values = json_array(), *deployment;
	size_t i;
	int ret = 0;

	json_array_foreach(json_object_get(record, "deployments"), i, deployment) {
		json_t *one = record_values_write(
			platform, place, json_member_string(deployment, "value_set_version_id"), err);

		ret = one ? ret : -1;
		json_array_append_new(values, one);
	}
	json_object_set_new(record, "values", values);
	return ret;
}

json_t *
record_write(struct platform *platform, const struct place *place, const struct env_home *home,
	     struct error *err)
{
	struct repository *repository = platform->repository;
	json_t *all = repository_deployments(repository, place, err);
	json_t *picked = all ? pick_deployments(all) : NULL;
	json_t *app = picked ? repository_application(repository, place, err) : NULL;
	json_t *env = app ? repository_environment(repository, place, err) : NULL;
	json_t *record = NULL;

	if (all && !picked)
		error_set(err, ERROR_NOT_FOUND, "%s was never deployed", place->env);
	if (env)
		record = json_pack("{s:i, s:{s:O, s:O}, s:{s:O, s:O, s:O, s:O, s:O}, s:s, s:O}",
				   "version", VERSION_NOW, "app", "id", json_object_get(app, "id"),
				   "name", json_object_get(app, "name"), "env", "id",
				   json_object_get(env, "id"), "name", json_object_get(env, "name"),
				   "type", json_object_get(env, "type"), "created_by",
				   json_object_get(env, "created_by"), "created_at",
				   json_object_get(env, "created_at"), "origin", home->origin,
				   "deployments", picked);
	if (record && home->made && *home->made)
		json_object_set_new(record, "made", json_string(home->made));
	if (env && (!record || add_sets(platform, place, record, err) != 0 ||
		    add_values(platform, place, record, err) != 0)) {
		json_decref(record);
		record = NULL;
	}
	json_decref(all);
	json_decref(picked);
	json_decref(app);
	json_decref(env);
	return record;
}

/* --- reading --- */

/* A record that was read, whole; what is in it is checked against itself alone. */
struct read_record {
	const char *app, *app_name, *origin, *made;	/* of the JSON; made NULL: it has none */
	struct environment env;
	struct deployment first, last;
	struct set *base, *now;
	const json_t *values;		/* of the JSON; NULL: of a version without them */
};

static void
clear_read(struct read_record *r)
{
	environment_clear(&r->env);
	deployment_clear(&r->first);
	deployment_clear(&r->last);
	set_unref(r->base);
	set_unref(r->now);
}

static bool
is_id(const struct untrusted *id)
{
	const char *text = untrusted_raw(id);
	size_t length = strspn(text, ID_CHARACTERS);

	return length > 0 && length <= ID_MAX && text[length] == '\0';
}

static bool
is_short(const struct untrusted *text, size_t max)
{
	return strlen(untrusted_raw(text)) <= max;
}

/* What people see of it, and what it is known by. */
static int
check_deployment(const struct deployment *d, struct error *err)
{
	if (!is_id(&d->id) || (*untrusted_raw(&d->from_id) && !is_id(&d->from_id)))
		return error_set(err, ERROR_INPUT, "the id of a deployment is none");
	if (!is_short(&d->comment, COMMENT_MAX) || !is_short(&d->created_by, NAME_MAX_BYTES))
		return error_set(err, ERROR_INPUT, "a text of a deployment is too long");
	return 0;
}

/* The id of a set is that of what is in it, whatever it says itself. */
static struct set *
read_base(const json_t *record, struct error *err)
{
	json_t *body = json_copy(json_object_get(record, "set"));

	if (json_is_object(body))
		json_object_del(body, "id");
	return set_take(body, err);
}

static int
read_sets(struct read_record *r, const json_t *record, struct error *err)
{
	struct delta *delta = delta_decode(json_object_get(record, "delta"), err);

	if (!delta)
		return -1;
	r->base = read_base(record, err);
	r->now = r->base ? delta_apply(delta, r->base, err) : NULL;
	delta_free(delta);
	if (!r->now)
		return -1;
	if (!untrusted_is(&r->first.set_id, set_id(r->base)) ||
	    !untrusted_is(&r->last.set_id, set_id(r->now)))
		return error_set(err, ERROR_INPUT, "its sets are not those of its deployments");
	return 0;
}

static int
read_record(struct read_record *r, const json_t *record, struct error *err)
{
	const json_t *app = json_object_get(record, "app");
	const json_t *deployments = json_object_get(record, "deployments");

	*r = (struct read_record){
		.app = json_member_string(app, "id"),
		.app_name = json_member_string(app, "name"),
		.origin = json_member_string(record, "origin"),
		.made = json_member_string(record, "made"),
		.values = json_object_get(record, "values"),
	};
	if (json_integer_value(json_object_get(record, "version")) != VERSION_NOW)
		return error_set(err, ERROR_INPUT, "it is of another version");
	environment_read(&r->env, json_object_get(record, "env"));
	if (!r->app || !ids_is_name(r->app) || !r->origin ||
	    !ids_is_name(untrusted_raw(&r->env.id)) || !is_short(&r->env.name, NAME_MAX_BYTES) ||
	    !is_short(&r->env.created_by, NAME_MAX_BYTES))
		return error_set(err, ERROR_INPUT, "it does not say what it is of");
	if (deployment_decode(&r->first, json_array_get(deployments, 0), err) != 0 ||
	    deployment_decode(&r->last, json_array_get(deployments, 1), err) != 0 ||
	    check_deployment(&r->first, err) != 0 || check_deployment(&r->last, err) != 0)
		return -1;
	return read_sets(r, record, err);
}

/* --- into the database --- */

static int
put_environment(struct platform *platform, const struct adoption *adoption,
		const struct place *place, const char *namespace, const struct read_record *r,
		struct error *err)
{
	struct env_home home = {
		.driver_type = (char *)adoption->driver_type,
		.def_id = (char *)adoption->def_id,
		.cluster = (char *)adoption->cluster,
		.namespace = (char *)namespace,
		.namespace_def = (char *)"",
		.labels = json_object(),
		.origin = (char *)r->origin,
		.made = (char *)r->made,
	};
	const char *type = untrusted_raw(&r->env.type);
	struct error none = {0};
	bool is_known = repository_has_env_type(platform->repository, place->org, type, &none) == 0;
	int ret = repository_put_environment(platform->repository, place,
					     untrusted_raw(&r->env.name),
					     is_known ? type : "development", NULL,
					     untrusted_raw(&r->env.created_by), r->env.created_at,
					     err);

	if (ret == 0)
		ret = repository_put_env_home(platform->repository, place, &home, err);
	json_decref(home.labels);
	return ret;
}

/* 1: it is there. */
static int
put_deployment(struct platform *platform, const struct place *place,
	       const struct deployment *deployment, const struct set *set, const json_t *values,
	       struct error *err)
{
	struct deployment known = {0};
	struct error why = {0};
	char version[IDS_UUID_SIZE];
	struct deployment_row row = {
		.id = untrusted_raw(&deployment->id),
		.from_id = untrusted_raw(&deployment->from_id),
		.set_id = set_id(set),
		.comment = untrusted_raw(&deployment->comment),
		.user = untrusted_raw(&deployment->created_by),
		.status = DEPLOYMENT_SUCCEEDED,
		.mode = "full",
		.created_at = deployment->created_at,
		.status_changed_at = deployment->status_changed_at,
	};

	if (repository_read_deployment(platform->repository, place, row.id, &known, &why) == 0) {
		deployment_clear(&known);
		return 1;
	}
	if (why.kind != ERROR_NOT_FOUND) {
		*err = why;
		return -1;
	}
	if (record_values_take(platform, place, values, row.user, err) != 0 ||
	    repository_pin_values(platform->repository, place, NULL, version, err) != 0)
		return -1;
	row.value_set_version_id = version[0] ? version : NULL;
	return repository_put_set(platform->repository, place, set, err) == 0 &&
	       repository_put_deployment(platform->repository, place, &row, err) == 0 ? 0 : -1;
}

/* Whether there is such an environment here: 0: none, 1: this clone, 2: one that is to be left
 * alone, 3: a clone that had this name before; -1 with err. */
static int
look_up(struct platform *platform, const struct place *place, const struct read_record *r,
	struct error *err)
{
	struct environment known = {0};
	struct deployment deployment = {0};
	struct error why = {0};
	int ret = 1;

	if (repository_read_environment(platform->repository, place, &known, &why) != 0) {
		if (why.kind == ERROR_NOT_FOUND)
			return 0;
		*err = why;
		return -1;
	}
	if (known.status == ENVIRONMENT_DELETING)
		ret = 2;
	else if (repository_read_deployment(platform->repository, place,
					    untrusted_raw(&r->first.id), &deployment, &why) != 0)
		/* One that was just made here has nothing that succeeded yet. */
		ret = repository_read_newest_succeeded(platform->repository, place, &deployment,
						       &why) == 0 ? 3 : 2;
	deployment_clear(&deployment);
	environment_clear(&known);
	return ret;
}

static int
put_record(struct platform *platform, const struct adoption *adoption, const struct place *place,
	   const char *namespace, const struct read_record *r, struct error *err)
{
	int known = look_up(platform, place, r, err), first, last;

	if (known < 0 || known == 2)
		return known < 0 ? -1 : 2;
	if (known == 3 && repository_drop_environment(platform->repository, place, err) != 0)
		return -1;
	if (known != 1 && put_environment(platform, adoption, place, namespace, r, err) != 0)
		return -1;
	first = put_deployment(platform, place, &r->first, r->base, json_array_get(r->values, 0),
			       err);
	last = first < 0 ? -1 : put_deployment(platform, place, &r->last, r->now,
					       json_array_get(r->values, 1), err);
	if (last == 0 || (first == 0 && last == 1))
		if (repository_rebase_environment(platform->repository, place,
						  untrusted_raw(&r->last.id), err) != 0)
			return -1;
	return last < 0 ? -1 : first == 1 && last == 1 ? 1 : 0;
}

/* Only of what is looked at here, in the application in which it is here. */
static bool
is_looked_at(struct platform *platform, const struct adoption *adoption,
	     const struct read_record *r)
{
	struct error none = {0};
	json_t *origin = adoption_place(platform, adoption, r->origin, &none);
	const char *app = json_member_string(origin, "app");
	bool is = app && strcmp(app, r->app) == 0;

	json_decref(origin);
	return is;
}

int
record_take(struct platform *platform, const struct adoption *adoption, const char *namespace,
	    const json_t *record, struct error *err)
{
	struct read_record r;
	struct place place = {.org = adoption->org};
	int ret = read_record(&r, record, err);

	if (ret == 0 && !is_looked_at(platform, adoption, &r))
		ret = 2;
	place.app = r.app;
	place.env = untrusted_raw(&r.env.id);
	if (ret == 0)
		ret = repository_begin(platform->repository, err);
	if (ret == 0) {
		ret = put_record(platform, adoption, &place, namespace, &r, err);
		if (ret == 0)
			engine_adopt(platform->engine, &place);
		if (repository_end(platform->repository, ret < 0 ? -1 : 0, err) != 0)
			ret = -1;
	}
	clear_read(&r);
	return ret;
}
