/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What lies beyond the board's own feeds: histories, old sets, old values, asked for once
 * each.
 *
 * Whoever needs some of it walks through its work again and again, in rounds from
 * fetcher_begin() to fetcher_end().  In each round it says all that it wants and takes what
 * is there; what came since then lets the next round go further.  So nobody writes a chain of
 * callbacks, and a question that the last round did not ask is dropped, with its request.
 *
 * Questions stand in the order in which they came up; each is waiting, asked, answered, or
 * failed a while ago.
 */
#include "config.h"

#include "flow/world/fetcher.h"

#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/operations.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "compare/values.h"
#include "flow/context/context.h"
#include "flow/world/sets.h"
#include "flow/world/world.h"
#include "model/set.h"
#include "net/loop.h"
#include "store/cache.h"

#define ASKED_MAX 4		/* the board's own questions come first */
/* Until a question that failed is asked again by itself; twice as long after each time in vain. */
#define RETRY_MS 2000
#define RETRY_MAX_MS 60000
#define DEPLOYMENTS_MAX 10000
#define BUCKETS 4096		/* there may be a question for each of ten thousand environments */

enum kind { HISTORY, SET, VALUES };

struct question {
	struct question *next;
	struct question *beside;	/* in its bucket */
	struct fetcher *fetcher;
	enum kind kind;
	char *org, *app;
	char *env;		/* NULL: a set */
	char *id;		/* of the set, the version, or the environment's last deployment */
	bool wanted;		/* by the round under way */
	bool answered, failed;
	int failures;		/* in a row */
	int64_t again_at;	/* steady ms; when it failed */
	struct error *why;	/* it failed; owned, NULL: it did not */
	struct api_call *call;
	struct set *set;
	struct values *values;	/* NULL: not answered, or there are none */
	struct deployment *deployments;
	size_t count;
};

struct fetcher {
	struct session *session;
	struct question *questions, **last;	/* last: where the next one goes */
	struct question *buckets[BUCKETS];
	size_t asked;
	struct loop_timer *retry;	/* for the first of those that failed; NULL: none did */
};

struct fetcher *
fetcher_open(struct session *session)
{
	struct fetcher *fetcher = xcalloc(1, sizeof(*fetcher));

	fetcher->session = session;
	fetcher->last = &fetcher->questions;
	return fetcher;
}

static void
clear_deployments(struct question *q)
{
	for (size_t i = 0; i < q->count; i++)
		deployment_clear(&q->deployments[i]);
	free(q->deployments);
	q->deployments = NULL;
	q->count = 0;
}

static void
free_question(struct question *q)
{
	if (q->call) {
		api_cancel(q->call);
		q->fetcher->asked--;
	}
	clear_deployments(q);
	set_unref(q->set);
	if (q->values)
		values_clear(q->values);
	free(q->values);
	free(q->org);
	free(q->app);
	free(q->env);
	free(q->id);
	free(q->why);
	free(q);
}

void
fetcher_close(struct fetcher *fetcher)
{
	if (!fetcher)
		return;
	loop_remove_timer(fetcher->retry);
	while (fetcher->questions) {
		struct question *q = fetcher->questions;

		fetcher->questions = q->next;
		free_question(q);
	}
	free(fetcher);
}

/* --- answers --- */

static bool
take_history(struct question *q, const json_t *body)
{
	size_t most = json_array_size(body) < DEPLOYMENTS_MAX ? json_array_size(body)
							      : DEPLOYMENTS_MAX;

	if (!json_is_array(body))
		return false;
	clear_deployments(q);
	q->deployments = xcalloc(most + 1, sizeof(*q->deployments));
	for (; q->count < most; q->count++)
		deployment_read(&q->deployments[q->count], json_array_get(body, q->count));
	return true;
}

/* Sets never change, so the answer is kept for ever; one with another id
 * would be kept for ever wrongly. */
static bool
take_set(struct question *q, const json_t *body)
{
	struct set *set = sets_decode(q->fetcher->session, q->org, q->app, body, NULL);

	if (!set || strcmp(set_id(set), q->id) != 0) {
		set_unref(set);
		return false;
	}
	q->set = set;
	store_put_set(session_store(q->fetcher->session), session_address(q->fetcher->session),
		      q->org, q->app, q->id, body);
	return true;
}

static bool
take_values(struct question *q, const json_t *body)
{
	struct values *values = xcalloc(1, sizeof(*values));

	if (values_decode(values, body, NULL) != 0) {
		free(values);
		return false;
	}
	q->values = values;
	return true;
}

static bool
take(struct question *q, const struct api_reply *reply)
{
	/* That version is gone, which is an answer as well. */
	if (q->kind == VALUES && reply->error.kind == ERROR_NOT_FOUND)
		return true;
	if (reply->error.kind != ERROR_NONE)
		return false;
	if (q->kind == VALUES)
		return take_values(q, reply->body);
	return q->kind == HISTORY ? take_history(q, reply->body) : take_set(q, reply->body);
}

/* What was answered and makes no sense has no error of its own. */
static void
note_why(struct question *q, const struct error *error)
{
	if (!q->failed) {
		free(q->why);
		q->why = NULL;
		return;
	}
	if (!q->why)
		q->why = xcalloc(1, sizeof(*q->why));
	*q->why = *error;
	if (error->kind == ERROR_NONE && q->kind == VALUES)
		error_set(q->why, ERROR_PROTOCOL, _("The values of %s are not understood."),
			  q->env);
	else if (error->kind == ERROR_NONE)
		error_set(
			q->why, ERROR_PROTOCOL,
			q->env ? _("The deployments of %s are not a list; this platform's answer is not understood.")
			       : _("The platform answered with another set than %s."),
			q->env ? q->env : q->id);
}

static void ask_some(struct fetcher *fetcher);
static void retry_later(struct fetcher *fetcher);

/* The platform may ask for a longer pause. */
static void
set_pause(struct question *q, int64_t retry_after_ms)
{
	int64_t pause = RETRY_MS;

	for (int i = 0; i < q->failures && pause < RETRY_MAX_MS; i++)
		pause *= 2;
	q->failures++;
	pause = pause < retry_after_ms ? retry_after_ms : pause;
	q->again_at = clock_steady_ms() + (pause < RETRY_MAX_MS ? pause : RETRY_MAX_MS);
}

/* Room for the next question first; whoever wants the answer is
 * woken by session_changed(). */
static void
got(void *data, const struct api_reply *reply)
{
	struct question *q = data;

	q->call = NULL;
	q->fetcher->asked--;
	q->answered = take(q, reply);
	q->failed = !q->answered;
	note_why(q, &reply->error);
	if (q->failed)
		set_pause(q, reply->retry_after_ms);
	else
		q->failures = 0;
	ask_some(q->fetcher);
	retry_later(q->fetcher);
	session_changed(q->fetcher->session);
}

static void
ask_some(struct fetcher *fetcher)
{
	struct api *api = session_api(fetcher->session);

	for (struct question *q = fetcher->questions; q && fetcher->asked < ASKED_MAX;
	     q = q->next) {
		if (q->call || q->answered || q->failed)
			continue;
		if (q->kind == VALUES)
			q->call = api_get_value_version(api, q->org, q->app, q->env, q->id, got, q);
		else if (q->kind == HISTORY)
			q->call = api_list_deployments(api, q->org, q->app, q->env, got, q);
		else
			q->call = api_get_set(api, q->org, q->app, q->id, got, q);
		fetcher->asked++;
	}
}

static void
retry(void *data)
{
	struct fetcher *fetcher = data;
	int64_t now = clock_steady_ms();

	fetcher->retry = NULL;
	for (struct question *q = fetcher->questions; q; q = q->next)
		if (q->failed && q->again_at <= now)
			q->failed = false;
	ask_some(fetcher);
	retry_later(fetcher);
}

/* Whoever wants it may have nothing else to wake up for. */
static void
retry_later(struct fetcher *fetcher)
{
	int64_t first = INT64_MAX, wait;

	for (const struct question *q = fetcher->questions; q; q = q->next)
		if (q->failed && q->again_at < first)
			first = q->again_at;
	loop_remove_timer(fetcher->retry);
	fetcher->retry = NULL;
	if (first == INT64_MAX)
		return;
	wait = first - clock_steady_ms();
	fetcher->retry = loop_add_timer(session_loop(fetcher->session), wait > 0 ? wait : 0, retry,
					fetcher);
}

/* --- rounds --- */

void
fetcher_begin(struct fetcher *fetcher)
{
	for (struct question *q = fetcher->questions; q; q = q->next)
		q->wanted = false;
}

/* A set and a version are known by their ids, the deployments of an environment by that. */
static size_t
bucket_of(enum kind kind, const char *org, const char *app, const char *env, const char *id)
{
	static const char *const names[] = {[HISTORY] = "env", [SET] = "set", [VALUES] = "values"};
	const char *const texts[] = {names[kind], kind == HISTORY ? env : id, app, org};

	return (size_t)(ids_hash(texts, sizeof(texts) / sizeof(texts[0])) % BUCKETS);
}

static void
leave_bucket(struct fetcher *fetcher, struct question *q)
{
	struct question **link =
		&fetcher->buckets[bucket_of(q->kind, q->org, q->app, q->env, q->id)];

	while (*link != q)
		link = &(*link)->beside;
	*link = q->beside;
}

void
fetcher_end(struct fetcher *fetcher)
{
	struct question **place = &fetcher->questions;

	while (*place) {
		struct question *q = *place;

		if (q->wanted) {
			place = &q->next;
			continue;
		}
		*place = q->next;
		leave_bucket(fetcher, q);
		free_question(q);
	}
	fetcher->last = place;
	ask_some(fetcher);
	retry_later(fetcher);
}

static bool
is_question(const struct question *q, enum kind kind, const char *org, const char *app,
	    const char *env, const char *id)
{
	return q->kind == kind && (!env || strcmp(q->env, env) == 0) &&
	       (kind == HISTORY || strcmp(q->id, id) == 0) && strcmp(q->app, app) == 0 &&
	       strcmp(q->org, org) == 0;
}

/* The question, made when it is new; its id is the caller's to set for a history. */
static struct question *
want(struct fetcher *fetcher, enum kind kind, const char *org, const char *app, const char *env,
     const char *id)
{
	struct question **bucket = &fetcher->buckets[bucket_of(kind, org, app, env, id)],
			*q = *bucket;

	while (q && !is_question(q, kind, org, app, env, id))
		q = q->beside;
	if (!q) {
		*fetcher->last = q = xcalloc(1, sizeof(*q));
		fetcher->last = &q->next;
		*q = (struct question){.fetcher = fetcher,
				       .kind = kind,
				       .org = xstrdup(org),
				       .app = xstrdup(app),
				       .env = env ? xstrdup(env) : NULL,
				       .id = xstrdup(id),
				       .beside = *bucket};
		*bucket = q;
	}
	q->wanted = true;
	return q;
}

/* One that the world or the cache has already.  New reference, or NULL. */
static struct set *
find_set(const struct question *q)
{
	const struct world_application *app =
		world_application(session_world(q->fetcher->session), q->org, q->app);

	for (size_t i = 0; app && i < app->count; i++) {
		const struct world_environment *e = &app->environments[i];

		if (e->set && strcmp(set_id(e->set), q->id) == 0)
			return set_ref(e->set);
		if (e->from_set && strcmp(set_id(e->from_set), q->id) == 0)
			return set_ref(e->from_set);
	}
	if (set_id_is_empty(q->id))
		return set_new();
	return sets_cached(q->fetcher->session, q->org, q->app, q->id);
}

struct set *
fetcher_set(struct fetcher *fetcher, const char *org, const char *app, const char *id)
{
	struct question *q;

	if (!*id)
		return NULL;
	q = want(fetcher, SET, org, app, NULL, id);
	if (!q->answered && !q->call) {
		q->set = find_set(q);
		q->answered = q->set != NULL;
	}
	return q->set;
}

const struct deployment *
fetcher_history(struct fetcher *fetcher, const char *org, const char *app, const char *env,
		const char *last_id, size_t *count)
{
	struct question *q = want(fetcher, HISTORY, org, app, env, last_id);

	/* What is known stays until the new answer is there. */
	if (!q->call && strcmp(q->id, last_id) != 0) {
		free(q->id);
		q->id = xstrdup(last_id);
		q->answered = q->failed = false;
		q->failures = 0;
	}
	*count = q->count;
	return q->deployments;
}

bool
fetcher_values(struct fetcher *fetcher, const char *org, const char *app, const char *env,
	       const char *version_id, const struct values **values)
{
	const struct question *q = want(fetcher, VALUES, org, app, env, version_id);

	*values = q->values;
	return q->answered;
}

/* A question that failed counts as settled: it is asked again, but
 * nobody should wait for that. */
bool
fetcher_is_settled(const struct fetcher *fetcher)
{
	for (const struct question *q = fetcher->questions; q; q = q->next)
		if (q->wanted && !q->answered && !q->why)
			return false;
	return true;
}

const struct error *
fetcher_error(const struct fetcher *fetcher)
{
	for (const struct question *q = fetcher->questions; q; q = q->next)
		if (q->wanted && !q->answered && q->why)
			return q->why;
	return NULL;
}
