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

#include "flow/watch.h"

#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "flow/learn.h"
#include "flow/moments.h"
#include "flow/session.h"
#include "flow/world.h"
#include "model/json.h"
#include "model/set.h"
#include "store/store.h"

#define FAST_MS 1000			/* something is being deployed or deleted */
#define STARTING_MS 300			/* a start takes about as long as a glance */
#define FOCUS_MS 2000
#define UNATTENDED_MS 10000		/* after the last key nobody may be looking */
#define QUIET_MS 10000			/* then it is asked less often, */
#define QUIET_RESOURCES_MS 60000
#define SLOW_MS 15000
#define RESOURCES_MS 10000
#define PER_APPLICATION_MS 1000		/* many applications: one question a second */
#define WALK_MS 8			/* what a key waits at most for sets from the cache */
#define FIRST_SETS 6			/* what a first picture waits for: about what a screen shows of them */
#define FAR_FIRST_MS 300		/* once what is looked at has been asked for */
#define FAR_APART_MS 20
#define FAR_SPREAD 500
#define OFFLINE_GRACE_MS 5000		/* one lost answer among good ones is no outage */

enum feed_id {
	FEED_USER,
	FEED_ORGANIZATIONS,
	FEED_APPLICATIONS,
	FEED_VERSIONS,
	FEED_ENVIRONMENTS,
	FEED_RUNNING,
	FEED_ERRORS,
	FEED_RUNTIME,
	FEED_RESOURCES,
	FEED_SET
};

#define FEED_BUCKETS 1024

struct feed {
	struct feed *next;
	struct feed *beside;		/* the next one with the same hash */
	size_t bucket;
	struct watch *watch;
	enum feed_id kind;
	char *org, *app, *env, *id;	/* "" where the kind has none */
	bool wanted;			/* by the walk under way */
	bool looked_up;			/* what the cache has of it was learnt */
	struct api_call *call;
	struct session_timer *timer;
	char etag[128];
	char digest[IDS_SHA256_B64_SIZE];	/* of the last answer that was learnt; "" none */
	unsigned failures;		/* in a row */
};

struct watch {
	struct session *session;
	struct world *world;
	int64_t attended_at;		/* steady ms */
	int64_t walk_until;		/* steady ms: then sets are left for the next walk */
	size_t sets_loaded;		/* from the cache, ever */
	struct session_timer *walk_on;
	struct feed *feeds;
	struct feed *buckets[FEED_BUCKETS];
	size_t waiting;			/* how many far feeds there were: their first questions are spread */
	char *focus_org, *focus_app;	/* NULL: the first application there is */
	char *only_org;
	bool lost;			/* the organizations cannot be read: nothing can be known */
	int64_t last_good;		/* steady ms */
};

struct feed_kind {
	const char *name;		/* in the cache's keys */
	bool cached;
	bool once;			/* never asked again after an answer */
	struct api_call *(*ask)(struct feed *feed, struct api *api);
	learn_body *learn;		/* NULL: a set */
	/* NULL: nothing to do when the answer is the same */
	void (*same)(struct world *world, const struct learn_place *place, int64_t read_at);
	/* NULL: once */
	int64_t (*interval)(const struct feed *feed);
};

static api_done on_reply;

/* --- the questions --- */

static struct api_call *
ask_user(struct feed *feed, struct api *api)
{
	return api_current_user(api, on_reply, feed);
}

static struct api_call *
ask_organizations(struct feed *feed, struct api *api)
{
	return api_list_organizations(api, on_reply, feed);
}

static struct api_call *
ask_applications(struct feed *feed, struct api *api)
{
	return api_list_applications(api, feed->org, on_reply, feed);
}

static struct api_call *
ask_versions(struct feed *feed, struct api *api)
{
	return api_list_artefact_versions(api, feed->org, on_reply, feed);
}

static struct api_call *
ask_environments(struct feed *feed, struct api *api)
{
	return api_list_environments(api, feed->org, feed->app, on_reply, feed);
}

static struct api_call *
ask_running(struct feed *feed, struct api *api)
{
	return api_list_deployments(api, feed->org, feed->app, feed->env, on_reply, feed);
}

static struct api_call *
ask_errors(struct feed *feed, struct api *api)
{
	return api_list_deployment_errors(api, feed->org, feed->app, feed->env, feed->id, on_reply,
					  feed);
}

static struct api_call *
ask_runtime(struct feed *feed, struct api *api)
{
	return api_get_runtime(api, feed->org, feed->app, feed->env, on_reply, feed);
}

static struct api_call *
ask_resources(struct feed *feed, struct api *api)
{
	return api_list_active_resources(api, feed->org, feed->app, feed->env, on_reply, feed);
}

static struct api_call *
ask_set(struct feed *feed, struct api *api)
{
	return api_get_set(api, feed->org, feed->app, feed->id, on_reply, feed);
}

/* --- when --- */

static bool
is_focused(const struct watch *watch, const char *org, const char *app)
{
	const struct world *world = watch->world;

	if (watch->focus_org)
		return strcmp(org, watch->focus_org) == 0 &&
		       (!app || (watch->focus_app && strcmp(app, watch->focus_app) == 0));
	if (world->count == 0 || !untrusted_is(&world->organizations[0].organization.id, org))
		return false;
	return !app || (world->organizations[0].count > 0 &&
			untrusted_is(&world->organizations[0].applications[0].application.id, app));
}

/* Somebody pressed a key not long ago. */
static bool
is_attended(const struct watch *watch)
{
	return clock_steady_ms() - watch->attended_at < UNATTENDED_MS;
}

static int64_t
slow_interval(const struct feed *feed)
{
	size_t applications = 0;
	int64_t interval;

	for (size_t i = 0; i < feed->watch->world->count; i++)
		applications += feed->watch->world->organizations[i].count;
	interval = (int64_t)applications * PER_APPLICATION_MS;
	return interval > SLOW_MS ? interval : SLOW_MS;
}

static int64_t
organization_interval(const struct feed *feed)
{
	return is_focused(feed->watch, feed->org, NULL) ? RESOURCES_MS : slow_interval(feed);
}

static int64_t
application_interval(const struct feed *feed)
{
	const struct world_application *application =
		world_application(feed->watch->world, feed->org, feed->app);

	for (size_t i = 0; application && i < application->count; i++)
		if (world_is_busy(&application->environments[i]))
			return FAST_MS;
	return is_focused(feed->watch, feed->org, feed->app) ? FOCUS_MS : slow_interval(feed);
}

static bool
is_environment_busy(const struct feed *feed)
{
	const struct world_environment *environment =
		world_environment(feed->watch->world, feed->org, feed->app, feed->env);

	return environment && world_is_busy(environment);
}

/* Something starts without a deployment, as after the platform's own start. */
static bool
is_starting(const struct feed *feed)
{
	const struct world_environment *environment =
		world_environment(feed->watch->world, feed->org, feed->app, feed->env);

	for (size_t i = 0; environment && i < environment->runtime.count; i++)
		if (environment->runtime.modules[i].status == RUNTIME_STARTING)
			return true;
	return false;
}

static int64_t
runtime_interval(const struct feed *feed)
{
	if (is_starting(feed))
		return STARTING_MS;
	if (is_environment_busy(feed))
		return FAST_MS;
	return is_attended(feed->watch) ? FOCUS_MS : QUIET_MS;
}

static int64_t
resources_interval(const struct feed *feed)
{
	const struct world_environment *e =
		world_environment(feed->watch->world, feed->org, feed->app, feed->env);

	/* One that is being made has no address yet. */
	for (size_t i = 0; e && i < e->resource_count; i++)
		if (untrusted_is(&e->resources[i].status, "pending"))
			return STARTING_MS;
	if (is_environment_busy(feed))
		return FAST_MS;
	return is_attended(feed->watch) ? RESOURCES_MS : QUIET_RESOURCES_MS;
}

static const struct feed_kind kinds[] = {
	[FEED_USER] = {"user", true, true, ask_user, learn_user, NULL, NULL},
	[FEED_ORGANIZATIONS] = {"orgs", true, false, ask_organizations, learn_organizations, NULL,
				slow_interval},
	[FEED_APPLICATIONS] = {"apps", true, false, ask_applications, learn_applications,
			       learn_same_applications, organization_interval},
	[FEED_VERSIONS] = {"versions", true, false, ask_versions, learn_versions,
			   learn_same_versions, organization_interval},
	[FEED_ENVIRONMENTS] = {"envs", true, false, ask_environments, learn_environments,
			       learn_same_environments, application_interval},
	[FEED_RUNNING] = {"running", true, true, ask_running, learn_running, NULL, NULL},
	[FEED_ERRORS] = {"errors", true, true, ask_errors, learn_errors, NULL, NULL},
	[FEED_RUNTIME] = {"runtime", false, false, ask_runtime, learn_runtime, NULL,
			  runtime_interval},
	[FEED_RESOURCES] = {"resources", true, false, ask_resources, learn_resources, NULL,
			    resources_interval},
	[FEED_SET] = {"set", false, true, ask_set, NULL, NULL, NULL},
};

/* --- feeds --- */

static void reconcile(struct watch *watch);
static void learn_cached(struct feed *feed);

static struct learn_place
place_of(const struct feed *feed)
{
	return (struct learn_place){
		.session = feed->watch->session,
		.org = feed->org,
		.app = feed->app,
		.env = feed->env,
		.id = feed->id,
		.only_org = feed->watch->only_org,
	};
}

static char *
cache_key(const struct feed *feed)
{
	return xasprintf("%s %s %s/%s/%s/%s", session_platform(feed->watch->session),
			 kinds[feed->kind].name, feed->org, feed->app, feed->env, feed->id);
}

/* Of an application that nobody looks at: there may be hundreds, and none is to be seen. */
static bool
is_far(const struct feed *feed)
{
	return feed->kind == FEED_ENVIRONMENTS && !is_focused(feed->watch, feed->org, feed->app);
}

static void
on_due(void *data)
{
	struct feed *feed = data;

	feed->timer = NULL;
	if (feed->call)
		return;
	if (is_far(feed) && !feed->looked_up)
		learn_cached(feed);
	feed->call = kinds[feed->kind].ask(feed, session_api(feed->watch->session));
	api_no_retry(feed->call);	/* the next poll is the next try */
	/* After a failure the answer is wanted itself: what it said may have been forgotten. */
	if (feed->digest[0] != '\0' && feed->failures == 0)
		api_if_none_match(feed->call, feed->etag);
	api_unless(feed->call, feed->failures == 0 ? feed->digest : "");
}

static void
schedule(struct feed *feed, int64_t delay_ms)
{
	session_timer_stop(feed->timer);
	feed->timer = session_timer_start(feed->watch->session, delay_ms, on_due, feed);
}

/* When the question that led to this end is asked again; -1: never. */
static int64_t
next_delay(const struct feed *feed)
{
	const struct feed_kind *kind = &kinds[feed->kind];
	int64_t interval = kind->interval ? kind->interval(feed) : FAST_MS;
	int64_t delay;

	if (feed->failures == 0)
		return kind->once ? -1 : interval;
	/* These two notice that a lost platform is back. */
	if (feed->kind == FEED_ORGANIZATIONS ||
	    (feed->kind == FEED_ENVIRONMENTS &&
	     is_focused(feed->watch, feed->org, feed->app)))
		return FOCUS_MS;
	delay = feed->failures < 5 ? (int64_t)FAST_MS << feed->failures : SLOW_MS;
	if (delay > SLOW_MS)
		delay = SLOW_MS;
	return delay > interval ? delay : interval;
}

/* What the cache has of it, as old as it is. */
static void
learn_cached(struct feed *feed)
{
	const struct learn_place place = place_of(feed);
	char *key = cache_key(feed);
	int64_t read_at = 0;
	size_t length = 0;
	char *bytes = store_cache_get(session_store(feed->watch->session), key, &length, &read_at);
	json_t *body = bytes && length > 0 ? json_decode(bytes, length, NULL) : NULL;

	feed->looked_up = true;
	if (body && kinds[feed->kind].learn(feed->watch->world, &place, body, read_at, NULL) == 0)
		ids_sha256_b64(feed->digest, bytes, length);
	if (feed->digest[0] != '\0')
		session_changed(feed->watch->session);
	json_decref(body);
	free(bytes);
	free(key);
}

/* FNV-1a over what tells feeds apart: there are as many as applications. */
static size_t
bucket_of(enum feed_id kind, const char *org, const char *app, const char *env, const char *id)
{
	const char *parts[] = {org, app, env, id};
	uint64_t hash = 14695981039346656037u + (uint64_t)kind;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		for (const char *c = parts[i]; *c; c++)
			hash = (hash ^ (unsigned char)*c) * 1099511628211u;
		hash = (hash ^ 0x1f) * 1099511628211u;
	}
	return (size_t)(hash % FEED_BUCKETS);
}

static struct feed *
find_feed(const struct watch *watch, enum feed_id kind, const char *org, const char *app,
	  const char *env, const char *id)
{
	for (struct feed *feed = watch->buckets[bucket_of(kind, org, app, env, id)]; feed;
	     feed = feed->beside)
		if (feed->kind == kind && strcmp(feed->id, id) == 0 &&
		    strcmp(feed->env, env) == 0 && strcmp(feed->app, app) == 0 &&
		    strcmp(feed->org, org) == 0)
			return feed;
	return NULL;
}

/* The texts may be parts of the world: what the cache teaches here may free them. */
static void
want(struct watch *watch, enum feed_id kind, const char *org, const char *app, const char *env,
     const char *id)
{
	struct feed *feed = find_feed(watch, kind, org, app, env, id);

	if (feed) {
		feed->wanted = true;
		if (kinds[kind].cached && !feed->looked_up && !is_far(feed))
			learn_cached(feed);
		return;
	}
	feed = xcalloc(1, sizeof(*feed));
	feed->watch = watch;
	feed->kind = kind;
	feed->org = xstrdup(org);
	feed->app = xstrdup(app);
	feed->env = xstrdup(env);
	feed->id = xstrdup(id);
	feed->wanted = true;
	feed->next = watch->feeds;
	watch->feeds = feed;
	feed->bucket = bucket_of(kind, org, app, env, id);
	feed->beside = watch->buckets[feed->bucket];
	watch->buckets[feed->bucket] = feed;
	if (is_far(feed)) {
		schedule(feed, FAR_FIRST_MS + (int64_t)(watch->waiting++ % FAR_SPREAD) * FAR_APART_MS);
		return;
	}
	if (kinds[kind].cached)
		learn_cached(feed);
	schedule(feed, 0);
}

static void
feed_free(struct feed *feed)
{
	struct feed **link = &feed->watch->buckets[feed->bucket];

	while (*link != feed)
		link = &(*link)->beside;
	*link = feed->beside;
	api_cancel(feed->call);
	session_timer_stop(feed->timer);
	free(feed->org);
	free(feed->app);
	free(feed->env);
	free(feed->id);
	free(feed);
}

/* Answers about one deployment are kept as long as it is the last one. */
static void
forget_cached(struct feed *feed)
{
	const struct world_environment *environment =
		world_environment(feed->watch->world, feed->org, feed->app, feed->env);
	char *key;

	if ((feed->kind != FEED_RUNNING && feed->kind != FEED_ERRORS) ||
	    (environment && untrusted_is(&environment->environment.last_deploy.id, feed->id)))
		return;
	key = cache_key(feed);
	store_cache_drop(session_store(feed->watch->session), key);
	free(key);
}

static void
drop_unwanted(struct watch *watch)
{
	struct feed **link = &watch->feeds;

	while (*link) {
		struct feed *feed = *link;

		if (feed->wanted) {
			link = &feed->next;
		} else {
			*link = feed->next;
			forget_cached(feed);
			feed_free(feed);
		}
	}
}

/* --- sets --- */

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
	}
	return NULL;
}

/* New reference, or NULL. */
static struct set *
load_set(struct watch *watch, const char *org, const char *app, const char *id)
{
	json_t *body = store_get_set(session_store(watch->session),
				     session_platform(watch->session), org, app, id);
	struct set *set = body ? set_take(body, NULL) : NULL;

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
	reconcile(watch);
	session_changed(watch->session);
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
	} else if (id[0] != '\0' && !find_feed(watch, FEED_SET, org, app, "", id)) {
		if (watch->sets_loaded >= FIRST_SETS && clock_steady_ms() > watch->walk_until) {
			if (!watch->walk_on)
				watch->walk_on = session_timer_start(watch->session, 1, walk_on, watch);
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
		want(watch, FEED_SET, org, app, "", id);
}

static int
learn_set(struct feed *feed, const json_t *body, struct error *err)
{
	struct world_application *application =
		world_edit_application(feed->watch->world, feed->org, feed->app);
	struct set *set = set_decode(body, err);

	if (!set)
		return -1;
	if (!is_set(set, feed->id)) {
		error_set(err, ERROR_PROTOCOL,
			  _("The platform gave set %s when asked for set %s."), set_id(set),
			  feed->id);
		set_unref(set);
		return -1;
	}
	store_put_set(session_store(feed->watch->session), session_platform(feed->watch->session),
		      feed->org, feed->app, feed->id, body);
	for (size_t i = 0; application && i < application->count; i++) {
		struct world_environment *environment = &application->environments[i];

		if (!environment->set && strcmp(learn_set_id(environment), feed->id) == 0)
			environment->set = set_ref(set);
		else if (!environment->from_set &&
			 strcmp(learn_from_set_id(environment), feed->id) == 0)
			environment->from_set = set_ref(set);
		else
			continue;
		learn_touch(feed->watch->world, environment);
	}
	set_unref(set);
	return 0;
}

/* --- the walk --- */

/* What a person who looks at this application needs of one of its environments. */
static void
want_details(struct watch *watch, const char *org, const char *app,
	     struct world_environment *environment)
{
	const char *env = untrusted_raw(&environment->environment.id);
	const struct deployment *last = &environment->environment.last_deploy;

	want_set(watch, org, app, environment, &environment->from_set,
		 learn_from_set_id(environment));
	if (last->id.raw && !environment->environment.deleting) {
		want(watch, FEED_RUNTIME, org, app, env, "");
		want(watch, FEED_RESOURCES, org, app, env, "");
		if (last->status != DEPLOYMENT_SUCCEEDED)
			want(watch, FEED_RUNNING, org, app, env, untrusted_raw(&last->id));
		if (last->status == DEPLOYMENT_FAILED)
			want(watch, FEED_ERRORS, org, app, env, untrusted_raw(&last->id));
	}
	want_set(watch, org, app, environment, &environment->set, learn_set_id(environment));
}

/* By index and from the top each time: what want() learns may move the arrays. */
static void
reconcile(struct watch *watch)
{
	const struct world *world = watch->world;
	struct clone_list clones = {0};

	/* Without the list no clone is known; the next walk looks again. */
	(void)!store_clone_list(session_store(watch->session), session_platform(watch->session),
				&clones, NULL);
	watch->walk_until = clock_steady_ms() + (watch->sets_loaded < FIRST_SETS ? -1 : WALK_MS);
	for (struct feed *feed = watch->feeds; feed; feed = feed->next)
		feed->wanted = false;
	want(watch, FEED_USER, "", "", "", "");
	want(watch, FEED_ORGANIZATIONS, "", "", "", "");
	for (size_t i = 0; i < world->count; i++) {
		const char *org = untrusted_raw(&world->organizations[i].organization.id);

		want(watch, FEED_APPLICATIONS, org, "", "", "");
		if (is_focused(watch, org, NULL))
			want(watch, FEED_VERSIONS, org, "", "", "");
		for (size_t j = 0; j < world->organizations[i].count; j++) {
			struct world_application *application =
				&world->organizations[i].applications[j];
			const char *app = untrusted_raw(&application->application.id);
			struct learn_place place = {watch->session, org, app, NULL, NULL, NULL};

			want(watch, FEED_ENVIRONMENTS, org, app, "", "");
			learn_clones(watch->world, &place, &clones);
			if (!is_focused(watch, org, app))
				continue;
			/* Production first: the others are compared with it. */
			for (size_t k = 0; k < 2 * application->count; k++)
				if (application->environments[k % application->count].is_protected ==
				    (k < application->count))
					want_details(watch, org, app,
						     &application->environments[k % application->count]);
		}
	}
	clone_list_clear(&clones);
	drop_unwanted(watch);
}

/* --- answers --- */

/* A feed that has its answer for ever has no timer and no call: it stays as it is. */
static void
hurry_all(struct watch *watch)
{
	for (struct feed *feed = watch->feeds; feed; feed = feed->next)
		if (feed->timer && !is_far(feed))
			schedule(feed, 0);
}

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
		hurry_all(watch);
}

/* The first of several errors of a kind stays: the text must not flicker between feeds. */
static void
set_offline(struct watch *watch, const struct error *error)
{
	struct world *world = watch->world;

	if (world->link == WORLD_OFFLINE && world->link_error.kind == error->kind)
		return;
	world->link = WORLD_OFFLINE;
	world->link_error = *error;
	world->revision++;
}

static void
judge_link(struct watch *watch, const struct feed *feed, const struct api_reply *reply,
	   const struct error *error)
{
	int64_t now = clock_steady_ms();
	bool lost = error->kind == ERROR_UNREACHABLE || reply->status == 401;

	if (feed->kind == FEED_ORGANIZATIONS)
		watch->lost = error->kind != ERROR_NONE;
	if (reply->status != 0 && !is_far(feed))
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

/* What cannot be read is unknown, never "as before" (promise 5). */
static void
note_failure(struct feed *feed, const struct error *error)
{
	struct world *world = feed->watch->world;
	struct world_application *application;
	struct world_environment *environment;

	feed->failures++;
	if (feed->kind == FEED_ENVIRONMENTS) {
		application = world_edit_application(world, feed->org, feed->app);
		if (application && application->error.kind != error->kind) {
			application->error = *error;
			world->revision++;
		}
	} else if (feed->kind == FEED_RUNTIME) {
		environment = world_edit_environment(world, feed->org, feed->app, feed->env);
		if (environment && environment->runtime_known && feed->failures > 1) {
			environment->runtime_known = false;
			learn_touch(world, environment);
		}
	}
}

/* 0, or -1: the answer makes no sense. */
static int
learn(struct feed *feed, const struct api_reply *reply, struct error *err)
{
	const struct feed_kind *kind = &kinds[feed->kind];
	const struct learn_place place = place_of(feed);
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
		key = cache_key(feed);
		store_cache_put(session_store(feed->watch->session), key, reply->bytes,
				reply->length);
		free(key);
	}
	memcpy(feed->digest, reply->digest, sizeof(feed->digest));
	memcpy(feed->etag, reply->etag, sizeof(feed->etag));
	return 0;
}

/* A deployment began or ended there: what depends on it is not left to its own clock. */
static void
hurry_details(struct watch *watch, const char *org, const char *app)
{
	for (struct feed *feed = watch->feeds; feed; feed = feed->next)
		if ((feed->kind == FEED_RUNTIME || feed->kind == FEED_RESOURCES) && feed->timer &&
		    strcmp(feed->org, org) == 0 && strcmp(feed->app, app) == 0)
			schedule(feed, 0);
}

static void
on_reply(void *data, const struct api_reply *reply)
{
	struct feed *feed = data;
	struct watch *watch = feed->watch;
	const uint64_t before = watch->world->revision;
	struct error error = reply->error;
	int64_t delay;

	feed->call = NULL;
	if (error.kind == ERROR_NONE)
		(void)learn(feed, reply, &error);
	if (error.kind != ERROR_NONE)
		note_failure(feed, &error);
	else
		feed->failures = 0;
	delay = next_delay(feed);
	if (delay >= 0)
		schedule(feed, delay);
	judge_link(watch, feed, reply, &error);
	/* A set that nobody needs any more must not stay as a question that was answered. */
	if (watch->world->revision == before && feed->kind != FEED_SET)
		return;
	if (feed->kind == FEED_ENVIRONMENTS)
		hurry_details(watch, feed->org, feed->app);
	if ((feed->kind == FEED_ENVIRONMENTS || feed->kind == FEED_RUNNING) &&
	    is_focused(watch, feed->org, feed->app))
		moments_note(watch->session, feed->org, feed->app);
	reconcile(watch);		/* may free the feed */
	session_changed(watch->session);
}

/* --- doors --- */

struct watch *
watch_new(struct session *session, struct world *world, const char *only_org)
{
	struct watch *watch = xcalloc(1, sizeof(*watch));

	watch->session = session;
	watch->world = world;
	watch->only_org = only_org ? xstrdup(only_org) : NULL;
	watch->attended_at = clock_steady_ms();
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
	session_timer_stop(watch->walk_on);
	free(watch->focus_org);
	free(watch->focus_app);
	free(watch->only_org);
	free(watch);
}

static bool
same_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

void
watch_focus(struct watch *watch, const char *org, const char *app)
{
	if (same_text(org, watch->focus_org) && same_text(app, watch->focus_app))
		return;
	free(watch->focus_org);
	free(watch->focus_app);
	watch->focus_org = org ? xstrdup(org) : NULL;
	watch->focus_app = app ? xstrdup(app) : NULL;
	reconcile(watch);
	for (struct feed *feed = watch->feeds; org && feed; feed = feed->next)
		if (feed->timer && !kinds[feed->kind].once && strcmp(feed->org, org) == 0 && !is_far(feed))
			schedule(feed, 0);
	session_changed(watch->session);
}

void
watch_look_again(struct watch *watch)
{
	reconcile(watch);
}

void
watch_attend(struct watch *watch)
{
	bool was = is_attended(watch);

	watch->attended_at = clock_steady_ms();
	for (struct feed *feed = watch->feeds; !was && feed; feed = feed->next)
		if (feed->kind == FEED_RUNTIME && feed->timer)
			schedule(feed, 0);
}

void
watch_refresh(struct watch *watch)
{
	hurry_all(watch);
	reconcile(watch);
}
