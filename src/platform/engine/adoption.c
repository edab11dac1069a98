/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The rest of the platform is to know nothing of namespaces that somebody else filled.  So one is
 * made into what it knows, rows of an application, an environment and a deployment that has
 * succeeded, and only when the set is another one: what did not change leaves no deployment,
 * however often it is read.  What was read in part can say that something has changed but not what
 * is gone, and is never recorded over more (compare_part()).  All of one namespace is one
 * transaction.
 */
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
#include "model/clone-notes.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/manifests.h"
#include "model/nouns.h"
#include "model/set.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/found-namespace.h"
#include "platform/drivers/registry.h"
#include "platform/engine/engine.h"
#include "platform/engine/env-driver.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-homes.h"
#include "platform/state/repository-notes.h"
#include "platform/state/repository-removal.h"
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

int
adoption_place(struct platform *platform, const struct adoption *adoption, const char *namespace,
	       struct adopted_env *out, struct error *err)
{
	const struct env_home home = {
		.driver_type = (char *)adoption->driver_type,
		.cluster = (char *)adoption->cluster,
		.namespace = (char *)namespace,
	};

	return repository_adopted_place(platform->repository, adoption->org, &home, out, err);
}

void
adoption_home(const struct adoption *adoption, const char *namespace, struct env_home *out)
{
	*out = (struct env_home){
		.driver_type = (char *)adoption->driver_type,
		.def_id = (char *)adoption->def_id,
		.cluster = (char *)adoption->cluster,
		.namespace = (char *)namespace,
		.namespace_def = (char *)"",
		.labels = json_object(),
		.origin = (char *)"",
	};
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
found_set(const struct found_namespace *found, struct error *err)
{
	return set_take(json_pack("{s:O, s:{}}", "modules", found->modules, "shared"), err);
}

/* When it was changed, but never before what is known already. */
static int64_t
time_of(const struct found_namespace *found, int64_t before)
{
	int64_t at = found->changed_at, now = clock_wall_ms();

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
tell_promotion(struct deployment_row *row, const struct clone_promotion *promotion)
{
	if (!promotion)
		return;
	if (promotion->at != 0 && promotion->at <= clock_wall_ms())
		row->created_at = row->status_changed_at = promotion->at;
	row->id = promotion->id.raw;
	row->comment = promotion->comment.raw;
	row->user = promotion->by.raw;
}

/* promotion NULL: nobody is known to have promoted it.  One that is here already is left. */
static int
put_row(struct platform *platform, const struct place *place, const struct set *set,
	struct deployment_row *row, const struct clone_promotion *promotion, struct error *err)
{
	struct error none = {0};
	char id[DEPLOYMENT_DIGITS + 1], values[IDS_UUID_SIZE];

	if (promotion &&
	    repository_has_deployment(platform->repository, promotion->id.raw, &none))
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
	       const struct place *place, const struct found_namespace *found,
	       const struct set *set, const struct deployment *last, struct error *err)
{
	const char *by = untrusted_raw(&found->changed_by);
	int64_t at = time_of(found, last->created_at);
	struct deployment_row row = {
		.from_id = untrusted_raw(&last->id) ? untrusted_raw(&last->id) : "",
		.set_id = set_id(set),
		.comment = FOUND,
		.user = *by ? by : adoption->user,
		.status = DEPLOYMENT_SUCCEEDED,
		.mode = "full",
		.created_at = at,
		.status_changed_at = at,
	};
	json_t *known = find_promotion(platform, adoption, found->namespace.raw, row.set_id);
	struct clone_promotion promotion;
	int ret;

	clone_promotion_read(&promotion, known);
	ret = put_row(platform, place, set, &row, known ? &promotion : NULL, err);
	clone_promotion_clear(&promotion);
	json_decref(known);
	return ret;
}

/* --- a new environment --- */

/* One that was going for want of environments has one again. */
static int
put_application(struct platform *platform, const struct adoption *adoption,
		const struct place *place, const char *name, struct error *err)
{
	const struct place app = {place->org, place->app, NULL};
	struct error why = {0};

	if (repository_has(platform->repository, &app, &why) == 0)
		return repository_keep_application(platform->repository, &app, clock_wall_ms(),
						   err);
	if (why.kind == ERROR_NOT_FOUND)
		return repository_put_application(platform->repository, &app, name, adoption->user,
						  clock_wall_ms(), err);
	*err = why;
	return -1;
}

static int
make_environment(struct platform *platform, const struct adoption *adoption,
		 const struct place *place, const struct found_namespace *found, struct error *err)
{
	const char *namespace = found->namespace.raw, *app = found->app.raw;
	const struct deployment none = {0};
	struct env_home home;
	int ret;

	adoption_home(adoption, namespace, &home);
	home.is_adopted = true;
	home.selector = (char *)adoption->selector;
	ret = check_free(platform, place, &home, err);
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
		json_object_foreach(manifests_of(module), key, kept) {
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
compare_part(struct platform *platform, const struct place *place,
	     const struct found_namespace *found, const struct deployment *last,
	     enum adoption_result *result, struct error *err)
{
	const json_t *kinds = found->kinds;
	bool has_others = false, ignored;
	struct set *set = repository_set(platform->repository, place, untrusted_raw(&last->set_id),
					 err);
	json_t *before, *now;

	if (!set)
		return -1;
	before = objects_of(set_modules(set), kinds, &has_others);
	now = objects_of(found->modules, kinds, &ignored);
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
       const struct found_namespace *found, bool is_new, enum adoption_result *result,
       struct error *err)
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
	else if (ret == 0 && last.set_id.raw && found->kinds)
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
adoption_record(struct platform *platform, const struct adoption *adoption,
		const struct found_namespace *found, enum adoption_result *result,
		struct error *err)
{
	const char *namespace = found->namespace.raw, *app = found->app.raw;
	char app_id[ADOPTION_ID_SIZE], env_id[ADOPTION_ID_SIZE];
	struct error why = {0};
	struct adopted_env known;
	struct place place = {adoption->org, app_id, env_id};
	bool is_known;
	int ret = 0;

	if (repository_begin(platform->repository, err) != 0)
		return -1;
	is_known = adoption_place(platform, adoption, namespace, &known, &why) == 0;
	adoption_id(app_id, app ? app : namespace, false);
	if (is_known) {
		place.app = known.app;
		place.env = known.env;
	}
	if (!is_known && why.kind != ERROR_NOT_FOUND) {
		*err = why;
		ret = -1;
	} else if (!is_known) {
		ret = choose_id(platform, &place, env_id, namespace, err);
	}
	if (ret == 0)
		ret = record(platform, adoption, &place, found, !is_known, result, err);
	if (ret == 0 && is_known && adoption->selector)
		ret = repository_set_adopted_selector(platform->repository, &place,
						      adoption->selector, err);
	adopted_env_clear(&known);
	return repository_end(platform->repository, ret, err);
}

/* The found one stays below it, with the same set: what changed is told from what ran before. */
static int
put_promotion(struct platform *platform, const struct place *place,
	      const struct clone_promotion *promotion, const struct deployment *last,
	      struct error *err)
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
			const char *namespace, const struct clone_promotion *promotion,
			struct error *err)
{
	const char *id = promotion->id.raw, *set = promotion->set_id.raw;
	struct deployment last = {0};
	struct error why = {0}, none = {0};
	struct adopted_env known;
	int ret = adoption_place(platform, adoption, namespace, &known, &why);
	const struct place place = {adoption->org, known.app, known.env};

	if (ret == 0)
		ret = repository_read_newest_succeeded(platform->repository, &place, &last, &why);
	if (ret != 0 && why.kind == ERROR_NOT_FOUND)
		ret = 0;		/* nobody looks at it here */
	else if (ret != 0)
		*err = why;
	else if (!id || !set || repository_has_deployment(platform->repository, id, &none))
		;		/* it is here */
	else if (untrusted_is(&last.set_id, set) && untrusted_is(&last.comment, FOUND))
		ret = put_promotion(platform, &place, promotion, &last, err);
	else
		engine_adopt(platform->engine, &place);	/* rollout_past() knows more now */
	deployment_clear(&last);
	adopted_env_clear(&known);
	return ret;
}

/* --- another application --- */

/* Where an environment was that is another one now. */
struct left_space {
	struct platform *platform;
	char *space;
	struct env_home home;
};

static void
free_left(void *data)
{
	struct left_space *left = data;

	env_home_clear(&left->home);
	free(left->space);
	free(left);
}

/* Nothing of it is watched under its old name any more; what is there stays (driver_ops.remove). */
static void
remove_left(void *data)
{
	const struct left_space *left = data;
	const struct driver_home where = env_driver_home(&left->home);
	struct driver *driver = drivers_find(left->platform->drivers, left->home.driver_type,
					     left->home.cluster);

	if (driver)
		driver->ops->remove(driver, left->space, &where, &(struct driver_waiter){0});
}

/* The rows go at once, since the same namespace cannot be two environments; so the engine would not
 * find out any more from where it is to be removed. */
static int
remove_old(struct platform *platform, const struct place *old, struct error *err)
{
	struct left_space *left = xcalloc(1, sizeof(*left));

	if (repository_env_home(platform->repository, old, &left->home, err) != 0) {
		free(left);
		return -1;
	}
	left->platform = platform;
	left->space = place_space(old);
	engine_remove(platform->engine, old);
	repository_after_commit(platform->repository, remove_left, free_left, left);
	return repository_drop_environment(platform->repository, old, err);
}

/* It goes on where it was: what was deployed is known, and can be undone. */
static int
put_moved(struct platform *platform, const struct adoption *adoption, const struct place *new,
	  const char *namespace, const char *app, const struct deployment *last, struct error *err)
{
	const struct found_namespace found = {
		.namespace = {(char *)(uintptr_t)namespace},
		.app = {(char *)(uintptr_t)app},
		.changed_at = last->created_at,
	};
	int ret = make_environment(platform, adoption, new, &found, err);

	if (ret == 0)
		ret = repository_rebase_environment(platform->repository, new,
						    untrusted_raw(&last->id), err);
	if (ret == 0)
		engine_adopt(platform->engine, new);
	return ret;
}

static int
move(struct platform *platform, const struct adoption *adoption, const struct place *old,
     const struct place *new, const char *namespace, const char *app, struct error *err)
{
	struct deployment last = {0};
	int more = -1, ret = -1;

	if (repository_read_newest_succeeded(platform->repository, old, &last, err) == 0 &&
	    repository_move_deployments(platform->repository, old, new, err) == 0 &&
	    remove_old(platform, old, err) == 0)
		more = repository_drop_empty_application(platform->repository, old,
							 clock_wall_ms(), err);
	if (more >= 0)
		ret = put_moved(platform, adoption, new, namespace, app, &last, err);
	deployment_clear(&last);
	if (ret != 0)
		return -1;
	if (more > 0)
		engine_drop_deleted(platform->engine);
	log_line(LOG_PRIORITY_INFO, "grouped to another application", "env", new->env, "app",
		 new->app, NULL);
	return 1;
}

/* Clones are of the application that they were made in, and would lose what they are of. */
static int
check_movable(struct platform *platform, const struct adoption *adoption,
	      const struct place *place, const char *namespace, struct error *err)
{
	int clones = repository_has_clones(platform->repository, adoption->org, adoption->cluster,
					   namespace, err);

	if (clones <= 0)
		return clones;
	return error_set_code(err, CODE_ADOPTED_HAS_CLONES, .namespace = namespace,
			      .app = place->app);
}

int
adoption_move(struct platform *platform, const struct adoption *adoption, const char *namespace,
	      const char *app, struct error *err)
{
	char app_id[ADOPTION_ID_SIZE], env_id[ADOPTION_ID_SIZE];
	struct place new = {adoption->org, app_id, env_id}, old = {adoption->org, NULL, NULL};
	struct adoption as = *adoption;
	struct adopted_env known;
	int ret = -1;

	adoption_id(app_id, app, false);
	if (adoption_place(platform, adoption, namespace, &known, err) != 0)
		return err->kind == ERROR_NOT_FOUND ? 0 : -1;
	old.app = known.app;
	old.env = known.env;
	as.selector = known.selector;
	if (strcmp(old.app, app_id) == 0) {
		ret = 0;
	} else if (repository_begin(platform->repository, err) == 0) {
		if (check_movable(platform, adoption, &old, namespace, err) == 0 &&
		    choose_id(platform, &new, env_id, namespace, err) == 0)
			ret = move(platform, &as, &old, &new, namespace, app, err);
		if (repository_end(platform->repository, ret < 0 ? -1 : 0, err) != 0)
			ret = -1;
	}
	adopted_env_clear(&known);
	return ret;
}

int
adoption_check_move(struct platform *platform, const struct adoption *adoption,
		    const char *namespace, const char *app, struct error *err)
{
	char app_id[ADOPTION_ID_SIZE];
	struct adopted_env known;
	struct place old = {.org = adoption->org};
	int ret = 0;

	if (adoption_place(platform, adoption, namespace, &known, err) != 0)
		return err->kind == ERROR_NOT_FOUND ? 0 : -1;
	adoption_id(app_id, app, false);
	old.app = known.app;
	if (strcmp(old.app, app_id) != 0)
		ret = check_movable(platform, adoption, &old, namespace, err);
	adopted_env_clear(&known);
	return ret;
}
