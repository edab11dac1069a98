/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Each request of each verb is answered in its turn as platforms and what stands before them do it
 * on a bad day: an error with or without a body, a page, an empty list, an object of nothing, half
 * of a document.  It never arrived, so nothing was done by it.  The verb goes on, or fails with a
 * reason; it deploys once or not at all; and asked for again it is done.
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
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "flow/world/past.h"
#include "model/json.h"
#include "model/set.h"
#include "tests/patience.h"
#include "proxy.h"
#include "serve.h"

#define REQUESTS_MAX 45
#define PRODUCTION APP "/envs/production"

#define HEAD(status, type, length) \
	"HTTP/1.1 " status "\r\nContent-Type: " type "\r\nContent-Length: " length "\r\n\r\n"
#define REFUSAL(status) \
	HEAD(status, "application/json", "38") "{\"error\":\"API-9\",\"message\":\"not today\"}"

static const char *const answers[] = {
	HEAD("500 Internal Server Error", "text/html", "13") "<html></html>",
	HEAD("200 OK", "application/json", "2") "[]",
	REFUSAL("403 Forbidden"),
	HEAD("200 OK", "application/json", "2") "{}",
	REFUSAL("404 Not Found"),
	HEAD("200 OK", "application/json", "9") "[{\"id\": 7}",
	REFUSAL("409 Conflict"),
	HEAD("200 OK", "application/json", "4") "null",
	REFUSAL("412 Precondition Failed"),
	HEAD("200 OK", "text/html", "24") "<html>please log in</html>",
	HEAD("200 OK", "application/json", "20") "[{\"id\":7,\"key\":null}]",
	HEAD("200 OK", "application/json", "0"),
	REFUSAL("400 Bad Request"),
	HEAD("429 Too Many Requests", "text/plain", "0"),
};
#define ANSWERS (sizeof(answers) / sizeof(answers[0]))

static struct serve serve;
static struct {
	char *socket, *history, *cache;
	struct proxy *proxy;
	struct session *session;
	int number; /* of what was made last */
} here;

/* --- the platform, not asked by the proxy --- */

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

static bool
exists(const char *env)
{
	char *path = xasprintf(APP "/envs/%s", env);
	int status = serve_ask(&serve, "GET", path, NULL, NULL);

	free(path);
	return status == 200;
}

static size_t
deployments_of(const char *env)
{
	char *path = xasprintf(APP "/envs/%s/deploys", env);
	size_t n = exists(env) ? count(path) : 0;

	free(path);
	return n;
}

/* Until nothing is under way there, whoever began it. */
static void
settle(const char *env)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	char *path = xasprintf(APP "/envs/%s", env);
	bool busy = true;

	while (busy && clock_steady_ms() < until) {
		json_t *answer = NULL;
		const char *status, *deploy;

		if (serve_ask(&serve, "GET", path, NULL, &answer) == 404) {
			json_decref(answer);
			busy = false;
			break;
		}
		status = json_member_string(answer, "status");
		deploy = json_member_string(json_object_get(answer, "last_deploy"), "status");
		busy = (status && strcmp(status, "deleting") == 0) ||
		       (deploy && strcmp(deploy, "in progress") == 0);
		json_decref(answer);
	}
	free(path);
	if (busy)
		fail_msg("%s does not settle", env);
}

/* --- the client --- */

static void
open_session(void)
{
	const struct session_options options = {
		.url = "http://localhost",
		.socket = here.socket,
		.context = "test",
		.history_path = here.history,
		.cache_path = here.cache,
	};
	struct error err = {0};

	here.session = session_new(&options, &err);
	if (!here.session)
		fail_msg("%s", err.text);
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

/* Prepares and, if that comes to a review, is approved.  Its state at the end: REVIEW, with err,
 * where it cannot be approved as it is, for a part of it was not read. */
static enum flow_state
carry_on(struct flow *flow, struct error *err)
{
	*err = (struct error){0};
	if (turn_while(flow, FLOW_PREPARING) == FLOW_REVIEW &&
	    flow_approve(flow, "test", flow_request(flow)->env, err) == 0)
		turn_while(flow, FLOW_RUNNING);
	if (flow_state(flow) == FLOW_FAILED)
		*err = *flow_error(flow);
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
	return flow;
}

static void
carry_out(const struct flow_request *request)
{
	struct flow *flow = begin(request);
	struct error err;

	if (carry_on(flow, &err) != FLOW_DONE)
		fail_msg("%s is not done: %s", request->env, err.text);
	flow_dismiss(flow);
}

/* --- what is asked for --- */

/* Of each verb: what it needs, and its request.  What `text` points to is the case's. */
struct round {
	struct flow_request request;
	struct flow_value values[2];
	const char *images[3];
	char env[32], source[32], text[32];
};

static void
want_image(struct round *round)
{
	const char *other = here.number % 2 ? "local/web:1.1.0" : "local/web:2.0.0";

	round->images[0] = "web";
	round->images[1] = other;
	round->request = (struct flow_request){
		.verb = FLOW_DEPLOY, .env = round->env, .images = round->images};
	strcpy(round->env, "production");
}

static void
want_value(struct round *round)
{
	snprintf(round->text, sizeof(round->text), "level-%d", here.number);
	round->values[0] = (struct flow_value){"LEVEL", FLOW_VALUE_TEXT, round->text};
	round->request = (struct flow_request){
		.verb = FLOW_DEPLOY, .env = round->env, .values = round->values};
	strcpy(round->env, "production");
}

static void
want_clone(struct round *round)
{
	snprintf(round->env, sizeof(round->env), "clone-%d", here.number);
	strcpy(round->source, "production");
	round->request = (struct flow_request){
		.verb = FLOW_CLONE, .env = round->env, .source = round->source};
}

/* A clone whose value goes on to be another with each round. */
static void
want_promotion(struct round *round)
{
	want_value(round);
	strcpy(round->env, "fixed");
	if (!exists("fixed"))
		carry_out(&(struct flow_request){
			.verb = FLOW_CLONE, .env = "fixed", .source = "production"});
	carry_out(&round->request);
	strcpy(round->env, "production");
	strcpy(round->source, "fixed");
	round->request = (struct flow_request){
		.verb = FLOW_PROMOTE, .env = round->env, .source = round->source};
}

static void
want_rollback(struct round *round)
{
	want_value(round);
	carry_out(&round->request);
	round->request = (struct flow_request){.verb = FLOW_UNDO, .env = round->env};
}

static void
want_discard(struct round *round)
{
	want_clone(round);
	carry_out(&round->request);
	round->request = (struct flow_request){.verb = FLOW_DISCARD, .env = round->env};
}

/* Answered so at request n; whether there was one. */
static bool
answer_badly(void (*want)(struct round *round), int n, const char *answer)
{
	struct round round = {0};
	enum flow_state state;
	struct flow *flow;
	size_t before;
	bool happened, refused;
	struct error err;

	here.number++;
	want(&round);
	settle(round.env);
	before = deployments_of(round.env);
	flow = begin(&round.request);
	proxy_answer_after(here.proxy, n, answer);
	state = carry_on(flow, &err);
	happened = proxy_hits(here.proxy) > 0;
	proxy_answer_after(here.proxy, -1, "");
	refused = state == FLOW_FAILED || state == FLOW_REVIEW;
	if (state != FLOW_DONE && state != FLOW_UNWATCHED &&
	    (!refused || err.kind == ERROR_NONE || !err.text[0]))
		fail_msg("request %d answered with %.30s: state %d, \"%s\"", n, answer, (int)state,
			 err.text);
	flow_dismiss(flow);
	settle(round.env);
	if (round.request.verb != FLOW_DISCARD && deployments_of(round.env) > before + 1)
		fail_msg("request %d answered with %.30s: deployed twice", n, answer);
	if (refused && round.request.verb == FLOW_CLONE && exists(round.env)) {
		round.request = (struct flow_request){.verb = FLOW_DISCARD, .env = round.env};
		carry_out(&round.request);
		return happened;
	}
	/* Again, with nobody in its way; what was done all the same leaves nothing to do. */
	if (refused && deployments_of(round.env) == before) {
		if (round.request.verb != FLOW_DISCARD || exists(round.env))
			carry_out(&round.request);
	}
	return happened;
}

/* With TEST_ANSWERS_ALL each request and each answer; else some, and others for each verb. */
static void
each_request_is_answered_badly(void (*want)(struct round *round), int first)
{
	bool all = getenv("TEST_ANSWERS_ALL") != NULL, happened = true;

	for (int n = all ? 0 : first; happened && n < REQUESTS_MAX; n += all ? 1 : 7)
		for (size_t i = 0; happened && i < (all ? ANSWERS : 1); i++)
			happened = answer_badly(want, n,
						answers[((size_t)n * 3 + i * 5) % ANSWERS]);
}

#define STORY(name, want, first)                             \
	static void name(void **state)                       \
	{                                                    \
		(void)state;                                 \
		each_request_is_answered_badly(want, first); \
	}

STORY(another_image_is_deployed_once_or_not_at_all, want_image, 1)
STORY(a_value_is_deployed_once_or_not_at_all, want_value, 4)
STORY(a_clone_is_made_or_the_reason_is_told, want_clone, 2)
STORY(a_fix_is_promoted_once_or_not_at_all, want_promotion, 3)
STORY(a_rollback_is_deployed_once_or_not_at_all, want_rollback, 5)
STORY(a_clone_is_discarded_or_stays, want_discard, 0)

/* --- what was --- */

/* Another machine: nothing is in its cache. */
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

struct earlier {
	char *deployment, *set;
};

static struct past *
look_back(const struct earlier *at, const char *set)
{
	struct past *past = past_open(here.session, "acme", "shop", "production", at->deployment,
				      set);
	int64_t until = clock_steady_ms() + PATIENCE_MS;

	while (!past_is_settled(past)) {
		assert_true(clock_steady_ms() < until);
		session_turn(here.session, NULL, NULL, 0, 20);
	}
	return past;
}

/* The set and the values are right, or it is said why they are not there. */
static void
expect_past(const struct past *past, const struct earlier *at, const char *answer)
{
	if (past_set(past) ? strcmp(set_id(past_set(past)), at->set) != 0
			   : !past_error(past)->text[0])
		fail_msg("%.40s: neither the set nor a reason", answer);
	if (past_values(past) && past_values_error(past)->kind != ERROR_NONE)
		fail_msg("%.40s: values, and why there are none", answer);
}

/* Each of its requests is answered badly; and then there is nothing of it in the cache. */
static void
an_earlier_deployment_is_what_it_was_or_the_reason_is_told(void **state)
{
	json_t *list = get(PRODUCTION "/deploys"), *oldest;
	struct earlier at;
	struct past *past;

	(void)state;
	oldest = json_array_get(list, json_array_size(list) - 1);
	at = (struct earlier){(char *)json_member_string(oldest, "id"),
			      (char *)json_member_string(oldest, "set_id")};
	for (size_t i = 0; i < ANSWERS; i++)
		for (int n = 0; n < 3; n++) {
			be_somebody_else();
			proxy_answer_after(here.proxy, n, answers[i]);
			past = look_back(&at, at.set);
			proxy_answer_after(here.proxy, -1, "");
			expect_past(past, &at, answers[i]);
			past_close(past);
			past = look_back(&at, at.set);
			expect_past(past, &at, "again");
			assert_non_null(past_set(past));
			assert_non_null(past_values(past));
			past_close(past);
		}
	json_decref(list);
}

/* A whole answer, but of another set: it is not shown for the one that was asked for. */
static void
another_set_is_never_taken_for_an_earlier_one(void **state)
{
	json_t *list = get(PRODUCTION "/deploys"), *oldest, *other;
	char *path, *text, *answer;
	struct earlier at;
	struct past *past;
	size_t last = json_array_size(list) - 1, i = 0;

	(void)state;
	oldest = json_array_get(list, last);
	at = (struct earlier){(char *)json_member_string(oldest, "id"),
			      (char *)json_member_string(oldest, "set_id")};
	while (i < last &&
	       strcmp(json_member_string(json_array_get(list, i), "set_id"), at.set) == 0)
		i++;
	assert_true(i < last);
	path = xasprintf(APP "/sets/%s", json_member_string(json_array_get(list, i), "set_id"));
	other = get(path);
	text = json_dumps(other, JSON_COMPACT);
	answer = xasprintf("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
			   "Content-Length: %zu\r\n\r\n%s",
			   strlen(text), text);
	be_somebody_else();
	proxy_answer(here.proxy, "GET", "/sets/*", answer, 1);
	past = look_back(&at, at.set);
	assert_int_equal(proxy_hits(here.proxy), 1);
	assert_null(past_set(past));
	assert_null(past_shown(past));
	assert_int_equal(past_error(past)->kind, ERROR_PROTOCOL);
	past_close(past);
	past = look_back(&at, at.set);
	assert_string_equal(set_id(past_set(past)), at.set);
	past_close(past);
	free(answer);
	free(text);
	free(path);
	json_decref(other);
	json_decref(list);
}

/* --- the platform --- */

static int
start(void **state)
{
	json_t *answer = NULL;

	(void)state;
	serve_make(&serve);
	serve_ask(&serve, "POST", APP "/envs",
		  "{'id': 'production', 'name': 'Production', 'type': 'production'}", &answer);
	json_decref(answer);
	serve_ask(&serve, "POST", PRODUCTION "/values",
		  "{'key': 'LEVEL', 'value': 'info', 'description': '', 'is_secret': false}",
		  &answer);
	json_decref(answer);
	free(serve_deploy(&serve, PRODUCTION,
			  ADD(WORKER("web", "local/web:1.0.0", ", 'LEVEL': '${values.LEVEL}'"))));
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
		cmocka_unit_test(another_image_is_deployed_once_or_not_at_all),
		cmocka_unit_test(a_value_is_deployed_once_or_not_at_all),
		cmocka_unit_test(a_clone_is_made_or_the_reason_is_told),
		cmocka_unit_test(a_fix_is_promoted_once_or_not_at_all),
		cmocka_unit_test(a_rollback_is_deployed_once_or_not_at_all),
		cmocka_unit_test(a_clone_is_discarded_or_stays),
		cmocka_unit_test(an_earlier_deployment_is_what_it_was_or_the_reason_is_told),
		cmocka_unit_test(another_set_is_never_taken_for_an_earlier_one),
	};

	return cmocka_run_group_tests_name("flow-answers", tests, start, end);
}
