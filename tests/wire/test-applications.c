/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Applications from their making to their end, and the deltas of one. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/xmalloc.h"
#include "serve.h"

static struct serve serve;

static int
make(void **state)
{
	(void)state;
	serve_make(&serve);
	return 0;
}

static int
clear(void **state)
{
	(void)state;
	serve_clear(&serve);
	return 0;
}

static const char *
text(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

static void
an_application_comes_with_the_environment_asked_for(void **state)
{
	static const struct {
		const char *body;
		size_t envs;
		const char *id, *type;
	} cases[] = {
		{"{'id': 'one', 'name': 'One'}", 1, "development", "development"},
		{"{'id': 'two', 'name': 'Two', 'env': {'id': 'live', 'name': 'Live', 'type': 'production'}}",
		 1, "live", "production"},
		{"{'id': 'three', 'name': 'Three', 'skip_environment_creation': true}", 0, NULL, NULL},
	};
	static const char *const bad[] = {
		"{'id': 'x', 'name': 'Too short'}", "{'id': 'no-name'}", "{'name': 'No id'}",
		"{'id': 'a--b', 'name': 'Dashes'}",
		"{'id': 'four', 'name': 'F', 'env': {'id': 'a1', 'name': 'A', 'type': 'none'}}",
		"{'id': 'four', 'name': 'F', 'env': {'id': 'a1', 'name': 'A'}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		json_t *app, *env;

		assert_int_equal(serve_ask(&serve, "POST", ORG "/apps", cases[i].body, &app), 201);
		assert_int_equal(json_array_size(json_object_get(app, "envs")), cases[i].envs);
		assert_string_equal(text(app, "status"), "active");
		env = json_array_get(json_object_get(app, "envs"), 0);
		if (cases[i].id) {
			assert_string_equal(text(env, "id"), cases[i].id);
			assert_string_equal(text(env, "type"), cases[i].type);
		}
		json_decref(app);
		assert_int_equal(serve_ask(&serve, "POST", ORG "/apps", cases[i].body, NULL), 409);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(serve_ask(&serve, "POST", ORG "/apps", bad[i], NULL), 400);
	assert_int_equal(serve_ask(&serve, "GET", ORG "/apps/four", NULL, NULL), 404);
}

static void
deleting_an_application_ends_all_of_it(void **state)
{
	char *reply;
	int port;

	(void)state;
	free(serve_deploy(&serve, ENV, ADD(WEB("web", "local/web:1.0.0", ""))));
	port = serve_port(&serve, ENV, "modules.web.externals.dns");
	reply = serve_fetch(port);
	assert_non_null(reply);
	free(reply);
	/* What is odd is not taken for what is left out. */
	assert_int_equal(serve_ask(&serve, "POST", ORG "/apps", "{'id': 'a', 'name': 'A', 'env': 7}",
				   NULL), 400);
	assert_int_equal(serve_ask(&serve, "POST", ORG "/apps",
				   "{'id': 'a', 'name': 'A', 'env': {'id': 'b', 'name': 'B'}}", NULL),
			 400);
	assert_int_equal(serve_ask(&serve, "POST", ORG "/apps",
				   "{'id': 'a', 'name': 'A', 'skip_environment_creation': 'no'}",
				   NULL), 400);
	assert_int_equal(serve_ask(&serve, "POST", APP "/envs",
				   "{'id': 'second', 'name': 'S', 'type': 7}", NULL), 400);
	assert_int_equal(serve_ask(&serve, "POST", APP "/envs",
				   "{'id': 'second', 'name': 'S', 'from_deploy_id': []}", NULL), 400);
	assert_int_equal(
		serve_ask(&serve, "POST", APP "/envs", "{'id': 'second', 'name': 'S'}", NULL), 201);
	assert_int_equal(serve_ask(&serve, "DELETE", APP, NULL, NULL), 202);
	serve_wait_status(&serve, APP, 404);
	assert_null(serve_fetch(port));
	assert_int_equal(serve_ask(&serve, "DELETE", APP, NULL, NULL), 404);
	/* The name is free again, and nothing of the old one is there. */
	assert_int_equal(
		serve_ask(&serve, "POST", ORG "/apps", "{'id': 'shop', 'name': 'New'}", NULL), 201);
	for (int i = 0; i < 3; i++) {
		static const char *const lists[] = {APP "/sets", APP "/deltas", ENV "/deploys"};
		json_t *list;

		assert_int_equal(serve_ask(&serve, "GET", lists[i], NULL, &list), 200);
		assert_int_equal(json_array_size(list), 0);
		json_decref(list);
	}
}

static void
one_without_environments_is_gone_at_once(void **state)
{
	(void)state;
	assert_int_equal(serve_ask(&serve, "POST", ORG "/apps",
				   "{'id': 'bare', 'name': 'B', 'skip_environment_creation': true}",
				   NULL), 201);
	assert_int_equal(serve_ask(&serve, "DELETE", ORG "/apps/bare", NULL, NULL), 204);
	assert_int_equal(serve_ask(&serve, "GET", ORG "/apps/bare", NULL, NULL), 404);
	assert_int_equal(serve_ask(&serve, "DELETE", ORG "/apps/bare", NULL, NULL), 404);
}

/* The deletion was asked for, and the daemon was stopped before it was done. */
static void
a_deletion_goes_on_after_a_restart(void **state)
{
	(void)state;
	free(serve_deploy(&serve, ENV,
			  ADD(WORKER("job", "local/worker:1.0.0", ", 'MODE': 'family'"))));
	assert_int_equal(serve_ask(&serve, "DELETE", APP, NULL, NULL), 202);
	assert_int_equal(
		serve_ask(&serve, "POST", APP "/envs", "{'id': 'more', 'name': 'M'}", NULL), 409);
	serve_stop(&serve);
	serve_start(&serve);
	serve_wait_status(&serve, APP, 404);
}

static char *
new_delta(const char *body)
{
	json_t *delta;
	char *path;

	assert_int_equal(serve_ask(&serve, "POST", APP "/deltas", body, &delta), 200);
	path = xasprintf(APP "/deltas/%s", text(delta, "id"));
	json_decref(delta);
	return path;
}

static const char *
image_of(const json_t *delta, const char *module)
{
	json_t *add = json_object_get(json_object_get(delta, "modules"), "add");
	json_t *spec = json_object_get(json_object_get(add, module), "spec");

	return text(json_object_get(json_object_get(spec, "containers"), "main"), "image");
}

static void
a_delta_is_merged_by_patch_and_replaced_by_put(void **state)
{
	char *path = new_delta(ADD(WORKER("job", "local/worker:1.0.0", "")));
	char *part = xasprintf("%s/metadata/archived", path);
	json_t *delta;

	(void)state;
	/* Two changes in order: the operation is folded into what is added. */
	assert_int_equal(
		serve_ask(&serve, "PATCH", path,
			  "[{'modules': {'update': {'job': [{'op': 'replace', 'path':"
			  " '/spec/containers/main/image', 'value': 'local/web:1.0.0'}]}}},"
			  " {'modules': {'remove': ['old']}}]",
			  &delta),
		200);
	assert_string_equal(image_of(delta, "job"), "local/web:1.0.0");
	assert_int_equal(
		json_array_size(json_object_get(json_object_get(delta, "modules"), "remove")), 1);
	assert_true(
		json_is_array(json_object_get(json_object_get(delta, "metadata"), "contributers")));
	json_decref(delta);
	/* One of two is wrong: neither is stored. */
	assert_int_equal(serve_ask(&serve, "PATCH", path,
				   "[{'modules': {'remove': ['other']}}, {'modules': {'add': 1}}]",
				   NULL),
			 400);
	assert_int_equal(serve_ask(&serve, "GET", path, NULL, &delta), 200);
	assert_int_equal(
		json_array_size(json_object_get(json_object_get(delta, "modules"), "remove")), 1);
	json_decref(delta);
	assert_int_equal(serve_ask(&serve, "PUT", path, "{'modules': {'remove': ['job']}}", NULL),
			 204);
	assert_int_equal(serve_ask(&serve, "GET", path, NULL, &delta), 200);
	assert_int_equal(
		json_object_size(json_object_get(json_object_get(delta, "modules"), "add")), 0);
	json_decref(delta);
	assert_int_equal(serve_ask(&serve, "PUT", part, "true", NULL), 204);
	assert_int_equal(serve_ask(&serve, "PUT", path, "{}", NULL), 400);
	assert_int_equal(serve_ask(&serve, "PATCH", path, "[{}]", NULL), 400);
	assert_int_equal(serve_ask(&serve, "GET", path, NULL, NULL), 200);
	assert_int_equal(serve_ask(&serve, "PATCH", APP "/deltas/none", "[{}]", &delta), 404);
	assert_true(json_is_string(delta));	/* a bare string, by the specification */
	json_decref(delta);
	assert_int_equal(serve_ask(&serve, "PUT", APP "/deltas/none", "{}", NULL), 404);
	free(part);
	free(path);
}

/* Nothing of it is kept: what is lost of a delta would be a change that somebody believes made. */
static void
a_delta_has_no_members_that_nobody_knows(void **state)
{
	static const struct { const char *method, *path, *body, *name; } cases[] = {
		{"POST", APP "/deltas", "{'module': {'add': {}}}", "\"module\" in \"delta\""},
		{"POST", APP "/deltas", "{'modules': {'added': {}}}", "\"added\" in \"modules\""},
		{"POST", APP "/deltas", "{'shard': []}", "\"shard\" in \"delta\""},
		{"POST", APP "/sets/0", "{'foo': 1}", "\"foo\" in \"delta\""},
		{"POST", APP "/sets/0", "{'modules': {'removed': ['x']}}", "\"removed\" in \"modules\""},
	};
	json_t *answer;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(serve_ask(&serve, cases[i].method, cases[i].path, cases[i].body,
					   &answer), 400);
		if (!strstr(text(answer, "message"), cases[i].name))
			fail_msg("%s: %s", cases[i].body, text(answer, "message"));
		json_decref(answer);
	}
	assert_int_equal(serve_ask(&serve, "POST", APP "/deltas",
				   "{'id': 'x', 'metadata': {}, 'modules': {'add': null, 'remove': null,"
				   " 'update': null}, 'shared': null}", &answer), 200);
	json_decref(answer);
}

#define WITH_PLATFORM(test) cmocka_unit_test_setup_teardown(test, make, clear)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_PLATFORM(an_application_comes_with_the_environment_asked_for),
		WITH_PLATFORM(deleting_an_application_ends_all_of_it),
		WITH_PLATFORM(one_without_environments_is_gone_at_once),
		WITH_PLATFORM(a_deletion_goes_on_after_a_restart),
		WITH_PLATFORM(a_delta_is_merged_by_patch_and_replaced_by_put),
		WITH_PLATFORM(a_delta_has_no_members_that_nobody_knows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
