/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is asked of the platform, and when.
 *
 * Everything that is asked is a feed: one question about one place, with its own timer, its
 * last answer's fingerprint and its failures.  Which feeds there are is not decided where
 * things happen but in one function, reconcile(): it walks the world and wants a feed for
 * every part that should be known; what nobody wants any more is dropped, its request with
 * it.  So an application that appears gets its feeds, and a deleted environment loses
 * them, without a line of code for either.
 *
 * A feed that is new takes the last answer from the cache first, so the first walk draws
 * the whole board without the network.  Sets never change: each is asked for once, ever.
 */
#include "config.h"

#include "flow/world/sets.h"
#include "flow/world/watch.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "compare/values.h"
#include "flow/context/context.h"
#include "flow/world/learn.h"
#include "flow/world/moments.h"
#include "flow/world/unpromoted.h"
#include "flow/world/watch-feeds.h"
#include "flow/world/watch-questions.h"
#include "flow/world/watch-state.h"
#include "flow/world/world.h"
#include "model/set.h"
#include "net/loop.h"
#include "store/cache.h"
#include "store/clone-origins.h"

#define WALK_MS 8			/* what a key waits at most for sets from the cache */
#define FIRST_SETS 4 /* what a first picture waits for: what 120 columns show of them */
#define PAUSE_MAX_MS 300000
#define OFFLINE_GRACE_MS 5000		/* one lost answer among good ones is no outage */

static void reconcile(struct watch *watch);

/* --- sets --- */

/* Another platform may name the empty set by other zeros. */
static bool
is_set(const struct set *set, const char *id)
{
	return set && (strcmp(set_id(set), id) == 0 ||
		       (set_id_is_empty(set_id(set)) && set_id_is_empty(id)));
}

/* Borrowed: a set of this id that an environment of the application holds already. */
static struct set *
find_set(const struct world_application *application, const char *id)
{
	for (size_t i = 0; i < application->count; i++) {
		const struct world_environment *environment = &application->environments[i];

		if (is_set(environment->set, id))
			return environment->set;
		if (is_set(environment->from_set, id))
			return environment->from_set;
		if (is_set(environment->clone_set, id))
			return environment->clone_set;
	}
	return NULL;
}

/* New reference, or NULL. */
static struct set *
load_set(struct watch *watch, const char *org, const char *app, const char *id)
{
	struct set *set = sets_cached(watch->session, org, app, id);

	if (set && !is_set(set, id)) {
		set_unref(set);
		set = NULL;
	}
	return set;
}

/* The rest of what a walk had no time for. */
static void
walk_on(void *data)
{
	struct watch *watch = data;

	watch->walk_on = NULL;
	watch->is_shown = true;
	reconcile(watch);
	session_changed(watch->session);
}

static void
walk_on_later(struct watch *watch)
{
	if (!watch->walk_on)
		watch->walk_on = loop_add_timer(session_loop(watch->session), 1, walk_on, watch);
}

/* Makes *slot the set of this id, from wherever it is; asks for it when it is nowhere. */
static void
want_set(struct watch *watch, const char *org, const char *app,
	 struct world_environment *environment, struct set **slot, const char *id)
{
	const struct world_application *application = world_application(watch->world, org, app);
	struct set *found;

	if (id[0] == '\0' ? !*slot : is_set(*slot, id))
		return;
	found = id[0] != '\0' ? find_set(application, id) : NULL;
	if (found) {
		set_ref(found);
	} else if (id[0] != '\0' && !watch_find_feed(watch, FEED_SET, org, app, "", id)) {
		if (watch->sets_loaded >= FIRST_SETS && clock_steady_ms() > watch->walk_until) {
			walk_on_later(watch);
			return;
		}
		found = load_set(watch, org, app, id);
		watch->sets_loaded++;
	}
	if (*slot || found) {
		set_unref(*slot);
		*slot = found;
		learn_touch(watch->world, environment);
	}
	if (id[0] != '\0' && !found)
		watch_want(watch, FEED_SET, org, app, "", id);
}

/* A set that is not the one that was asked for would be cached for ever under the wrong id. */
static int
learn_set(struct feed *feed, const json_t *body, struct error *err)
{
	struct world_application *application =
		world_edit_application(feed->watch->world, feed->org, feed->app);
	struct set *set = sets_decode(feed->watch->session, feed->org, feed->app, body, err);

	if (!set)
		return -1;
	if (!is_set(set, feed->id)) {
		error_set(err, ERROR_PROTOCOL,
			  _("The platform gave set %s when asked for set %s."), set_id(set),
			  feed->id);
		set_unref(set);
		return -1;
	}
	store_put_set(session_store(feed->watch->session), session_address(feed->watch->session),
		      feed->org, feed->app, feed->id, body);
	for (size_t i = 0; application && i < application->count; i++) {
		struct world_environment *environment = &application->environments[i];

		if (!environment->set && strcmp(learn_set_id(environment), feed->id) == 0)
			environment->set = set_ref(set);
		else if (!environment->from_set &&
			 strcmp(learn_from_set_id(environment), feed->id) == 0)
			environment->from_set = set_ref(set);
		else if (!environment->clone_set && environment->clone_set_id &&
			 strcmp(environment->clone_set_id, feed->id) == 0)
			environment->clone_set = set_ref(set);
		else
			continue;
		learn_touch(feed->watch->world, environment);
	}
	set_unref(set);
	return 0;
}

/* --- the walk --- */

/* Notes how a set is known.  `blocked`: why it cannot even be said which one it is. */
static void
judge_set(struct watch *watch, struct world_environment *environment, enum world_part part,
	  const char *org, const char *app, const char *id, const struct error *blocked)
{
	const struct set *set = part == WORLD_SET ? environment->set : environment->from_set;
	struct knowledge *knowledge = world_edit_known(environment, part);
	const struct feed *feed = watch_find_feed(watch, FEED_SET, org, app, "", id);
	bool changed = false;

	if (blocked)
		changed = knowledge_set_unreadable(knowledge, blocked);
	else if (id[0] == '\0')
		changed = knowledge_set_absent(knowledge, environment->read_at);
	else if (is_set(set, id))
		changed = knowledge_set_known(knowledge, environment->read_at);
	else if (feed && feed->error)
		changed = knowledge_set_unreadable(knowledge, feed->error);
	else
		knowledge->state = KNOWLEDGE_NONE;
	if (changed)
		learn_touch(watch->world, environment);
}

/* What runs: last_deploy when it succeeded; else what the list of deployments says. */
static void
judge_running(struct watch *watch, struct world_environment *environment, const char *org,
	      const char *app)
{
	const struct deployment *last = &environment->environment.last_deploy;
	const struct feed *feed = watch_find_feed(watch, FEED_RUNNING, org, app,
						  untrusted_raw(&environment->environment.id),
						  untrusted_raw(&last->id));
	struct error why = {0};

	if (last->problem.raw)
		error_set(&why, ERROR_PROTOCOL, _("its answer is not understood: %s"),
			  untrusted_raw(&environment->environment.problem));
	else if (last->id.raw && last->status != DEPLOYMENT_SUCCEEDED &&
		 !environment->running.id.raw && feed && feed->error)
		why = *feed->error;
	else if (feed && !feed->error && !feed->answered_at && !environment->running.id.raw)
		return;			/* the answer is still to come */
	judge_set(watch, environment, WORLD_SET, org, app, learn_set_id(environment),
		  why.kind != ERROR_NONE ? &why : NULL);
}

/* The values that belong to what runs.  Those of a deployment before it say nothing of it. */
static void
want_values(struct watch *watch, const char *org, const char *app,
	    struct world_environment *environment)
{
	const char *env = untrusted_raw(&environment->environment.id);
	const char *version = environment->running.value_set_version_id.raw;

	if (environment->values && (!environment->running.id.raw ||
				    strcmp(version ? version : "", environment->values->version_id ?
					   environment->values->version_id : "") != 0)) {
		values_clear(environment->values);
		free(environment->values);
		environment->values = NULL;
		knowledge_clear(world_edit_known(environment, WORLD_VALUES));
		learn_touch(watch->world, environment);
	}
	if (environment->running.id.raw)
		watch_want(watch, version ? FEED_VALUES : FEED_NEWEST_VALUES, org, app, env,
			   version ? version : "");
	else if (!environment->environment.last_deploy.id.raw &&
		 knowledge_set_absent(world_edit_known(environment, WORLD_VALUES),
				      environment->read_at))
		learn_touch(watch->world, environment);
}

/* What a person who looks at this application needs of one of its environments. */
static void
want_details(struct watch *watch, const char *org, const char *app,
	     struct world_environment *environment)
{
	const char *env = untrusted_raw(&environment->environment.id);
	const struct deployment *last = &environment->environment.last_deploy;

	want_set(watch, org, app, environment, &environment->from_set,
		 learn_from_set_id(environment));
	judge_set(watch, environment, WORLD_FROM_SET, org, app, learn_from_set_id(environment),
		  NULL);
	if (last->id.raw && environment->environment.status != ENVIRONMENT_DELETING) {
		watch_want(watch, FEED_RUNTIME, org, app, env, "");
		watch_want(watch, FEED_RESOURCES, org, app, env, "");
		if (last->status != DEPLOYMENT_SUCCEEDED && !last->problem.raw)
			watch_want(watch, FEED_RUNNING, org, app, env, untrusted_raw(&last->id));
		if (last->status == DEPLOYMENT_FAILED && last->id.raw[0])
			watch_want(watch, FEED_ERRORS, org, app, env, untrusted_raw(&last->id));
	}
	want_set(watch, org, app, environment, &environment->set,
		 last->problem.raw ? "" : learn_set_id(environment));
	judge_running(watch, environment, org, app);
	want_values(watch, org, app, environment);
	if (environment->clone_set_id)
		want_set(watch, org, app, environment, &environment->clone_set,
			 environment->clone_set_id);
	if (unpromoted_update(watch->session, org, world_application(watch->world, org, app),
			      environment))
		learn_touch(watch->world, environment);
}

/* By index and from the top each time: what watch_want() learns may move the arrays.  The first
 * picture shows no more of the other applications than their names. */
static void
walk(struct watch *watch, const struct clone_list *clones)
{
	const struct world *world = watch->world;

	watch->walk_until = clock_steady_ms() + (watch->is_shown ? WALK_MS : -1);
	for (struct feed *feed = watch->feeds; feed; feed = feed->next)
		feed->wanted = false;
	watch_want(watch, FEED_USER, "", "", "", "");
	watch_want(watch, FEED_ORGANIZATIONS, "", "", "", "");
	for (size_t i = 0; i < world->count; i++) {
		const char *org = untrusted_raw(&world->organizations[i].organization.id);

		watch_want(watch, FEED_APPLICATIONS, org, "", "", "");
		if (api_has_extension(session_api(watch->session), EXTENSION_ADOPTION))
			watch_want(watch, FEED_ADOPTION, org, "", "", "");
		if (watch_is_focused(watch, org, NULL))
			watch_want(watch, FEED_VERSIONS, org, "", "", "");
		for (size_t j = 0; j < world->organizations[i].count; j++) {
			struct world_application *application =
				&world->organizations[i].applications[j];
			const char *app = untrusted_raw(&application->application.id);
			struct learn_place place = {watch->session, org, app, NULL, NULL, NULL};

			if (!watch->is_shown && !watch_is_focused(watch, org, app)) {
				walk_on_later(watch);
				continue;
			}
			watch_want(watch, FEED_ENVIRONMENTS, org, app, "", "");
			learn_protection(watch->world, watch->session, application);
			learn_clones(watch->world, &place, clones);
			if (!watch_is_focused(watch, org, app))
				continue;
			/* Production first: the others are compared with it. */
			for (size_t k = 0; k < 2 * application->count; k++)
				if (application->environments[k % application->count]
					    .is_protected == (k < application->count))
					want_details(
						watch, org, app,
						&application->environments[k % application->count]);
		}
	}
	watch_drop_unwanted(watch);
}

static void
reconcile(struct watch *watch)
{
	struct store *store = session_store(watch->session);
	struct clone_list clones = {0};

	/* Without the list no clone is known; the next walk looks again. */
	(void)!store_clone_list(store, session_platform(watch->session), &clones, NULL);
	store_cache_hold(store);
	walk(watch, &clones);
	store_cache_release(store);
	clone_list_clear(&clones);
}

/* --- answers --- */

/* Whatever failed while the platform was away is asked for now and not when its pause ends. */
static void
set_online(struct watch *watch)
{
	struct world *world = watch->world;
	bool was_offline = world->link == WORLD_OFFLINE;

	if (world->link == WORLD_ONLINE)
		return;
	world->link = WORLD_ONLINE;
	world->link_error = (struct error){0};
	world->revision++;
	if (was_offline)
		watch_hurry_all(watch);
}

/* The first of several errors of a kind stays: the text must not flicker between feeds. */
static void
set_offline(struct watch *watch, const struct error *error)
{
	struct world *world = watch->world;

	if (world->link == WORLD_OFFLINE)
		session_changed(watch->session);	/* how long ago the last answer was */
	if (world->link == WORLD_OFFLINE && world->link_error.kind == error->kind)
		return;
	world->link = WORLD_OFFLINE;
	world->link_error = *error;
	world->revision++;
}

/* Refused connections and refused tokens say at once that there is no link; an answer that did
 * not come says it only when none has come for some time. */
static void
judge_link(struct watch *watch, const struct feed *feed, const struct api_reply *reply,
	   const struct error *error)
{
	int64_t now = clock_steady_ms();
	bool lost = error->kind == ERROR_UNREACHABLE || reply->status == 401;

	if (feed->kind == FEED_ORGANIZATIONS)
		watch->lost = error->kind != ERROR_NONE;
	if (reply->status != 0)
		watch->world->answered_at = clock_wall_ms();
	if (reply->status != 0 && !feed_is_far(feed))
		watch->world->latency_ms = reply->elapsed_ms;
	if (error->kind == ERROR_NO_REPLY && now - watch->last_good > OFFLINE_GRACE_MS)
		lost = true;
	if (lost || (feed->kind == FEED_ORGANIZATIONS && watch->lost))
		set_offline(watch, error);
	else if (error->kind == ERROR_NONE) {
		watch->last_good = now;
		if (!watch->lost)
			set_online(watch);
	}
}

/*
 * What cannot be read is unknown, never "as before" (promise 5); what it was stays to be shown with
 * its age.  One lost look at what runs among good ones is not told: the next is a second away.
 */
static void
note_answer(struct feed *feed, const struct error *error)
{
	struct world *world = feed->watch->world;
	struct knowledge *knowledge = feed_knowledge(feed);
	bool changed = false;

	feed->answered_at = clock_steady_ms();
	if (error->kind == ERROR_NONE) {
		feed->failures = 0;
		changed = feed->error != NULL;
		free(feed->error);
		feed->error = NULL;
		if (knowledge)
			changed |= knowledge_set_known(knowledge, clock_wall_ms());
	} else {
		feed->failures++;
		changed = !feed->error;
		if (!feed->error)
			feed->error = xcalloc(1, sizeof(*feed->error));
		*feed->error = *error;
		if (knowledge && !(feed->kind == FEED_RUNTIME && feed->failures == 1 &&
				   knowledge->state == KNOWLEDGE_KNOWN))
			changed |= knowledge_set_unreadable(knowledge, error);
	}
	if (changed && feed->env[0] &&
	    world_edit_environment(world, feed->org, feed->app, feed->env))
		world_edit_environment(world, feed->org, feed->app, feed->env)->revision++;
	world->revision += changed;
}

/* 0, or -1: the answer makes no sense. */
static int
learn(struct feed *feed, const struct api_reply *reply, struct error *err)
{
	const struct feed_kind *kind = &feed_kinds[feed->kind];
	const struct learn_place place = feed_place(feed);
	const int64_t now = clock_wall_ms();
	char *key;

	if (reply->not_modified) {
		if (kind->same)
			kind->same(feed->watch->world, &place, now);
		return 0;
	}
	if ((kind->learn ? kind->learn(feed->watch->world, &place, reply->body, now, err) :
			   learn_set(feed, reply->body, err)) != 0)
		return -1;
	if (kind->cached && strcmp(reply->digest, feed->digest) != 0) {
		key = feed_cache_key(feed);
		store_cache_put(session_store(feed->watch->session), key, reply->body,
				reply->digest);
		free(key);
	}
	memcpy(feed->digest, reply->digest, sizeof(feed->digest));
	memcpy(feed->etag, reply->etag, sizeof(feed->etag));
	return 0;
}

/* In this order: what is learnt, how it is known, when it is asked again, and then the walk,
 * which may free the feed itself. */
static void
on_reply(void *data, const struct api_reply *reply)
{
	struct feed *feed = data;
	struct watch *watch = feed->watch;
	const uint64_t before = watch->world->revision, moved = watch->world->moved;
	struct error error = reply->error;
	int64_t delay;
	bool again;

	feed->call = NULL;
	watch->is_shown = true;
	if (error.kind == ERROR_NONE)
		(void)learn(feed, reply, &error);
	note_answer(feed, &error);
	delay = feed_next_delay(feed);
	again = feed->again;
	feed->again = false;
	/* A platform that asks for a pause gets it; `R` asks all the same. */
	if (delay >= 0 && reply->retry_after_ms > delay)
		delay = reply->retry_after_ms < PAUSE_MAX_MS ? reply->retry_after_ms : PAUSE_MAX_MS;
	if (delay >= 0)
		feed_schedule(feed, again ? 0 : delay);
	judge_link(watch, feed, reply, &error);
	/* A set that nobody needs any more must not stay as a question that was answered. */
	if (watch->world->revision == before && feed->kind != FEED_SET) {
		/* Nothing differs, but views point into what was replaced. */
		if (watch->world->moved != moved)
			session_changed(watch->session);
		return;
	}
	if (feed->kind == FEED_ADOPTION)
		watch_ask_lists_again(watch, feed->org);
	if (feed->kind == FEED_ENVIRONMENTS)
		watch_hurry_details(watch, feed->org, feed->app);
	if ((feed->kind == FEED_ENVIRONMENTS || feed->kind == FEED_RUNNING) &&
	    watch_is_focused(watch, feed->org, feed->app))
		moments_note(watch->session, feed->org, feed->app);
	reconcile(watch);		/* may free the feed */
	session_changed(watch->session);
}

/* --- doors --- */

/* The first walk fills the world from the cache, before anything is asked. */
struct watch *
watch_new(struct session *session, struct world *world, const char *only_org)
{
	struct watch *watch = xcalloc(1, sizeof(*watch));

	watch->session = session;
	watch->world = world;
	watch->only_org = xstrdup_or_null(only_org);
	watch->open = json_object();
	watch->attended_at = clock_steady_ms();
	watch->on_reply = on_reply;
	reconcile(watch);
	return watch;
}

void
watch_free(struct watch *watch)
{
	if (!watch)
		return;
	while (watch->feeds) {
		struct feed *feed = watch->feeds;

		watch->feeds = feed->next;
		feed_free(feed);
	}
	loop_remove_timer(watch->walk_on);
	free(watch->focus_org);
	free(watch->focus_app);
	json_decref(watch->open);
	free(watch->only_org);
	free(watch);
}

static bool
same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

/* What was known of the application may be old: its feeds are due at once. */
void
watch_focus(struct watch *watch, const char *org, const char *app)
{
	if (same_text(org, watch->focus_org) && same_text(app, watch->focus_app))
		return;
	if (!org || !watch_is_focused(watch, org, app))
		watch->sets_loaded = 0;
	free(watch->focus_org);
	free(watch->focus_app);
	watch->focus_org = xstrdup_or_null(org);
	watch->focus_app = xstrdup_or_null(app);
	reconcile(watch);
	for (struct feed *feed = watch->feeds; org && feed; feed = feed->next)
		if (feed->timer && !feed_kinds[feed->kind].once && strcmp(feed->org, org) == 0 &&
		    !feed_is_far(feed))
			feed_schedule(feed, 0);
	session_changed(watch->session);
}

void
watch_look_again(struct watch *watch)
{
	reconcile(watch);
}

/* What is being asked at this moment may be answered with what was before the key, and with a pause
 * that nobody wants: it is asked once more. */
void
watch_refresh(struct watch *watch)
{
	for (struct feed *feed = watch->feeds; feed; feed = feed->next)
		if (feed->call && !feed_is_far(feed))
			feed->again = true;
	watch_hurry_all(watch);
	reconcile(watch);
}

/* --- what is known --- */

/* Everything depends on the list of organizations. */
static bool
concerns(const struct feed *feed, const char *org, const char *app, unsigned needs)
{
	if (feed->kind == FEED_ORGANIZATIONS)
		return true;
	return feed_kinds[feed->kind].need & needs &&
	       (!org || !feed->org[0] || strcmp(feed->org, org) == 0) &&
	       (!app || !feed->app[0] || strcmp(feed->app, app) == 0);
}

/* Since when it has to be answered.  What has its answer for ever is not asked again. */
static int64_t
least_answer(const struct feed *feed, int64_t since)
{
	const bool is_final = !feed->timer && !feed->call;

	return feed_kinds[feed->kind].once || is_final || since < 1 ? 1 : since;
}

/* Answered, or failed, since then; a walk that is not finished may still ask for something. */
bool
watch_is_settled(const struct watch *watch, const char *org, const char *app, unsigned needs,
		 int64_t since)
{
	if ((watch->walk_on && needs & ~(unsigned)(NEED_USER | NEED_APPLICATIONS)) ||
	    (needs & ~(unsigned)NEED_USER && world_is_adopting(watch->world, org)))
		return false;
	if (needs & ~(unsigned)NEED_USER)
		needs |= NEED_APPLICATIONS;
	if (needs & (NEED_SETS | NEED_RUNTIME | NEED_RESOURCES | NEED_ERRORS))
		needs |= NEED_ENVIRONMENTS;
	for (const struct feed *feed = watch->feeds; feed; feed = feed->next)
		if (concerns(feed, org, app, needs) &&
		    feed->answered_at < least_answer(feed, since))
			return false;
	return true;
}

static const struct knowledge *
if_unreadable(const struct knowledge *knowledge)
{
	return knowledge->state == KNOWLEDGE_UNREADABLE ? knowledge : NULL;
}

/* In the order in which a person would ask: what runs, then how it does. */
static const struct knowledge *
unreadable_part(const struct world_application *application, unsigned needs)
{
	static const struct { enum world_part part; unsigned need; } parts[] = {
		{WORLD_SET, NEED_SETS}, {WORLD_RUNTIME, NEED_RUNTIME},
		{WORLD_RESOURCES, NEED_RESOURCES}, {WORLD_ERRORS, NEED_ERRORS},
	};
	const struct knowledge *found = NULL;

	for (size_t i = 0; !found && i < application->count; i++)
		for (size_t p = 0; !found && p < sizeof(parts) / sizeof(parts[0]); p++)
			if (needs & parts[p].need)
				found = if_unreadable(world_known(&application->environments[i],
								  parts[p].part));
	return found;
}

const struct knowledge *
watch_unreadable(const struct watch *watch, const char *org, const char *app, unsigned needs)
{
	const struct world *world = watch->world;
	const struct knowledge *found = if_unreadable(&world->known);

	for (size_t i = 0; !found && i < world->count; i++) {
		const struct world_organization *o = &world->organizations[i];

		if (org && !untrusted_is(&o->organization.id, org))
			continue;
		found = if_unreadable(&o->known);
		if (!found)
			found = if_unreadable(&o->adoption_known);
		if (!found && needs & NEED_VERSIONS)
			found = if_unreadable(&o->versions_known);
		for (size_t j = 0; !found && j < o->count; j++) {
			const struct world_application *a = &o->applications[j];

			if (app && !untrusted_is(&a->application.id, app))
				continue;
			if (needs & ~(unsigned)(NEED_APPLICATIONS | NEED_VERSIONS | NEED_USER))
				found = if_unreadable(&a->known);
			if (!found)
				found = unreadable_part(a, needs);
		}
	}
	return found;
}

/* Told by whole seconds: the screen need not be drawn more often than that. */
void
watch_note_silence(struct watch *watch, int64_t silent_ms)
{
	struct world *world = watch->world;
	bool changed = silent_ms / 1000 != world->silent_ms / 1000 ||
		       !silent_ms != !world->silent_ms;

	world->silent_ms = silent_ms;
	if (!changed)
		return;
	world->revision++;
	session_changed(watch->session);
}
