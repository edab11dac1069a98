/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Sets and deltas over the wire: what is previewed, compared, changed and frozen, and which answers
 * those get that make no sense.  Nothing is deployed here, so nothing is waited for. */
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

static int
ask(const char *method, const char *path, const char *body)
{
	return serve_ask(&serve, method, path, body, NULL);
}

/* The answer to what must be 200 or 201; json_decref() it. */
static json_t *
get(const char *method, const char *path, const char *body)
{
	json_t *answer = NULL;
	int status = serve_ask(&serve, method, path, body, &answer);

	if (status != 200 && status != 201)
		fail_msg("%s %s: %d", method, path, status);
	assert_non_null(answer);
	return answer;
}

/* The id of the set that a delta makes of another; free() it. */
static char *
preview(const char *base, const char *delta)
{
	char *path = xasprintf(APP "/sets/%s", base), *id;
	json_t *answer = get("POST", path, delta);

	assert_true(json_is_string(answer));
	id = xstrdup(json_string_value(answer));
	json_decref(answer);
	free(path);
	return id;
}

#define IMAGE_OP(value) \
	"{'modules': {'update': {'web': [{'op': 'replace', 'path': '/spec/containers/main/image', 'value': '" value "'}]}}}"

static void
a_preview_is_stored_and_deploys_nothing(void **state)
{
	char *one = preview("0", ADD(WORKER("web", "local/web:1.0.0", ""))), *again, *two, *path;
	json_t *set, *env;

	(void)state;
	again = preview("000", ADD(WORKER("web", "local/web:1.0.0", "")));
	assert_string_equal(one, again);	/* the same content is the same set */
	two = preview(one, IMAGE_OP("local/web:1.9.0"));
	assert_string_not_equal(one, two);
	path = xasprintf(APP "/sets/%s", two);
	set = get("GET", path, NULL);
	assert_string_equal(json_string_value(json_object_get(set, "id")), two);
	json_decref(set);
	free(path);
	set = get("GET", APP "/sets", NULL);
	assert_true(json_array_size(set) >= 2);
	json_decref(set);
	env = get("GET", ENV, NULL);
	assert_false(json_is_object(json_object_get(env, "last_deploy")));
	json_decref(env);
	free(one);
	free(two);
	free(again);
}

/* By either address; and what it says makes one of the other. */
static void
a_difference_leads_from_one_set_to_the_other(void **state)
{
	char *one = preview("0", ADD(WORKER("web", "local/web:1.0.0", ""))),
	     *two = preview(one, IMAGE_OP("local/web:1.9.0")), *path, *text, *made;
	json_t *difference, *same;

	(void)state;
	path = xasprintf(APP "/sets/%s/diff/%s", two, one);
	difference = get("GET", path, NULL);
	free(path);
	path = xasprintf(APP "/sets/%s?diff=%s", two, one);
	same = get("GET", path, NULL);
	assert_true(json_equal(difference, same));
	json_decref(same);
	free(path);
	text = json_dumps(difference, 0);
	assert_non_null(strstr(text, "local/web:1.9.0"));
	made = preview(one, text);
	assert_string_equal(made, two);
	free(made);
	free(text);
	json_decref(difference);
	path = xasprintf(APP "/sets/%s/diff/0", one);	/* from nothing: all of it is added */
	difference = get("GET", path, NULL);
	assert_int_equal(json_object_size(json_object_get(json_object_get(difference, "modules"), "add")),
			 1);
	json_decref(difference);
	free(path);
	path = xasprintf(APP "/sets/0/diff/%s", one);
	difference = get("GET", path, NULL);
	assert_int_equal(json_array_size(json_object_get(json_object_get(difference, "modules"),
							 "remove")), 1);
	json_decref(difference);
	free(path);
	free(one);
	free(two);
}

/* 400 KB of workloads: "[first, last)", each with a value of its own. */
static char *
big_addition(int first, int last)
{
	json_t *add = json_object(), *delta = json_pack("{s:{s:O}}", "modules", "add", add);
	char name[16], *text;

	for (int i = first; i < last; i++) {
		char *filler = xasprintf("%05000d", i);

		snprintf(name, sizeof(name), "w%d", i);
		json_object_set_new(add, name, json_pack("{s:s, s:{s:{s:{s:s, s:{s:s}}}}}", "profile",
							 "humanitec/default-module", "spec",
							 "containers", "main", "image", "local/web:1.0.0",
							 "variables", "A", filler));
		free(filler);
	}
	text = json_dumps(delta, JSON_COMPACT);
	json_decref(add);
	json_decref(delta);
	return text;
}

/* It goes out in pieces (model/delta-text.h) and is the same. */
static void
a_big_difference_leads_from_one_set_to_the_other(void **state)
{
	char *first = big_addition(0, 80), *later = big_addition(10, 90);
	char *one, *two, *path, *text, *made;
	json_t *difference, *modules;

	(void)state;
	one = preview("0", first);
	two = preview("0", later);
	path = xasprintf(APP "/sets/%s/diff/%s", two, one);
	difference = get("GET", path, NULL);
	modules = json_object_get(difference, "modules");
	assert_int_equal(json_object_size(json_object_get(modules, "add")), 10);
	assert_int_equal(json_array_size(json_object_get(modules, "remove")), 10);
	assert_int_equal(json_object_size(json_object_get(modules, "update")), 0);
	text = json_dumps(difference, 0);
	made = preview(one, text);
	assert_string_equal(made, two);
	json_decref(difference);
	free(made), free(text), free(path);
	free(one), free(two), free(first), free(later);
}

static void
what_a_set_lacks_is_refused_and_stores_nothing(void **state)
{
	static const struct { const char *method, *path, *body; int status; } cases[] = {
		{"GET", APP "/sets/nothing", NULL, 404},
		{"GET", APP "/sets/nothing?diff=0", NULL, 404},
		{"GET", APP "/sets/0?diff=nothing", NULL, 404},
		{"GET", APP "/sets/0/diff/nothing", NULL, 404},
		{"GET", APP "/sets/nothing/diff/0", NULL, 404},
		{"GET", APP "/sets/nothing/resources", NULL, 404},
		{"GET", APP "/sets/nothing/warnings?env_id=development", NULL, 404},
		{"GET", APP "/sets/0/warnings", NULL, 400},
		{"GET", APP "/sets/0/warnings?env_id=nowhere", NULL, 404},
		{"GET", APP "/sets/0/warnings?env_id=development", NULL, 200},
		{"GET", APP "/sets/0/warnings?env_id=to-be-made&env_type=development", NULL, 200},
		{"GET", APP "/sets/0/warnings?env_type=development", NULL, 200},
		{"POST", APP "/sets/nothing", "{}", 404},
		{"POST", APP "/sets/0", "[]", 422},
		{"POST", APP "/sets/0", "{'modules': 7}", 400},
		{"POST", APP "/sets/0", "{'modules': {'add': {'w': 7}}}", 400},
		{"POST", APP "/sets/0", "{'modules': {'update': {'gone': [{'op': 'remove', 'path': '/spec'}]}}}", 400},
		{"POST", APP "/sets/0", "{'shared': [{'op': 'replace', 'path': '/db', 'value': {}}]}", 400},
		{"POST", APP "/sets/0", "{'shared': [{'op': 'move', 'path': '/a', 'from': '/b'}]}", 400},
		{"DELETE", APP "/sets/0", NULL, 405},
		{"GET", ORG "/apps/nowhere/sets/0", NULL, 404},
	};
	json_t *before = get("GET", APP "/sets", NULL), *after;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int status = ask(cases[i].method, cases[i].path, cases[i].body);

		if (status != cases[i].status)
			fail_msg("%s %s %s: %d", cases[i].method, cases[i].path,
				 cases[i].body ? cases[i].body : "", status);
	}
	after = get("GET", APP "/sets", NULL);
	assert_true(json_equal(before, after));
	json_decref(before);
	json_decref(after);
}

/* The path of a new delta; free() it. */
static char *
new_delta(const char *body)
{
	json_t *answer = get("POST", APP "/deltas", body);
	char *path = xasprintf(APP "/deltas/%s", json_string_value(json_object_get(answer, "id")));

	json_decref(answer);
	return path;
}

static json_t *
metadata_of(const char *delta)
{
	json_t *body = get("GET", delta, NULL), *metadata = json_incref(json_object_get(body, "metadata"));

	json_decref(body);
	return metadata;
}

static int
ask_below(const char *method, const char *delta, const char *end, const char *body)
{
	char *path = xasprintf("%s%s", delta, end);
	int status = ask(method, path, body);

	free(path);
	return status;
}

static void
a_delta_is_changed_whole_and_in_part(void **state)
{
	char *delta = new_delta(ADD(WORKER("web", "local/web:1.0.0", "")));
	json_t *body, *modules;

	(void)state;
	/* A PATCH adds to it, a PUT takes its place. */
	assert_int_equal(ask("PATCH", delta, "[" ADD(WORKER("api", "local/web:1.0.0", "")) "]"), 200);
	body = get("GET", delta, NULL);
	modules = json_object_get(json_object_get(body, "modules"), "add");
	assert_int_equal(json_object_size(modules), 2);
	json_decref(body);
	assert_int_equal(ask("PUT", delta, ADD(WORKER("new", "local/web:1.0.0", ""))), 204);
	body = get("GET", delta, NULL);
	modules = json_object_get(json_object_get(body, "modules"), "add");
	assert_int_equal(json_object_size(modules), 1);
	assert_non_null(json_object_get(modules, "new"));
	json_decref(body);
	assert_int_equal(ask("PATCH", delta, "[7]"), 400);
	assert_int_equal(ask("PATCH", delta, "{}"), 422);
	assert_int_equal(ask("PUT", delta, "{'modules': []}"), 400);
	assert_int_equal(ask("PUT", APP "/deltas/nothing", "{}"), 404);
	assert_int_equal(ask("PATCH", APP "/deltas/nothing", "[]"), 404);
	free(delta);
}

static void
an_archived_delta_is_not_changed(void **state)
{
	static const struct { const char *method, *end, *body; } changes[] = {
		{"PUT", "", "{}"}, {"PATCH", "", "[{}]"}, {"PUT", "/metadata/name", "'x'"},
		{"PUT", "/metadata/env_id", "'development'"},
	};
	char *delta = new_delta("{'metadata': {'name': 'fix', 'env_id': 'development'}}");
	json_t *metadata = metadata_of(delta);

	(void)state;
	assert_string_equal(json_string_value(json_object_get(metadata, "name")), "fix");
	assert_string_equal(json_string_value(json_object_get(metadata, "env_id")), "development");
	json_decref(metadata);
	assert_int_equal(ask_below("PUT", delta, "/metadata/archived", "true"), 204);
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		if (ask_below(changes[i].method, delta, changes[i].end, changes[i].body) != 400)
			fail_msg("%s %s", changes[i].method, changes[i].end);
	assert_int_equal(ask_below("PUT", delta, "/metadata/archived", "false"), 204);
	assert_int_equal(ask_below("PUT", delta, "/metadata/name", "'other'"), 204);
	assert_int_equal(ask_below("PUT", delta, "/metadata/archived", "7"), 422);
	assert_int_equal(ask_below("PUT", delta, "/metadata/name", "{}"), 422);
	metadata = metadata_of(delta);
	assert_string_equal(json_string_value(json_object_get(metadata, "name")), "other");
	assert_string_equal(json_string_value(json_object_get(metadata, "env_id")), "development");
	json_decref(metadata);
	free(delta);
}

static void
a_delta_that_makes_no_sense_is_refused(void **state)
{
	static const char *const bodies[] = {
		"[]", "7", "{'modules': 7}", "{'modules': {'add': []}}", "{'modules': {'remove': {}}}",
		"{'modules': {'update': {'w': {}}}}", "{'modules': {'update': {'w': [{'op': 'fly', 'path': '/a'}]}}}",
		"{'shared': {}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		int status = ask("POST", APP "/deltas", bodies[i]);

		if (status != (bodies[i][0] == '{' ? 400 : 422))
			fail_msg("%s: %d", bodies[i], status);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_preview_is_stored_and_deploys_nothing),
		cmocka_unit_test(a_difference_leads_from_one_set_to_the_other),
		cmocka_unit_test(a_big_difference_leads_from_one_set_to_the_other),
		cmocka_unit_test(what_a_set_lacks_is_refused_and_stores_nothing),
		cmocka_unit_test(a_delta_is_changed_whole_and_in_part),
		cmocka_unit_test(an_archived_delta_is_not_changed),
		cmocka_unit_test(a_delta_that_makes_no_sense_is_refused),
	};

	return cmocka_run_group_tests(tests, make, clear);
}
