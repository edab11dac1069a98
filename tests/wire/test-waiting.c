/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Answers of the daemon that come later, or in pieces: what brings them, how long they wait, how
 * many may, and what becomes of them when their reader or the daemon goes.
 */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/owner-secret.h"
#include "base/xmalloc.h"
#include "net/http-client.h"
#include "net/loop.h"
#include "serve.h"
#include "tests/patience.h"

#define WAITS_MAX 64			/* as the daemon has it */
#define DEAF_ENV APP "/envs/deaf"

static struct serve serve;
static struct loop *loop;
static struct http_client *client;

/* One question, and what has come. */
struct asked {
	struct http_request *request;
	bool ended;
	enum http_failure failure;
	long status;
	char type[64];
	struct buf body;
};

static int
make(void **state)
{
	(void)state;
	serve_make(&serve);
	loop = loop_new(NULL);
	client = http_client_new(loop,
				 &(struct http_client_options){.socket = serve.socket,
							       .user_agent = "test/1",
							       .at_once = {2 * WAITS_MAX, 0}});
	return loop ? 0 : -1;
}

static int
clear(void **state)
{
	(void)state;
	http_client_free(client);
	loop_free(loop);
	serve_clear(&serve);
	return 0;
}

static void
on_end(void *data, const struct http_reply *reply)
{
	struct asked *asked = data;

	asked->ended = true;
	asked->request = NULL;
	asked->failure = reply->failure;
	asked->status = reply->status;
	(void)http_reply_header(reply, "Content-Type", asked->type, sizeof(asked->type));
	if (reply->length > 0)
		buf_append(&asked->body, reply->bytes, reply->length);
}

static bool
on_piece(void *data, const char *bytes, size_t length)
{
	struct asked *asked = data;

	return buf_append(&asked->body, bytes, length);
}

static void
ask_as(struct asked *asked, const char *token, const char *path, bool in_pieces)
{
	char *url = xasprintf("http://localhost%s", path), owner[OWNER_SECRET_LINE_SIZE];
	const char *headers[] = {owner_secret_read(serve.socket, owner) ? owner : NULL, NULL};

	memset(asked, 0, sizeof(*asked));
	buf_init(&asked->body, 1024 * 1024);
	asked->request = http_send(client, &(struct http_request_options){
		.url = url,
		.headers = headers,
		.token = token,
		.deadlines = {.whole = PATIENCE_MS},
		.piece = in_pieces ? on_piece : NULL,
		.done = on_end,
		.data = asked,
	});
	free(url);
}

static void
ask(struct asked *asked, const char *path, bool in_pieces)
{
	ask_as(asked, NULL, path, in_pieces);
}

static void
forget(struct asked *asked)
{
	http_cancel(asked->request);
	asked->request = NULL;
	buf_clear(&asked->body);
}

static void
turn_until(const bool *done)
{
	int64_t end = clock_steady_ms() + PATIENCE_MS;

	while (!*done && clock_steady_ms() < end)
		assert_int_equal(loop_turn(loop, 1000, NULL), 0);
	assert_true(*done);
}

static void
turn_for(int64_t ms)
{
	int64_t end = clock_steady_ms() + ms;

	for (int64_t left = ms; left > 0; left = end - clock_steady_ms())
		assert_int_equal(loop_turn(loop, left, NULL), 0);
}

static bool
has_status(const struct asked *asked, const char *status)
{
	char *text = xasprintf("\"status\":\"%s\"", status);
	bool has = asked->status == 200 && strstr(buf_str(&asked->body), text);

	free(text);
	return has;
}

/* POST deploys, and no waiting.  The path of the deployment, free() it. */
static char *
begin_deployment(const char *env, const char *delta)
{
	char *path = xasprintf("%s/deploys", env), *request, *one;
	json_t *answer;

	assert_int_equal(serve_ask(&serve, "POST", APP "/deltas", delta, &answer), 200);
	request = xasprintf("{'delta_id': '%s'}", json_string_value(json_object_get(answer, "id")));
	json_decref(answer);
	assert_int_equal(serve_ask(&serve, "POST", path, request, &answer), 201);
	one = xasprintf("%s/%s", path, json_string_value(json_object_get(answer, "id")));
	json_decref(answer);
	free(request);
	free(path);
	return one;
}

/* A deployment that goes on for longer than any test. */
static char *
begin_endless(void)
{
	assert_int_equal(serve_ask(&serve, "POST", APP "/envs",
				   "{'id': 'deaf', 'name': 'Deaf', 'type': 'development'}", NULL),
			 201);
	return begin_deployment(DEAF_ENV, ADD(WEB("web", "local/web:1.0.0", ", 'MODE': 'deaf'")));
}

/* --- later --- */

static void
a_deployment_is_waited_for(void **state)
{
	char *path = begin_deployment(
		ENV, ADD(WEB("web", "local/web:1.0.0", "") ", " WORKER("job", "local/worker:1.0.0",
								       ", 'MODE': 'count'")));
	char *query = xasprintf("%s?wait=60", path);
	struct asked asked;

	(void)state;
	ask(&asked, query, false);
	turn_until(&asked.ended);
	assert_true(has_status(&asked, "succeeded"));
	forget(&asked);
	/* What has ended is answered at once. */
	ask(&asked, query, false);
	turn_until(&asked.ended);
	assert_true(has_status(&asked, "succeeded"));
	forget(&asked);
	free(query);
	free(path);
}

static void
a_wait_is_a_number_of_seconds(void **state)
{
	static const char *const bad[] = {"-1", "61", "soon", "1s", ""};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *path = xasprintf(ENV "/deploys/none?wait=%s", bad[i]);

		assert_int_equal(serve_ask(&serve, "GET", path, NULL, NULL), 400);
		free(path);
	}
	assert_int_equal(serve_ask(&serve, "GET", ENV "/deploys/none?wait=5", NULL, NULL), 404);
}

/* --- in pieces --- */

static size_t
count_lines(const struct asked *asked)
{
	size_t count = 0;

	for (const char *p = buf_str(&asked->body); (p = strchr(p, '\n')) != NULL; p++)
		count++;
	return count;
}

static void
turn_until_lines(const struct asked *asked, size_t count)
{
	int64_t end = clock_steady_ms() + PATIENCE_MS;

	while (count_lines(asked) < count && !asked->ended && clock_steady_ms() < end)
		assert_int_equal(loop_turn(loop, 1000, NULL), 0);
	assert_true(count_lines(asked) >= count);
	assert_false(asked->ended);
}

/* Every line is one object; all of them are what is asked for at the end, each once. */
static void
logs_come_as_they_are_written(void **state)
{
	struct asked asked, one;
	size_t begun;
	json_t *all;

	(void)state;
	ask(&one, ENV "/logs?follow=true&limit=1&workload_id=job", true);
	ask(&asked, ENV "/logs?follow=true&workload_id=job&limit=5000", true);
	turn_until_lines(&one, 1);
	assert_int_equal(
		serve_ask(&serve, "GET", ENV "/logs?workload_id=job&limit=5000", NULL, &all), 200);
	begun = json_array_size(all);
	json_decref(all);
	turn_until_lines(&asked, begun);
	assert_int_equal(count_lines(&asked), begun);
	assert_int_equal(count_lines(&one), 1);
	free(serve_deploy(
		&serve, ENV,
		ADD(WORKER("job", "local/worker:1.0.0", ", 'MODE': 'count', 'MORE': 'yes'"))));
	turn_until_lines(&asked, begun + 5);
	assert_int_equal(serve_ask(&serve, "GET", ENV "/logs?workload_id=job&asc=true&limit=5000",
				   NULL, &all),
			 200);
	turn_until_lines(&asked, json_array_size(all));
	turn_until_lines(&one, json_array_size(all) - begun + 1);
	turn_for(300);
	assert_true(count_lines(&one) + begun == count_lines(&asked) + 1);
	for (const char *p = buf_str(&asked.body); *p; p = strchr(p, '\n') + 1) {
		json_t *line = json_loadb(p, strcspn(p, "\n"), JSON_REJECT_DUPLICATES, NULL);

		assert_string_equal(json_string_value(json_object_get(line, "workload_id")), "job");
		assert_true(json_is_string(json_object_get(line, "payload")));
		json_decref(line);
	}
	json_decref(all);
	forget(&asked);
	forget(&one);
}

static void
what_is_followed_has_no_end_to_ask_for(void **state)
{
	(void)state;
	assert_int_equal(serve_ask(&serve, "GET", ENV "/logs?follow=true&asc=true", NULL, NULL),
			 400);
	assert_int_equal(serve_ask(&serve, "GET", ENV "/logs?follow=true&invert=true", NULL, NULL),
			 400);
	assert_int_equal(serve_ask(&serve, "GET", ENV "/logs?follow=maybe", NULL, NULL), 400);
	assert_int_equal(serve_ask(&serve, "GET",
				   ENV "/logs?follow=true&timestamp_to=2030-01-01T00:00:00Z", NULL,
				   NULL),
			 400);
}

/* --- how many, how long, and who goes --- */

static void
waits_have_a_deadline_and_a_maximum(void **state)
{
	char *path = begin_endless(), *query = xasprintf("%s?wait=60", path);
	char *shortly = xasprintf("%s?wait=1", path);
	static struct asked many[WAITS_MAX];
	struct asked asked;
	int64_t begun = clock_steady_ms();

	(void)state;
	ask(&asked, shortly, false);
	turn_until(&asked.ended);
	assert_true(clock_steady_ms() - begun >= 900);
	assert_true(has_status(&asked, "in progress"));
	forget(&asked);
	/* As many as may wait do; one more is answered at once, and nobody else is kept waiting. */
	for (size_t i = 0; i < WAITS_MAX; i++)
		ask(&many[i], query, false);
	for (int tries = 0; ; tries++) {
		begun = clock_steady_ms();
		ask(&asked, shortly, false);
		turn_until(&asked.ended);
		assert_true(has_status(&asked, "in progress"));
		forget(&asked);
		if (clock_steady_ms() - begun < 900)
			break;
		assert_true(tries < 30);
	}
	assert_int_equal(serve_ask(&serve, "GET", ENV "/logs?follow=true", NULL, NULL), 503);
	assert_int_equal(serve_ask(&serve, "GET", "/orgs", NULL, NULL), 200);
	/* Those who go away make room. */
	for (size_t i = 0; i < WAITS_MAX; i++) {
		assert_false(many[i].ended);
		forget(&many[i]);
	}
	for (int tries = 0; ; tries++) {
		begun = clock_steady_ms();
		ask(&asked, shortly, false);
		turn_until(&asked.ended);
		forget(&asked);
		if (clock_steady_ms() - begun >= 900)
			break;
		assert_true(tries < 1000);
	}
	free(shortly);
	free(query);
	free(path);
}

/* The path of the one deployment of the endless. */
static char *
endless(void)
{
	json_t *all;
	char *path;

	assert_int_equal(serve_ask(&serve, "GET", DEAF_ENV "/deploys", NULL, &all), 200);
	path = xasprintf(DEAF_ENV "/deploys/%s",
			 json_string_value(json_object_get(json_array_get(all, 0), "id")));
	json_decref(all);
	return path;
}

/* A user with this role in the application; the token, free() it. */
static char *
token_of(const char *user, const char *role)
{
	char *body = xasprintf("{'id': '%s', 'roles': {'" APP "': '%s'}}", user, role), *token;
	char *path = xasprintf("/users/%s/tokens", user);
	json_t *answer;

	assert_int_equal(serve_ask(&serve, "POST", "/users", body, NULL), 201);
	assert_int_equal(
		serve_ask(&serve, "POST", path, "{'id': 'first', 'type': 'static'}", &answer), 200);
	token = xstrdup(json_string_value(json_object_get(answer, "token")));
	json_decref(answer);
	free(path);
	free(body);
	return token;
}

/* Its token is revoked while it waits: it hears nothing more. */
static void
who_is_no_longer_admitted_waits_no_more(void **state)
{
	char *token = token_of("reader", "viewer"), *path = endless();
	char *query = xasprintf("%s?wait=60", path);
	struct asked waiting, followed;

	(void)state;
	ask_as(&waiting, token, query, false);
	ask_as(&followed, token, ENV "/logs?follow=true", true);
	turn_until_lines(&followed, 1);
	turn_for(100);
	assert_false(waiting.ended);
	assert_int_equal(serve_ask(&serve, "DELETE", "/users/reader/tokens/first", NULL, NULL),
			 204);
	turn_until(&waiting.ended);
	turn_until(&followed.ended);
	assert_int_equal(waiting.status, 401);
	assert_int_equal(followed.status, 200);
	forget(&waiting);
	forget(&followed);
	free(query);
	free(path);
	free(token);
}

/* Its role is taken away: what waits is answered as to somebody who may not see it. */
static void
whose_role_was_taken_away_reads_no_more(void **state)
{
	char *token = token_of("former", "viewer"), *path = endless();
	char *query = xasprintf("%s?wait=60", path);
	struct asked waiting, followed;

	(void)state;
	ask_as(&waiting, token, query, false);
	ask_as(&followed, token, ENV "/logs?follow=true", true);
	turn_until_lines(&followed, 1);
	turn_for(100);
	assert_false(waiting.ended);
	assert_int_equal(
		serve_ask(&serve, "PATCH", "/users/former", "{'roles': {'" APP "': null}}", NULL),
		200);
	turn_until(&waiting.ended);
	turn_until(&followed.ended);
	assert_int_equal(waiting.status, 404);
	forget(&waiting);
	forget(&followed);
	free(query);
	free(path);
	free(token);
}

/* A daemon that is told to end answers with what there is, ends what is followed, and ends. */
static void
the_end_of_the_daemon_ends_all_waits(void **state)
{
	char *path = endless(), *query = xasprintf("%s?wait=60", path);
	struct asked waiting, followed;

	(void)state;
	ask(&waiting, query, false);
	ask(&followed, ENV "/logs?follow=true", true);
	turn_until_lines(&followed, 1);
	turn_for(100);
	assert_false(waiting.ended);
	kill(serve.pid, SIGTERM);
	turn_until(&waiting.ended);
	turn_until(&followed.ended);
	assert_int_equal(waiting.status, 200);
	assert_int_equal(followed.failure, HTTP_ANSWERED);
	assert_string_equal(followed.type, "application/x-ndjson");
	serve_stop(&serve);
	forget(&waiting);
	forget(&followed);
	free(query);
	free(path);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_deployment_is_waited_for),
		cmocka_unit_test(a_wait_is_a_number_of_seconds),
		cmocka_unit_test(logs_come_as_they_are_written),
		cmocka_unit_test(what_is_followed_has_no_end_to_ask_for),
		cmocka_unit_test(waits_have_a_deadline_and_a_maximum),
		cmocka_unit_test(who_is_no_longer_admitted_waits_no_more),
		cmocka_unit_test(whose_role_was_taken_away_reads_no_more),
		cmocka_unit_test(the_end_of_the_daemon_ends_all_waits),
	};

	return cmocka_run_group_tests(tests, make, clear);
}
