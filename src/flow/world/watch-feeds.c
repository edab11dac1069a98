/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The questions that there are, each with its timer, its last answer and what the cache has
 * of it.
 *
 * Applications that nobody looks at are asked one after the other, some time after the start:
 * there may be hundreds, and the first seconds belong to what is on the screen.
 */
#include "config.h"

#include "flow/world/watch-feeds.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/knowledge.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/world/watch-questions.h"
#include "flow/world/world.h"
#include "model/json.h"
#include "net/loop.h"
#include "store/cache.h"

#define FAR_FIRST_MS 300		/* once what is looked at has been asked for */
#define FAR_APART_MS 20
#define FAR_AT_ONCE 8			/* once more, of what was asked already */
#define FAR_SPREAD 500
#define CHANGED "-"			/* the digest of what no answer is any more */

struct learn_place
feed_place(const struct feed *feed)
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

char *
feed_cache_key(const struct feed *feed)
{
	return xasprintf("%s %s %s/%s/%s/%s", session_address(feed->watch->session),
			 feed_kinds[feed->kind].name, feed->org, feed->app, feed->env, feed->id);
}

/* Looked up each time: an answer of another feed may have moved the arrays since. */
struct knowledge *
feed_knowledge(const struct feed *feed)
{
	static const enum world_part parts[] = {
		[FEED_ERRORS] = WORLD_ERRORS,
		[FEED_RUNTIME] = WORLD_RUNTIME,
		[FEED_RESOURCES] = WORLD_RESOURCES,
		[FEED_VALUES] = WORLD_VALUES,
		[FEED_NEWEST_VALUES] = WORLD_VALUES,
	};
	struct world *world = feed->watch->world;
	struct world_organization *organization = world_edit_organization(world, feed->org);
	struct world_application *application;
	struct world_environment *environment;

	switch (feed->kind) {
	case FEED_ORGANIZATIONS:
		return &world->known;
	case FEED_APPLICATIONS:
		return organization ? &organization->known : NULL;
	case FEED_VERSIONS:
		return organization ? &organization->versions_known : NULL;
	case FEED_ENVIRONMENTS:
		application = world_edit_application(world, feed->org, feed->app);
		return application ? &application->known : NULL;
	case FEED_ERRORS:
	case FEED_RUNTIME:
	case FEED_RESOURCES:
	case FEED_VALUES:
	case FEED_NEWEST_VALUES:
		environment = world_edit_environment(world, feed->org, feed->app, feed->env);
		return environment ? world_edit_known(environment, parts[feed->kind]) : NULL;
	case FEED_ADOPTION:		/* what it says counts, not that it was said */
	case FEED_USER:
	case FEED_RUNNING:		/* these two are judged together, by the walk */
	case FEED_SET:
		break;
	}
	return NULL;
}

/* true: there is something, and the world took it. */
static bool
learn_stored_body(const struct feed *feed, const char *key, char digest[IDS_SHA256_B64_SIZE],
		  int64_t *read_at)
{
	const struct feed_kind *kind = &feed_kinds[feed->kind];
	const struct learn_place place = feed_place(feed);
	struct store *store = session_store(feed->watch->session);
	json_t *body;
	bool is_learnt;

	if (kind->stored)
		return kind->stored(feed->watch->world, &place, store, key, digest, read_at);
	body = store_cache_get(store, key, digest, read_at);
	is_learnt = body && kind->learn(feed->watch->world, &place, body, *read_at, NULL) == 0;
	json_decref(body);
	return is_learnt;
}

/* What the cache has of it, as old as it is.  The digest is kept only if the world took it:
 * the platform is then asked for what differs from it. */
static void
learn_cached(struct feed *feed)
{
	char *key = feed_cache_key(feed);
	char digest[IDS_SHA256_B64_SIZE];
	int64_t read_at = 0;

	feed->looked_up = true;
	if (learn_stored_body(feed, key, digest, &read_at))
		memcpy(feed->digest, digest, sizeof(digest));
	if (feed->digest[0] != '\0') {
		struct knowledge *knowledge = feed_knowledge(feed);

		if (knowledge)
			knowledge_set_remembered(knowledge, read_at);
		session_changed(feed->watch->session);
	}
	free(key);
}

/* A timer and a call are never there at once, except after feed_schedule() during a call;
 * then the answer schedules the next. */
static void
on_due(void *data)
{
	struct feed *feed = data;

	feed->timer = NULL;
	if (feed->call)
		return;
	if (feed_is_far(feed) && !feed->looked_up)
		learn_cached(feed);
	feed->call = feed_kinds[feed->kind].ask(feed, session_api(feed->watch->session),
						feed->watch->on_reply);
	api_no_retry(feed->call);	/* the next poll is the next try */
	/* After a failure the answer is wanted itself: what it said may have been forgotten. */
	if (feed->digest[0] != '\0' && feed->failures == 0)
		api_if_none_match(feed->call, feed->etag);
	api_unless(feed->call, feed->failures == 0 ? feed->digest : "");
}

void
feed_schedule(struct feed *feed, int64_t delay_ms)
{
	loop_remove_timer(feed->timer);
	feed->timer = loop_add_timer(session_loop(feed->watch->session), delay_ms, on_due, feed);
}

/* There are as many feeds as applications. */
static size_t
bucket_of(enum feed_id kind, const char *org, const char *app, const char *env, const char *id)
{
	const char *const texts[] = {feed_kinds[kind].name, org, app, env, id};

	return (size_t)(ids_hash(texts, sizeof(texts) / sizeof(texts[0])) % FEED_BUCKETS);
}

struct feed *
watch_find_feed(const struct watch *watch, enum feed_id kind, const char *org, const char *app,
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

/* A new feed learns from the cache at once, which may move the world's
 * arrays under whoever walks them. */
void
watch_want(struct watch *watch, enum feed_id kind, const char *org, const char *app,
	   const char *env, const char *id)
{
	struct feed *feed = watch_find_feed(watch, kind, org, app, env, id);

	if (feed) {
		feed->wanted = true;
		if (feed_kinds[kind].cached && !feed->looked_up && !feed_is_far(feed))
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
	if (feed_is_far(feed)) {
		feed_schedule(feed, FAR_FIRST_MS + (int64_t)(watch->waiting++ % FAR_SPREAD) *
							   FAR_APART_MS);
		return;
	}
	if (feed_kinds[kind].cached)
		learn_cached(feed);
	feed_schedule(feed, 0);
}

/* A feed that has its answer for ever has no timer and no call: it stays as it is. */
void
watch_hurry_all(struct watch *watch)
{
	for (struct feed *feed = watch->feeds; feed; feed = feed->next)
		if (feed->timer && !feed_is_far(feed))
			feed_schedule(feed, 0);
}

/* A deployment began or ended there: what depends on it is not left to its own clock. */
void
watch_hurry_details(struct watch *watch, const char *org, const char *app)
{
	for (struct feed *feed = watch->feeds; feed; feed = feed->next)
		if ((feed->kind == FEED_RUNTIME || feed->kind == FEED_RESOURCES) && feed->timer &&
		    strcmp(feed->org, org) == 0 && strcmp(feed->app, app) == 0)
			feed_schedule(feed, 0);
}

/* Somebody is back: what runs is looked at now, and not when the slow clock of an idle screen
 * says so. */
void
watch_attend(struct watch *watch)
{
	bool was = watch_is_attended(watch);

	watch->attended_at = clock_steady_ms();
	for (struct feed *feed = watch->feeds; !was && feed; feed = feed->next)
		if (feed->kind == FEED_RUNTIME && feed->timer)
			feed_schedule(feed, 0);
}

void
watch_open(struct watch *watch, const char *env)
{
	json_int_t open = json_integer_value(json_object_get(watch->open, env));

	json_object_set_new(watch->open, env, json_integer(open + 1));
	for (struct feed *feed = watch->feeds; feed; feed = feed->next)
		if (feed->kind == FEED_RUNTIME && feed->timer && strcmp(feed->env, env) == 0)
			feed_schedule(feed, 0);
}

void
watch_close(struct watch *watch, const char *env)
{
	json_int_t open = json_integer_value(json_object_get(watch->open, env));

	if (open > 1)
		json_object_set_new(watch->open, env, json_integer(open - 1));
	else
		json_object_del(watch->open, env);
}

void
feed_free(struct feed *feed)
{
	struct feed **link = &feed->watch->buckets[feed->bucket];

	while (*link != feed)
		link = &(*link)->beside;
	*link = feed->beside;
	api_cancel(feed->call);
	loop_remove_timer(feed->timer);
	free(feed->org);
	free(feed->app);
	free(feed->env);
	free(feed->id);
	free(feed->error);
	free(feed);
}

/* Answers about one deployment are kept as long as it is the last one, and values while they
 * run. */
static void
forget_cached(struct feed *feed)
{
	const struct world_environment *environment =
		world_environment(feed->watch->world, feed->org, feed->app, feed->env);
	bool is_of_last = feed->kind == FEED_RUNNING || feed->kind == FEED_ERRORS;
	char *key;

	if ((!is_of_last && feed->kind != FEED_VALUES) ||
	    (environment && untrusted_is(is_of_last ? &environment->environment.last_deploy.id
						    : &environment->running.value_set_version_id,
					 feed->id)))
		return;
	key = feed_cache_key(feed);
	store_cache_drop(session_store(feed->watch->session), key);
	free(key);
}

/* Hundreds of applications that nobody looks at are asked when all was read, and not together. */
void
watch_ask_lists_again(struct watch *watch, const char *org)
{
	bool is_adopting = world_is_adopting(watch->world, org);
	size_t far = 0;

	for (struct feed *feed = watch->feeds; feed; feed = feed->next) {
		bool is_far = feed_is_far(feed);

		if ((feed->kind != FEED_APPLICATIONS && feed->kind != FEED_ENVIRONMENTS) ||
		    strcmp(feed->org, org) != 0 || (is_adopting && is_far))
			continue;
		/* While something new comes all the time, an answer still has to come. */
		if (is_adopting && feed->call) {
			feed->again = true;
			continue;
		}
		feed->answered_at = 0;
		api_cancel(feed->call);
		feed->call = NULL;
		feed_schedule(feed, is_far ? (int64_t)(far++ / FAR_AT_ONCE) * FAR_APART_MS : 0);
	}
}

static void
put_notes(json_t *environment, json_t *notes)
{
	if (notes)
		json_object_set(environment, "notes", notes);
	else
		json_object_del(environment, "notes");
}

/* The digest is no longer that of any answer, so the next one is learnt and kept.  All else in it
 * is as old as it was. */
static void
put_cached_notes(struct feed *feed, const char *env, json_t *notes)
{
	struct store *store = session_store(feed->watch->session);
	char digest[IDS_SHA256_B64_SIZE], *key = feed_cache_key(feed);
	json_t *environment, *list;
	int64_t at = 0;
	size_t i;

	list = store_cache_get(store, key, digest, &at);
	json_array_foreach(list, i, environment) {
		const char *id = json_member_string(environment, "id");

		if (id && strcmp(id, env) == 0)
			put_notes(environment, notes);
	}
	if (json_is_array(list))
		store_cache_put_of(store, key, list, CHANGED, at);
	json_decref(list);
	free(key);
}

void
watch_take_notes(struct watch *watch, const char *org, const char *app, const char *env,
		 json_t *notes)
{
	struct feed *feed = watch_find_feed(watch, FEED_ENVIRONMENTS, org, app, "", "");
	struct world_environment *e = world_edit_environment(watch->world, org, app, env);

	if (e) {
		json_decref(e->environment.notes);
		e->environment.notes = json_incref(notes);
		learn_touch(watch->world, e);
	}
	if (!feed)
		return;
	strcpy(feed->digest, CHANGED);
	feed->etag[0] = '\0';
	put_cached_notes(feed, env, notes);
	if (feed->call) {
		api_cancel(feed->call);
		feed->call = NULL;
		feed_schedule(feed, 0);
	}
}

void
watch_drop_unwanted(struct watch *watch)
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
