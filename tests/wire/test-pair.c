/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Promise 1 of the design with its other half: what runs is the reviewed pair, the set and the
 * values, whoever does what in whichever moment.  Each story is told twice: with a platform that
 * has the extensions of doc/api/extensions, and (PLAIN) with one that was told to have none.
 * Where a workload runs, it is asked what it was really given.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "flow/clones.h"
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "flow/verbs/resume.h"
#include "flow/world/fetcher.h"
#include "flow/world/world.h"
#include "model/delta.h"
#include "model/extensions.h"
#include "model/json.h"
#include "model/set.h"
#include "proxy.h"
#include "serve.h"
#include "store/history.h"
#include "tests/patience.h"

#define ROUNDS 14
#define PRODUCTION APP "/envs/production"

static struct serve serve;
static struct {
	char *socket, *history, *cache;
	struct proxy *proxy;
	struct session *session;
	bool plain;
	int number;		/* of the clone that was made last */
} here;

/* --- the platform, not asked by the proxy --- */

static void
ask(const char *method, const char *path, const char *body)
{
	json_t *answer = NULL;
	int status = serve_ask(&serve, method, path, body, &answer);

	if (status < 200 || status > 299) {
		char *text = answer ? json_dumps(answer, JSON_ENCODE_ANY) : NULL;

		fail_msg("%s %s: %d %s", method, path, status, text ? text : "");
	}
	json_decref(answer);
}

static json_t *
get(const char *path)
{
	json_t *answer = NULL;

	assert_int_equal(serve_ask(&serve, "GET", path, NULL, &answer), 200);
	return answer;
}

static size_t
count(const char *path)
{
	json_t *list = get(path);
	size_t n = json_array_size(list);

	json_decref(list);
	return n;
}

/* The application's, or an environment's own, whether it has one or not. */
static void
put(const char *where, const char *key, const char *value)
{
	char *path = xasprintf("%s/values/%s", where, key);
	char *body = xasprintf(
		"{'key': '%s', 'value': '%s', 'description': '', 'is_secret': false}", key, value);

	if (serve_ask(&serve, "PUT", path, body, NULL) != 200) {
		free(path);
		path = xasprintf("%s/values", where);
		ask("POST", path, body);
	}
	free(path);
	free(body);
}

/* What is there for a key, and of which level; "": nothing.  free() it. */
static char *
value_of(const char *env, const char *key)
{
	char *path = xasprintf("%s/values", env), *found = NULL;
	json_t *list = get(path), *value;
	size_t i;

	json_array_foreach(list, i, value)
		if (strcmp(json_member_string(value, "key"), key) == 0)
			found = xasprintf("%s %s", json_member_string(value, "source"),
					  json_member_string(value, "value"));
	json_decref(list);
	free(path);
	return found ? found : xstrdup("");
}

static void
assert_value(const char *env, const char *key, const char *expected)
{
	char *found = value_of(env, key);

	assert_string_equal(found, expected);
	free(found);
}

/* What the running workload was given. */
static void
assert_runs_with(const char *env, const char *variable)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	char *line = xasprintf("env %s\n", variable), *about = NULL;

	do {
		free(about);
		about = serve_fetch(serve_port(&serve, env, "modules.web.externals.dns"));
	} while ((!about || !strstr(about, line)) && clock_steady_ms() < until);
	if (!about || !strstr(about, line))
		fail_msg("%s does not run with %s: %s", env, variable, about ? about : "nothing");
	free(about);
	free(line);
}

/* --- the client --- */

static void
open_session(void)
{
	const struct session_options options = {
		.url = "http://localhost", .socket = here.socket, .context = "test",
		.history_path = here.history, .cache_path = here.cache,
	};
	struct error err = {0};

	here.session = session_new(&options, &err);
	if (!here.session)
		fail_msg("%s", err.text);
	session_focus(here.session, "acme", "shop");
}

/* Somebody else, on another machine: no history, no cache. */
static void
be_somebody_else(void)
{
	session_free(here.session);
	free(here.history);
	free(here.cache);
	here.history = xasprintf("%s/history-%d.db", serve.folder, ++here.number);
	here.cache = xasprintf("%s/cache-%d.db", serve.folder, here.number);
	open_session();
}

static enum flow_state
turn_while(struct flow *flow, enum flow_state state)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;

	while (flow_state(flow) == state) {
		assert_true(clock_steady_ms() < until);
		session_turn(here.session, NULL, NULL, 0, 20);
	}
	return flow_state(flow);
}

static struct flow *
begin(const struct flow_request *request)
{
	struct flow_request whole = *request;
	struct error err = {0};
	struct flow *flow;

	whole.org = "acme";
	whole.app = "shop";
	flow = flow_new(here.session, &whole, &err);
	if (!flow)
		fail_msg("%s", err.text);
	turn_while(flow, FLOW_PREPARING);
	return flow;
}

static struct flow *
review(const struct flow_request *request)
{
	struct flow *flow = begin(request);

	if (flow_state(flow) != FLOW_REVIEW)
		fail_msg("no review: %s", flow_error(flow)->text);
	return flow;
}

static void
approve(struct flow *flow)
{
	struct error err = {0};

	if (flow_approve(flow, "test", flow_request(flow)->env, &err) != 0)
		fail_msg("%s", err.text);
	turn_while(flow, FLOW_RUNNING);
}

static void
carry_out(struct flow *flow)
{
	approve(flow);
	if (flow_state(flow) != FLOW_DONE)
		fail_msg("not done: %s", flow_error(flow)->text);
	flow_dismiss(flow);
}

static void
assert_refused(struct flow *flow, enum error_kind kind, const char *word)
{
	assert_int_equal(flow_state(flow), FLOW_FAILED);
	if (flow_error(flow)->kind != kind || !strstr(flow_error(flow)->text, word))
		fail_msg("%s: %s", error_kind_name(flow_error(flow)->kind), flow_error(flow)->text);
	flow_dismiss(flow);
}

static const struct change *
change_of(const struct flow *flow, const char *label)
{
	const struct changes *changes = &flow_review(flow)->changes;

	for (size_t i = 0; i < changes->count; i++)
		if (strcmp(changes->items[i].label, label) == 0)
			return &changes->items[i];
	return NULL;
}

static void
assert_caution(const struct flow *flow, const char *word)
{
	const struct review *r = flow_review(flow);

	for (size_t i = 0; i < r->caution_count; i++)
		if (strstr(r->cautions[i], word))
			return;
	fail_msg("no caution says \"%s\"", word);
}

/* In one sentence, once; nothing about what is there. */
static void
assert_says_what_is_absent(const struct flow *flow, enum extension extension)
{
	const struct review *r = flow_review(flow);
	int said = 0;

	for (size_t i = 0; i < r->caution_count; i++)
		said += strcmp(r->cautions[i], extension_absent(extension)) == 0;
	if (said != here.plain)
		fail_msg("%s: said %d times", extension_name(extension), said);
}

/* What the board says is not promoted of a clone. */
static void
assert_unpromoted(const char *clone, size_t changes)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	const struct world_environment *e;

	do {
		session_turn(here.session, NULL, NULL, 0, 50);
		e = world_environment(session_world(here.session), "acme", "shop", clone);
	} while (
		(!e || !e->values || !e->unpromoted.is_known || e->unpromoted.changes != changes) &&
		clock_steady_ms() < until);
	if (!e || !e->unpromoted.is_known || e->unpromoted.changes != changes)
		fail_msg("%s: %zu changes instead of %zu", clone, e ? e->unpromoted.changes : 0,
			 changes);
}

/* Nothing was found is said only where everything was looked at. */
static void
values_that_were_not_read_are_not_nothing(void **state)
{
	struct values values = {0};
	struct knowledge parts[2][WORLD_PART_COUNT] = {0};
	struct world_environment theirs = {.parts = parts[0]}, ours = {.parts = parts[1]};

	(void)state;
	assert_false(unpromoted_is_whole(NULL, &theirs, &ours));
	parts[0][WORLD_VALUES].state = parts[1][WORLD_VALUES].state = KNOWLEDGE_ABSENT;
	assert_true(unpromoted_is_whole(NULL, &theirs, &ours));
	theirs.values = &values;
	knowledge_set_unreadable(&parts[1][WORLD_VALUES],
				 &(struct error){.kind = ERROR_UNAVAILABLE});
	assert_false(unpromoted_is_whole(&values, &theirs, &ours));
	knowledge_set_unreadable(&parts[1][WORLD_VALUES],
				 &(struct error){.kind = ERROR_NOT_FOUND});
	assert_true(unpromoted_is_whole(&values, &theirs, &ours));
	ours.values = &values;
	assert_true(unpromoted_is_whole(NULL, &theirs, &ours));
	knowledge_clear(&parts[1][WORLD_VALUES]);
}

static const char *
next_clone(void)
{
	static char name[32];

	snprintf(name, sizeof(name), "clone-%d", ++here.number);
	return name;
}

static char *
path_of(const char *env)
{
	return xasprintf(APP "/envs/%s", env);
}

/* production has web 1.0.0, LEVEL of its own and SIZE of the application. */
static void
start_again(void)
{
	json_t *list = get(PRODUCTION "/values"), *value;
	size_t i;

	json_array_foreach(list, i, value)
		if (strcmp(json_member_string(value, "source"), "env") == 0) {
			char *path = xasprintf(PRODUCTION "/values/%s",
					       json_member_string(value, "key"));

			ask("DELETE", path, NULL);
			free(path);
		}
	json_decref(list);
	put(APP, "SIZE", "40");
	put(PRODUCTION, "LEVEL", "info");
	free(serve_deploy(&serve, PRODUCTION,
			  ADD(WEB("web", "local/web:1.0.0", ", 'LEVEL': '${values.LEVEL}', 'SIZE': "
							    "'${values.SIZE}'"))));
	session_refresh(here.session);
}

static struct flow *
change_image(const char *env, const char *image)
{
	const char *pair[] = {"web", image, NULL};

	return review(&(struct flow_request){.verb = FLOW_DEPLOY, .env = env, .images = pair});
}

static struct flow *
change_value(const char *env, const char *key, const char *text)
{
	const struct flow_value values[] = {{key, FLOW_VALUE_TEXT, text}, {0}};

	return review(&(struct flow_request){.verb = FLOW_DEPLOY, .env = env, .values = values});
}

static char *
clone(const struct flow_value *values)
{
	const char *name = next_clone();

	carry_out(review(&(struct flow_request){.verb = FLOW_CLONE, .env = name,
						.source = "production", .values = values}));
	return xstrdup(name);
}

/* --- the stories --- */

static void
a_value_changed_after_the_review_is_not_deployed(void **state)
{
	(void)state;
	start_again();
	for (int i = 0; i < ROUNDS; i++) {
		struct flow *flow = change_image("production",
						 i % 2 ? "local/web:2.0.0" : "local/web:1.1.0");
		size_t before = count(PRODUCTION "/deploys");
		char value[16];

		snprintf(value, sizeof(value), "r%d", i);
		/* of the environment, or of the application */
		put(i % 3 ? PRODUCTION : APP, i % 3 ? "LEVEL" : "SIZE", value);
		approve(flow);
		assert_refused(flow, ERROR_STALE, value);
		assert_int_equal(count(PRODUCTION "/deploys"), before);
	}
}

static void
changes_level(void *data)
{
	put(data, "LEVEL", "theirs");
}

/* It comes too late to be deployed, and is there for the next time. */
static void
a_value_changed_in_the_last_moment_is_not_deployed(void **state)
{
	struct flow *flow;

	(void)state;
	start_again();
	flow = change_image("production", "local/web:1.1.0");
	proxy_before(here.proxy, "POST", "/deploys", changes_level, (void *)PRODUCTION);
	carry_out(flow);
	assert_runs_with(PRODUCTION, "LEVEL=info");
	assert_value(PRODUCTION, "LEVEL", "env theirs");
	/* The next review says that it waits. */
	flow = change_image("production", "local/web:1.0.0");
	assert_non_null(change_of(flow, "value LEVEL"));
	assert_caution(flow, "since its last deployment");
	carry_out(flow);
	assert_runs_with(PRODUCTION, "LEVEL=theirs");
}

static void
a_written_value_runs_and_an_undo_takes_it_back(void **state)
{
	const struct change *change;
	struct flow *flow;

	(void)state;
	start_again();
	flow = change_value("production", "SIZE", "50");
	change = change_of(flow, "value SIZE");
	assert_non_null(change);
	assert_string_equal(change->from, "40");
	assert_string_equal(change->to, "50");
	assert_non_null(strstr(change->note, "production only"));
	assert_non_null(strstr(change->note, "40"));
	assert_int_equal(flow_review(flow)->send_count, here.plain ? 2 : 1);
	assert_says_what_is_absent(flow, EXTENSION_DEPLOY_VALUES);
	assert_says_what_is_absent(flow, EXTENSION_DEPLOY_TAG);
	assert_says_what_is_absent(flow, EXTENSION_DEPLOY_GRAPH);
	carry_out(flow);
	assert_runs_with(PRODUCTION, "SIZE=50");
	assert_value(PRODUCTION, "SIZE", "env 50");
	flow = review(&(struct flow_request){.verb = FLOW_UNDO, .env = "production"});
	assert_non_null(change_of(flow, "value SIZE"));
	carry_out(flow);
	assert_runs_with(PRODUCTION, "SIZE=40");
	/* It had none of its own before. */
	assert_value(PRODUCTION, "SIZE", "app 40");
}

static void
a_clone_has_the_values_and_a_fix_made_by_one_is_promoted(void **state)
{
	struct flow *flow;
	char *name, *env;

	(void)state;
	start_again();
	name = clone(NULL);
	env = path_of(name);
	assert_runs_with(env, "LEVEL=info");
	assert_value(env, "LEVEL", "env info");
	carry_out(change_value(name, "LEVEL", "debug"));
	carry_out(change_value(name, "SIZE", "99"));
	assert_unpromoted(name, 2);
	flow = review(
		&(struct flow_request){.verb = FLOW_PROMOTE, .env = "production", .source = name});
	assert_int_equal(flow_review(flow)->changes.values, 2);
	assert_int_equal(flow_review(flow)->changes.count, 2);
	carry_out(flow);
	assert_runs_with(PRODUCTION, "LEVEL=debug");
	assert_runs_with(PRODUCTION, "SIZE=99");
	assert_unpromoted(name, 0);
	flow = begin(
		&(struct flow_request){.verb = FLOW_PROMOTE, .env = "production", .source = name});
	assert_refused(flow, ERROR_CONFLICT, "nothing to promote");
	free(env);
	free(name);
}

static void
what_was_changed_to_isolate_a_clone_is_not_promoted(void **state)
{
	const struct flow_value values[] = {{"LEVEL", FLOW_VALUE_TEXT, "isolated"}, {0}};
	struct flow *flow;
	char *name, *env;

	(void)state;
	start_again();
	name = clone(values);
	env = path_of(name);
	assert_runs_with(env, "LEVEL=isolated");
	assert_unpromoted(name, 0);
	carry_out(change_image(name, "local/web:1.1.0"));
	flow = review(
		&(struct flow_request){.verb = FLOW_PROMOTE, .env = "production", .source = name});
	assert_int_equal(flow_review(flow)->changes.count, 1);
	assert_true(flow_review(flow)->changes.items[0].is_image);
	assert_caution(flow, "LEVEL");
	carry_out(flow);
	assert_value(PRODUCTION, "LEVEL", "env info");
	free(env);
	free(name);
}

static void
a_value_that_leads_back_and_a_secret_wait_for_a_decision(void **state)
{
	static const struct flow_value decided[] = {
		{"DB", FLOW_VALUE_TEXT, "db.clone.test"}, {"KEY", FLOW_VALUE_TEXT, "other-secret"}, {0}};
	struct error err = {0};
	const char *name = next_clone();
	struct flow *flow;

	(void)state;
	start_again();
	put(PRODUCTION, "DB", "db.production.test");
	ask("POST", PRODUCTION "/values",
	    "{'key': 'KEY', 'value': 's3cret-text', 'description': '', 'is_secret': true}");
	free(serve_deploy(&serve, PRODUCTION, "{}"));
	/* Nobody is there to decide: it says which. */
	flow = begin(
		&(struct flow_request){.verb = FLOW_CLONE, .env = name, .source = "production"});
	assert_non_null(strstr(flow_error(flow)->text, "KEY"));
	assert_refused(flow, ERROR_CONFLICT, "DB");
	/* Somebody is. */
	flow = begin(&(struct flow_request){.verb = FLOW_CLONE, .env = name, .source = "production",
					    .decides = true});
	assert_int_equal(flow_state(flow), FLOW_VALUES);
	assert_int_equal(flow_value_count(flow), 2);
	assert_string_equal(flow_value(flow, 0)->key, "DB");
	assert_null(flow_value(flow, 1)->text);
	assert_int_equal(flow_decide(flow, &err), -1);
	assert_int_equal(flow_decide_value(flow, "KEY", FLOW_VALUE_COPY, NULL, &err), -1);
	assert_int_equal(flow_decide_value(flow, "DB", FLOW_VALUE_COPY, NULL, &err), 0);
	/* The same secret, unread, where the platform can copy it. */
	assert_int_equal(flow_decide_value(flow, "KEY", FLOW_VALUE_REFERENCE, NULL, &err),
			 here.plain ? -1 : 0);
	assert_int_equal(flow_decide_value(flow, "KEY", FLOW_VALUE_LEAVE_OUT, NULL, &err), 0);
	assert_int_equal(flow_decide(flow, &err), 0);
	turn_while(flow, FLOW_PREPARING);
	assert_int_equal(flow_state(flow), FLOW_REVIEW);
	assert_caution(flow, "KEY");
	flow_dismiss(flow);
	/* A script gave it all. */
	flow = review(&(struct flow_request){
		.verb = FLOW_CLONE, .env = name, .source = "production", .values = decided});
	for (size_t i = 0; i < flow_review(flow)->changes.count; i++)
		assert_null(strstr(flow_review(flow)->changes.items[i].to, "other-secret"));
	carry_out(flow);
	{
		char *env = path_of(name), *found = value_of(env, "DB");

		assert_string_equal(found, "env db.clone.test");
		free(found);
		found = value_of(env, "KEY");
		assert_string_equal(found, "env ");
		free(found);
		free(env);
	}
}

#if !PLAIN
/* Its fingerprint; "": there is none.  free() it. */
static char *
secret_of(const char *env, const char *key)
{
	char *path = xasprintf("%s/values", env), *found = NULL;
	json_t *list = get(path), *value;
	size_t i;

	json_array_foreach(list, i, value)
		if (strcmp(json_member_string(value, "key"), key) == 0)
			found = xstrdup(json_member_string(value, "secret_version"));
	json_decref(list);
	free(path);
	return found ? found : xstrdup("");
}

static void
assert_secret(const char *env, const char *key, const char *expected)
{
	char *found = secret_of(env, key);

	assert_string_equal(found, expected);
	free(found);
}

static void
a_secret_comes_back_with_an_undo(void **state)
{
	struct flow *flow;
	char *before;

	(void)state;
	start_again();
	ask("POST", PRODUCTION "/values",
	    "{'key': 'KEY', 'value': 's3cret-text', 'description': '', 'is_secret': true}");
	free(serve_deploy(&serve, PRODUCTION, "{}"));
	session_refresh(here.session);
	before = secret_of(PRODUCTION, "KEY");
	carry_out(change_value("production", "KEY", "new-s3cret"));
	flow = review(&(struct flow_request){.verb = FLOW_UNDO, .env = "production"});
	assert_non_null(change_of(flow, "value KEY"));
	assert_int_equal(flow_review(flow)->send_count, 1);
	carry_out(flow);
	assert_secret(PRODUCTION, "KEY", before);
	free(before);
}

static void
a_clone_gets_a_secret_that_nobody_has_seen(void **state)
{
	static const struct flow_value decided[] = {{"KEY", FLOW_VALUE_REFERENCE, NULL}, {0}};
	char *name, *env, *secret;
	struct flow *flow;

	(void)state;
	start_again();
	ask("POST", PRODUCTION "/values",
	    "{'key': 'KEY', 'value': 's3cret-text', 'description': '', 'is_secret': true}");
	free(serve_deploy(&serve, PRODUCTION, "{}"));
	session_refresh(here.session);
	secret = secret_of(PRODUCTION, "KEY");
	name = clone(decided);
	env = path_of(name);
	assert_secret(env, "KEY", secret);
	/* A fix made by one is promoted the same way. */
	free(secret);
	carry_out(change_value(name, "KEY", "new-s3cret"));
	secret = secret_of(env, "KEY");
	flow = review(
		&(struct flow_request){.verb = FLOW_PROMOTE, .env = "production", .source = name});
	assert_int_equal(flow_review(flow)->changes.values, 1);
	assert_int_equal(flow_review(flow)->send_count, 1);
	carry_out(flow);
	assert_secret(PRODUCTION, "KEY", secret);
	free(secret);
	free(env);
	free(name);
}
#endif

/* What leads to the source is acknowledged one by one; there is no approval before. */
static void
each_finding_of_a_clone_is_acknowledged_by_itself(void **state)
{
	struct error err = {0};
	const char *name = next_clone();
	struct flow *flow;

	(void)state;
	start_again();
	put(APP, "API", "https://api.acme.test/v1");
	put(APP, "BUCKET", "uploads_production");
	put(APP, "NEAR", "http://localhost:8080");
	free(serve_deploy(&serve, PRODUCTION, "{}"));
	flow = review(
		&(struct flow_request){.verb = FLOW_CLONE, .env = name, .source = "production"});
	assert_int_equal(flow_review(flow)->finding_count, 2);
	assert_non_null(strstr(flow_review(flow)->findings[0].text, "values/API"));
	assert_non_null(strstr(flow_review(flow)->findings[1].text, "uploads_production"));
	assert_int_equal(flow_approve(flow, "test", name, &err), -1);
	assert_int_equal(err.kind, ERROR_CONFLICT);
	assert_int_equal(flow_acknowledge(flow, "all", true, &err), -1);
	assert_int_equal(flow_acknowledge(flow, flow_review(flow)->findings[1].id, true, &err), 0);
	assert_int_equal(review_open_findings(flow_review(flow)), 1);
	assert_int_equal(flow_approve(flow, "test", name, &err), -1);
	assert_int_equal(flow_acknowledge(flow, flow_review(flow)->findings[0].id, true, &err), 0);
	carry_out(flow);
	ask("DELETE", APP "/values/API", NULL);
	ask("DELETE", APP "/values/BUCKET", NULL);
	ask("DELETE", APP "/values/NEAR", NULL);
}

/* All of them, by whoever has none of it written down. */
static void
everybody_sees_every_clone(void **state)
{
	char *names[3];

	(void)state;
	start_again();
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		names[i] = clone(NULL);
	for (int round = 0; round < 3; round++) {
		be_somebody_else();
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
			assert_unpromoted(names[i], 0);
	}
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		carry_out(review(&(struct flow_request){.verb = FLOW_DISCARD, .env = names[i]}));
		free(names[i]);
	}
}

static const struct review_finding *
finding_of(const struct flow *flow, const char *where)
{
	const struct review *r = flow_review(flow);

	for (size_t i = 0; i < r->finding_count; i++)
		if (strcmp(r->findings[i].where, where) == 0)
			return &r->findings[i];
	return NULL;
}

static void
change_finding(struct flow *flow, const char *where, const char *text)
{
	const struct review_finding *finding = finding_of(flow, where);
	struct error err = {0};

	assert_non_null(finding);
	assert_non_null(finding->was);
	if (flow_change_finding(flow, finding->id, text, &err) != 0)
		fail_msg("%s", err.text);
	assert_int_equal(turn_while(flow, FLOW_PREPARING), FLOW_REVIEW);
}

#define VARIABLE(name) "/modules/web/spec/containers/main/variables/" name

/* In the review itself: it is what is deployed, and no fix that a promotion would bring. */
static void
what_is_changed_in_the_review_isolates_the_clone_and_is_not_promoted(void **state)
{
	const char *name = next_clone();
	struct error err = {0};
	struct flow *flow;
	char *env, *before;

	(void)state;
	start_again();
	put(APP, "BUCKET", "uploads_production");
	free(serve_deploy(
		&serve, PRODUCTION,
		"{'modules': {'update': {'web': ["
		"{'op': 'add', 'path': '/spec/containers/main/variables/API', 'value': 'https://api.production.acme.test/${values.LEVEL}'},"
		"{'op': 'add', 'path': '/spec/containers/main/variables/MAIL', 'value': 'smtp://mail.acme.test'}]}}}"));
	session_refresh(here.session);
	flow = review(
		&(struct flow_request){.verb = FLOW_CLONE, .env = name, .source = "production"});
	assert_int_equal(flow_review(flow)->finding_count, 3);
	assert_int_equal(flow_review(flow)->changes.count, 0);
	before = xstrdup(flow_review(flow)->to_set_id);
	assert_int_equal(flow_acknowledge(flow, finding_of(flow, VARIABLE("MAIL"))->id, true, &err),
			 0);
	/* Nothing is changed into what cannot be deployed, nor into the same. */
	assert_string_equal(finding_of(flow, VARIABLE("API"))->was,
			    "https://api.production.acme.test/${values.LEVEL}");
	assert_int_equal(flow_change_finding(flow, finding_of(flow, VARIABLE("API"))->id,
					     "${values.NOWHERE}", &err),
			 -1);
	assert_int_equal(flow_change_finding(flow, finding_of(flow, VARIABLE("API"))->id,
					     finding_of(flow, VARIABLE("API"))->was, &err), -1);
	assert_int_equal(flow_change_finding(flow, "none", "x", &err), -1);
	change_finding(flow, VARIABLE("API"), "https://api.clone.test/${values.LEVEL}");
	assert_int_equal(flow_review(flow)->changes.count, 1);
	assert_string_not_equal(flow_review(flow)->to_set_id, before);
	/* What was typed was decided, what was acknowledged stays so. */
	assert_true(finding_of(flow, VARIABLE("API"))->is_acknowledged);
	assert_true(finding_of(flow, VARIABLE("MAIL"))->is_acknowledged);
	assert_int_equal(review_open_findings(flow_review(flow)), 1);
	/* The source's own is not typed by intention. */
	change_finding(flow, "values/BUCKET", "other_production");
	assert_false(finding_of(flow, "values/BUCKET")->is_acknowledged);
	change_finding(flow, "values/BUCKET", "uploads_clone");
	assert_null(finding_of(flow, "values/BUCKET"));
	assert_int_equal(flow_review(flow)->changes.count, 2);
	carry_out(flow);
	env = path_of(name);
	assert_runs_with(env, "API=https://api.clone.test/info");
	assert_value(env, "BUCKET", "env uploads_clone");
	assert_unpromoted(name, 0);
	carry_out(change_image(name, "local/web:1.1.0"));
	assert_unpromoted(name, 1);
	be_somebody_else();
	assert_unpromoted(name, 1);
	flow = review(
		&(struct flow_request){.verb = FLOW_PROMOTE, .env = "production", .source = name});
	assert_int_equal(flow_review(flow)->changes.count, 1);
	assert_true(flow_review(flow)->changes.items[0].is_image);
	assert_caution(flow, "API");
	assert_caution(flow, "BUCKET");
	carry_out(flow);
	assert_runs_with(PRODUCTION, "API=https://api.production.acme.test/info");
	assert_unpromoted(name, 0);
	/* Nor by a second one; but what is changed again later is a fix. */
	carry_out(change_image(name, "local/web:1.0.0"));
	flow = review(
		&(struct flow_request){.verb = FLOW_PROMOTE, .env = "production", .source = name});
	assert_int_equal(flow_review(flow)->changes.count, 1);
	carry_out(flow);
	assert_runs_with(PRODUCTION, "API=https://api.production.acme.test/info");
	ask("DELETE", APP "/values/BUCKET", NULL);
	free(before);
	free(env);
}

static void
adds_definition(void *data)
{
	ask("POST", ORG "/resources/defs", data);
}

static bool
is_there(const char *name)
{
	char *path = path_of(name);
	int status = serve_ask(&serve, "GET", path, NULL, NULL);

	free(path);
	return status == 200;
}

/* Which resources it gets follows from the definitions, which are pinned before it is there. */
static void
definitions_that_changed_since_the_review_of_a_clone_are_refused(void **state)
{
	static char other[] =
		"{'id': 'clones-dns', 'name': 'dns', 'type': 'dns', 'driver_type': 'process/dns', "
		"'driver_inputs': {'values': {}}, 'criteria': [{'env_type': 'development'}]}";
	const struct { const char *method, *ending; bool is_made; } moments[] = {
		{"GET", "/envs/production", false},	/* since the review */
		{"POST", "/envs", true},		/* while it is made */
		{"POST", "/deploys", true},		/* in the last moment */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(moments) / sizeof(moments[0]) - here.plain; i++) {
		const char *name = next_clone();
		struct flow *flow;

		start_again();
		flow = review(&(struct flow_request){
			.verb = FLOW_CLONE, .env = name, .source = "production"});
		assert_non_null(flow_review(flow)->definitions);
		proxy_before(here.proxy, moments[i].method, moments[i].ending, adds_definition,
			     other);
		approve(flow);
		assert_refused(flow, ERROR_STALE, "definitions");
		assert_int_equal(is_there(name), moments[i].is_made);
		if (moments[i].is_made) {
			char *path = xasprintf(APP "/envs/%s/deploys", name);

			assert_int_equal(count(path), 0);
			free(path);
		}
		ask("DELETE", ORG "/resources/defs/clones-dns?force=true", NULL);
	}
}

/* What others define for environments of their own gives the clone nothing else. */
static void
definitions_of_other_environments_stop_no_clone(void **state)
{
	static char other[] =
		"{'id': 'others-dns', 'name': 'dns', 'type': 'dns', 'driver_type': 'process/dns', "
		"'driver_inputs': {'values': {}}, 'criteria': [{'env_id': 'theirs'}]}";
	const char *name = next_clone();
	struct flow *flow;

	(void)state;
	start_again();
	flow = review(
		&(struct flow_request){.verb = FLOW_CLONE, .env = name, .source = "production"});
	proxy_before(here.proxy, "POST", "/envs", adds_definition, other);
	carry_out(flow);
	assert_true(is_there(name));
	ask("DELETE", ORG "/resources/defs/others-dns?force=true", NULL);
}

static void
assert_moves(struct flow *flow, const char *word)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;

	while (!flow_moved(flow) && clock_steady_ms() < until)
		session_turn(here.session, NULL, NULL, 0, 20);
	if (!flow_moved(flow) || !strstr(flow_moved(flow), word))
		fail_msg("\"%s\" is not said: %s", word,
			 flow_moved(flow) ? flow_moved(flow) : "nothing");
	flow_cancel(flow);
	flow_dismiss(flow);
}

/* Whatever of it would be refused when it is approved is said while it is read. */
static void
an_open_review_of_a_clone_says_what_changed(void **state)
{
	static char other[] =
		"{'id': 'clones-dns', 'name': 'dns', 'type': 'dns', 'driver_type': 'process/dns', "
		"'driver_inputs': {'values': {}}, 'criteria': [{'env_type': 'development'}]}";
	const struct flow_request request = {
		.verb = FLOW_CLONE, .env = "not-made", .source = "production"};
	struct flow *flow;

	(void)state;
	start_again();
	flow = review(&request);
	put(APP, "SIZE", "41");
	assert_moves(flow, "SIZE is 41 instead of 40");
	flow = review(&request);
	ask("POST", ORG "/resources/defs", other);
	assert_moves(flow, "clones-dns");
	flow = review(&request);
	ask("DELETE", ORG "/resources/defs/clones-dns?force=true", NULL);
	assert_moves(flow, "clones-dns");
	flow = review(&request);
	free(serve_deploy(&serve, PRODUCTION, ADD(WEB("web", "local/web:2.0.0", ""))));
	assert_moves(flow, "production moved");
}

/* The same of a promotion, which has two environments. */
static void
an_open_review_of_a_promotion_says_what_changed(void **state)
{
	static char other[] =
		"{'id': 'other-dns', 'name': 'dns', 'type': 'dns', 'driver_type': 'process/dns', "
		"'driver_inputs': {'values': {}}, 'criteria': [{'env_id': 'production'}]}";
	struct flow_request request = {.verb = FLOW_PROMOTE, .env = "production"};
	struct flow *flow;
	char *name, *path;

	(void)state;
	start_again();
	name = clone(NULL);
	path = path_of(name);
	carry_out(change_image(name, "local/web:2.0.0"));
	request.source = name;
	flow = review(&request);
	put(PRODUCTION, "LEVEL", "theirs");
	assert_moves(flow, "LEVEL is theirs instead of info");
	flow = review(&request);
	ask("POST", ORG "/resources/defs", other);
	assert_moves(flow, "definitions");
	ask("DELETE", ORG "/resources/defs/other-dns?force=true", NULL);
	flow = review(&request);
	free(serve_deploy(&serve, path, ADD(WEB("web", "local/web:1.1.0", ""))));
	assert_moves(flow, name);
	flow = review(&request);
	ask("DELETE", path, NULL);
	assert_moves(flow, name);
	free(path);
	free(name);
}

/* Nobody answers the same question twice because somebody else changed something else. */
static void
what_was_decided_holds_in_the_review_that_is_made_again(void **state)
{
	const struct flow_request request = {.verb = FLOW_CLONE,
					     .org = "acme",
					     .app = "shop",
					     .env = "not-made",
					     .source = "production",
					     .decides = true};
	struct error err = {0};
	struct flow *flow, *again;

	(void)state;
	start_again();
	put(PRODUCTION, "HOST", "mail.production.test");
	free(serve_deploy(&serve, PRODUCTION,
			  ADD(WEB("web", "local/web:1.1.0", ", 'HOST': '${values.HOST}'"))));
	flow = begin(&request);
	assert_int_equal(flow_state(flow), FLOW_VALUES);
	assert_int_equal(flow_value_count(flow), 1);
	assert_int_equal(flow_decide_value(flow, "HOST", FLOW_VALUE_TEXT, "mail.test", &err), 0);
	assert_int_equal(flow_decide(flow, &err), 0);
	assert_int_equal(turn_while(flow, FLOW_PREPARING), FLOW_REVIEW);
	again = flow_new(here.session, &request, &err);
	assert_non_null(again);
	flow_keep_decisions(again, flow);
	flow_cancel(flow);
	flow_dismiss(flow);
	assert_int_equal(turn_while(again, FLOW_PREPARING), FLOW_REVIEW);
	assert_non_null(change_of(again, "value HOST"));
	assert_string_equal(change_of(again, "value HOST")->to, "mail.test");
	assert_caution(again, "HOST differs");
	/* Another text is another question. */
	put(PRODUCTION, "HOST", "relay.production.test");
	free(serve_deploy(&serve, PRODUCTION,
			  ADD(WEB("web", "local/web:1.0.0", ", 'HOST': '${values.HOST}'"))));
	flow = flow_new(here.session, &request, &err);
	assert_non_null(flow);
	flow_keep_decisions(flow, again);
	flow_cancel(again);
	flow_dismiss(again);
	assert_int_equal(turn_while(flow, FLOW_PREPARING), FLOW_VALUES);
	flow_cancel(flow);
	flow_dismiss(flow);
}

/* One database for everybody is a resource that the clone has in common with its source; so is
 * its host, wherever else that is written. */
static void
a_clone_that_shares_a_static_resource_says_so(void **state)
{
	const char *name = next_clone();
	const struct review *r;
	struct flow *flow;

	(void)state;
	start_again();
	ask("POST", ORG "/resources/defs",
	    "{'id': 'one-for-all', 'name': 'pg', 'type': 'postgres', 'driver_type': 'static', "
	    "'driver_inputs': {'values': {'host': 'pg-7.acme.test', 'name': 'shop'}}, 'criteria': [{}]}");
	free(serve_deploy(
		&serve, PRODUCTION,
		"{'modules': {'update': {'web': ["
		"{'op': 'add', 'path': '/externals/db', 'value': {'type': 'postgres'}},"
		"{'op': 'add', 'path': '/spec/containers/main/variables/DB', 'value': '${externals.db.host}'},"
		"{'op': 'add', 'path': '/spec/containers/main/variables/DSN', 'value': "
		"'user=shop HOST=PG-7.ACME.TEST port=5432'}]}}}"));
	session_refresh(here.session);
	flow = review(
		&(struct flow_request){.verb = FLOW_CLONE, .env = name, .source = "production"});
	r = flow_review(flow);
	assert_int_equal(r->finding_count, 2);
	assert_string_equal(r->findings[0].kind, "same-host");
	assert_non_null(
		strstr(r->findings[0].text, "/modules/web/spec/containers/main/variables/DSN"));
	assert_string_equal(r->findings[1].kind, "resource");
	assert_non_null(strstr(r->findings[1].text, "one-for-all"));
	flow_cancel(flow);
	flow_dismiss(flow);
	start_again();
	ask("DELETE", ORG "/resources/defs/one-for-all?force=true", NULL);
}

static void
a_key_without_a_value_is_named_before_anything_is_sent(void **state)
{
	const struct flow_value given[] = {{"NEW", FLOW_VALUE_TEXT, "1"}, {0}};
	json_t *body = json_pack("{s:{s:{s:[{s:s, s:s, s:s}]}}}", "modules", "update", "web", "op",
				 "add", "path", "/spec/containers/main/variables/NEW", "value",
				 "${values.NEW}");
	struct delta *draft = delta_decode(body, NULL);
	size_t before;
	struct flow *flow;

	(void)state;
	start_again();
	before = count(PRODUCTION "/deploys");
	flow = begin(
		&(struct flow_request){.verb = FLOW_DEPLOY, .env = "production", .draft = draft});
	assert_refused(flow, ERROR_INPUT, "NEW");
	assert_int_equal(count(PRODUCTION "/deploys"), before);
	carry_out(review(&(struct flow_request){
		.verb = FLOW_DEPLOY, .env = "production", .draft = draft, .values = given}));
	assert_runs_with(PRODUCTION, "NEW=1");
	delta_free(draft);
	json_decref(body);
}

static void
two_fixes_from_one_clone_are_promoted_one_after_the_other(void **state)
{
	struct flow *flow;
	char *name;

	(void)state;
	start_again();
	name = clone(NULL);
	carry_out(change_image(name, "local/web:1.1.0"));
	carry_out(review(&(struct flow_request){.verb = FLOW_PROMOTE, .env = "production",
						.source = name}));
	/* A second fix of the same line: no conflict with the first one. */
	carry_out(change_image(name, "local/web:2.0.0"));
	flow = review(
		&(struct flow_request){.verb = FLOW_PROMOTE, .env = "production", .source = name});
	assert_int_equal(flow_review(flow)->merge.conflicts, 0);
	assert_false(flow_review(flow)->moved);
	assert_int_equal(flow_review(flow)->changes.count, 1);
	carry_out(flow);
	/* Also for somebody who made none of them; and what was taken back is to be promoted
	 * again. */
	be_somebody_else();
	carry_out(review(&(struct flow_request){.verb = FLOW_UNDO, .env = "production"}));
	flow = review(
		&(struct flow_request){.verb = FLOW_PROMOTE, .env = "production", .source = name});
	assert_int_equal(flow_review(flow)->merge.conflicts, 0);
	assert_int_equal(flow_review(flow)->changes.count, 1);
	assert_non_null(strstr(flow_review(flow)->changes.items[0].to, "2.0.0"));
	flow_dismiss(flow);
	free(name);
}

static void
an_undo_keeps_what_somebody_else_deployed_since(void **state)
{
	const char *images[] = {"web", "local/web:1.1.0", NULL};
	const struct flow_value values[] = {{"LEVEL", FLOW_VALUE_TEXT, "debug"}, {0}};
	struct flow *flow;
	char *id;

	(void)state;
	start_again();
	flow = review(&(struct flow_request){
		.verb = FLOW_DEPLOY, .env = "production", .images = images, .values = values});
	id = xstrdup(flow_operation_id(flow));
	carry_out(flow);
	free(serve_deploy(&serve, PRODUCTION,
			  "{'modules': {'update': {'web': [{'op': 'replace', 'path': "
			  "'/spec/containers/main/image', 'value': 'local/web:2.0.0'}]}}}"));
	flow = review(
		&(struct flow_request){.verb = FLOW_UNDO, .env = "production", .operation_id = id});
	/* The value goes back; the colleague's version stays, and that is said. */
	assert_int_equal(flow_review(flow)->changes.count, 1);
	assert_true(flow_review(flow)->changes.items[0].is_value);
	assert_caution(flow, "2.0.0");
	carry_out(flow);
	assert_runs_with(PRODUCTION, "LEVEL=info");
	assert_value(PRODUCTION, "LEVEL", "env info");
	/* Once more there is nothing of it left. */
	flow = begin(
		&(struct flow_request){.verb = FLOW_UNDO, .env = "production", .operation_id = id});
	assert_refused(flow, ERROR_STALE, "2.0.0");
	free(id);
}

static void
anybody_undoes_the_last_deployment(void **state)
{
	struct flow *flow;

	(void)state;
	start_again();
	carry_out(change_image("production", "local/web:1.1.0"));
	be_somebody_else();
	flow = review(&(struct flow_request){.verb = FLOW_UNDO, .env = "production"});
	assert_caution(flow, "1.1.0");
	assert_int_equal(flow_review(flow)->changes.count, 1);
	assert_non_null(strstr(flow_review(flow)->changes.items[0].to, "1.0.0"));
	carry_out(flow);
}

static void
a_failed_deployment_leaves_nothing_to_undo(void **state)
{
	json_t *body = json_pack("{s:{s:{s:[{s:s, s:s, s:s}]}}}", "modules", "update", "web", "op",
				 "add", "path", "/spec/containers/main/variables/MODE", "value",
				 "exit");
	const struct flow_value values[] = {{"LEVEL", FLOW_VALUE_TEXT, "debug"}, {0}};
	struct delta *draft = delta_decode(body, NULL);
	struct operation record;
	struct flow *flow;

	(void)state;
	start_again();
	flow = review(&(struct flow_request){
		.verb = FLOW_DEPLOY, .env = "production", .draft = draft, .values = values});
	approve(flow);
	assert_int_equal(flow_state(flow), FLOW_FAILED);
	/* In the history for machines too, which do not read our language. */
	assert_int_equal(store_operation_get(session_store(here.session), flow_operation_id(flow),
					     &record, NULL), 0);
	assert_true(untrusted_is(&record.error_kind, "remote"));
	operation_clear(&record);
	flow_dismiss(flow);
	/* The value that went with it is as it was. */
	assert_value(PRODUCTION, "LEVEL", "env info");
	flow = begin(&(struct flow_request){.verb = FLOW_UNDO, .env = "production"});
	assert_refused(flow, ERROR_CONFLICT, "failed");
	delta_free(draft);
	json_decref(body);
}

static void
primes(void *data)
{
	json_t *list = get(PRODUCTION "/deploys");
	/* one before the last, which had another set */
	char *body = xasprintf("'%s'", json_member_string(json_array_get(list, 1), "id"));

	(void)data;
	ask("PUT", PRODUCTION "/from_deploy_id", body);
	free(body);
	json_decref(list);
}

static void
primed_between_the_check_and_the_deployment(void **state)
{
	struct flow *flow;
	size_t before;
	char *set;

	(void)state;
	start_again();
	carry_out(change_image("production", "local/web:1.1.0"));
	flow = change_value("production", "LEVEL", "debug");
	set = xstrdup(flow_review(flow)->to_set_id);
	before = count(PRODUCTION "/deploys");
	proxy_before(here.proxy, "POST", "/deploys", primes, NULL);
	approve(flow);
	if (here.plain) {
		/* It cannot be refused there; what runs is the reviewed pair all the same. */
		json_t *list;

		assert_int_equal(flow_state(flow), FLOW_DONE);
		flow_dismiss(flow);
		list = get(PRODUCTION "/deploys");
		assert_string_equal(json_member_string(json_array_get(list, 0), "set_id"), set);
		json_decref(list);
		assert_runs_with(PRODUCTION, "LEVEL=debug");
	} else {
		assert_refused(flow, ERROR_STALE, "primed");
		assert_int_equal(count(PRODUCTION "/deploys"), before);
		assert_value(PRODUCTION, "LEVEL", "env info");
	}
	free(set);
}

static void
deploys_a_variable(void *data)
{
	(void)data;
	free(serve_deploy(&serve, PRODUCTION,
			  "{'modules': {'update': {'web': [{'op': 'add', 'path': "
			  "'/spec/containers/main/variables/THEIRS', 'value': 'yes'}]}}}"));
}

static void
wait_ended(void)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	bool ended;

	do {
		json_t *list = get(PRODUCTION "/deploys");
		const char *status = json_member_string(json_array_get(list, 0), "status");

		ended = !strcmp(status, "succeeded") || !strcmp(status, "failed");
		json_decref(list);
		assert_true(clock_steady_ms() < until);
		session_turn(here.session, NULL, NULL, 0, 20);
	} while (!ended);
}

/* With a precondition it is refused; without, it is told within one answer, with what brings it
 * back. */
static void
what_somebody_deploys_in_the_last_moment_is_not_lost(void **state)
{
	struct flow *flow;

	(void)state;
	start_again();
	flow = change_image("production", "local/web:1.1.0");
	proxy_before(here.proxy, "POST", "/deploys", deploys_a_variable, NULL);
	approve(flow);
	if (here.plain) {
		struct flow_request back;
		struct flow *again;

		assert_non_null(flow_overwritten(flow));
		assert_non_null(flow_recovery(flow));
		back = *flow_recovery(flow);
		/* Ours goes on, and has to end before it can be deployed to again. */
		wait_ended();
		again = review(&back);
		assert_refused(flow, ERROR_STALE, "overwritten");
		carry_out(again);
		assert_runs_with(PRODUCTION, "THEIRS=yes");
	} else {
		assert_refused(flow, ERROR_STALE, "moved since the review");
		assert_runs_with(PRODUCTION, "THEIRS=yes");
	}
}

/* By an undo of the last deployment as well, for anybody: both changes run then, ours and
 * theirs. */
static void
an_undo_brings_back_what_was_overwritten_and_keeps_both(void **state)
{
	struct flow *flow;

	(void)state;
	if (!here.plain)
		return;		/* nothing is ever overwritten */
	start_again();
	flow = change_image("production", "local/web:1.1.0");
	proxy_before(here.proxy, "POST", "/deploys", deploys_a_variable, NULL);
	approve(flow);
	wait_ended();
	assert_refused(flow, ERROR_STALE, "overwritten");
	be_somebody_else();
	flow = review(&(struct flow_request){.verb = FLOW_UNDO, .env = "production"});
	assert_caution(flow, "overwrote");
	assert_int_equal(flow_review(flow)->changes.count, 1);
	assert_string_equal(flow_review(flow)->changes.items[0].to, "yes");
	carry_out(flow);
	assert_runs_with(PRODUCTION, "THEIRS=yes");
	/* What was brought back is itself undone like any other deployment. */
	flow = review(&(struct flow_request){.verb = FLOW_UNDO, .env = "production"});
	assert_int_equal(flow_review(flow)->changes.count, 1);
	assert_string_equal(flow_review(flow)->changes.items[0].from, "yes");
	flow_cancel(flow);
	flow_dismiss(flow);
}

/* The set that runs there; a static text. */
static const char *
running_set(const char *env)
{
	static char id[128];
	json_t *body = get(env);

	snprintf(id, sizeof(id), "%s",
		 json_member_string(json_object_get(body, "last_deploy"), "set_id"));
	json_decref(body);
	return id;
}

/* A fix made by a value is brought to another environment, which has other values beside it. */
static void
a_fix_made_by_a_value_is_carried(void **state)
{
	struct flow *flow;
	char *name;

	(void)state;
	start_again();
	if (serve_ask(&serve, "GET", APP "/envs/qa", NULL, NULL) != 200)
		ask("POST", APP "/envs", "{'id': 'qa', 'name': 'QA', 'type': 'development'}");
	put(APP "/envs/qa", "LEVEL", "info");
	put(APP "/envs/qa", "OTHER", "stays");
	free(serve_deploy(&serve, APP "/envs/qa",
			  ADD(WEB("web", "local/web:2.0.0", ", 'LEVEL': '${values.LEVEL}', 'SIZE': "
							    "'${values.SIZE}'"))));
	name = clone(NULL);
	carry_out(change_value(name, "LEVEL", "debug"));
	flow = review(
		&(struct flow_request){.verb = FLOW_PROMOTE, .env = "production", .source = name});
	carry_out(flow);
	carry_out(change_value(name, "SIZE", "77"));
	flow = review(
		&(struct flow_request){.verb = FLOW_PROMOTE, .env = "production", .source = name});
	carry_out(flow);
	/* What somebody else changed there is no part of it. */
	carry_out(change_value("production", "THEIRS", "1"));
	flow = review(&(struct flow_request){
		.verb = FLOW_CARRY, .env = "qa", .source = "production", .hotfix = name,
		.before_set = running_set(PRODUCTION), .after_set = running_set(PRODUCTION)});
	assert_int_equal(flow_review(flow)->changes.count, 2);
	assert_int_equal(flow_review(flow)->changes.values, 2);
	carry_out(flow);
	assert_runs_with(APP "/envs/qa", "LEVEL=debug");
	assert_runs_with(APP "/envs/qa", "SIZE=77");
	assert_value(APP "/envs/qa", "OTHER", "env stays");
	assert_value(APP "/envs/qa", "THEIRS", "");
	free(name);
}

/* A secret that is the fix is promoted by where it lies, unseen; else it is said that it stays. */
static void
a_fix_made_by_a_secret_is_promoted_unseen_or_said_to_stay(void **state)
{
	static const struct flow_value given[] = {{"KEY", FLOW_VALUE_TEXT, "old-secret"}, {0}};
	struct flow *flow;
	char *name, *path;

	(void)state;
	start_again();
	ask("POST", PRODUCTION "/values",
	    "{'key': 'KEY', 'value': 'old-secret', 'description': '', 'is_secret': true}");
	free(serve_deploy(&serve, PRODUCTION,
			  "{'modules': {'update': {'web': [{'op': 'add', 'path': "
			  "'/spec/containers/main/variables/KEY', 'value': '${values.KEY}'}]}}}"));
	name = clone(given);
	path = xasprintf(APP "/envs/%s/values/KEY", name);
	ask("PUT", path, "{'value': 'new-secret', 'description': '', 'is_secret': true}");
	free(path);
	carry_out(change_image(name, "local/web:1.1.0"));
	flow = review(
		&(struct flow_request){.verb = FLOW_PROMOTE, .env = "production", .source = name});
	/* Without fingerprints nobody can tell that it is another one. */
	if (here.plain)
		assert_caution(flow, "whether two secrets are the same");
	else
		assert_non_null(change_of(flow, "value KEY"));
	carry_out(flow);
	assert_runs_with(PRODUCTION, here.plain ? "KEY=old-secret" : "KEY=new-secret");
	free(name);
}

/* Values are changes like others. */
static void
a_discard_says_that_changed_values_would_be_lost(void **state)
{
	struct flow *flow;
	char *name;

	(void)state;
	start_again();
	name = clone(NULL);
	flow = review(&(struct flow_request){.verb = FLOW_DISCARD, .env = name});
	for (size_t i = 0; i < flow_review(flow)->caution_count; i++)
		assert_null(strstr(flow_review(flow)->cautions[i], "lost"));
	flow_dismiss(flow);
	carry_out(change_value(name, "LEVEL", "debug"));
	flow = review(&(struct flow_request){.verb = FLOW_DISCARD, .env = name});
	assert_caution(flow, "1 change of");
	carry_out(flow);
	free(name);
}

/* What cannot be found out is not nothing: it is said, and the name is asked for. */
static void
a_discard_that_cannot_tell_what_would_be_lost_asks_for_the_name(void **state)
{
	struct flow *flow;
	char *name;

	(void)state;
	start_again();
	name = clone(NULL);
	/* The values that it was cloned with cannot be read, but they are its origin's. */
	proxy_hide(here.proxy, "value-set-versions");
	flow = review(&(struct flow_request){.verb = FLOW_DISCARD, .env = name});
	assert_false(flow_review(flow)->asks_name);
	flow_dismiss(flow);
	proxy_hide(here.proxy, NULL);
	carry_out(change_value(name, "LEVEL", "debug"));
	proxy_hide(here.proxy, "value-set-versions");
	flow = review(&(struct flow_request){.verb = FLOW_DISCARD, .env = name});
	assert_caution(flow, "not known whether");
	assert_true(flow_review(flow)->may_lose && flow_review(flow)->asks_name);
	flow_dismiss(flow);
	proxy_hide(here.proxy, "/envs/production");
	flow = review(&(struct flow_request){.verb = FLOW_DISCARD, .env = name});
	assert_caution(flow, "not known whether");
	assert_true(flow_review(flow)->asks_name);
	flow_dismiss(flow);
	proxy_hide(here.proxy, NULL);
	free(name);
}

/* Also by somebody who looks at no application, so that the world has no values of it. */
static void
a_fix_of_values_counts_where_nobody_looks(void **state)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	const struct clone *found = NULL;
	struct clones *clones;
	char *name;

	(void)state;
	start_again();
	name = clone(NULL);
	carry_out(change_value(name, "LEVEL", "debug"));
	be_somebody_else();
	session_focus(here.session, NULL, NULL);
	clones = clones_open(here.session, NULL);
	while ((!found || found->work != CLONE_WORK_SOME) && clock_steady_ms() < until) {
		session_turn(here.session, NULL, NULL, 0, 50);
		clones_update(clones);
		found = NULL;
		for (size_t i = 0; i < clones_count(clones); i++)
			if (strcmp(clones_get(clones, i)->env, name) == 0)
				found = clones_get(clones, i);
		/* Unknown until it is known, and never nothing. */
		assert_false(found && found->work == CLONE_WORK_NONE);
	}
	assert_true(found && found->work == CLONE_WORK_SOME);
	assert_int_equal(found->changes, 1);
	clones_close(clones);
	session_focus(here.session, "acme", "shop");
	free(name);
}

/* What could not be read is read again, though nothing else happens that would ask for it. */
static void
a_history_that_could_not_be_read_is_read_again_by_itself(void **state)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	struct fetcher *fetcher;
	size_t known = 0;

	(void)state;
	start_again();
	be_somebody_else();
	session_focus(here.session, NULL, NULL);
	fetcher = fetcher_open(here.session);
	proxy_answer(here.proxy, "GET", "/envs/production/deploys",
		     "HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n", 2);
	fetcher_begin(fetcher);
	(void)fetcher_history(fetcher, "acme", "shop", "production", "last", &known);
	fetcher_end(fetcher);
	while ((proxy_hits(here.proxy) < 2 || fetcher_error(fetcher)) && clock_steady_ms() < until)
		session_turn(here.session, NULL, NULL, 0, 50);
	fetcher_begin(fetcher);
	(void)fetcher_history(fetcher, "acme", "shop", "production", "last", &known);
	fetcher_end(fetcher);
	assert_int_equal(proxy_hits(here.proxy), 2);
	assert_true(known > 0);
	fetcher_close(fetcher);
	session_focus(here.session, "acme", "shop");
}

/* The difference is between what runs and what will; what somebody wrote in between stands there
 * too. */
static void
a_value_that_was_written_and_not_deployed_is_shown(void **state)
{
	struct flow *flow;

	(void)state;
	start_again();
	put(PRODUCTION, "LEVEL", "trace");
	flow = change_value("production", "LEVEL", "debug");
	assert_string_equal(change_of(flow, "value LEVEL")->from, "info");
	assert_caution(flow, "LEVEL is trace in production now");
	flow_dismiss(flow);
	/* What was deployed is in the difference, and nowhere else. */
	put(PRODUCTION, "LEVEL", "info");
	flow = change_value("production", "LEVEL", "debug");
	for (size_t i = 0; i < flow_review(flow)->caution_count; i++)
		assert_null(strstr(flow_review(flow)->cautions[i], "LEVEL is"));
	flow_dismiss(flow);
}

/* By whoever drops it, also when the fix is a value and somebody else promoted it. */
static void
a_promoted_fix_that_would_be_dropped_is_named(void **state)
{
	struct flow *flow;
	char *first, *second;

	(void)state;
	start_again();
	first = clone(NULL);
	second = clone(NULL);
	carry_out(change_value(first, "LEVEL", "fixed"));
	carry_out(review(&(struct flow_request){.verb = FLOW_PROMOTE, .env = "production",
						.source = first}));
	carry_out(change_image(second, "local/web:1.1.0"));
	carry_out(review(&(struct flow_request){.verb = FLOW_PROMOTE, .env = "production",
						.source = second}));
	be_somebody_else();
	flow = change_value("production", "LEVEL", "info");
	assert_caution(flow, first);
	flow_dismiss(flow);
	flow = change_image("production", "local/web:1.0.0");
	assert_caution(flow, second);
	flow_dismiss(flow);
	/* What drops nothing is not warned about. */
	flow = change_value("production", "OTHER", "1");
	for (size_t i = 0; i < flow_review(flow)->caution_count; i++)
		assert_null(strstr(flow_review(flow)->cautions[i], "drops"));
	flow_dismiss(flow);
	free(first);
	free(second);
}

/* Other definitions give other resources than the ones that were reviewed. */
static void
resources_that_changed_since_the_review_are_refused(void **state)
{
	struct flow *flow;
	size_t before;

	(void)state;
	start_again();
	flow = change_image("production", "local/web:1.1.0");
	assert_non_null(flow_review(flow)->graph);
	before = count(PRODUCTION "/deploys");
	ask("POST", ORG "/resources/defs",
	    "{'id': 'other-dns', 'name': 'dns', 'type': 'dns', 'driver_type': 'process/dns', "
	    "'driver_inputs': {'values': {}}, 'criteria': [{'env_id': 'production'}]}");
	approve(flow);
	assert_refused(flow, ERROR_STALE, "definitions");
	assert_int_equal(count(PRODUCTION "/deploys"), before);
	ask("DELETE", ORG "/resources/defs/other-dns?force=true", NULL);
}

static struct flow *
change_all(void)
{
	static const char *const images[] = {"web", "local/web:2.0.0", NULL};
	const struct flow_value values[] = {{"LEVEL", FLOW_VALUE_TEXT, "debug"},
					    {"SIZE", FLOW_VALUE_TEXT, "50"}, {0}};

	return review(&(struct flow_request){
		.verb = FLOW_DEPLOY, .env = "production", .images = images, .values = values});
}

/* Everything was sent already: what is left is only watched, and there is nothing to go on with. */
static bool
is_only_watched(const char *id)
{
	struct operation record;
	bool is;

	assert_int_equal(store_operation_get(session_store(here.session), id, &record, NULL), 0);
	is = record.state == OPERATION_UNWATCHED || record.state == OPERATION_DONE;
	operation_clear(&record);
	return is;
}

/* The program ended; the next one goes on, because a person says so. */
static void
go_on(const char *id, size_t before)
{
	struct error err = {0};
	struct flow *flow;

	session_free(here.session);
	open_session();
	if (is_only_watched(id)) {
		wait_ended();
	} else {
		flow = flow_resume(here.session, id, &err);
		if (!flow)
			fail_msg("%s", err.text);
		turn_while(flow, FLOW_RUNNING);
		if (flow_state(flow) != FLOW_DONE)
			fail_msg("not done: %s", flow_error(flow)->text);
		flow_dismiss(flow);
	}
	assert_int_equal(count(PRODUCTION "/deploys"), before + 1);
	assert_runs_with(PRODUCTION, "LEVEL=debug");
	assert_runs_with(PRODUCTION, "SIZE=50");
}

static void
a_program_that_ends_before_any_step_is_gone_on_with(void **state)
{
	(void)state;
	for (size_t step = 0; step < 6; step++) {
		struct error err = {0};
		struct flow *flow;
		size_t before;
		char *id;

		start_again();
		before = count(PRODUCTION "/deploys");
		flow = change_all();
		id = xstrdup(flow_operation_id(flow));
		assert_int_equal(flow_approve(flow, "test", "production", &err), 0);
		while (flow_state(flow) == FLOW_RUNNING &&
		       flow_step(flow, step)->state == STEP_TODO)
			session_turn(here.session, NULL, NULL, 0, 20);
		go_on(id, before);
		free(id);
	}
}

static void
a_program_that_ends_with_its_request_lost_is_gone_on_with(void **state)
{
	static const struct { const char *method, *ending; } requests[] = {
		{"POST", "/deploys"}, {"PUT", "/values/LEVEL"}, {"POST", "/values"},
	};
	static const enum proxy_fault faults[] = {PROXY_LOSE_REQUEST, PROXY_LOSE_ANSWER};

	(void)state;
	for (size_t i = 0; i < (here.plain ? 3 : 1) * 2; i++) {
		struct error err = {0};
		struct flow *flow;
		size_t before;
		char *id;

		start_again();
		before = count(PRODUCTION "/deploys");
		flow = change_all();
		id = xstrdup(flow_operation_id(flow));
		proxy_fault(here.proxy, requests[i / 2].method, requests[i / 2].ending,
			    faults[i % 2], 1);
		assert_int_equal(flow_approve(flow, "test", "production", &err), 0);
		while (proxy_hits(here.proxy) == 0)
			session_turn(here.session, NULL, NULL, 0, 20);
		go_on(id, before);
		free(id);
	}
}

/* --- only where values are written one by one --- */

#if PLAIN

static void
a_value_written_between_ours_is_refused_and_ours_are_put_back(void **state)
{
	const struct flow_value values[] = {{"SIZE", FLOW_VALUE_TEXT, "50"},
					    {"SPARE", FLOW_VALUE_TEXT, "1"}, {0}};
	struct flow *flow;
	size_t before;

	(void)state;
	start_again();
	flow = review(
		&(struct flow_request){.verb = FLOW_DEPLOY, .env = "production", .values = values});
	before = count(PRODUCTION "/deploys");
	assert_int_equal(flow_review(flow)->send_count, 3);
	proxy_before(here.proxy, "POST", "/values", changes_level, (void *)PRODUCTION);
	approve(flow);
	assert_refused(flow, ERROR_STALE, "put back");
	assert_int_equal(count(PRODUCTION "/deploys"), before);
	assert_value(PRODUCTION, "SIZE", "app 40");
	assert_value(PRODUCTION, "SPARE", "");
	assert_value(PRODUCTION, "LEVEL", "env theirs");
}

static void
changes_other(void *data)
{
	put(data, "OTHER", "theirs");
}

/* A platform that has values, but no versions of them: they are written and looked at all the
 * same. */
static void
values_without_versions_are_written_and_put_back(void **state)
{
	struct flow *flow;
	char *name;

	(void)state;
	start_again();
	proxy_hide(here.proxy, "/value-set-versions");
	flow = change_value("production", "SIZE", "50");
	assert_int_equal(flow_review(flow)->send_count, 2);
	carry_out(flow);
	assert_runs_with(PRODUCTION, "SIZE=50");
	flow = change_image("production", "local/web:1.1.0");
	put(PRODUCTION, "LEVEL", "theirs");
	approve(flow);
	assert_refused(flow, ERROR_STALE, "theirs");
	flow = change_value("production", "SIZE", "60");
	proxy_before(here.proxy, "PUT", "/values/SIZE", changes_other, (void *)PRODUCTION);
	approve(flow);
	assert_refused(flow, ERROR_STALE, "put back");
	assert_value(PRODUCTION, "SIZE", "env 50");
	name = clone(NULL);
	proxy_hide(here.proxy, NULL);
	free(name);
}

static void
a_lost_answer_to_a_value_is_asked_about(void **state)
{
	static const struct { const char *method, *ending; enum proxy_fault fault; } cases[] = {
		{"POST", "/values", PROXY_LOSE_REQUEST}, {"POST", "/values", PROXY_LOSE_ANSWER},
		{"PUT", "/values/LEVEL", PROXY_LOSE_REQUEST}, {"PUT", "/values/LEVEL", PROXY_CUT_ANSWER},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct flow_value values[] = {{"LEVEL", FLOW_VALUE_TEXT, "debug"},
						    {"SIZE", FLOW_VALUE_TEXT, "50"}, {0}};
		struct flow *flow;
		size_t before;

		start_again();
		before = count(PRODUCTION "/deploys");
		flow = review(&(struct flow_request){.verb = FLOW_DEPLOY, .env = "production",
						     .values = values});
		proxy_fault(here.proxy, cases[i].method, cases[i].ending, cases[i].fault, 1);
		carry_out(flow);
		assert_int_equal(proxy_hits(here.proxy), 1);
		assert_int_equal(count(PRODUCTION "/deploys"), before + 1);
		assert_runs_with(PRODUCTION, "LEVEL=debug");
		assert_runs_with(PRODUCTION, "SIZE=50");
	}
}

#endif

/* --- the platform --- */

static int
start(void **state)
{
	(void)state;
	here.plain = PLAIN;
	serve.extensions = here.plain ? "probe-placeholders" : "all";
	serve_make(&serve);
	ask("POST", APP "/envs",
	    "{'id': 'production', 'name': 'Production', 'type': 'production'}");
	here.socket = xasprintf("%s/proxy", serve.folder);
	here.history = xasprintf("%s/history.db", serve.folder);
	here.cache = xasprintf("%s/cache.db", serve.folder);
	here.proxy = proxy_new(here.socket, serve.socket);
	open_session();
	return 0;
}

static int
end(void **state)
{
	(void)state;
	session_free(here.session);
	proxy_free(here.proxy);
	free(here.socket);
	free(here.history);
	free(here.cache);
	serve_clear(&serve);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_that_were_not_read_are_not_nothing),
		cmocka_unit_test(a_value_changed_after_the_review_is_not_deployed),
		cmocka_unit_test(a_value_changed_in_the_last_moment_is_not_deployed),
		cmocka_unit_test(a_written_value_runs_and_an_undo_takes_it_back),
		cmocka_unit_test(a_clone_has_the_values_and_a_fix_made_by_one_is_promoted),
		cmocka_unit_test(what_was_changed_to_isolate_a_clone_is_not_promoted),
		cmocka_unit_test(a_value_that_leads_back_and_a_secret_wait_for_a_decision),
#if !PLAIN
		cmocka_unit_test(a_secret_comes_back_with_an_undo),
		cmocka_unit_test(a_clone_gets_a_secret_that_nobody_has_seen),
#endif
		cmocka_unit_test(each_finding_of_a_clone_is_acknowledged_by_itself),
		cmocka_unit_test(everybody_sees_every_clone),
		cmocka_unit_test(
			what_is_changed_in_the_review_isolates_the_clone_and_is_not_promoted),
		cmocka_unit_test(definitions_that_changed_since_the_review_of_a_clone_are_refused),
		cmocka_unit_test(definitions_of_other_environments_stop_no_clone),
		cmocka_unit_test(a_clone_that_shares_a_static_resource_says_so),
		cmocka_unit_test(an_open_review_of_a_clone_says_what_changed),
		cmocka_unit_test(an_open_review_of_a_promotion_says_what_changed),
		cmocka_unit_test(what_was_decided_holds_in_the_review_that_is_made_again),
		cmocka_unit_test(a_key_without_a_value_is_named_before_anything_is_sent),
		cmocka_unit_test(two_fixes_from_one_clone_are_promoted_one_after_the_other),
		cmocka_unit_test(an_undo_keeps_what_somebody_else_deployed_since),
		cmocka_unit_test(anybody_undoes_the_last_deployment),
		cmocka_unit_test(a_failed_deployment_leaves_nothing_to_undo),
		cmocka_unit_test(primed_between_the_check_and_the_deployment),
		cmocka_unit_test(what_somebody_deploys_in_the_last_moment_is_not_lost),
		cmocka_unit_test(an_undo_brings_back_what_was_overwritten_and_keeps_both),
		cmocka_unit_test(a_fix_made_by_a_value_is_carried),
		cmocka_unit_test(a_fix_made_by_a_secret_is_promoted_unseen_or_said_to_stay),
		cmocka_unit_test(a_discard_says_that_changed_values_would_be_lost),
		cmocka_unit_test(a_discard_that_cannot_tell_what_would_be_lost_asks_for_the_name),
		cmocka_unit_test(a_fix_of_values_counts_where_nobody_looks),
		cmocka_unit_test(a_history_that_could_not_be_read_is_read_again_by_itself),
		cmocka_unit_test(a_value_that_was_written_and_not_deployed_is_shown),
		cmocka_unit_test(a_promoted_fix_that_would_be_dropped_is_named),
		cmocka_unit_test(resources_that_changed_since_the_review_are_refused),
		cmocka_unit_test(a_program_that_ends_before_any_step_is_gone_on_with),
		cmocka_unit_test(a_program_that_ends_with_its_request_lost_is_gone_on_with),
#if PLAIN
		cmocka_unit_test(a_value_written_between_ours_is_refused_and_ours_are_put_back),
		cmocka_unit_test(values_without_versions_are_written_and_put_back),
		cmocka_unit_test(a_lost_answer_to_a_value_is_asked_about),
#endif
	};

	if (getenv("TEST_PAIR_FILTER"))
		cmocka_set_test_filter(getenv("TEST_PAIR_FILTER"));
	return cmocka_run_group_tests_name("pair", tests, start, end);
}
