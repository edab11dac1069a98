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
#include "tests/patience.h"

#define SHOP "/orgs/acme/apps/shop"
#define DEV SHOP "/envs/dev"
#define QA SHOP "/envs/qa"
#define PROD SHOP "/envs/prod"
#define QA2 SHOP "/envs/qa2"
#define LATEST "00000000-0000-0000-0000-000000000000"

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
		struct answer answer = world_ask(&world, cases[i].way, NULL, cases[i].method,
						 cases[i].path, NULL, NULL);
		const char *value;

		assert_int_equal(answer.status, cases[i].status);
		value = answer_header(&answer, "Sidestage-Extensions");
		assert_non_null(value);
		assert_non_null(strstr(value, "deploy-tag"));
		assert_non_null(strstr(value, "deploy-values"));
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

/* --- values with the deployment --- */

static char *
newest_version(const char *env)
{
	char *path = xasprintf("%s/value-set-versions", env);
	json_t *list = ask("GET", path, NULL, NULL, 200);
	const char *id = json_member_string(json_array_get(list, 0), "id");
	char *copy = id ? xstrdup(id) : NULL;

	json_decref(list);
	free(path);
	return copy;
}

/* "KEY=value ..." in order; a secret is "KEY#fingerprint". */
static char *
values_of(const char *env)
{
	char *path = xasprintf("%s/values", env), *text = xstrdup("");
	json_t *list = ask("GET", path, NULL, NULL, 200), *value;
	size_t i;

	json_array_foreach(list, i, value) {
		bool secret = json_is_true(json_object_get(value, "is_secret"));
		char *more = xasprintf(
			"%s%s%s%s%s", text, i > 0 ? " " : "", json_member_string(value, "key"),
			secret ? "#" : "=",
			json_member_string(value, secret ? "secret_version" : "value"));

		free(text);
		text = more;
	}
	json_decref(list);
	free(path);
	return text;
}

static void
expect_values(const char *env, const char *wanted)
{
	char *values = values_of(env);

	assert_string_equal(values, wanted);
	free(values);
}

static size_t
count_of(const char *env, const char *list)
{
	char *path = xasprintf("%s/%s", env, list);
	json_t *items = ask("GET", path, NULL, NULL, 200);
	size_t count = json_array_size(items);

	json_decref(items);
	free(path);
	return count;
}

static void
values_and_deployment_are_one_change(void **state)
{
	json_t *deployment;
	char *version;

	(void)state;
	deployment = ask("POST", PROD "/deploys", NULL,
			 "{\"comment\": \"both\", \"values\": {\"base\": null, \"set\": ["
			 "{\"key\": \"LIMIT\", \"value\": \"40\"},"
			 "{\"key\": \"MODE\", \"value\": \"calm\", \"description\": \"d\"}]}}",
			 201);
	version = newest_version(PROD);
	assert_string_equal(json_member_string(deployment, "value_set_version_id"), version);
	assert_int_equal(count_of(PROD, "value-set-versions"), 1);
	json_decref(deployment);
	free(version);
	expect_values(PROD, "LIMIT=40 MODE=calm");
	wait_for_end(PROD);
	/* Change, delete and make in one; nothing about the others. */
	deployment = ask("POST", PROD "/deploys", NULL,
			 "{\"values\": {\"set\": [{\"key\": \"LIMIT\", \"value\": \"60\"},"
			 "{\"key\": \"NEW\", \"value\": \"\"}], \"delete\": [\"MODE\"]}}", 201);
	json_decref(deployment);
	expect_values(PROD, "LIMIT=60 NEW=");
	assert_int_equal(count_of(PROD, "value-set-versions"), 2);
	wait_for_end(PROD);
	/* What is so already makes no version; without values nothing changes. */
	version = newest_version(PROD);
	deployment = ask("POST", PROD "/deploys", NULL,
			 "{\"values\": {\"set\": [{\"key\": \"LIMIT\", \"value\": \"60\"}]}}", 201);
	assert_string_equal(json_member_string(deployment, "value_set_version_id"), version);
	json_decref(deployment);
	wait_for_end(PROD);
	free(deploy(PROD, NULL, "{\"values\": null}"));
	free(deploy(PROD, NULL, "{\"values\": {}}"));
	assert_int_equal(count_of(PROD, "value-set-versions"), 2);
	free(version);
}

static void
values_for_another_version_are_refused_and_nothing_is_done(void **state)
{
	char *old = newest_version(PROD), *tag = text_of(PROD, "deploy_tag"), *now, *body;
	json_t *refusal;
	size_t deployments;

	(void)state;
	/* A value of the application is a version of the environment's as well. */
	json_decref(ask("POST", SHOP "/values", NULL,
			"{\"key\": \"BASE\", \"value\": \"1\", \"description\": null}", 201));
	now = newest_version(PROD);
	assert_string_not_equal(old, now);
	deployments = count_of(PROD, "deploys");
	body = xasprintf("{\"values\": {\"base\": \"%s\", \"set\": [{\"key\": \"LIMIT\","
			 " \"value\": \"99\"}]}}", old);
	refusal = ask("POST", PROD "/deploys", tag, body, 412);
	assert_string_equal(json_member_string(json_object_get(refusal, "details"),
					       "value_set_version_id"), now);
	json_decref(refusal);
	refusal = ask("POST", PROD "/deploys", "x", body, 412);
	assert_string_equal(json_member_string(json_object_get(refusal, "details"), "deploy_tag"),
			    tag);
	json_decref(refusal);
	refusal = ask("POST", PROD "/deploys", NULL, "{\"values\": {\"base\": null}}", 412);
	json_decref(refusal);
	expect_values(PROD, "BASE=1 LIMIT=60 NEW=");
	assert_int_equal(count_of(PROD, "deploys"), deployments);
	free(body);
	body = xasprintf("{\"values\": {\"base\": \"%s\", \"set\": [{\"key\": \"BASE\","
			 " \"value\": \"2\"}]}}", now);
	free(deploy(PROD, tag, body));
	expect_values(PROD, "BASE=2 LIMIT=60 NEW=");
	expect_values(SHOP, "BASE=1");
	free(body);
	free(now);
	free(tag);
	free(old);
}

static void
values_go_when_the_deployment_is_refused(void **state)
{
	static const char *const bad[] = {
		"{\"set_id\": \"ghost\", \"values\": {\"set\": [{\"key\": \"GONE\", \"value\": \"1\"}]}}",
		"{\"values\": {\"set\": [{\"key\": \"GONE\", \"value\": \"1\"},"
		" {\"key\": \"no key\", \"value\": \"1\"}]}}",
		"{\"values\": {\"set\": [{\"key\": \"GONE\", \"value\": \"1\"},"
		" {\"key\": \"GONE\", \"value\": \"2\"}]}}",
		"{\"values\": {\"set\": [{\"key\": \"GONE\", \"value\": \"1\"}], \"delete\": [\"GONE\"]}}",
		"{\"values\": {\"set\": [{\"key\": \"GONE\", \"value\": \"1\"}], \"delete\": [\"NONE\"]}}",
		"{\"values\": {\"set\": [{\"key\": \"GONE\", \"value\": \"1\"}], \"delete\": [1]}}",
		"{\"values\": {\"set\": [{\"key\": \"GONE\"}]}}",
		"{\"values\": {\"set\": [{\"key\": \"GONE\", \"value\": \"1\", \"is_secret\": 1}]}}",
		"{\"values\": {\"set\": {\"GONE\": \"1\"}}}",
		"{\"values\": {\"sets\": [{\"key\": \"GONE\", \"value\": \"1\"}]}}",
		"{\"values\": [{\"key\": \"GONE\", \"value\": \"1\"}]}",
		"{\"values\": {\"base\": 1}}",
		"{\"value_set_version_id\": \"x\", \"values\": {\"delete\": [\"LIMIT\"]}}",
	};
	size_t versions = count_of(PROD, "value-set-versions"),
	       deployments = count_of(PROD, "deploys");

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		json_decref(ask("POST", PROD "/deploys", NULL, bad[i], 400));
	json_decref(ask("PUT", PROD "/runtime/paused", NULL, "true", 204));
	json_decref(
		ask("POST", PROD "/deploys", NULL, "{\"values\": {\"delete\": [\"LIMIT\"]}}", 400));
	json_decref(ask("PUT", PROD "/runtime/paused", NULL, "false", 204));
	assert_int_equal(count_of(PROD, "value-set-versions"), versions);
	assert_int_equal(count_of(PROD, "deploys"), deployments);
	expect_values(PROD, "BASE=2 LIMIT=60 NEW=");
}

static void
secrets_stay_secrets_and_have_equal_fingerprints_when_equal(void **state)
{
	char *values, *version, *path, *one, *two;
	json_t *list, *body;

	(void)state;
	json_decref(ask("POST", SHOP "/values", NULL,
			"{\"key\": \"PASSWORD\", \"value\": \"tulip\", \"description\": null,"
			" \"is_secret\": true}", 201));
	/* Nobody says that it is one. */
	free(deploy(PROD, NULL,
		    "{\"values\": {\"set\": [{\"key\": \"PASSWORD\", \"value\": \"tulip\"},"
		    "{\"key\": \"OTHER\", \"value\": \"rose\", \"is_secret\": true}]}}"));
	list = ask("GET", PROD "/values", NULL, NULL, 200);
	values = json_dumps(list, 0);
	assert_null(strstr(values, "tulip"));
	assert_null(strstr(values, "rose"));
	free(values);
	json_decref(list);
	values = values_of(SHOP);
	one = xasprintf("%.32s", strstr(values, "PASSWORD#") + 9);
	free(values);
	values = values_of(PROD);
	two = xasprintf("%.32s", strstr(values, "PASSWORD#") + 9);
	assert_int_equal(strlen(one), 32);
	assert_string_equal(one, two);
	assert_non_null(strstr(values, "OTHER#"));
	assert_int_not_equal(strncmp(strstr(values, "OTHER#") + 6, one, 32), 0);
	free(values);
	/* A version carries them as well. */
	version = newest_version(PROD);
	path = xasprintf(PROD "/value-set-versions/%s", version);
	body = ask("GET", path, NULL, NULL, 200);
	assert_string_equal(json_member_string(json_object_get(json_object_get(body, "values"),
							       "PASSWORD"), "secret_version"), one);
	values = json_dumps(body, 0);
	assert_null(strstr(values, "tulip"));
	free(values);
	json_decref(body);
	free(path);
	free(version);
	free(one);
	free(two);
}

static char *
user_with(const char *user, const char *roles)
{
	char *body = xasprintf("{\"id\": \"%s\", \"roles\": %s}", user, roles);
	char *path = xasprintf("/users/%s/tokens", user), *token;
	json_t *answer;

	json_decref(ask("POST", "/users", NULL, body, 201));
	answer = ask("POST", path, NULL, "{\"id\": \"one\", \"type\": \"static\"}", 200);
	token = xstrdup(json_member_string(answer, "token"));
	json_decref(answer);
	free(path);
	free(body);
	return token;
}

static char *
fingerprint_of(const char *env, const char *key)
{
	char *values = values_of(env), *wanted = xasprintf("%s#", key),
	     *at = strstr(values, wanted);
	char *fingerprint = at ? xasprintf("%.32s", at + strlen(wanted)) : xstrdup("");

	free(wanted);
	free(values);
	return fingerprint;
}

static void
expect_fingerprint(const char *env, const char *key, const char *wanted)
{
	char *fingerprint = fingerprint_of(env, key);

	assert_string_equal(fingerprint, wanted);
	free(fingerprint);
}

#define REFER(key, ref, more)                                                                \
	"{\"key\": \"" key "\", \"secret_ref\": {\"store\": \"sidestaged\", \"ref\": \"" ref \
	"\"" more "}, \"description\": null}"
#define REF "orgs/acme/apps/shop"

static void
secret_is_copied_and_brought_back_by_its_place(void **state)
{
	static const char *const bad[] = {
		REFER("S", REF "/envs/prod/values/NONE", ""),
		REFER("S", REF "/envs/none/values/OTHER", ""),
		REFER("S", REF "/envs/prod/values/LIMIT", ""),
		REFER("S", REF "/envs/prod/values", ""),
		REFER("S", "orgs/acme/apps/billing/values/OTHER", ""),
		REFER("S", "", ""),
		REFER("S", REF "/envs/prod/values/OTHER/more", ""),
		REFER("S", "/" REF "/values/OTHER", ""),
		REFER("S", REF "/envs/prod/values/OTHER", ", \"version\": \"none\""),
		REFER("S", REF "/envs/prod/values/OTHER", ", \"value\": \"x\""),
		"{\"key\": \"S\", \"secret_ref\": {\"store\": \"vault\", \"ref\": \"x\"}, \"description\": null}",
	};
	char *rose, *body, *other;
	json_t *answer;

	(void)state;
	rose = fingerprint_of(PROD, "OTHER");
	assert_int_equal(strlen(rose), 32);
	/* Into another environment, with its deployment. */
	free(deploy(DEV, NULL, "{\"values\": {\"set\": ["
			       REFER("MINE", REF "/envs/prod/values/OTHER", "") "]}}"));
	expect_fingerprint(DEV, "MINE", rose);
	json_decref(
		ask("POST", DEV "/values", NULL, REFER("TOO", REF "/values/PASSWORD", ""), 201));
	other = fingerprint_of(SHOP, "PASSWORD");
	expect_fingerprint(DEV, "TOO", other);
	/* Changed, and back to what it was. */
	json_decref(ask("PATCH", DEV "/values/MINE", NULL, "{\"value\": \"aster\"}", 200));
	body = xasprintf("{\"values\": {\"set\": [" REFER("MINE", REF "/envs/dev/values/MINE",
			 ", \"version\": \"%s\"") "]}}", rose);
	free(deploy(DEV, NULL, body));
	expect_fingerprint(DEV, "MINE", rose);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		json_decref(ask("POST", DEV "/values", NULL, bad[i], 400));
		free(body);
		body = xasprintf("{\"values\": {\"set\": [%s]}}", bad[i]);
		json_decref(ask("POST", DEV "/deploys", NULL, body, 400));
	}
	answer = ask("GET", DEV "/values", NULL, NULL, 200);
	free(body);
	body = json_dumps(answer, 0);
	assert_null(strstr(body, "rose"));
	assert_null(strstr(body, "tulip"));
	json_decref(answer);
	free(body);
	free(other);
	free(rose);
}

static void
secret_of_an_environment_is_for_those_who_may_deploy_there(void **state)
{
	char *token = user_with("half", "{\"/orgs/acme/apps/shop\": \"developer\","
					" \"/orgs/acme/env-types/development\": \"deployer\"}");

	(void)state;
	json_decref(ask_as(token, "POST", DEV "/values", NULL,
			   REFER("STOLEN", REF "/envs/prod/values/OTHER", ""), 403));
	json_decref(ask_as(token, "POST", DEV "/deploys", NULL, "{\"values\": {\"set\": ["
			   REFER("STOLEN", REF "/envs/prod/values/OTHER", "") "]}}", 403));
	json_decref(ask_as(token, "POST", DEV "/values", NULL,
			   REFER("FAIR", REF "/envs/dev/values/MINE", ""), 201));
	free(token);
}

static void
value_writes_name_the_version_that_they_know(void **state)
{
	static const struct {
		const char *method, *path, *body;
		int status;
	} writes[] = {
		{"POST", QA2 "/values", "{\"key\": \"N\", \"value\": \"1\", \"description\": null}", 201},
		{"PUT", QA2 "/values/N", "{\"value\": \"2\", \"description\": null}", 200},
		{"PATCH", QA2 "/values/N", "{\"value\": \"3\"}", 200},
		{"DELETE", QA2 "/values/N", NULL, 204},
		{"POST", SHOP "/values", "{\"key\": \"N\", \"value\": \"1\", \"description\": null}", 201},
		{"POST", QA2 "/value-set-versions/" LATEST "/restore", "{}", 200},
		{"DELETE", SHOP "/values/N", NULL, 204},
		{"DELETE", QA2 "/values", NULL, 204},
	};

	(void)state;
	json_decref(ask("POST", SHOP "/envs", NULL,
			"{\"id\": \"qa2\", \"name\": \"QA 2\", \"type\": \"development\"}", 201));
	for (size_t i = 0; i < sizeof(writes) / sizeof(writes[0]); i++) {
		bool is_app = strncmp(writes[i].path, SHOP "/values", strlen(SHOP "/values")) == 0;
		char *now = newest_version(is_app ? SHOP : QA2), *seen;
		char *quoted = xasprintf("\"%s\"", now);
		json_t *refusal = ask(writes[i].method, writes[i].path, "\"older\"", writes[i].body,
				      412);

		assert_string_equal(json_member_string(json_object_get(refusal, "details"),
						       "value_set_version_id"), now);
		json_decref(refusal);
		seen = newest_version(is_app ? SHOP : QA2);
		assert_string_equal(seen, now);
		json_decref(ask(writes[i].method, writes[i].path, i % 2 ? quoted : now,
				writes[i].body, writes[i].status));
		free(seen);
		free(quoted);
		free(now);
	}
	json_decref(ask("DELETE", QA2, NULL, NULL, 202));
}

static void
repeated_request_with_values_changes_them_once(void **state)
{
	static const char body[] =
		"{\"values\": {\"set\": [{\"key\": \"ONCE\", \"value\": \"first\"}]}}";
	json_t *ids[2];

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct answer answer = world_ask(&world, BY_CONTROL, NULL, "POST", PROD "/deploys",
						 "Idempotency-Key: once\r\n", body);

		assert_int_equal(answer.status, 201);
		ids[i] = json_incref(json_object_get(answer.body, "id"));
		answer_clear(&answer);
		wait_for_end(PROD);
		json_decref(ask("PUT", PROD "/values/ONCE", NULL,
				"{\"value\": \"later\", \"description\": null}", 200));
	}
	assert_true(json_equal(ids[0], ids[1]));
	json_decref(ids[0]);
	json_decref(ids[1]);
	json_decref(ask("DELETE", PROD "/values/ONCE", NULL, NULL, 204));
}

/* --- deltas --- */

static char *
delta_by(const char *token, const char *env)
{
	char *body = env ? xasprintf("{\"metadata\": {\"env_id\": \"%s\"}}", env) : xstrdup("{}"),
	     *id;
	json_t *delta = ask_as(token, "POST", SHOP "/deltas", NULL, body, 200);

	id = xstrdup(json_member_string(delta, "id"));
	json_decref(delta);
	free(body);
	return id;
}

/* Each way to change a delta; status 0: it is done. */
static void
change_in_each_way(const char *token, const char *id, int status)
{
	static const struct {
		const char *method, *below, *body;
		int good;
	} ways[] = {
		{"PATCH", "", "[{\"modules\": {\"remove\": [\"api\"]}}]", 200},
		{"PUT", "", "{\"modules\": {\"remove\": [\"web\"]}}", 204},
		{"PUT", "/metadata/name", "\"name\"", 204},
		{"PUT", "/metadata/env_id", "\"prod\"", 204},
	};

	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		char *path = xasprintf(SHOP "/deltas/%s%s", id, ways[i].below);

		json_decref(ask_as(token, ways[i].method, path, NULL, ways[i].body,
				   status == 0 ? ways[i].good : status));
		free(path);
	}
}

static void
delta_for_an_environment_is_its_authors_and_the_deployers(void **state)
{
	char *author = user_with("author", "{\"/orgs/acme/apps/shop\": \"developer\"}");
	char *other = user_with("other", "{\"/orgs/acme/apps/shop\": \"developer\","
					 " \"/orgs/acme/env-types/development\": \"deployer\"}");
	char *deployer = user_with("deployer", "{\"/orgs/acme/apps/shop\": \"deployer\"}");
	char *prod = delta_by(author, "prod"), *dev = delta_by(author, "dev");
	char *gone = delta_by(author, "gone"), *free_one = delta_by(author, NULL);
	char *path = xasprintf(SHOP "/deltas/%s", prod), *archived;
	json_t *before = ask("GET", path, NULL, NULL, 200), *after, *refusal;

	(void)state;
	change_in_each_way(other, prod, 403);
	change_in_each_way(other, gone, 403);
	archived = xasprintf("%s/metadata/archived", path);
	json_decref(ask_as(other, "PUT", archived, NULL, "true", 403));
	refusal = ask_as(other, "PUT", path, NULL, "{}", 403);
	assert_non_null(strstr(json_member_string(refusal, "message"), "author"));
	json_decref(refusal);
	after = ask("GET", path, NULL, NULL, 200);
	assert_true(json_equal(before, after));
	json_decref(before);
	json_decref(after);
	/* Everybody may read it. */
	json_decref(ask_as(other, "GET", path, NULL, NULL, 200));
	change_in_each_way(deployer, prod, 0);
	change_in_each_way(author, prod, 0);
	change_in_each_way(author, gone, 0);
	/* The last way names prod: from then on it is not his. */
	change_in_each_way(other, dev, 0);
	change_in_each_way(other, dev, 403);
	change_in_each_way(other, free_one, 0);
	change_in_each_way(other, free_one, 403);
	free(archived);
	free(path);
	free(free_one);
	free(gone);
	free(dev);
	free(prod);
	free(author);
	free(other);
	free(deployer);
}

static void
delta_that_was_deployed_is_frozen_for_everybody(void **state)
{
	char *id = delta_by(NULL, NULL), *path = xasprintf(SHOP "/deltas/%s", id);
	char *body = xasprintf("{\"delta_id\": \"%s\"}", id);
	char *archived = xasprintf("%s/metadata/archived", path);
	json_t *before, *after;

	(void)state;
	free(deploy(DEV, NULL, body));
	before = ask("GET", path, NULL, NULL, 200);
	change_in_each_way(NULL, id, 409);
	after = ask("GET", path, NULL, NULL, 200);
	assert_true(json_equal(before, after));
	/* It can be put away, and deployed again. */
	json_decref(ask("PUT", archived, NULL, "true", 204));
	json_decref(ask("PUT", archived, NULL, "false", 204));
	free(deploy(DEV, NULL, body));
	json_decref(before);
	json_decref(after);
	free(archived);
	free(body);
	free(path);
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
		cmocka_unit_test(values_and_deployment_are_one_change),
		cmocka_unit_test(values_for_another_version_are_refused_and_nothing_is_done),
		cmocka_unit_test(values_go_when_the_deployment_is_refused),
		cmocka_unit_test(secrets_stay_secrets_and_have_equal_fingerprints_when_equal),
		cmocka_unit_test(secret_is_copied_and_brought_back_by_its_place),
		cmocka_unit_test(secret_of_an_environment_is_for_those_who_may_deploy_there),
		cmocka_unit_test(value_writes_name_the_version_that_they_know),
		cmocka_unit_test(repeated_request_with_values_changes_them_once),
		cmocka_unit_test(delta_for_an_environment_is_its_authors_and_the_deployers),
		cmocka_unit_test(delta_that_was_deployed_is_frozen_for_everybody),
		cmocka_unit_test(tag_is_taken_quoted_or_bare_and_the_older_form_as_before),
	};

	return cmocka_run_group_tests_name("deployments", tests, start, end);
}
