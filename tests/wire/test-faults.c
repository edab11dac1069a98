/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Promise 4 of the design, on a bad network: whatever is lost on the way, an operation is
 * carried out once, or it ends with the truth.  The client's flows against a real sidestaged,
 * with tests/wire/proxy.c in between.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sqlite3.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "flow/clones.h"
#include "flow/context/context.h"
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "flow/verbs/interrupted.h"
#include "flow/verbs/resume.h"
#include "flow/world/notes.h"
#include "flow/world/world.h"
#include "model/json.h"
#include "proxy.h"
#include "serve.h"
#include "store/clone-origins.h"
#include "store/history.h"
#include "tests/patience.h"


static struct serve serve;
static struct {
	char *socket, *history, *cache;
	struct proxy *proxy;
	struct session *session;
} here;

static bool
runs(void)
{
	const struct world_environment *found =
		world_environment(session_world(here.session), "acme", "shop", "development");

	return found && found->environment.last_deploy.id.raw &&
	       found->environment.last_deploy.status == DEPLOYMENT_SUCCEEDED;
}

static struct session *
new_session(void)
{
	const struct session_options options = {
		.url = "http://localhost", .socket = here.socket, .context = "test",
		.history_path = here.history, .cache_path = here.cache,
	};
	struct error err = {0};
	struct session *session = session_new(&options, &err);

	if (!session)
		fail_msg("%s", err.text);
	return session;
}

static void
open_session(void)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;

	here.session = new_session();
	session_focus(here.session, "acme", "shop");
	while (!runs()) {
		assert_true(clock_steady_ms() < until);
		session_turn(here.session, NULL, NULL, 0, 50);
	}
}

static int
start(void **state)
{
	(void)state;
	serve_make(&serve);
	free(serve_deploy(&serve, ENV, ADD(WEB("web", "local/web:1.0.0", ""))));
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

/* --- what the platform says, not asked by the proxy --- */

static json_t *
deployments(void)
{
	json_t *list = NULL;

	assert_int_equal(serve_ask(&serve, "GET", ENV "/deploys", NULL, &list), 200);
	return list;
}

static size_t
count(const char *path)
{
	json_t *list = NULL;
	size_t n;

	assert_int_equal(serve_ask(&serve, "GET", path, NULL, &list), 200);
	n = json_array_size(list);
	json_decref(list);
	return n;
}

/* --- driving a flow --- */

static void
turn_while(struct flow *flow, enum flow_state state)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;

	while (flow_state(flow) == state) {
		assert_true(clock_steady_ms() < until);
		session_turn(here.session, NULL, NULL, 0, 50);
	}
}

/* Another version of web, reviewed. */
static struct flow *
reviewed(void)
{
	static int turn;
	const char *pair[] = {"web", ++turn % 2 ? "local/web:1.1.0" : "local/web:1.0.0", NULL};
	struct error err = {0};
	struct flow *flow;

	flow = flow_new(here.session, &(struct flow_request){.verb = FLOW_DEPLOY, .org = "acme",
							     .app = "shop", .env = "development",
							     .images = pair}, &err);
	if (!flow)
		fail_msg("%s", err.text);
	turn_while(flow, FLOW_PREPARING);
	if (flow_state(flow) != FLOW_REVIEW)
		fail_msg("no review: %s", flow_error(flow)->text);
	return flow;
}

static void
approve(struct flow *flow)
{
	struct error err = {0};

	if (flow_approve(flow, NULL, flow_request(flow)->env, &err) != 0)
		fail_msg("%s", err.text);
}

/* It is done, and one deployment was made, which is the flow's own. */
static void
assert_done_once(struct flow *flow, size_t before)
{
	json_t *list;
	char *mark;

	turn_while(flow, FLOW_RUNNING);
	if (flow_state(flow) != FLOW_DONE)
		fail_msg("not done: %s", flow_error(flow)->text);
	list = deployments();
	mark = xasprintf(" op=%s ", flow_operation_id(flow));
	assert_int_equal(json_array_size(list), before + 1);
	assert_string_equal(json_member_string(json_array_get(list, 0), "status"), "succeeded");
	assert_non_null(strstr(json_member_string(json_array_get(list, 0), "comment"), mark));
	json_decref(list);
	free(mark);
	flow_dismiss(flow);
}

static void
what_is_lost_once_is_done_once(void **state)
{
	static const struct {
		const char *ending;
		enum proxy_fault fault;
	} cases[] = {
		{"/deploys", PROXY_LOSE_REQUEST}, {"/deploys", PROXY_LOSE_ANSWER},
		{"/deploys", PROXY_CUT_ANSWER}, {"/deploys", PROXY_DELAY_ANSWER},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct flow *flow = reviewed();
		size_t before = count(ENV "/deploys");

		proxy_fault(here.proxy, "POST", cases[i].ending, cases[i].fault, 1);
		approve(flow);
		assert_done_once(flow, before);
		assert_int_equal(proxy_hits(here.proxy), 1);
	}
}

/* The answer is lost, and then the answer to the question whether it was carried out. */
static void
the_question_may_be_lost_as_well(void **state)
{
	struct flow *flow = reviewed();
	size_t before = count(ENV "/deploys");

	(void)state;
	proxy_fault(here.proxy, "POST", "/deploys", PROXY_LOSE_ANSWER, 1);
	approve(flow);
	while (proxy_hits(here.proxy) == 0)
		session_turn(here.session, NULL, NULL, 0, 20);
	proxy_fault(here.proxy, "GET", "/deploys", PROXY_CUT_ANSWER, 1);
	assert_done_once(flow, before);
}

/* Ours never arrived, and somebody else was quicker: it is not sent again over theirs. */
static void
a_repetition_does_not_go_over_what_came_between(void **state)
{
	struct flow *flow = reviewed();
	size_t before = count(ENV "/deploys");
	json_t *list, *theirs;

	(void)state;
	proxy_fault(here.proxy, "POST", "/deploys", PROXY_LOSE_REQUEST, 1);
	approve(flow);
	while (proxy_hits(here.proxy) == 0)
		session_turn(here.session, NULL, NULL, 0, 20);
	assert_int_equal(
		serve_ask(&serve, "POST", ENV "/deploys", "{'comment': 'theirs'}", &theirs), 201);
	json_decref(theirs);
	turn_while(flow, FLOW_RUNNING);
	assert_int_equal(flow_state(flow), FLOW_FAILED);
	assert_int_equal(flow_error(flow)->kind, ERROR_STALE);
	assert_non_null(strstr(flow_error(flow)->text, "theirs"));
	list = deployments();
	assert_int_equal(json_array_size(list), before + 1);
	assert_string_equal(json_member_string(json_array_get(list, 0), "comment"), "theirs");
	json_decref(list);
	flow_dismiss(flow);
}

/* Nothing is sent while nobody listens; when somebody does again, it goes on by itself. */
static void
a_platform_that_is_away_for_a_moment_is_waited_for(void **state)
{
	struct flow *flow = reviewed();
	size_t before = count(ENV "/deploys");
	int64_t until = clock_steady_ms() + 400;

	(void)state;
	proxy_fault(here.proxy, "", "", PROXY_LOSE_REQUEST, 0);
	proxy_close(here.proxy);
	approve(flow);
	while (clock_steady_ms() < until)
		session_turn(here.session, NULL, NULL, 0, 20);
	assert_int_equal(flow_state(flow), FLOW_RUNNING);
	assert_int_equal(count(ENV "/deploys"), before);
	proxy_open(here.proxy);
	assert_done_once(flow, before);
}

/* The client ends after its request was lost, or done with the answer lost: the next one finds
 * out which. */
static void
another_client_finishes_what_was_lost(void **state)
{
	static const enum proxy_fault faults[] = {PROXY_LOSE_REQUEST, PROXY_LOSE_ANSWER};

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct flow *flow = reviewed();
		size_t before = count(ENV "/deploys");
		char *id = xstrdup(flow_operation_id(flow));

		proxy_fault(here.proxy, "POST", "/deploys", faults[i], 1);
		approve(flow);
		while (proxy_hits(here.proxy) == 0)
			session_turn(here.session, NULL, NULL, 0, 20);
		session_free(here.session);
		open_session();
		flow = flow_resume(here.session, id, &(struct error){ 0 });
		assert_non_null(flow);
		assert_done_once(flow, before);
		free(id);
	}
}

static void
make_older(const char *id, int minutes)
{
	char *sql = xasprintf("UPDATE operation SET created_at=created_at-%d*60000 WHERE id='%s'",
			      minutes, id);
	sqlite3 *database;

	assert_int_equal(sqlite3_open(here.history, &database), SQLITE_OK);
	assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_changes(database), 1);
	sqlite3_close(database);
	free(sql);
}

/* The request was lost, and the approval is old: a person who resumes it is told to review it
 * again, and nothing is sent. */
static void
an_old_approval_is_not_sent_again(void **state)
{
	struct flow *flow = reviewed();
	size_t before = count(ENV "/deploys");
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	char *id = xstrdup(flow_operation_id(flow));
	const struct interrupted_operation *op;
	struct interrupted *list;
	struct error err = {0};

	(void)state;
	proxy_fault(here.proxy, "POST", "/deploys", PROXY_LOSE_REQUEST, 1);
	approve(flow);
	while (proxy_hits(here.proxy) == 0)
		session_turn(here.session, NULL, NULL, 0, 20);
	session_free(here.session);
	make_older(id, 20);
	open_session();
	list = interrupted_open(here.session);
	interrupted_ask(list);
	while (!interrupted_is_settled(list)) {
		assert_true(clock_steady_ms() < until);
		session_turn(here.session, NULL, NULL, 0, 50);
	}
	op = interrupted_find(list, id);
	assert_non_null(op);
	assert_int_equal(op->deed, DEED_NOT_DONE);
	assert_int_equal(op->kind, INTERRUPTED_EXPIRED);
	assert_false(op->moved);
	/* Without having looked, too. */
	flow = flow_resume(here.session, id, &err);
	assert_non_null(flow);
	turn_while(flow, FLOW_RUNNING);
	assert_int_equal(flow_state(flow), FLOW_FAILED);
	assert_int_equal(flow_error(flow)->kind, ERROR_STALE);
	assert_int_equal(count(ENV "/deploys"), before);
	flow_dismiss(flow);
	interrupted_close(list);
	free(id);
}

/* And what was never sent is reviewed again: the same change, and a new approval. */
static void
an_expired_approval_is_reviewed_again(void **state)
{
	struct flow *flow = reviewed();
	size_t before = count(ENV "/deploys");
	char *id = xstrdup(flow_operation_id(flow));
	struct operation kept = {0};
	struct error err = {0};

	(void)state;
	proxy_fault(here.proxy, "GET", "/envs/development", PROXY_LOSE_REQUEST, 1000);
	approve(flow);
	while (proxy_hits(here.proxy) == 0)
		session_turn(here.session, NULL, NULL, 0, 20);
	session_free(here.session);
	proxy_fault(here.proxy, "", "", PROXY_LOSE_REQUEST, 0);
	make_older(id, 16);
	open_session();
	assert_null(flow_resume(here.session, id, &err));
	assert_int_equal(err.kind, ERROR_STALE);
	flow = flow_review_again(here.session, id, &err);
	assert_non_null(flow);
	assert_string_not_equal(flow_operation_id(flow), id);
	turn_while(flow, FLOW_PREPARING);
	assert_int_equal(flow_state(flow), FLOW_REVIEW);
	assert_int_equal(count(ENV "/deploys"), before);
	assert_int_equal(store_operation_get(session_store(here.session), id, &kept, NULL), 0);
	assert_int_equal(kept.state, OPERATION_ABANDONED);
	operation_clear(&kept);
	approve(flow);
	assert_done_once(flow, before);
	free(id);
}

/* Whether one can look is one thing, and how the deployment goes is another. */
static void
a_look_that_fails_is_no_deployment_that_failed(void **state)
{
#define NO_BODY "Content-Length: 0\r\n\r\n"
	static const char *const answers[] = {
		"HTTP/1.1 401 Unauthorized\r\n" NO_BODY,
		"HTTP/1.1 403 Forbidden\r\n" NO_BODY,
		"HTTP/1.1 404 Not Found\r\n" NO_BODY,
		"HTTP/1.1 502 Bad Gateway\r\nContent-Type: text/html\r\nContent-Length: 6\r\n\r\n<html>",
		"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 0\r\n" NO_BODY,
		"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct flow *flow = reviewed();
		size_t before = count(ENV "/deploys");

		proxy_answer(here.proxy, "GET", "/deploys/*", answers[i], 2);
		approve(flow);
		assert_done_once(flow, before);
		assert_true(proxy_hits(here.proxy) > 0);
	}
}

/* The platform did nothing and asks to wait: that is done, and said. */
static void
a_platform_that_asks_to_wait_is_waited_for(void **state)
{
	static const char *const answers[] = {
		"HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\n" NO_BODY,
		"HTTP/1.1 429 Too Many Requests\r\n" NO_BODY,
		"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\n" NO_BODY,
	};

	(void)state;
	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct flow *flow = reviewed();
		size_t before = count(ENV "/deploys");
		bool said = false;

		proxy_answer(here.proxy, "POST", "/deploys", answers[i], 2);
		approve(flow);
		while (flow_state(flow) == FLOW_RUNNING && !said) {
			session_turn(here.session, NULL, NULL, 0, 20);
			for (size_t k = 0; k < flow_step_count(flow); k++)
				said = said ||
				       strstr(flow_step(flow, k)->detail, "trying again at");
		}
		assert_true(said);
		assert_done_once(flow, before);
		assert_int_equal(proxy_hits(here.proxy), 2);
	}
}

/* Longer than anybody waits: refused at once, with nothing done. */
static void
a_wait_without_end_is_refused(void **state)
{
	struct flow *flow = reviewed();
	size_t before = count(ENV "/deploys");

	(void)state;
	proxy_answer(here.proxy, "POST", "/deploys",
		     "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 86400\r\n" NO_BODY, 1);
	approve(flow);
	turn_while(flow, FLOW_RUNNING);
	assert_int_equal(flow_state(flow), FLOW_FAILED);
	assert_int_equal(flow_error(flow)->kind, ERROR_LIMIT);
	assert_int_equal(count(ENV "/deploys"), before);
	flow_dismiss(flow);
}

/* All was sent, and the program ended while it watched: nothing is interrupted, and what became
 * of it is written down when a later program looks. */
static void
a_later_start_writes_down_how_it_ended(void **state)
{
	struct flow *flow = reviewed();
	char *id = xstrdup(flow_operation_id(flow));
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	struct operation kept = {0};
	struct interrupted *list;

	(void)state;
	/* It is not seen to end before the program does. */
	proxy_answer(here.proxy, "GET", "/deploys/*", "HTTP/1.1 502 Bad Gateway\r\n" NO_BODY, 1000);
	approve(flow);
	while (proxy_hits(here.proxy) == 0)
		session_turn(here.session, NULL, NULL, 0, 20);
	session_free(here.session);
	proxy_fault(here.proxy, "", "", PROXY_LOSE_REQUEST, 0);
	open_session();
	assert_int_equal(store_operation_get(session_store(here.session), id, &kept, NULL), 0);
	assert_int_equal(kept.state, OPERATION_UNWATCHED);
	list = interrupted_open(here.session);
	assert_int_equal(interrupted_count(list), 0);
	assert_true(interrupted_has_records(list));
	interrupted_ask(list);
	while (kept.state == OPERATION_UNWATCHED) {
		assert_true(clock_steady_ms() < until);
		session_turn(here.session, NULL, NULL, 0, 50);
		operation_clear(&kept);
		assert_int_equal(store_operation_get(session_store(here.session), id, &kept, NULL),
				 0);
	}
	assert_int_equal(kept.state, OPERATION_DONE);
	assert_null(kept.error.raw);
	assert_int_equal(kept.steps[kept.step_count - 1].state, RECORD_DONE);
	operation_clear(&kept);
	interrupted_close(list);
	free(id);
}

/* --- what is recorded of a clone, for everybody --- */

#define HOTFIX APP "/envs/hotfix"
#define DAY_MS (INT64_C(24) * 60 * 60 * 1000)
#define JANUARY_2030 INT64_C(1893456000000)	/* the first, 00:00 UTC */

static const struct clone hotfix = {
	.org = (char *)"acme", .app = (char *)"shop", .env = (char *)"hotfix",
};

static void
start_again(void)
{
	session_free(here.session);
	open_session();
}

/* What the platform tells everybody; free() it. */
static char *
end_at_platform(const char *env)
{
	json_t *answer = NULL;
	const char *text;
	char *end;

	assert_int_equal(serve_ask(&serve, "GET", env, NULL, &answer), 200);
	text = json_member_string(json_object_get(answer, "notes"), "expires_at");
	end = xstrdup(text ? text : "");
	json_decref(answer);
	return end;
}

/* Everybody sees that it ends on this day of January. */
static void
assert_told(const char *env, int day)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	char *end, *wanted = xasprintf("2030-01-0%dT00:00:00.000Z", day);

	while (!notes_are_told(here.session)) {
		assert_true(clock_steady_ms() < until);
		session_turn(here.session, NULL, NULL, 0, 50);
	}
	end = end_at_platform(env);
	assert_string_equal(end, wanted);
	free(wanted);
	free(end);
}

static void
record_end(int day)
{
	struct error err = {0};

	if (clones_set_end(here.session, &hotfix, JANUARY_2030 + (day - 1) * DAY_MS, &err) != 0)
		fail_msg("%s", err.text);
}

static void
assert_recorded(int day)
{
	struct clone_origin origin = {0};

	assert_int_equal(store_clone_origin(session_store(here.session),
					    session_platform(here.session), "acme", "shop",
					    "hotfix", &origin, NULL), 0);
	assert_int_equal(origin.expires_at, JANUARY_2030 + (day - 1) * DAY_MS);
	clone_origin_clear(&origin);
}

static bool
others_say_the_end(void)
{
	const struct world_environment *e =
		world_environment(session_world(here.session), "acme", "shop", "hotfix");

	return e && e->clone_of && e->environment.notes && e->clone_expires_at;
}

static void
make_hotfix(void)
{
	const struct clone_origin origin = {
		.origin = (char *)"development", .deployment_id = (char *)"d", .set_id = (char *)"s",
		.cloned_at = clock_wall_ms(),
	};
	int64_t until = clock_steady_ms() + PATIENCE_MS;

	assert_int_equal(serve_ask(&serve, "POST", APP "/envs",
				   "{'id': 'hotfix', 'name': 'Hotfix', 'type': 'development'}",
				   NULL), 201);
	assert_int_equal(serve_ask(&serve, "PATCH", HOTFIX,
				   "{'notes': {'expires_at': '2030-01-01T00:00:00.000Z'}}", NULL),
			 200);
	assert_int_equal(store_put_clone_origin(session_store(here.session),
						session_platform(here.session), "acme", "shop",
						"hotfix", &origin, NULL), 0);
	session_look_again(here.session);
	while (!others_say_the_end()) {
		assert_true(clock_steady_ms() < until);
		session_turn(here.session, NULL, NULL, 0, 50);
	}
}

/* What others said before is not written over it: neither in that turn, nor by an answer that was
 * under way, nor out of the cache. */
static void
what_was_told_of_a_clone_stays_as_it_was_told(void **state)
{
	(void)state;
	make_hotfix();
	assert_recorded(1);
	record_end(2);
	assert_told(HOTFIX, 2);
	assert_recorded(2);
	session_free(here.session);
	proxy_close(here.proxy);
	here.session = new_session();
	for (int i = 0; i < 3; i++)
		session_turn(here.session, NULL, NULL, 0, 50);
	assert_true(others_say_the_end());
	assert_recorded(2);
	proxy_open(here.proxy);
	start_again();
}

/* Turns until this many requests were answered badly. */
static void
turn_until_hit(int times)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;

	while (proxy_hits(here.proxy) < times) {
		assert_true(clock_steady_ms() < until);
		session_turn(here.session, NULL, NULL, 0, 20);
	}
	session_turn(here.session, NULL, NULL, 0, 100);
}

static void
a_note_that_waits_is_kept_until_a_platform_says_it_takes_none(void **state)
{
	static const char *const first[] = {
		"HTTP/1.1 502 Bad Gateway\r\n" NO_BODY, "HTTP/1.1 401 Unauthorized\r\n" NO_BODY,
		"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 4\r\n\r\n<p/>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
		proxy_answer(here.proxy, "PATCH", "/envs/hotfix", first[0], 1000);
		record_end(3 + (int)i);
		turn_until_hit(1);
		session_free(here.session);
		proxy_answer(here.proxy, "GET", "", first[i], 3);
		here.session = new_session();
		turn_until_hit(3);
		assert_false(notes_are_told(here.session));
		proxy_fault(here.proxy, "", "", PROXY_LOSE_REQUEST, 0);
		start_again();
		assert_told(HOTFIX, 3 + (int)i);
	}
}

static void
take_error(struct error *err)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;

	while (!notes_take_error(here.session, "acme", "shop", "hotfix", err)) {
		assert_true(clock_steady_ms() < until);
		session_turn(here.session, NULL, NULL, 0, 20);
	}
}

static void
a_note_that_is_refused_is_said_to_be(void **state)
{
	struct error err = {0};

	(void)state;
	proxy_answer(here.proxy, "PATCH", "/envs/hotfix",
		     "HTTP/1.1 403 Forbidden\r\n" NO_BODY, 1000);
	record_end(6);
	take_error(&err);
	assert_int_equal(err.kind, ERROR_ACCESS);
	assert_non_null(strstr(err.text, "other people do not see it"));
	assert_true(notes_are_told(here.session));
	assert_false(notes_take_error(here.session, NULL, NULL, NULL, &err));
	proxy_answer(here.proxy, "PATCH", "/envs/hotfix",
		     "HTTP/1.1 401 Unauthorized\r\n" NO_BODY, 1000);
	record_end(7);
	take_error(&err);
	assert_non_null(strstr(err.text, "not sent to the platform yet"));
	assert_false(notes_are_told(here.session));
	proxy_fault(here.proxy, "", "", PROXY_LOSE_REQUEST, 0);
	start_again();
	assert_told(HOTFIX, 7);
}

static void
two_programs_keep_each_others_notes(void **state)
{
	struct session *other;

	(void)state;
	proxy_answer(here.proxy, "PATCH", "/envs/hotfix", "HTTP/1.1 502 Bad Gateway\r\n" NO_BODY,
		     1000);
	record_end(3);
	turn_until_hit(1);
	other = new_session();
	notes_tell_expiry(other, "acme", "shop", "development", JANUARY_2030 + 7 * DAY_MS);
	session_free(other);
	record_end(4);
	proxy_fault(here.proxy, "", "", PROXY_LOSE_REQUEST, 0);
	assert_told(HOTFIX, 4);
	start_again();
	assert_told(ENV, 8);
}

/* The other has known it since it started, and comes later. */
static void
of_two_programs_none_tells_what_the_other_has_replaced(void **state)
{
	int64_t until;
	struct session *other;
	char *end;

	(void)state;
	proxy_answer(here.proxy, "PATCH", "/envs/hotfix", "HTTP/1.1 502 Bad Gateway\r\n" NO_BODY,
		     1000);
	record_end(3);
	turn_until_hit(1);
	other = new_session();
	assert_false(notes_are_told(other));
	record_end(4);
	proxy_fault(here.proxy, "", "", PROXY_LOSE_REQUEST, 0);
	assert_told(HOTFIX, 4);
	until = clock_steady_ms() + PATIENCE_MS;
	while (!notes_are_told(other)) {
		assert_true(clock_steady_ms() < until);
		session_turn(other, NULL, NULL, 0, 20);
	}
	end = end_at_platform(HOTFIX);
	assert_string_equal(end, "2030-01-04T00:00:00.000Z");
	free(end);
	session_free(other);
}

/* Under one address: what was meant for the one is not told to the other, and is not lost. */
static void
a_note_is_told_to_its_own_platform_alone(void **state)
{
	static const char another[] =
		"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
		"Sidestage-Platform: 00000000-0000-4000-8000-000000000001\r\n"
		"Sidestage-Extensions: clone-notes\r\nContent-Length: 2\r\n\r\n[]";
	char *platform = xstrdup(session_platform(here.session));
	int64_t until = clock_steady_ms() + PATIENCE_MS;

	(void)state;
	proxy_answer(here.proxy, "PATCH", "/envs/hotfix", "HTTP/1.1 502 Bad Gateway\r\n" NO_BODY,
		     1000);
	record_end(5);
	turn_until_hit(1);
	assert_false(notes_are_told(here.session));
	proxy_answer(here.proxy, "GET", "", another, 1000);
	while (strcmp(session_platform(here.session), platform) == 0) {
		assert_true(clock_steady_ms() < until);
		session_turn(here.session, NULL, NULL, 0, 20);
	}
	assert_true(notes_are_told(here.session));
	proxy_fault(here.proxy, "", "", PROXY_LOSE_REQUEST, 0);
	while (strcmp(session_platform(here.session), platform) != 0) {
		assert_true(clock_steady_ms() < until);
		session_turn(here.session, NULL, NULL, 0, 20);
	}
	assert_told(HOTFIX, 5);
	free(platform);
}

/* --- whose a clone is --- */

static void
put_origin(const char *operation, int64_t cloned_at)
{
	const struct clone_origin origin = {
		.origin = (char *)"development", .deployment_id = (char *)"d", .set_id = (char *)"s",
		.operation_id = (char *)(uintptr_t)operation, .cloned_at = cloned_at,
	};

	assert_int_equal(store_put_clone_origin(session_store(here.session),
						session_platform(here.session), "acme", "shop",
						"hotfix", &origin, NULL), 0);
	session_look_again(here.session);
}

static void
name_owner(const char *owner)
{
	char *body = xasprintf("{'notes': {'owner': '%s'}}", owner);

	assert_int_equal(serve_ask(&serve, "PATCH", HOTFIX, body, NULL), 200);
	free(body);
}

static bool
is_mine(struct session *session)
{
	struct clones *clones = clones_open(session, "acme");
	bool is_ours = false;

	clones_update(clones);
	for (size_t i = 0; i < clones_count(clones); i++)
		if (strcmp(clones_get(clones, i)->env, "hotfix") == 0)
			is_ours = clones_get(clones, i)->is_ours;
	clones_close(clones);
	return is_ours;
}

static void
turn_until_mine(bool wanted)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;

	while (is_mine(here.session) != wanted) {
		assert_true(clock_steady_ms() < until);
		session_turn(here.session, NULL, NULL, 0, 50);
	}
}

/* Whether a discard asks for what one of somebody else's asks for, and says that (NULL: not). */
static void
assert_discard(bool is_own, const char *says)
{
	struct error err = {0};
	struct flow *flow = flow_new(here.session, &(struct flow_request){
		.verb = FLOW_DISCARD, .org = "acme", .app = "shop", .env = "hotfix"}, &err);
	bool is_said = false;

	if (!flow)
		fail_msg("%s", err.text);
	turn_while(flow, FLOW_PREPARING);
	assert_int_equal(flow_state(flow), FLOW_REVIEW);
	assert_int_equal(flow_review(flow)->is_no_clone, !is_own);
	for (size_t i = 0; says && i < flow_review(flow)->caution_count; i++)
		is_said |= strcmp(flow_review(flow)->cautions[i], says) == 0;
	assert_true(!says || is_said);
	flow_dismiss(flow);
}

static char *
done_operation(void)
{
	struct flow *flow = reviewed();
	char *id = xstrdup(flow_operation_id(flow));
	size_t before = count(ENV "/deploys");

	approve(flow);
	assert_done_once(flow, before);
	return id;
}

/* Made here, and by now nobody else's, as far as that is known. */
static void
a_clone_is_ones_own_only_when_that_is_known(void **state)
{
	char *made = done_operation();
	char *cache = here.cache;

	(void)state;
	put_origin(made, clock_wall_ms());
	turn_until_mine(true);
	assert_discard(true, NULL);
	put_origin(made, clock_wall_ms() - DAY_MS);
	assert_discard(false, "hotfix is not a clone that was made here");
	put_origin(made, clock_wall_ms());
	name_owner("jo");
	turn_until_mine(false);
	assert_discard(false, "The owner of hotfix is jo");
	/* Who one is has a name for people, too. */
	assert_int_equal(serve_ask(&serve, "PATCH", "/current-user", "{'name': 'On Call'}", NULL), 200);
	name_owner("oncall");
	session_free(here.session);
	proxy_answer(here.proxy, "GET", "/current-user", "HTTP/1.1 502 Bad Gateway\r\n" NO_BODY,
		     1000);
	here.cache = xasprintf("%s/other.db", serve.folder);
	open_session();
	assert_false(is_mine(here.session));
	assert_discard(false, "The owner of hotfix is oncall");
	proxy_fault(here.proxy, "", "", PROXY_LOSE_REQUEST, 0);
	turn_until_mine(true);
	assert_discard(true, NULL);
	free(made);
	free(cache);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_lost_once_is_done_once),
		cmocka_unit_test(the_question_may_be_lost_as_well),
		cmocka_unit_test(a_repetition_does_not_go_over_what_came_between),
		cmocka_unit_test(a_platform_that_is_away_for_a_moment_is_waited_for),
		cmocka_unit_test(another_client_finishes_what_was_lost),
		cmocka_unit_test(an_old_approval_is_not_sent_again),
		cmocka_unit_test(an_expired_approval_is_reviewed_again),
		cmocka_unit_test(a_look_that_fails_is_no_deployment_that_failed),
		cmocka_unit_test(a_platform_that_asks_to_wait_is_waited_for),
		cmocka_unit_test(a_wait_without_end_is_refused),
		cmocka_unit_test(a_later_start_writes_down_how_it_ended),
		cmocka_unit_test(what_was_told_of_a_clone_stays_as_it_was_told),
		cmocka_unit_test(a_note_that_waits_is_kept_until_a_platform_says_it_takes_none),
		cmocka_unit_test(a_note_that_is_refused_is_said_to_be),
		cmocka_unit_test(two_programs_keep_each_others_notes),
		cmocka_unit_test(of_two_programs_none_tells_what_the_other_has_replaced),
		cmocka_unit_test(a_note_is_told_to_its_own_platform_alone),
		cmocka_unit_test(a_clone_is_ones_own_only_when_that_is_known),
	};

	return cmocka_run_group_tests(tests, start, end);
}
