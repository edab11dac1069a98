/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * An environment is a clone when its first deployment says so: "verb=clone hotfix=ENV
 * origin=FROM/DEPLOYMENT".  Each promotion that stands advances what clone and origin have in
 * common; that is in the origin's deployments.  Both lists are read once, and again when one
 * of the two environments was deployed to.
 *
 * What is found out is written into the history's records and learnt from there like what
 * this program cloned itself, so the board has one source for both, and the next start knows
 * it without a question.
 */
#include "config.h"

#include "flow/world/origins.h"

#include <stdlib.h>
#include <string.h>

#include "base/ids.h"
#include "base/knowledge.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/world/fetcher.h"
#include "flow/world/origin.h"
#include "flow/world/world.h"
#include "model/comment.h"
#include "store/clone-origins.h"

#define CLOCK_SKEW_MS (5 * 60 * 1000)
#define OLD_CLONE "clone of "		/* how the comment of a clone begins */

/* What was found out about one environment, and from what. */
struct finding {
	char *env;
	int64_t created_at;		/* of the environment: another one may get its id */
	char *last, *origin_last; /* last deployments of it and of its origin; NULL: not judged */
	char *origin;			/* NULL: no clone */
};

struct origins {
	struct session *session;
	char *org, *app;		/* NULL: nothing is focused */
	struct fetcher *fetcher;
	struct finding *findings;
	size_t count;
	size_t untold; /* environments of which nobody knows whether they are clones */
	bool is_complete;		/* nothing is left to be judged */
	bool was_kept;			/* a record was written: the world is sorted anew by that */
};

struct origins *
origins_new(struct session *session)
{
	struct origins *o = xcalloc(1, sizeof(*o));

	o->session = session;
	o->fetcher = fetcher_open(session);
	return o;
}

static void
clear_finding(struct finding *f)
{
	free(f->env);
	free(f->last);
	free(f->origin_last);
	free(f->origin);
	*f = (struct finding){ 0 };
}

static void
forget(struct origins *o)
{
	for (size_t i = 0; i < o->count; i++)
		clear_finding(&o->findings[i]);
	free(o->findings);
	free(o->org);
	free(o->app);
	o->findings = NULL;
	o->count = 0;
	o->org = o->app = NULL;
	o->is_complete = false;
}

void
origins_free(struct origins *o)
{
	if (!o)
		return;
	fetcher_close(o->fetcher);
	forget(o);
	free(o);
}

/* Only the application that is looked at: each environment costs a list. */
void
origins_focus(struct origins *o, const char *org, const char *app)
{
	if (o->org && org && app && strcmp(o->org, org) == 0 && strcmp(o->app, app) == 0)
		return;
	forget(o);
	if (org && app) {
		o->org = xstrdup(org);
		o->app = xstrdup(app);
	}
}

/* --- what the lists say --- */

/* "clone of production", by the first release, which did not name the deployment. */
static bool
decode_old(const struct deployment *first, const struct comment *comment, struct clone_origin *out)
{
	const char *text = untrusted_raw(&first->comment), *name = text + strlen(OLD_CLONE);
	char *origin;

	if (comment->verb || !comment->op || !first->from_id.raw ||
	    strncmp(text, OLD_CLONE, strlen(OLD_CLONE)) != 0)
		return false;
	origin = xstrndup(name, comment_people_length(text) - strlen(OLD_CLONE));
	if (!ids_is_name(origin)) {
		free(origin);
		return false;
	}
	out->origin = origin;
	out->deployment_id = xstrdup(first->from_id.raw);
	return true;
}

/* From the environment's first deployment.  false: it is no clone. */
static bool
decode_clone(const struct deployment *first, const char *env, struct clone_origin *out)
{
	struct comment comment;
	bool is_clone = false;

	*out = (struct clone_origin){ 0 };
	comment_decode(&comment, first->comment.raw);
	if (comment.origin && comment.hotfix && strcmp(comment.hotfix, env) == 0 &&
	    strcmp(comment.origin, env) != 0 && ids_is_name(comment.origin)) {
		out->origin = xstrdup(comment.origin);
		out->deployment_id = xstrdup(comment.origin_deployment);
		is_clone = true;
	} else {
		is_clone = decode_old(first, &comment, out) && strcmp(out->origin, env) != 0;
	}
	if (is_clone) {
		/* A clone's first deployment is what its origin ran. */
		out->set_id = xstrdup(untrusted_raw(&first->set_id));
		out->operation_id = xstrdup_or_null(comment.op);
		out->cloned_at = first->created_at;
	} else {
		clone_origin_clear(out);
	}
	comment_clear(&comment);
	return is_clone;
}

/* Whether a later deployment that succeeded took this one back. */
static bool
is_taken_back(const struct deployment *list, size_t at, const char *operation)
{
	bool found = false;

	for (size_t i = 0; i < at && !found; i++) {
		struct comment comment;

		if (list[i].status != DEPLOYMENT_SUCCEEDED)
			continue;
		comment_decode(&comment, list[i].comment.raw);
		found = comment.undoes && (untrusted_is(&list[at].id, comment.undoes) ||
					   (operation && !strcmp(operation, comment.undoes)));
		comment_clear(&comment);
	}
	return found;
}

static const struct deployment *
find(const struct deployment *list, size_t count, const char *id)
{
	for (size_t i = 0; id && i < count; i++)
		if (untrusted_is(&list[i].id, id))
			return &list[i];
	return NULL;
}

static void
replace(char **text, const struct untrusted *with)
{
	free(*text);
	*text = xstrdup(untrusted_raw(with));
}

/*
 * The newest promotion of the clone that stands: both have that since then.  The clone's deployment
 * that it took; NULL: there is none.
 */
static const struct deployment *
advance(struct clone_origin *origin, const char *env, const struct deployment *theirs, size_t count,
	const struct deployment *ours, size_t our_count)
{
	const struct deployment *taken = NULL;

	for (size_t i = 0; i < count && !taken; i++) {
		struct comment comment;

		comment_decode(&comment, theirs[i].comment.raw);
		if (theirs[i].status == DEPLOYMENT_SUCCEEDED && comment.verb && comment.hotfix &&
		    strcmp(comment.verb, "promote") == 0 && strcmp(comment.hotfix, env) == 0 &&
		    theirs[i].created_at >= origin->cloned_at - CLOCK_SKEW_MS &&
		    !is_taken_back(theirs, i, comment.op))
			taken = find(ours, our_count, comment.source);
		if (taken) {
			replace(&origin->deployment_id, &theirs[i].id);
			replace(&origin->set_id, &taken->set_id);
		}
		comment_clear(&comment);
	}
	return taken;
}

const struct deployment *
origins_decode(struct clone_origin *origin, const char *env, const struct deployment *ours,
	       size_t count, const struct deployment *theirs, size_t their_count)
{
	const struct deployment *taken;

	if (count == 0 || !decode_clone(&ours[count - 1], env, origin))
		return NULL;
	taken = advance(origin, env, theirs, their_count, ours, count);
	return taken ? taken : &ours[count - 1];
}

/* --- one environment --- */

static struct finding *
finding_of(struct origins *o, const struct environment *e)
{
	struct finding *found = NULL;

	for (size_t i = 0; i < o->count && !found; i++)
		if (untrusted_is(&e->id, o->findings[i].env))
			found = &o->findings[i];
	if (!found) {
		o->findings = xreallocarray(o->findings, o->count + 1, sizeof(*o->findings));
		found = &o->findings[o->count++];
		*found = (struct finding){ 0 };
	} else if (found->created_at != e->created_at) {
		clear_finding(found);
	}
	if (!found->env) {
		found->env = xstrdup(untrusted_raw(&e->id));
		found->created_at = e->created_at;
	}
	return found;
}

static const char *
last_of(const struct origins *o, const char *env)
{
	const struct world_environment *e = env ?
		world_environment(session_world(o->session), o->org, o->app, env) : NULL;

	return e ? untrusted_raw(&e->environment.last_deploy.id) : "";
}

/* NULL: not there yet, or it cannot be read.  A list that is older than the last deployment
 * does not count: it could be missing the very promotion. */
static const struct deployment *
history(struct origins *o, const char *env, size_t *count)
{
	const char *last = last_of(o, env);
	const struct deployment *list;

	*count = 0;
	list = *last ? fetcher_history(o->fetcher, o->org, o->app, env, last, count) : NULL;
	return list && *count > 0 && untrusted_is(&list[0].id, last) ? list : NULL;
}

static bool
is_judged(const struct origins *o, const struct finding *f, const struct environment *e)
{
	return f->last && untrusted_is(&e->last_deploy.id, f->last) &&
		strcmp(f->origin_last, last_of(o, f->origin)) == 0;
}

/* With the last deployments of both it is known whether the
 * finding still holds: is_judged(). */
static void
note_judged(struct origins *o, struct finding *f, const char *origin)
{
	free(f->origin);
	free(f->last);
	free(f->origin_last);
	f->origin = xstrdup_or_null(origin);
	f->last = xstrdup(last_of(o, f->env));
	f->origin_last = xstrdup(last_of(o, origin));
}

static bool
is_same(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "") == 0;
}

/* The operation that made it tells clones apart, however soon one came after the other. */
static bool
is_of_another(const struct clone_origin *kept, const struct clone_origin *found,
	      const struct environment *e)
{
	return kept->operation_id && found->operation_id
		       ? strcmp(kept->operation_id, found->operation_id) != 0
		       : origin_is_stale(kept, e->created_at);
}

/* Ours keeps what we wrote beside: when it ends, and which operation made it. */
static void
keep(struct origins *o, const struct environment *e, struct clone_origin *found)
{
	struct store *store = session_store(o->session);
	const char *platform = session_platform(o->session), *env = untrusted_raw(&e->id);
	struct clone_origin kept = { 0 };
	struct error err = { 0 };
	bool is_kept = store_clone_origin(store, platform, o->org, o->app, env, &kept, &err) == 0;

	if (!is_kept && err.kind != ERROR_NOT_FOUND)
		return;		/* what is there may have an end, and is not written over */
	if (is_kept && !is_of_another(&kept, found, e)) {
		found->expires_at = kept.expires_at;
		if (is_same(found->operation_id, kept.operation_id))
			found->cloned_at = kept.cloned_at;
	}
	if (!is_kept || !is_same(found->origin, kept.origin) ||
	    !is_same(found->set_id, kept.set_id) ||
	    !is_same(found->deployment_id, kept.deployment_id) ||
	    !is_same(found->operation_id, kept.operation_id)) {
		if (store_put_clone_origin(store, platform, o->org, o->app, env, found, NULL) ==
		    0) {
			o->was_kept = true;
			session_look_again(o->session);
		}
	}
	clone_origin_clear(&kept);
}

/*
 * The values that both have in common are those that the clone was deployed with then.  false: they
 * have not been read yet.
 */
static bool
keep_values(struct origins *o, const char *env, const struct deployment *common, bool is_first)
{
	const char *version = untrusted_raw(&common->value_set_version_id);
	const struct values *values;

	if (!*version)
		return true;
	if (!fetcher_values(o->fetcher, o->org, o->app, env, version, &values))
		return false;
	if (values)
		origin_keep_values(o->session, o->org, o->app, env, values, is_first);
	return true;
}

/* A record of an environment that was there before under this id says nothing of this one. */
static void
drop_stale_record(struct origins *o, const struct environment *e)
{
	struct store *store = session_store(o->session);
	struct clone_origin kept = { 0 };

	if (store_clone_origin(store, session_platform(o->session), o->org, o->app,
			       untrusted_raw(&e->id), &kept, NULL) == 0 &&
	    origin_is_stale(&kept, e->created_at) &&
	    store_drop_clone_origin(store, session_platform(o->session), o->org, o->app,
				    untrusted_raw(&e->id), NULL) == 0) {
		o->was_kept = true;
		session_look_again(o->session);
	}
	clone_origin_clear(&kept);
}

/* false: a list is missing. */
static bool
judge(struct origins *o, const struct environment *e)
{
	struct finding *f = finding_of(o, e);
	const struct deployment *ours, *theirs, *taken;
	struct clone_origin origin;
	size_t count, their_count;
	bool is_whole;

	if (is_judged(o, f, e))
		return true;
	ours = history(o, f->env, &count);
	if (!ours)
		return false;
	if (!decode_clone(&ours[count - 1], f->env, &origin)) {
		drop_stale_record(o, e);
		note_judged(o, f, NULL);
		return true;
	}
	theirs = history(o, origin.origin, &their_count);
	if (theirs || !*last_of(o, origin.origin)) {
		taken = advance(&origin, f->env, theirs, their_count, ours, count);
		is_whole = keep_values(o, f->env, taken ? taken : &ours[count - 1], !taken);
		/* That it is a clone is known even where the values cannot be read. */
		if (is_whole || fetcher_error(o->fetcher))
			keep(o, e, &origin);
		if (is_whole)
			note_judged(o, f, origin.origin);
	}
	clone_origin_clear(&origin);
	return f->last != NULL;
}

/* Judges all, or as many as were before the world became another one by that.  Whether none is
 * left. */
static bool
judge_all(struct origins *o)
{
	const struct world_application *app =
		world_application(session_world(o->session), o->org, o->app);
	bool complete = true;

	o->untold = 0;
	for (size_t i = 0; i < app->count && !o->was_kept; i++) {
		const struct world_environment *e = &app->environments[i];

		/* A clone is never protected. */
		if (!e->is_protected && e->environment.status != ENVIRONMENT_DELETING &&
		    e->environment.last_deploy.id.raw && !judge(o, &e->environment)) {
			complete = false;
			o->untold += !o->was_kept && !e->clone_of;
		}
	}
	return complete;
}

void
origins_update(struct origins *o)
{
	const struct world_application *app =
		o->org ? world_application(session_world(o->session), o->org, o->app) : NULL;

	size_t tries;

	o->untold = 0;
	if (!app || !knowledge_has_content(&app->known))
		return;
	tries = app->count + 1;
	fetcher_begin(o->fetcher);
	/* What is written is learnt at once: what was found to be a clone has another place in the
	 * list, and the one behind it would be passed over. */
	do {
		o->was_kept = false;
		o->is_complete = judge_all(o);
	} while (o->was_kept && tries-- > 0);
	fetcher_end(o->fetcher);
}

bool
origins_is_settled(const struct origins *o)
{
	return !o->org || o->is_complete || fetcher_is_settled(o->fetcher);
}

const struct error *
origins_error(const struct origins *o)
{
	return o->untold > 0 ? fetcher_error(o->fetcher) : NULL;
}
