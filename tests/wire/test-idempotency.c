/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Idempotency-Key: what is sent again because the answer was lost is done once. */
#include "config.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "access-world.h"
#include "base/clock.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "tests/patience.h"

#define SHOP "/orgs/acme/apps/shop"
#define DEPLOYS SHOP "/envs/dev/deploys"

static struct world world;

static int
start(void **state)
{
	(void)state;
	world_make(&world);
	world_start(&world);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	world_clear(&world);
	return 0;
}

/* The id of what was made, or "" when the status is no success; free() it. */
static char *
post_as(const char *token, const char *path, const char *headers, const char *body, int status)
{
	struct answer answer = world_ask(&world, token ? BY_TCP : BY_SOCKET, token, "POST", path,
					 headers, body);
	const char *id = json_is_object(answer.body) ? json_member_string(answer.body, "id") : NULL;
	char *copy = xstrdup(id ? id : "");

	if (answer.status != status)
		fail_msg("%s %s: %d, not %d", path, body, answer.status, status);
	answer_clear(&answer);
	return copy;
}

static char *
post(const char *headers, const char *body, int status)
{
	return post_as(NULL, DEPLOYS, headers, body, status);
}

static size_t
count_deployments(void)
{
	struct answer answer = world_ask(&world, BY_SOCKET, NULL, "GET", DEPLOYS, NULL, NULL);
	size_t count = json_array_size(answer.body);

	assert_int_equal(answer.status, 200);
	answer_clear(&answer);
	return count;
}

/* Until the environment takes the next deployment. */
static void
wait_for_end(void)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	bool active = true;

	while (active && clock_steady_ms() < until) {
		struct answer answer = world_ask(&world, BY_SOCKET, NULL, "GET", DEPLOYS, NULL,
						 NULL);
		const char *status = json_member_string(json_array_get(answer.body, 0), "status");

		active = strcmp(status, "pending") == 0 || strcmp(status, "in progress") == 0;
		answer_clear(&answer);
		if (active)
			poll(NULL, 0, 5);
	}
	assert_false(active);
}

static void
assert_same(char *first, char *second, bool same)
{
	assert_string_not_equal(first, "");
	assert_true((strcmp(first, second) == 0) == same);
	free(first);
	free(second);
}

static void
the_same_request_is_carried_out_once(void **state)
{
	char *first = post("Idempotency-Key: one\r\n", "{\"comment\": \"a\", \"mode\": \"full\"}",
			   201);
	size_t count = count_deployments();

	(void)state;
	/* While it goes on, when it has ended, and however the body is written. */
	assert_same(xstrdup(first), post("Idempotency-Key: one\r\n",
					 "{\"mode\":\"full\",\"comment\":\"a\"}", 201), true);
	wait_for_end();
	assert_same(first, post("Idempotency-Key: one\r\n",
				"{\"comment\": \"a\", \"mode\": \"full\"}", 201), true);
	assert_int_equal(count_deployments(), count);
	/* Without a key, and under another one, it is a request of its own. */
	assert_same(post(NULL, "{\"comment\": \"a\"}", 201), xstrdup("x"), false);
	wait_for_end();
	assert_same(post("Idempotency-Key: two\r\n", "{\"comment\": \"a\"}", 201), xstrdup("x"),
		    false);
	wait_for_end();
	assert_int_equal(count_deployments(), count + 2);
}

/* What is repeated was based on what was there then: it is not stale now. */
static void
a_repetition_is_not_stale(void **state)
{
	struct answer answer = world_ask(&world, BY_SOCKET, NULL, "GET", SHOP "/envs/dev", NULL,
					 NULL);
	char *headers = xasprintf(
		"Idempotency-Key: match\r\nIf-Match: \"%s\"\r\n",
		json_member_string(json_object_get(answer.body, "last_deploy"), "id"));
	char *first = post(headers, "{}", 201);

	(void)state;
	wait_for_end();
	free(post(strstr(headers, "If-Match"), "{}", 412));
	assert_same(first, post(headers, "{}", 201), true);
	answer_clear(&answer);
	free(headers);
}

static void
another_request_under_the_same_key_is_refused(void **state)
{
	char *first = post("Idempotency-Key: mine\r\n", "{\"comment\": \"a\"}", 201);
	size_t count = count_deployments();

	(void)state;
	wait_for_end();
	free(post("Idempotency-Key: mine\r\n", "{\"comment\": \"b\"}", 422));
	free(post_as(NULL, SHOP "/envs/qa/deploys", "Idempotency-Key: mine\r\n",
		     "{\"comment\": \"a\"}", 422));
	assert_int_equal(count_deployments(), count);
	assert_same(first, post("Idempotency-Key: mine\r\n", "{\"comment\": \"a\"}", 201), true);
}

static void
what_was_refused_may_be_tried_again(void **state)
{
	(void)state;
	free(post("Idempotency-Key: later\r\n", "{\"set_id\": \"none\"}", 400));
	free(post("Idempotency-Key: later\r\n", "{\"comment\": \"a\"}", 201));
	wait_for_end();
}

static void
a_key_that_is_none_is_refused(void **state)
{
	char long_key[400];

	(void)state;
	snprintf(long_key, sizeof(long_key), "Idempotency-Key: %0300d\r\n", 1);
	free(post(long_key, "{}", 400));
	free(post("Idempotency-Key: \xc3\xa9\r\n", "{}", 400));
}

static char *
user_with(const char *user)
{
	char *body = xasprintf(
		"{\"id\": \"%s\", \"roles\": {\"/orgs/acme/apps/shop\": \"administrator\"}}", user);
	char *path = xasprintf("/users/%s/tokens", user), *token;
	struct answer answer;

	free(post_as(NULL, "/users", NULL, body, 201));
	answer = world_ask(&world, BY_CONTROL, NULL, "POST", path, NULL,
			   "{\"id\": \"first\", \"type\": \"static\"}");
	token = xstrdup(json_member_string(answer.body, "token"));
	answer_clear(&answer);
	free(body);
	free(path);
	return token;
}

static void
a_key_is_one_users_own(void **state)
{
	char *anna = user_with("anna"), *bert = user_with("bert"), *of_anna, *of_bert;
	struct answer answer;

	(void)state;
	of_anna = post_as(anna, DEPLOYS, "Idempotency-Key: shared\r\n", "{\"comment\": \"a\"}",
			  201);
	wait_for_end();
	of_bert = post_as(bert, DEPLOYS, "Idempotency-Key: shared\r\n", "{\"comment\": \"b\"}",
			  201);
	wait_for_end();
	assert_same(xstrdup(of_anna), xstrdup(of_bert), false);
	assert_same(of_anna, post_as(anna, DEPLOYS, "Idempotency-Key: shared\r\n",
				     "{\"comment\": \"a\"}", 201), true);
	/* Who may no longer deploy is not told what was answered when he might. */
	free(of_bert);
	answer = world_ask(&world, BY_CONTROL, NULL, "PATCH", "/users/bert", NULL,
			   "{\"roles\": {\"/orgs/acme/apps/shop\": \"viewer\"}}");
	assert_int_equal(answer.status, 200);
	answer_clear(&answer);
	free(post_as(bert, DEPLOYS, "Idempotency-Key: shared\r\n", "{\"comment\": \"b\"}", 403));
	free(anna);
	free(bert);
}

static void
runs_of_the_pipeline_have_keys_as_well(void **state)
{
	static const char body[] = "{\"trigger\": \"deployment_request\", \"env_id\": \"dev\","
				   " \"set_id\": \"0\"}";
	char *first = post_as(NULL, SHOP "/pipeline-runs", "Idempotency-Key: run\r\n", body, 201);

	(void)state;
	wait_for_end();
	assert_same(first,
		    post_as(NULL, SHOP "/pipeline-runs", "Idempotency-Key: run\r\n", body, 201),
		    true);
	/* A trial under that key is another request. */
	free(post_as(NULL, SHOP "/pipeline-runs?dry_run=true", "Idempotency-Key: run\r\n", body,
		     422));
}

/* As if 24 hours had gone by. */
static void
age_keys(void)
{
	sqlite3 *database;

	assert_int_equal(sqlite3_open(world_path(&world, "state/platform.db"), &database),
			 SQLITE_OK);
	assert_int_equal(sqlite3_exec(database,
				      "UPDATE idempotency_keys SET created_at = created_at"
				      " - 24 * 3600 * 1000",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	sqlite3_close(database);
}

static void
a_key_outlives_the_daemon_and_is_good_for_a_day(void **state)
{
	char *first = post("Idempotency-Key: day\r\n", "{\"comment\": \"a\"}", 201);

	(void)state;
	wait_for_end();
	world_stop(&world);
	world_start(&world);
	assert_same(xstrdup(first), post("Idempotency-Key: day\r\n", "{\"comment\": \"a\"}", 201),
		    true);
	world_stop(&world);
	age_keys();
	world_start(&world);
	assert_same(first, post("Idempotency-Key: day\r\n", "{\"comment\": \"a\"}", 201), false);
	wait_for_end();
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_same_request_is_carried_out_once),
		cmocka_unit_test(a_repetition_is_not_stale),
		cmocka_unit_test(another_request_under_the_same_key_is_refused),
		cmocka_unit_test(what_was_refused_may_be_tried_again),
		cmocka_unit_test(a_key_that_is_none_is_refused),
		cmocka_unit_test(a_key_is_one_users_own),
		cmocka_unit_test(runs_of_the_pipeline_have_keys_as_well),
		cmocka_unit_test(a_key_outlives_the_daemon_and_is_good_for_a_day),
	};

	return cmocka_run_group_tests(tests, start, end);
}
