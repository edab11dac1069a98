/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The record of a clone (model/recorded-clone.h): it is written of what the database has, and taken
 * from a namespace that anybody may have edited, or copied.
 */
#include "config.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/delta.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/nouns.h"
#include "model/recorded-clone.h"
#include "model/set.h"
#include "platform/engine/adoption.h"
#include "platform/engine/engine.h"
#include "platform/engine/record-values.h"
#include "platform/engine/records.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-homes.h"
#include "platform/state/repository-removal.h"
#include "platform/state/repository-sets.h"
#include "platform/state/repository-value-versions.h"
#include "platform/state/repository.h"

#define COMMENT_MAX 8192
#define NAME_MAX_BYTES 200

/* --- writing --- */

/* The first and the newest of those that succeeded; none where none has. */
static int
add_deployments(struct platform *platform, const struct place *place, struct recorded_clone *record,
		struct error *err)
{
	struct deployment first = {0}, newest = {0};
	struct error missing = {0};

	if (repository_read_oldest(platform->repository, place, true, &first, &missing) != 0) {
		if (missing.kind == ERROR_NOT_FOUND)
			return 0;
		*err = missing;
		return -1;
	}
	if (repository_read_newest_succeeded(platform->repository, place, &newest, err) != 0) {
		deployment_clear(&first);
		return -1;
	}
	recorded_clone_add(record, &first);
	recorded_clone_add(record, &newest);
	return 0;
}

/* What leads from one set to the other. */
static int
add_sets(struct platform *platform, const struct place *place, struct recorded_clone *record,
	 struct error *err)
{
	struct set *sets[2] = {NULL, NULL};
	struct delta *delta;
	int ret = 0;

	for (size_t i = 0; i < 2 && ret == 0; i++) {
		sets[i] = repository_set(platform->repository, place,
					 untrusted_raw(&record->deployments[i].set_id), err);
		ret = sets[i] ? 0 : -1;
	}
	if (ret == 0) {
		delta = delta_between(sets[0], sets[1]);
		record->set = set_encode(sets[0]);
		record->delta = delta_encode(delta);
		delta_free(delta);
	}
	set_unref(sets[0]);
	set_unref(sets[1]);
	return ret;
}

/* Not the secret ones. */
static int
add_values(struct platform *platform, const struct place *place, struct recorded_clone *record,
	   struct error *err)
{
	int ret = 0;

	record->values = json_array();
	for (size_t i = 0; i < record->deployment_count; i++) {
		json_t *one = record_values_write(
			platform, place, record->deployments[i].value_set_version_id.raw, err);

		ret = one ? ret : -1;
		json_array_append_new(record->values, one);
	}
	return ret;
}

static int
add_names(struct platform *platform, const struct place *place, struct recorded_clone *record,
	  struct error *err)
{
	struct application app = {0};
	struct environment env = {0};
	int ret = repository_read_application(platform->repository, place, &app, err);

	if (ret == 0)
		ret = repository_read_environment(platform->repository, place, &env, err);
	untrusted_init(&record->app.id, app.id.raw);
	untrusted_init(&record->app.name, app.name.raw);
	untrusted_init(&record->env.id, env.id.raw);
	untrusted_init(&record->env.name, env.name.raw);
	untrusted_init(&record->env.type, env.type.raw);
	untrusted_init(&record->env.created_by, env.created_by.raw);
	record->env.created_at = env.created_at;
	application_clear(&app);
	environment_clear(&env);
	return ret;
}

static int
fill_record(struct platform *platform, const struct place *place, struct recorded_clone *record,
	    struct error *err)
{
	if (add_deployments(platform, place, record, err) != 0)
		return -1;
	if (record->deployment_count == 0)
		return error_set(err, ERROR_NOT_FOUND, "%s was never deployed", place->env);
	return add_names(platform, place, record, err) == 0 &&
	       add_sets(platform, place, record, err) == 0 &&
	       add_values(platform, place, record, err) == 0 ? 0 : -1;
}

json_t *
record_write(struct platform *platform, const struct place *place, const struct env_home *home,
	     struct error *err)
{
	struct recorded_clone record = {.version = RECORDED_CLONE_VERSION};
	json_t *body = NULL;

	untrusted_init(&record.origin, home->origin);
	if (home->made && *home->made)
		untrusted_init(&record.made, home->made);
	if (fill_record(platform, place, &record, err) == 0)
		body = recorded_clone_encode(&record);
	recorded_clone_clear(&record);
	return body;
}

/* --- reading --- */

/* A record that was read, whole; what is in it is checked against itself alone. */
struct read_record {
	struct recorded_clone said;
	const struct deployment *first, *last;	/* of them */
	struct set *base, *now;
};

static void
clear_read(struct read_record *r)
{
	recorded_clone_clear(&r->said);
	set_unref(r->base);
	set_unref(r->now);
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
	const char *from = untrusted_raw(&d->from_id);

	if (d->problem.raw)
		return error_set(err, ERROR_INPUT, "deployment: %s", d->problem.raw);
	if (!ids_is_id(untrusted_raw(&d->id)) || (*from && !ids_is_id(from)))
		return error_set(err, ERROR_INPUT, "the id of a deployment is invalid");
	if (!is_short(&d->comment, COMMENT_MAX) || !is_short(&d->created_by, NAME_MAX_BYTES))
		return error_set(err, ERROR_INPUT, "a text of a deployment is too long");
	return 0;
}

/* The id of a set is that of what is in it, whatever it says itself. */
static struct set *
read_base(const struct recorded_clone *record, struct error *err)
{
	json_t *body = json_copy(record->set);

	if (json_is_object(body))
		json_object_del(body, "id");
	return set_take(body, err);
}

static int
read_sets(struct read_record *r, struct error *err)
{
	struct delta *delta = delta_decode(r->said.delta, err);

	if (!delta)
		return -1;
	r->base = read_base(&r->said, err);
	r->now = r->base ? delta_apply(delta, r->base, err) : NULL;
	delta_free(delta);
	if (!r->now)
		return -1;
	if (!untrusted_is(&r->first->set_id, set_id(r->base)) ||
	    !untrusted_is(&r->last->set_id, set_id(r->now)))
		return error_set(err, ERROR_INPUT, "its sets do not belong to its deployments");
	return 0;
}

static bool
are_names_good(const struct recorded_clone *said)
{
	return ids_is_name(untrusted_raw(&said->app.id)) && said->origin.raw &&
	       (!said->made.raw || ids_is_id(said->made.raw)) &&
	       ids_is_name(untrusted_raw(&said->env.id)) &&
	       is_short(&said->env.name, NAME_MAX_BYTES) &&
	       is_short(&said->env.created_by, NAME_MAX_BYTES);
}

static int
read_record(struct read_record *r, const json_t *record, struct error *err)
{
	struct recorded_clone *said = &r->said;

	*r = (struct read_record){0};
	recorded_clone_read(said, record);
	if (said->version != RECORDED_CLONE_VERSION)
		return error_set_code(err, CODE_RECORD_OF_OTHER_VERSION);
	if (!are_names_good(said))
		return error_set(err, ERROR_INPUT,
				 "its application, environment or source is missing or invalid");
	if (said->problem.raw)
		return error_set(err, ERROR_INPUT, "%s", said->problem.raw);
	if (said->deployment_count < 2)
		return error_set(err, ERROR_INPUT, "its deployments are missing");
	r->first = &said->deployments[0];
	r->last = &said->deployments[1];
	if (check_deployment(r->first, err) != 0 || check_deployment(r->last, err) != 0)
		return -1;
	return read_sets(r, err);
}

/* What it says of neither is found by read_record(). */
int
record_agrees(const json_t *record, const char *space, const json_t *notes, struct error *err)
{
	const char *noted = json_member_string(notes, "made");
	struct recorded_clone said;
	char *of;
	int ret = 0;

	recorded_clone_read(&said, record);
	of = xasprintf("%s/%s", untrusted_raw(&said.app.id), untrusted_raw(&said.env.id));
	if (!ids_is_name(untrusted_raw(&said.app.id)) || !ids_is_name(untrusted_raw(&said.env.id)))
		;		/* it is not of another one */
	else if (strcmp(of, space) != 0)
		ret = error_set_code(err, CODE_RECORD_COPIED, .space = of);
	else if (said.made.raw && (!noted || strcmp(said.made.raw, noted) != 0))
		ret = error_set_code(err, CODE_RECORD_OF_OTHER_NAMESPACE);
	free(of);
	recorded_clone_clear(&said);
	return ret;
}

/* --- into the database --- */

static int
put_home(struct platform *platform, const struct adoption *adoption, const struct place *place,
	 const char *namespace, const struct read_record *r, struct error *err)
{
	struct env_home home;
	int ret;

	adoption_home(adoption, namespace, &home);
	home.origin = r->said.origin.raw;
	home.made = r->said.made.raw;
	ret = repository_put_env_home(platform->repository, place, &home, err);
	json_decref(home.labels);
	return ret;
}

/* It is where a record of it was found that agrees with its namespace (record_agrees()), whatever
 * else was taken for that before.  0: it is; 1: it is from now on; -1 with err. */
static int
correct_home(struct platform *platform, const struct adoption *adoption,
	     const struct place *place, const char *namespace, const struct read_record *r,
	     struct error *err)
{
	struct env_home home = {0};
	bool is_there;

	if (repository_env_home(platform->repository, place, &home, err) != 0)
		return -1;
	is_there = strcmp(home.namespace, namespace) == 0;
	env_home_clear(&home);
	if (is_there)
		return 0;
	return repository_drop_env_home(platform->repository, place, err) == 0 &&
	       put_home(platform, adoption, place, namespace, r, err) == 0 ? 1 : -1;
}

static int
put_environment(struct platform *platform, const struct adoption *adoption,
		const struct place *place, const char *namespace, const struct read_record *r,
		struct error *err)
{
	const char *type = untrusted_raw(&r->said.env.type);
	const struct untrusted *name = &r->said.env.name;
	struct error none = {0};
	bool is_known = repository_has_env_type(platform->repository, place->org, type, &none) == 0;
	int ret = repository_put_environment(platform->repository, place,
					     *untrusted_raw(name) ? name->raw : place->env,
					     is_known ? type : "development", NULL,
					     untrusted_raw(&r->said.env.created_by),
					     r->said.env.created_at, err);

	return ret == 0 ? put_home(platform, adoption, place, namespace, r, err) : -1;
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
	if (repository_put_set(platform->repository, place, set, err) != 0)
		return -1;
	if (repository_put_deployment(platform->repository, place, &row, err) == 0)
		return 0;
	if (err->kind == ERROR_CONFLICT)
		error_set_code(err, CODE_RECORD_DEPLOYMENT_TAKEN, .deployment = row.id);
	return -1;
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
					    untrusted_raw(&r->first->id), &deployment, &why) != 0)
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
	int known = look_up(platform, place, r, err), corrected = 0, first, last;

	if (known < 0 || known == 2)
		return known < 0 ? -1 : 2;
	if (known == 3 && repository_drop_environment(platform->repository, place, err) != 0)
		return -1;
	if (known != 1 && put_environment(platform, adoption, place, namespace, r, err) != 0)
		return -1;
	if (known == 1)
		corrected = correct_home(platform, adoption, place, namespace, r, err);
	if (corrected < 0)
		return -1;
	first = put_deployment(platform, place, r->first, r->base,
			       json_array_get(r->said.values, 0), err);
	last = first < 0 ? -1 : put_deployment(platform, place, r->last, r->now,
					       json_array_get(r->said.values, 1), err);
	if (last == 0 || (first == 0 && last == 1))
		if (repository_rebase_environment(platform->repository, place,
						  untrusted_raw(&r->last->id), err) != 0)
			return -1;
	return last < 0 ? -1 : first == 1 && last == 1 && !corrected ? 1 : 0;
}

/* Only of what is looked at here, in the application in which it is here. */
static bool
is_looked_at(struct platform *platform, const struct adoption *adoption,
	     const struct read_record *r)
{
	struct error none = {0};
	struct adopted_env origin;
	bool is = adoption_place(platform, adoption, r->said.origin.raw, &origin, &none) == 0 &&
		  untrusted_is(&r->said.app.id, origin.app);

	adopted_env_clear(&origin);
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
	place.app = r.said.app.id.raw;
	place.env = untrusted_raw(&r.said.env.id);
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
