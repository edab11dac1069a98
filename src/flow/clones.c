/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Which environments are clones, where each is from, and what it has that is not promoted.
 *
 * All of it is worked out anew from the world, the records of this program and the histories
 * whenever somebody asks: any of the three may have changed.  What is slow is asked for by
 * the fetcher, so a list may have gaps that the next one fills; `untold` counts environments
 * that may still turn out to be clones.
 *
 * Merging is the dear part.  Its result is kept under a key of the states that went in, and
 * is taken over from the list before.
 */
#include "config.h"

#include "flow/clones.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "compare/changes.h"
#include "compare/merge.h"
#include "flow/session.h"
#include "flow/verbs/review.h"
#include "flow/world/fetcher.h"
#include "flow/world/notes.h"
#include "flow/world/origin.h"
#include "flow/world/origins.h"
#include "flow/world/unpromoted.h"
#include "flow/world/world.h"
#include "model/clone-notes.h"
#include "model/comment.h"
#include "model/json.h"
#include "model/set.h"
#include "store/clone-origins.h"

struct clones {
	struct session *session;
	char *org;			/* NULL: all */
	struct fetcher *fetcher;
	struct clone_list records;	/* of this program; only during an update */
	struct clone *items;
	size_t count;
	size_t untold;
	struct error error;		/* why the records of this program could not be read */
};

/* One environment in its application. */
struct clone_place {
	const char *org, *app;
	const struct world_application *application;
	const struct world_environment *env;
};

static void
clear_clone(struct clone *clone)
{
	free(clone->org);
	free(clone->app);
	free(clone->env);
	untrusted_clear(&clone->name);
	untrusted_clear(&clone->who);
	free(clone->origin);
	free(clone->deployment_id);
	free(clone->set_id);
	free(clone->work_words);
	free(clone->work_key);
}

static void
clear_list(struct clone *items, size_t count)
{
	for (size_t i = 0; i < count; i++)
		clear_clone(&items[i]);
	free(items);
}

struct clones *
clones_open(struct session *session, const char *org)
{
	struct clones *clones = xcalloc(1, sizeof(*clones));

	clones->session = session;
	clones->org = org ? xstrdup(org) : NULL;
	clones->fetcher = fetcher_open(session);
	return clones;
}

void
clones_close(struct clones *clones)
{
	if (!clones)
		return;
	fetcher_close(clones->fetcher);
	clear_list(clones->items, clones->count);
	free(clones->org);
	free(clones);
}

static const char *
id_of(const struct world_environment *env)
{
	return untrusted_raw(&env->environment.id);
}

/* The last deployment's id says which state of the list is wanted; the
 * fetcher asks again when it differs. */
static const struct deployment *
history_of(struct clones *clones, const struct clone_place *place,
	   const struct world_environment *env,
	   size_t *count)
{
	return fetcher_history(clones->fetcher, place->org, place->app, id_of(env),
			      untrusted_raw(&env->environment.last_deploy.id), count);
}

/* --- where it is from --- */

/* What both ran when the clone was made: its changes are counted from there. */
static void
came_from(struct clone *clone, const struct world_environment *origin, const struct deployment *of)
{
	clone->origin = xstrdup(id_of(origin));
	clone->deployment_id = xstrdup(untrusted_raw(&of->id));
	clone->set_id = xstrdup_or_null(of->set_id.raw);
}

/* Finds the environment that made this deployment.  false: not known, perhaps not yet. */
static bool
find_origin(struct clones *clones, const struct clone_place *place, const char *deployment,
	    struct clone *clone)
{
	for (size_t i = 0; i < place->application->count; i++) {
		const struct world_environment *env = &place->application->environments[i];
		const struct deployment *history;
		size_t count;

		if (env == place->env || !env->environment.last_deploy.id.raw)
			continue;
		history = history_of(clones, place, env, &count);
		for (size_t k = 0; history && k < count; k++)
			if (untrusted_is(&history[k].id, deployment)) {
				came_from(clone, env, &history[k]);
				return true;
			}
	}
	return false;
}

/* A clone that was never deployed still stands on a deployment of its
 * origin.  If the origin's history is not there yet, the platform's
 * from_deploy says the same, only without proof. */
static bool
tell_undeployed(struct clones *clones, const struct clone_place *place, struct clone *clone)
{
	const struct deployment *from = &place->env->environment.from_deploy;

	if (!from->id.raw || !from->env_id.raw || untrusted_is(&from->env_id, id_of(place->env)))
		return false;
	if (!find_origin(clones, place, from->id.raw, clone)) {
		clone->origin = xstrdup(from->env_id.raw);
		clone->deployment_id = xstrdup(from->id.raw);
		clone->set_id = xstrdup_or_null(from->set_id.raw);
	}
	return true;
}

/* As its first deployment says: another platform, with which this one shares a cluster, calls the
 * origin's deployments otherwise. */
static void
tell_by_comment(const struct clone_place *place, const struct deployment *history, size_t count,
		struct clone *clone)
{
	struct clone_origin found;

	if (!origins_decode(&found, id_of(place->env), history, count, NULL, 0))
		return;
	clone->origin = xstrdup(found.origin);
	clone->deployment_id = xstrdup_or_null(found.deployment_id);
	clone->set_id = xstrdup_or_null(found.set_id);
	clone_origin_clear(&found);
}

/* By its history.  false: it is no clone, or that cannot be told yet. */
static bool
tell_by_history(struct clones *clones, const struct clone_place *place, struct clone *clone)
{
	const struct deployment *history, *first;
	size_t count;

	if (!place->env->environment.last_deploy.id.raw)
		return tell_undeployed(clones, place, clone);
	history = history_of(clones, place, place->env, &count);
	if (!history || count == 0) {
		clones->untold++;
		return false;
	}
	first = &history[count - 1];
	if (!first->from_id.raw || !*first->from_id.raw)
		return false;
	if (!find_origin(clones, place, first->from_id.raw, clone))
		tell_by_comment(place, history, count, clone);
	return true;
}

/* Somebody may have made it after the one of the record was deleted: its first deployment tells. */
static bool
is_of_another(struct clones *clones, const struct clone_place *place,
	      const struct clone_origin *origin)
{
	const struct deployment *history;
	struct comment comment;
	size_t count;
	bool differs;

	if (origin_is_stale(origin, place->env->environment.created_at))
		return true;
	if (!origin->operation_id || !place->env->environment.last_deploy.id.raw)
		return false;
	history = history_of(clones, place, place->env, &count);
	if (!history || count == 0)
		return false;
	comment_decode(&comment, history[count - 1].comment.raw);
	differs = comment.op && strcmp(comment.op, origin->operation_id) != 0;
	comment_clear(&comment);
	return differs;
}

/* The record comes before the history: only it knows the time to
 * live, and it needs no question. */
static bool
tell_by_record(struct clones *clones, const struct clone_place *place, struct clone *clone)
{
	for (size_t i = 0; i < clones->records.count; i++) {
		const struct clone_record *record = &clones->records.items[i];

		if (strcmp(record->env, id_of(place->env)) != 0 ||
		    strcmp(record->app, place->app) != 0 || strcmp(record->org, place->org) != 0 ||
		    is_of_another(clones, place, &record->origin))
			continue;
		clone->is_recorded = record->has_expiry;
		clone->is_ours = origin_is_mine(clones->session, &record->origin,
						&place->env->environment);
		clone->origin = xstrdup_or_null(record->origin.origin);
		clone->deployment_id = xstrdup_or_null(record->origin.deployment_id);
		clone->set_id = xstrdup_or_null(record->origin.set_id);
		clone->expires_at = record->origin.expires_at;
		return true;
	}
	return false;
}

/* --- what it has that is not promoted --- */

/* NULL: none, or not known. */
static const struct deployment *
running_deployment(struct clones *clones, const struct clone_place *place,
		   const struct world_environment *env)
{
	const struct deployment *history;
	size_t count;

	if (env->running.id.raw)
		return &env->running;
	if (!env->environment.last_deploy.id.raw)
		return NULL;
	history = history_of(clones, place, env, &count);
	for (size_t i = 0; history && i < count; i++)
		if (history[i].status == DEPLOYMENT_SUCCEEDED)
			return &history[i];
	return NULL;
}

/* "" when it is not known. */
static const char *
running_set_id(struct clones *clones, const struct clone_place *place)
{
	const struct deployment *running = running_deployment(clones, place, place->env);

	if (running)
		return untrusted_raw(&running->set_id);
	return place->env->environment.last_deploy.id.raw
		       ? "" : untrusted_raw(&place->env->environment.from_deploy.set_id);
}

/*
 * The values that an environment runs with.  The world has those of the application that is
 * open; for the others the deployment's own version is asked for.  false: not known; true with
 * NULL: there are none.
 */
static bool
running_values(struct clones *clones, const struct clone_place *place,
	       const struct world_environment *env,
	       const struct values **values)
{
	const struct deployment *running = running_deployment(clones, place, env);
	const struct knowledge *known = world_known(env, WORLD_VALUES);

	*values = env->values;
	if (*values || known->state == KNOWLEDGE_ABSENT ||
	    knowledge_why(known)->kind == ERROR_NOT_FOUND)
		return true;
	if (!running)
		return !env->environment.last_deploy.id.raw;
	return running->value_set_version_id.raw &&
	       fetcher_values(clones->fetcher, place->org, place->app, id_of(env),
			     running->value_set_version_id.raw, values);
}

/* The set with the values of its environment, and with what would be written to them. */
static struct set *
shown_with(const struct set *set, const struct values *values, const struct value_changes *written)
{
	struct values made;
	struct set *shown;

	if (!values)
		return set_ref((struct set *)(uintptr_t)set);
	if (!written)
		return set_with_values(set, values_words(values));
	values_apply(&made, values, written, NULL);
	shown = set_with_values(set, values_words(&made));
	values_clear(&made);
	return shown;
}

/* is_whole: the values took part, or there is nothing in them that could be promoted. */
static void
count_work(struct clone *clone, const struct merge *merge, const struct set *theirs,
	   const struct values *values, bool is_whole)
{
	struct set *before, *after;
	struct changes changes = {0};

	for (size_t i = 0; i < merge->count; i++)
		clone->changes += merge->entries[i].side == MERGE_OURS ||
				  merge->entries[i].side == MERGE_CONFLICT;
	clone->conflicts = merge->conflicts;
	if (!clone->changes && !is_whole)
		return;
	clone->work = clone->changes ? CLONE_WORK_SOME : CLONE_WORK_NONE;
	if (!merge->result)
		return;
	before = shown_with(theirs, values, NULL);
	after = shown_with(merge->result, values, &merge->values);
	changes_between(&changes, before, after);
	clone->work_words = review_list_changes(&changes, false);
	changes_clear(&changes);
	set_unref(before);
	set_unref(after);
}

static const struct clone *
find_known(const struct clones *clones, const struct clone *like)
{
	for (size_t i = 0; i < clones->count; i++) {
		const struct clone *c = &clones->items[i];

		if (c->work_key && strcmp(c->work_key, like->work_key) == 0 &&
		    strcmp(c->org, like->org) == 0 && strcmp(c->app, like->app) == 0)
			return c;
	}
	return NULL;
}

/* The same for the same three states; values that are not known are no state. */
static char *
work_key(const char *base, const char *theirs, const char *ours, const struct values *common,
	 const struct values *there, const struct values *here, bool known)
{
	const struct values *values[] = {common, there, here};
	char *digests[3], *key;

	for (size_t i = 0; i < 3; i++)
		digests[i] = values[i] ? values_digest(values[i]) : xstrdup("-");
	key = xasprintf("%s %s %s %s %s %s %d", base, theirs, ours, digests[0], digests[1],
			digests[2], known);
	for (size_t i = 0; i < 3; i++)
		free(digests[i]);
	return key;
}

/*
 * What somebody else promoted or undid meanwhile is in the deployments of both, whatever is written
 * down here.  The clone's deployment of what both have in common; NULL: not known.
 */
static const struct deployment *
follow_history(struct clones *clones, const struct clone_place *place,
	       const struct world_environment *origin,
	       struct clone *clone)
{
	const struct deployment *ours, *theirs, *common;
	size_t count, their_count;
	struct clone_origin found;

	if (!place->env->environment.last_deploy.id.raw || !origin->environment.last_deploy.id.raw)
		return NULL;
	ours = history_of(clones, place, place->env, &count);
	theirs = history_of(clones, place, origin, &their_count);
	common = ours && theirs ?
		origins_decode(&found, clone->env, ours, count, theirs, their_count) : NULL;
	if (!common)
		return NULL;
	if (strcmp(found.origin, clone->origin) == 0) {
		free(clone->deployment_id);
		free(clone->set_id);
		clone->deployment_id = xstrdup_or_null(found.deployment_id);
		clone->set_id = xstrdup_or_null(found.set_id);
	} else {
		common = NULL;
	}
	clone_origin_clear(&found);
	return common;
}

/* The values that both have in common.  NULL: not known.  values_clear() and free() it. */
static struct values *
find_common(struct clones *clones, const struct clone_place *place,
	    const struct deployment *deployment)
{
	const char *version = deployment ? untrusted_raw(&deployment->value_set_version_id) : "";
	const struct values *values = NULL;
	struct values *common;

	if (*version)
		(void)fetcher_values(clones->fetcher, place->org, place->app, id_of(place->env),
				     version, &values);
	if (!values)
		return origin_values(clones->session, place->org, place->app, id_of(place->env),
				     &clones->error);
	common = xcalloc(1, sizeof(*common));
	values_copy(common, values);
	return common;
}

/* Three states and a merge, as a promotion would make it.  With values that are
 * not known the changes of the set are counted all the same, but their absence
 * proves nothing: the work stays unknown. */
static void
find_work(struct clones *clones, const struct clone_place *place, struct clone *clone)
{
	const struct world_environment *origin = NULL;
	const char *ours = running_set_id(clones, place), *theirs;
	const struct deployment *deployment;
	struct set *base, *there, *here;
	const struct clone *known;
	const struct values *their_values, *our_values;
	struct values *common;
	struct merge merge;
	bool values_known;

	if (clone->origin)
		origin = world_environment(session_world(clones->session), clone->org, clone->app,
					   clone->origin);
	deployment = origin ? follow_history(clones, place, origin, clone) : NULL;
	if (!origin || !clone->set_id || !*ours)
		return;
	theirs = untrusted_raw(&origin->environment.from_deploy.set_id);
	base = fetcher_set(clones->fetcher, clone->org, clone->app, clone->set_id);
	there = fetcher_set(clones->fetcher, clone->org, clone->app, theirs);
	here = fetcher_set(clones->fetcher, clone->org, clone->app, ours);
	if (!base || !there || !here)
		return;
	values_known = running_values(clones, place, origin, &their_values);
	values_known &= running_values(clones, place, place->env, &our_values);
	common = find_common(clones, place, deployment);
	clone->work_key = work_key(clone->set_id, theirs, ours, common, their_values, our_values,
				   values_known);
	known = find_known(clones, clone);
	if (known && known->work != CLONE_WORK_UNKNOWN) {
		clone->work = known->work;
		clone->changes = known->changes;
		clone->conflicts = known->conflicts;
		clone->work_words = xstrdup_or_null(known->work_words);
	} else if (merge_states(&merge, &(struct state){.set = base, .values = common},
				&(struct state){.set = there, .values = their_values},
				&(struct state){.set = here, .values = our_values}, NULL) == 0) {
		count_work(clone, &merge, there, their_values,
			   values_known &&
				   unpromoted_are_comparable(common, their_values, our_values));
		merge_clear(&merge);
	}
	if (common)
		values_clear(common);
	free(common);
}

/* --- the list --- */

/* When it ends, and whose it is now, as everybody knows it. */
static void
take_notes(struct clones *clones, const struct clone_place *place, struct clone *clone)
{
	const json_t *notes = place->env->environment.notes;
	const char *owner = clone_notes_owner(notes);
	int64_t expires_at;

	if (notes_of(clones->session, place->org, place->app, place->env, "expires_at") &&
	    clone_notes_expiry(notes, &expires_at)) {
		clone->is_recorded = true;
		clone->expires_at = expires_at;
	}
	if (owner)
		untrusted_set(&clone->who, owner);
}

/* No clone is protected (request.c sees to it), so what is need not be asked about. */
static bool
make_clone(struct clones *clones, const struct clone_place *place, struct clone *clone)
{
	const struct environment *e = &place->env->environment;

	*clone = (struct clone){.created_at = e->created_at,
				.is_deleting = e->status == ENVIRONMENT_DELETING,
				.is_stuck = e->status_message.raw != NULL};
	if (!tell_by_record(clones, place, clone) &&
	    (place->env->is_protected || !tell_by_history(clones, place, clone)))
		return false;
	clone->org = xstrdup(place->org);
	clone->app = xstrdup(place->app);
	clone->env = xstrdup(id_of(place->env));
	untrusted_init(&clone->name, e->name.raw);
	untrusted_init(&clone->who, e->created_by.raw);
	take_notes(clones, place, clone);
	find_work(clones, place, clone);
	return true;
}

/* The first to end stands first; those without an end follow by age. */
static int
compare(const void *left, const void *right)
{
	const struct clone *a = left, *b = right;
	int order;

	if (!a->expires_at != !b->expires_at)
		return a->expires_at ? -1 : 1;
	if (a->expires_at != b->expires_at)
		return a->expires_at < b->expires_at ? -1 : 1;
	if (a->created_at != b->created_at)
		return a->created_at < b->created_at ? -1 : 1;
	order = strcmp(a->app, b->app);
	return order ? order : strcmp(a->env, b->env);
}

/* The new list is complete before the old one goes, because
 * find_known() looks into the old one. */
void
clones_update(struct clones *clones)
{
	const struct world *world = session_world(clones->session);
	struct clone *items = NULL, made;
	size_t count = 0;

	clones->untold = 0;
	clones->error = (struct error){0};
	(void)!store_clone_list(session_store(clones->session), session_platform(clones->session),
				&clones->records, &clones->error);
	fetcher_begin(clones->fetcher);
	for (size_t i = 0; i < world->count; i++) {
		const struct world_organization *o = &world->organizations[i];

		if (clones->org && !untrusted_is(&o->organization.id, clones->org))
			continue;
		for (size_t j = 0; j < o->count; j++) {
			const struct world_application *a = &o->applications[j];

			for (size_t k = 0; k < a->count; k++) {
				const struct clone_place place = {
					untrusted_raw(&o->organization.id),
					untrusted_raw(&a->application.id), a, &a->environments[k]};

				if (!make_clone(clones, &place, &made))
					continue;
				items = xreallocarray(items, count + 1, sizeof(*items));
				items[count++] = made;
			}
		}
	}
	fetcher_end(clones->fetcher);
	clone_list_clear(&clones->records);
	if (count > 1)
		qsort(items, count, sizeof(*items), compare);
	clear_list(clones->items, clones->count);
	clones->items = items;
	clones->count = count;
}

size_t
clones_count(const struct clones *clones)
{
	return clones->count;
}

const struct clone *
clones_get(const struct clones *clones, size_t i)
{
	return &clones->items[i];
}

size_t
clones_untold(const struct clones *clones)
{
	return clones->untold;
}

bool
clones_is_settled(const struct clones *clones)
{
	return fetcher_is_settled(clones->fetcher);
}

const struct error *
clones_error(const struct clones *clones)
{
	return clones->error.kind != ERROR_NONE ? &clones->error : fetcher_error(clones->fetcher);
}

/* --- the time to live --- */

/* A clone that others made, or another machine, has no row here yet. */
int
clones_set_end(struct session *session, const struct clone *clone, int64_t expires_at,
	       struct error *err)
{
	struct clone_origin origin = {0};
	struct store *store = session_store(session);
	const char *platform = session_platform(session);
	struct error why = {0};
	int ret;

	if (session_check_changes(session, err))
		return -1;
	if (store_clone_origin(store, platform, clone->org, clone->app, clone->env, &origin,
			       &why) != 0) {
		if (why.kind != ERROR_NOT_FOUND)
			return error_set(err, why.kind, "%s", why.text);
		if (!clone->origin || !clone->set_id || !clone->deployment_id)
			return error_set(
				err, ERROR_INPUT,
				_("The source of %s is not known, so its time to live cannot be recorded."),
				clone->env);
		origin = (struct clone_origin){.origin = xstrdup(clone->origin),
					       .deployment_id = xstrdup(clone->deployment_id),
					       .set_id = xstrdup(clone->set_id),
					       .cloned_at = clone->created_at};
	}
	origin.expires_at = expires_at;
	ret = store_put_clone_origin(store, platform, clone->org, clone->app, clone->env, &origin,
				     err);
	clone_origin_clear(&origin);
	if (ret == 0) {
		notes_tell_expiry(session, clone->org, clone->app, clone->env, expires_at);
		session_look_again(session);
	}
	return ret;
}
