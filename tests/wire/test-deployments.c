/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What runs is what was reviewed: preconditions of an environment, values in the request that
 * deploys, and deltas that nobody changes behind a reviewer's back.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "access-world.h"
#include "base/clock.h"
#include "base/xmalloc.h"
#include "model/json.h"

#define SHOP "/orgs/acme/apps/shop"
#define DEV SHOP "/envs/dev"
#define QA SHOP "/envs/qa"
#define PROD SHOP "/envs/prod"
#define PATIENCE_MS 30000

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

/* The answer's body, which has this status; json_decref() it.  tag NULL: no If-Match. */
static json_t *
ask_as(const char *token, const char *method, const char *path, const char *tag, const char *body,
       int status)
{
	char *header = tag ? xasprintf("If-Match: %s\r\n", tag) : NULL;
	struct answer answer = world_ask(&world, token ? BY_TCP : BY_CONTROL, token, method, path,
					 header, body);
	json_t *value = json_incref(answer.body);

	if (answer.status != status)
		fail_msg("%s %s: %d and not %d: %s", method, path, answer.status, status,
			 value ? json_member_string(value, "message") : "");
	answer_clear(&answer);
	free(header);
	return value;
}

static json_t *
ask(const char *method, const char *path, const char *tag, const char *body, int status)
{
	return ask_as(NULL, method, path, tag, body, status);
}

static char *
text_of(const char *path, const char *key)
{
	json_t *body = ask("GET", path, NULL, NULL, 200);
	char *text = xstrdup(json_member_string(body, key) ? json_member_string(body, key) : "");

	json_decref(body);
	return text;
}

/* Waits until the newest deployment has ended, and is what the next one builds upon. */
static void
wait_for_end(const char *env)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	bool ended = false;

	while (!ended) {
		json_t *body = ask("GET", env, NULL, NULL, 200);
		json_t *last = json_object_get(body, "last_deploy");

		ended = strcmp(json_member_string(last, "status"), "succeeded") == 0;
		json_decref(body);
		if (clock_steady_ms() > until)
			fail_msg("a deployment to %s does not end", env);
		nanosleep(&(struct timespec){.tv_nsec = 5000000}, NULL);
	}
}

/* The id of a deployment that has succeeded; free() it. */
static char *
deploy(const char *env, const char *tag, const char *body)
{
	char *path = xasprintf("%s/deploys", env), *id;
	json_t *deployment = ask("POST", path, tag, body, 201);

	id = xstrdup(json_member_string(deployment, "id"));
	json_decref(deployment);
	free(path);
	wait_for_end(env);
	return id;
}

/* --- what is announced --- */

static void
every_answer_tells_extensions_and_platform(void **state)
{
	static const struct {
		enum way way;
		const char *method, *path;
		int status;
	} cases[] = {
		{BY_CONTROL, "GET", "/orgs", 200},   {BY_CONTROL, "GET", "/orgs", 200},
		{BY_CONTROL, "GET", "/nothing", 404}, {BY_TCP, "GET", "/orgs", 401},
		{BY_CONTROL, "PUT", "/orgs", 405},   {BY_CONTROL, "POST", DEV "/deploys", 422},
		{BY_CONTROL, "GET", "/healthz", 200},
	};
	char platform[64] = "";

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct answer answer = world_ask(&world, cases[i].way, NULL, cases[i].method, cases[i].path,
						 NULL, NULL);
		const char *value;

		assert_int_equal(answer.status, cases[i].status);
		value = answer_header(&answer, "Sidestage-Extensions");
		assert_non_null(value);
		assert_non_null(strstr(value, "deploy-tag"));
		assert_non_null(strstr(value, "value-fingerprints"));
		value = answer_header(&answer, "Sidestage-Platform");
		assert_non_null(value);
		assert_int_equal(strlen(value), 36);
		if (platform[0])
			assert_string_equal(value, platform);
		snprintf(platform, sizeof(platform), "%s", value);
		answer_clear(&answer);
	}
}

static void
platform_keeps_its_id_over_a_restart(void **state)
{
	struct answer answer = world_ask(&world, BY_CONTROL, NULL, "GET", "/orgs", NULL, NULL);
	char *before = xstrdup(answer_header(&answer, "Sidestage-Platform"));

	(void)state;
	answer_clear(&answer);
	world_stop(&world);
	world_start(&world);
	answer = world_ask(&world, BY_CONTROL, NULL, "GET", "/orgs", NULL, NULL);
	assert_string_equal(answer_header(&answer, "Sidestage-Platform"), before);
	answer_clear(&answer);
	free(before);
}

/* --- the tag --- */

static void
expect_details(json_t *refusal, const char *last_id, const char *from_id, const char *tag)
{
	const json_t *details = json_object_get(refusal, "details");
	const json_t *last = json_object_get(details, "last_deploy");
	const json_t *from = json_object_get(details, "from_deploy");

	assert_string_equal(json_member_string(details, "deploy_tag"), tag);
	if (last_id)
		assert_string_equal(json_member_string(last, "id"), last_id);
	else
		assert_true(json_is_null(last));
	if (from_id)
		assert_string_equal(json_member_string(from, "id"), from_id);
	else
		assert_true(json_is_null(from));
	json_decref(refusal);
}

static void
tag_is_another_after_each_deployment_and_each_rebase(void **state)
{
	char *none = text_of(DEV, "deploy_tag"), *first, *second, *rebased, *one, *two, *body;

	(void)state;
	one = deploy(DEV, none, "{\"comment\": \"one\"}");
	first = text_of(DEV, "deploy_tag");
	assert_string_not_equal(none, first);
	two = deploy(DEV, NULL, "{}");
	second = text_of(DEV, "deploy_tag");
	assert_string_not_equal(first, second);
	body = xasprintf("\"%s\"", one);
	json_decref(ask("PUT", DEV "/from_deploy_id", NULL, body, 204));
	rebased = text_of(DEV, "deploy_tag");
	assert_string_not_equal(rebased, second);
	assert_string_not_equal(rebased, first);
	/* The last deployment is as it was, and still the old view is refused. */
	expect_details(ask("POST", DEV "/deploys", second, "{}", 412), two, one, rebased);
	free(body);
	body = xasprintf("\"%s\"", two);
	json_decref(ask("PUT", DEV "/from_deploy_id", rebased, body, 204));
	free(none);
	none = text_of(DEV, "deploy_tag");
	assert_string_equal(none, second);
	free(body);
	free(one);
	free(two);
	free(none);
	free(first);
	free(second);
	free(rebased);
}

static void
stale_request_is_refused_with_what_is_there_now(void **state)
{
	char *none = text_of(QA, "deploy_tag"), *now, *id, *body;

	(void)state;
	expect_details(ask("POST", QA "/deploys", "\"other\"", "{}", 412), NULL, NULL, none);
	id = deploy(QA, NULL, "{}");
	now = text_of(QA, "deploy_tag");
	body = xasprintf("\"%s\"", id);
	expect_details(ask("POST", QA "/deploys", none, "{}", 412), id, id, now);
	expect_details(ask("PUT", QA "/from_deploy_id", none, body, 412), id, id, now);
	expect_details(ask("DELETE", QA, none, NULL, 412), id, id, now);
	json_decref(ask("GET", QA, NULL, NULL, 200));
	free(body);
	free(none);
	free(now);
	free(id);
}

static void
tag_is_taken_quoted_or_bare_and_the_older_form_as_before(void **state)
{
	char *id = deploy(QA, NULL, "{}"), *tag = text_of(QA, "deploy_tag");
	char *quoted = xasprintf("\"%s\"", tag), *list = xasprintf("\"x\", \"%s\"", tag);
	char *older = xasprintf("\"%s\"", id), *body = xasprintf("\"%s\"", id);
	const char *const good[] = {tag, quoted, list, older, "*"};
	const char *const bad[] = {id, "\"\"", "\"x\"", "x,y", "\"", ","};

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		json_decref(ask("PUT", QA "/from_deploy_id", good[i], body, 204));
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		json_decref(ask("PUT", QA "/from_deploy_id", bad[i], body, 412));
	free(older);
	older = deploy(QA, quoted, "{}");
	json_decref(ask("DELETE", QA, tag, NULL, 412));
	free(tag);
	tag = text_of(QA, "deploy_tag");
	json_decref(ask("DELETE", QA, tag, NULL, 202));
	free(body);
	free(older);
	free(list);
	free(quoted);
	free(tag);
	free(id);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_answer_tells_extensions_and_platform),
		cmocka_unit_test(platform_keeps_its_id_over_a_restart),
		cmocka_unit_test(tag_is_another_after_each_deployment_and_each_rebase),
		cmocka_unit_test(stale_request_is_refused_with_what_is_there_now),
		cmocka_unit_test(tag_is_taken_quoted_or_bare_and_the_older_form_as_before),
	};

	return cmocka_run_group_tests_name("deployments", tests, start, end);
}
