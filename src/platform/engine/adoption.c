/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "platform/engine/adoption.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/nouns.h"
#include "model/set.h"
#include "platform/engine/engine.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-notes.h"
#include "platform/state/repository-resources.h"
#include "platform/state/repository-sets.h"
#include "platform/state/repository-value-versions.h"
#include "platform/state/repository.h"

#define DEPLOYMENT_DIGITS 16
#define HASH_DIGITS 8
#define NAME_MAX_BYTES (ADOPTION_ID_SIZE - 1)
/* People see the part before the bracket, in quotes; clients go by the rest (doc/architecture). */
#define FOUND "Found in the cluster [sidestage verb=found]"

/* --- names --- */

/* Lower case, other characters as one dash. */
static size_t
put_plain(char out[ADOPTION_ID_SIZE], const char *name, bool *is_same)
{
	size_t length = 0;

	for (*is_same = true; *name; name++) {
		char c = isalnum((unsigned char)*name) ? (char)tolower((unsigned char)*name) : '-';

		bool is_extra = c == '-' && (length == 0 || out[length - 1] == '-');

		*is_same &= c == *name && !is_extra && length < NAME_MAX_BYTES;
		if (length < NAME_MAX_BYTES && !is_extra)
			out[length++] = c;
	}
	while (length > 0 && out[length - 1] == '-') {
		length--;
		*is_same = false;
	}
	out[length] = '\0';
	return length;
}

void
adoption_id(char out[ADOPTION_ID_SIZE], const char *name, bool is_unique)
{
	char hash[IDS_SHA256_HEX_SIZE];
	bool is_same;
	size_t length = put_plain(out, name, &is_same);

	if (ids_is_name(out) && (is_same || (!is_unique && length < NAME_MAX_BYTES)))
		return;
	ids_sha256_hex(hash, name, strlen(name));
	if (length > NAME_MAX_BYTES - HASH_DIGITS - 1)
		length = NAME_MAX_BYTES - HASH_DIGITS - 1;
	while (length > 0 && out[length - 1] == '-')
		length--;
	snprintf(out + length, ADOPTION_ID_SIZE - length, "%s%.*s", length > 0 ? "-" : "",
		 HASH_DIGITS, hash);
}

/* --- whose a namespace is --- */

json_t *
adoption_place(struct platform *platform, const struct adoption *adoption, const char *namespace,
	       struct error *err)
{
	const struct env_home home = {
		.driver_type = (char *)adoption->driver_type,
		.cluster = (char *)adoption->cluster,
		.namespace = (char *)namespace,
	};

	return repository_adopted_place(platform->repository, adoption->org, &home, err);
}

/* The namespace is nobody's yet. */
static int
check_free(struct platform *platform, const struct place *place, const struct env_home *home,
	   struct error *err)
{
	struct error why = {0};
	char *holder = repository_namespace_holder(platform->repository, place, home, &why);

	if (!holder && why.kind == ERROR_NOT_FOUND)
		return 0;
	if (holder)
		error_set_code(err, CODE_NAMESPACE_IS_OURS, .namespace = home->namespace);
	else
		*err = why;
	free(holder);
	return -1;
}

/* --- a deployment --- */

static struct set *
found_set(const json_t *found, struct error *err)
{
	return set_take(json_pack("{s:O, s:{}}", "modules", json_object_get(found, "modules"),
				  "shared"),
			err);
}

/* When it was changed, but never before what is known already. */
static int64_t
time_of(const json_t *found, int64_t before)
{
	int64_t at = json_integer_value(json_object_get(found, "changed_at"));
	int64_t now = clock_wall_ms();

	return at <= 0 || at > now || at < before ? now : at;
}

/* As somebody else's platform has it; NULL: nobody's. */
static json_t *
find_promotion(struct platform *platform, const struct adoption *adoption, const char *namespace,
	       const char *set)
{
	struct error none = {0};

	return repository_promotion(platform->repository, adoption->org, adoption->cluster,
				    namespace, set, &none);
}

/* Who deployed what was found, when, and how they called it. */
static void
tell_promotion(struct deployment_row *row, const json_t *promotion)
{
	int64_t at;

	if (!promotion)
		return;
	if (clock_parse(json_member_string(promotion, "at"), &at) && at <= clock_wall_ms())
		row->created_at = row->status_changed_at = at;
	row->id = json_member_string(promotion, "id");
	row->comment = json_member_string(promotion, "comment");
	row->user = json_member_string(promotion, "by");
}

/* promotion NULL: nobody is known to have promoted it.  One that is here already is left. */
static int
put_row(struct platform *platform, const struct place *place, const struct set *set,
	struct deployment_row *row, const json_t *promotion, struct error *err)
{
	struct error none = {0};
	char id[DEPLOYMENT_DIGITS + 1], values[IDS_UUID_SIZE];

	if (promotion && repository_has_deployment(platform->repository,
						   json_member_string(promotion, "id"), &none))
		promotion = NULL;
	ids_random_hex(id, DEPLOYMENT_DIGITS);
	row->id = id;
	tell_promotion(row, promotion);
	if (repository_pin_values(platform->repository, place, NULL, values, err) != 0)
		return -1;
	row->value_set_version_id = values[0] ? values : NULL;
	if (repository_put_set(platform->repository, place, set, err) != 0 ||
	    repository_put_deployment(platform->repository, place, row, err) != 0 ||
	    repository_rebase_environment(platform->repository, place, row->id, err) != 0)
		return -1;
	log_line(LOG_PRIORITY_INFO, "found in the cluster", "env", place->env, "id", row->id, "by",
		 row->user, NULL);
	engine_adopt(platform->engine, place);
	return 0;
}

static int
put_deployment(struct platform *platform, const struct adoption *adoption,
	       const struct place *place, const json_t *found, const struct set *set,
	       const struct deployment *last, struct error *err)
{
	const char *by = json_member_string(found, "changed_by");
	int64_t at = time_of(found, last->created_at);
	struct deployment_row row = {
		.from_id = untrusted_raw(&last->id) ? untrusted_raw(&last->id) : "",
		.set_id = set_id(set),
		.comment = FOUND,
		.user = by && *by ? by : adoption->user,
		.status = DEPLOYMENT_SUCCEEDED,
		.mode = "full",
		.created_at = at,
		.status_changed_at = at,
	};
	json_t *promotion = find_promotion(platform, adoption,
					   json_member_string(found, "namespace"), row.set_id);
	int ret = put_row(platform, place, set, &row, promotion, err);

	json_decref(promotion);
	return ret;
}

/* --- a new environment --- */

static int
put_application(struct platform *platform, const struct adoption *adoption,
		const struct place *place, const char *name, struct error *err)
{
	const struct place app = {place->org, place->app, NULL};
	struct error why = {0};

	if (repository_has(platform->repository, &app, &why) == 0)
		return 0;
	if (why.kind == ERROR_NOT_FOUND)
		return repository_put_application(platform->repository, &app, name, adoption->user,
						  clock_wall_ms(), err);
	*err = why;
	return -1;
}

static int
make_environment(struct platform *platform, const struct adoption *adoption,
		 const struct place *place, const json_t *found, struct error *err)
{
	const char *namespace = json_member_string(found, "namespace");
	const char *app = json_member_string(found, "app");
	const struct deployment none = {0};
	struct env_home home = {
		.driver_type = (char *)adoption->driver_type,
		.def_id = (char *)adoption->def_id,
		.cluster = (char *)adoption->cluster,
		.namespace = (char *)namespace,
		.namespace_def = (char *)"",
		.labels = json_object(),
		.is_adopted = true,
		.origin = (char *)"",
	};
	int ret = check_free(platform, place, &home, err);

	if (ret == 0)
		ret = put_application(platform, adoption, place, app ? app : namespace, err);
	if (ret == 0)
		ret = repository_put_environment(platform->repository, place, namespace,
						 ADOPTION_TYPE, NULL, adoption->user,
						 time_of(found, none.created_at), err);
	if (ret == 0)
		ret = repository_put_env_home(platform->repository, place, &home, err);
	json_decref(home.labels);
	return ret;
}

/* --- what was read in part --- */

/* {"web/Deployment/web": kept}, of those kinds, and of custom resources, which are read with them;
 * new reference. */
static json_t *
objects_of(const json_t *modules, const json_t *kinds, bool *has_others)
{
	json_t *out = json_object(), *module, *kept;
	const char *name, *key;

	json_object_foreach((json_t *)modules, name, module)
		json_object_foreach(json_object_get(json_object_get(module, "spec"), "manifests"),
				    key, kept) {
			char *kind = xstrndup(key, strcspn(key, "/")),
			     *path = xasprintf("%s/%s", name, key);

			if (json_object_get(kinds, kind) || strchr(kind, '.'))
				json_object_set(out, path, kept);
			else
				*has_others = true;
			free(path);
			free(kind);
		}
	return out;
}

/* With what was found in part; what was not read may have been known before. */
static int
compare_part(struct platform *platform, const struct place *place, const json_t *found,
	     const struct deployment *last, enum adoption_result *result, struct error *err)
{
	const json_t *kinds = json_object_get(found, "kinds");
	bool has_others = false, ignored;
	struct set *set = repository_set(platform->repository, place, untrusted_raw(&last->set_id),
					 err);
	json_t *before, *now;

	if (!set)
		return -1;
	before = objects_of(set_modules(set), kinds, &has_others);
	now = objects_of(json_object_get(found, "modules"), kinds, &ignored);
	if (json_equal(before, now))
		*result = ADOPTION_SAME;
	else if (has_others)
		*result = ADOPTION_NEEDS_WHOLE;
	json_decref(before);
	json_decref(now);
	set_unref(set);
	return 0;
}

/* --- both --- */

static int
record(struct platform *platform, const struct adoption *adoption, const struct place *place,
       const json_t *found, bool is_new, enum adoption_result *result, struct error *err)
{
	struct deployment last = {0};
	struct error why = {0};
	struct set *set = found_set(found, err);
	int ret = set ? 0 : -1;

	if (ret == 0 && is_new)
		ret = make_environment(platform, adoption, place, found, err);
	else if (ret == 0 && repository_read_newest_succeeded(platform->repository, place, &last,
							      &why) != 0 &&
		 why.kind != ERROR_NOT_FOUND) {
		*err = why;
		ret = -1;
	}
	*result = is_new ? ADOPTION_NEW : ADOPTION_CHANGED;
	if (ret == 0 && untrusted_is(&last.set_id, set_id(set)))
		*result = ADOPTION_SAME;
	else if (ret == 0 && last.set_id.raw && json_object_get(found, "kinds"))
		ret = compare_part(platform, place, found, &last, result, err);
	if (ret == 0 && (*result == ADOPTION_NEW || *result == ADOPTION_CHANGED))
		ret = put_deployment(platform, adoption, place, found, set, &last, err);
	deployment_clear(&last);
	set_unref(set);
	return ret;
}

/* The namespace's own name, unless an environment that is not it has that. */
static int
choose_id(struct platform *platform, struct place *place, char id[ADOPTION_ID_SIZE],
	  const char *namespace, struct error *err)
{
	struct error why = {0};
	char *other;

	adoption_id(id, namespace, true);
	if (repository_has(platform->repository, place, &why) != 0) {
		if (why.kind == ERROR_NOT_FOUND)
			return 0;
		*err = why;
		return -1;
	}
	other = xasprintf("namespace/%s", namespace);	/* which changes, and so has a hash */
	adoption_id(id, other, true);
	free(other);
	return 0;
}

int
adoption_record(struct platform *platform, const struct adoption *adoption, const json_t *found,
		enum adoption_result *result, struct error *err)
{
	const char *namespace = json_member_string(found, "namespace");
	const char *app = json_member_string(found, "app");
	char app_id[ADOPTION_ID_SIZE], env_id[ADOPTION_ID_SIZE];
	struct error why = {0};
	json_t *known;
	struct place place = {adoption->org, app_id, env_id};
	int ret = 0;

	if (repository_begin(platform->repository, err) != 0)
		return -1;
	known = adoption_place(platform, adoption, namespace, &why);
	adoption_id(app_id, app ? app : namespace, false);
	if (known) {
		place.app = json_member_string(known, "app");
		place.env = json_member_string(known, "env");
	}
	if (!known && why.kind != ERROR_NOT_FOUND) {
		*err = why;
		ret = -1;
	} else if (!known) {
		ret = choose_id(platform, &place, env_id, namespace, err);
	}
	if (ret == 0)
		ret = record(platform, adoption, &place, found, !known, result, err);
	json_decref(known);
	return repository_end(platform->repository, ret, err);
}

/* The found one stays below it, with the same set: what changed is told from what ran before. */
static int
put_promotion(struct platform *platform, const struct place *place, const json_t *promotion,
	      const struct deployment *last, struct error *err)
{
	struct deployment_row row = {
		.from_id = untrusted_raw(&last->from_id),
		.set_id = untrusted_raw(&last->set_id),
		.status = DEPLOYMENT_SUCCEEDED,
		.mode = "full",
		.created_at = last->created_at,
		.status_changed_at = last->status_changed_at,
	};
	struct set *set = repository_set(platform->repository, place, row.set_id, err);
	int ret = set ? put_row(platform, place, set, &row, promotion, err) : -1;

	set_unref(set);
	return ret;
}

int
adoption_name_promotion(struct platform *platform, const struct adoption *adoption,
			const char *namespace, const json_t *promotion, struct error *err)
{
	json_t *known = adoption_place(platform, adoption, namespace, err);
	struct place place = {adoption->org, json_member_string(known, "app"),
			      json_member_string(known, "env")};
	const char *id = json_member_string(promotion, "id");
	const char *set = json_member_string(promotion, "set_id");
	struct deployment last = {0};
	struct error none = {0};
	int ret = -1;

	if (known)
		ret = repository_read_newest_succeeded(platform->repository, &place, &last, err);
	if (ret == 0 && id && set && untrusted_is(&last.set_id, set) &&
	    untrusted_is(&last.comment, FOUND) &&
	    !repository_has_deployment(platform->repository, id, &none))
		ret = put_promotion(platform, &place, promotion, &last, err);
	deployment_clear(&last);
	json_decref(known);
	return ret;
}

/* --- another application --- */

/* As if it had just been found. */
static json_t *
found_again(struct platform *platform, const struct place *place, const char *namespace,
	    const char *app, struct error *err)
{
	struct deployment last = {0};
	struct set *set = NULL;
	json_t *found = NULL;

	if (repository_read_newest_succeeded(platform->repository, place, &last, err) == 0)
		set = repository_set(platform->repository, place,
					  untrusted_raw(&last.set_id), err);
	if (set)
		found = json_pack("{s:s, s:s, s:O, s:s, s:I}", "namespace", namespace, "app", app,
				  "modules", set_modules(set), "changed_by",
				  untrusted_raw(&last.created_by), "changed_at",
				  (json_int_t)last.created_at);
	deployment_clear(&last);
	set_unref(set);
	return found;
}

static int
move(struct platform *platform, const struct adoption *adoption, const struct place *old,
     const struct place *new, const json_t *found, struct error *err)
{
	enum adoption_result ignored;

	if (repository_drop_environment(platform->repository, old, err) != 0 ||
	    repository_drop_empty_application(platform->repository, old, err) != 0 ||
	    record(platform, adoption, new, found, true, &ignored, err) != 0)
		return -1;
	engine_remove(platform->engine, old);
	log_line(LOG_PRIORITY_INFO, "grouped to another application", "env", new->env, "app",
		 new->app, NULL);
	return 1;
}

/* Clones are of the application that they were made in, and would lose what they are of. */
static int
check_movable(struct platform *platform, const struct adoption *adoption,
	      const struct place *place, const char *namespace, struct error *err)
{
	int clones = repository_count_clones(platform->repository, adoption->org,
					     adoption->cluster, namespace, err);

	if (clones < 0)
		return -1;
	if (clones > 0 || engine_is_busy(platform->engine, place))
		return error_set_code(err, clones > 0 ? CODE_ADOPTED_HAS_CLONES
						      : CODE_ADOPTED_IS_BUSY,
				      .namespace = namespace, .app = place->app);
	return 0;
}

int
adoption_move(struct platform *platform, const struct adoption *adoption, const char *namespace,
	      const char *app, struct error *err)
{
	char app_id[ADOPTION_ID_SIZE], env_id[ADOPTION_ID_SIZE];
	struct place new = {adoption->org, app_id, env_id}, old = {adoption->org, NULL, NULL};
	json_t *known = adoption_place(platform, adoption, namespace, err), *found = NULL;
	int ret = -1;

	adoption_id(app_id, app, false);
	old.app = json_member_string(known, "app");
	old.env = json_member_string(known, "env");
	if (!known || strcmp(old.app, app_id) == 0) {
		ret = known || err->kind == ERROR_NOT_FOUND ? 0 : -1;
	} else if (repository_begin(platform->repository, err) == 0) {
		if (check_movable(platform, adoption, &old, namespace, err) == 0)
			found = found_again(platform, &old, namespace, app, err);
		if (found && choose_id(platform, &new, env_id, namespace, err) == 0)
			ret = move(platform, adoption, &old, &new, found, err);
		if (repository_end(platform->repository, ret < 0 ? -1 : 0, err) != 0)
			ret = -1;
	}
	json_decref(found);
	json_decref(known);
	return ret;
}
