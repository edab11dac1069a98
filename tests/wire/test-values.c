/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Shared values and value set versions on the wire. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "daemon.h"
#include "model/json.h"
#include "model/patch.h"

#define APP "/orgs/acme/apps/shop"
#define ENV APP "/envs/production"
#define ZERO "00000000-0000-0000-0000-000000000000"

static struct daemon here;

static const char import[] =
	"{\"organizations\":[{\"id\":\"acme\",\"env_types\":[{\"id\":\"development\"}],"
	"\"applications\":[{\"id\":\"shop\",\"environments\":[{\"id\":\"production\"},"
	"{\"id\":\"staging\"}]},{\"id\":\"other\",\"environments\":[{\"id\":\"production\"}]}]}]}";

/* Each test has a daemon of its own: their versions would mix. */
static int
start(void **state)
{
	(void)state;
	return daemon_prepare(&here, import) == 0 && daemon_start(&here) ? 0 : -1;
}

static int
stop(void **state)
{
	int status = daemon_stop(&here);	/* a sanitiser complains by it */

	(void)state;
	daemon_clear(&here);
	return status;
}

static json_t *
ask(const char *method, const char *path, const char *body, int status)
{
	json_t *answer = NULL;
	int got = daemon_ask(&here, method, path, body, &answer);

	if (got != status) {
		char *text = answer ? json_canonical(answer) : xstrdup("");

		fail_msg("%s %s %s: %d, not %d: %s", method, path, body ? body : "", got, status,
			 text);
	}
	return answer;
}

static void
expect(const char *method, const char *path, const char *body, int status)
{
	json_decref(ask(method, path, body, status));
}

/* Types by letter: s string, S string or null, b boolean, o object, a array. */
static void
assert_shape(const json_t *object, const char *const *members)
{
	assert_true(json_is_object(object));
	for (; *members; members++) {
		const json_t *member = json_object_get(object, *members + 1);
		bool fits = (*members)[0] == 's'   ? json_is_string(member)
			    : (*members)[0] == 'S' ? json_is_string(member) || json_is_null(member)
			    : (*members)[0] == 'b' ? json_is_boolean(member)
			    : (*members)[0] == 'o' ? json_is_object(member)
						   : json_is_array(member);

		if (!fits)
			fail_msg("%s is not as the schema says", *members + 1);
	}
}

static void
assert_value(const json_t *value, const char *key, const char *text, const char *source)
{
	static const char *const members[] = {
		"skey",	       "svalue",  "bis_secret",	 "sdescription",    "screated_at",
		"supdated_at", "ssource", "Ssecret_key", "Ssecret_version", "Ssecret_store_id",
		NULL,
	};

	assert_shape(value, members);
	assert_string_equal(json_member_string(value, "key"), key);
	assert_string_equal(json_member_string(value, "value"), text);
	assert_string_equal(json_member_string(value, "source"), source);
}

static void
create(const char *path, const char *key, const char *text)
{
	char *body = xasprintf("{'key':'%s','value':'%s','description':null}", key, text);

	expect("POST", path, body, 201);
	free(body);
}

static void
put(const char *path, const char *key, const char *text)
{
	char *whole = xasprintf("%s/%s", path, key);
	char *body = xasprintf("{'value':'%s','description':''}", text);

	expect("PUT", whole, body, 200);
	free(body);
	free(whole);
}

static void
values_are_made_changed_and_deleted(void **state)
{
	json_t *value;

	(void)state;
	value = ask("POST", APP "/values", "{'key':'A','value':'1','description':'d'}", 201);
	assert_value(value, "A", "1", "app");
	assert_string_equal(json_member_string(value, "description"), "d");
	assert_true(json_is_null(json_object_get(value, "secret_key")));
	json_decref(value);
	expect("POST", APP "/values", "{'key':'A','value':'1','description':'d'}", 409);
	value = ask("PUT", APP "/values/A", "{'value':'2','description':null}", 200);
	assert_value(value, "A", "2", "app");
	assert_string_equal(json_member_string(value, "description"), "");
	json_decref(value);
	value = ask("PATCH", APP "/values/A", "{'description':'e'}", 200);
	assert_value(value, "A", "2", "app");
	assert_string_equal(json_member_string(value, "description"), "e");
	json_decref(value);
	value = ask("PATCH", APP "/values/A", "{'value':'3','description':null}", 200);
	assert_string_equal(json_member_string(value, "description"), "e");
	json_decref(value);
	expect("DELETE", APP "/values/A", NULL, 204);
	expect("DELETE", APP "/values/A", NULL, 404);
	expect("PUT", APP "/values/A", "{'value':'2','description':''}", 404);
	expect("PATCH", APP "/values/A", "{'value':'2'}", 404);
	create(APP "/values", "B", "");
	create(APP "/values", "C", "x");
	expect("DELETE", APP "/values", NULL, 204);
	value = ask("GET", APP "/values", NULL, 200);
	assert_int_equal(json_array_size(value), 0);
	json_decref(value);
}

static void
an_environments_list_is_the_applications_with_its_own_in_place(void **state)
{
	json_t *list;

	(void)state;
	create(APP "/values", "B", "app-b");
	create(APP "/values", "A", "app-a");
	create(ENV "/values", "B", "env-b");
	create(ENV "/values", "OWN", "env-own");
	list = ask("GET", ENV "/values", NULL, 200);
	assert_int_equal(json_array_size(list), 3);
	assert_value(json_array_get(list, 0), "A", "app-a", "app");
	assert_value(json_array_get(list, 1), "B", "env-b", "env");
	assert_value(json_array_get(list, 2), "OWN", "env-own", "env");
	json_decref(list);
	list = ask("GET", APP "/envs/staging/values", NULL, 200);
	assert_int_equal(json_array_size(list), 2);
	assert_value(json_array_get(list, 1), "B", "app-b", "app");
	json_decref(list);
	list = ask("GET", APP "/values", NULL, 200);
	assert_int_equal(json_array_size(list), 2);
	assert_value(json_array_get(list, 1), "B", "app-b", "app");
	json_decref(list);
	/* Only what is the environment's own can be changed there. */
	expect("PUT", ENV "/values/A", "{'value':'x','description':''}", 404);
	expect("DELETE", ENV "/values/A", NULL, 404);
	expect("DELETE", ENV "/values", NULL, 204);
	list = ask("GET", ENV "/values", NULL, 200);
	assert_int_equal(json_array_size(list), 2);
	assert_value(json_array_get(list, 1), "B", "app-b", "app");
	json_decref(list);
	list = ask("GET", "/orgs/acme/apps/other/values", NULL, 200);
	assert_int_equal(json_array_size(list), 0);
	json_decref(list);
}

static void
what_does_not_fit_is_refused_by_name(void **state)
{
	static const struct {
		const char *method, *path, *body;
		int status;
		const char *word;
	} cases[] = {
		{"POST", "/values", "{'value':'1','description':''}", 400, "key"},
		{"POST", "/values", "{'key':'','value':'1','description':''}", 400, "key"},
		{"POST", "/values", "{'key':'a b','value':'1','description':''}", 400, "key"},
		{"POST", "/values", "{'key':'a/b','value':'1','description':''}", 400, "key"},
		{"POST", "/values", "{'key':'\\u00e9','value':'1','description':''}", 400, "key"},
		{"POST", "/values", "{'key':7,'value':'1','description':''}", 400, "key"},
		{"POST", "/values", "{'key':'K','value':'1'}", 400, "description"},
		{"POST", "/values", "{'key':'K','description':''}", 400, "value"},
		{"POST", "/values", "{'key':'K','description':'','value':null}", 400, "value"},
		{"POST", "/values", "{'key':'K','description':'','value':5}", 400, "value"},
		{"POST", "/values", "{'key':'K','description':5,'value':''}", 400, "description"},
		{"POST", "/values", "{'key':'K','description':'','value':'','is_secret':'yes'}", 400,
		 "is_secret"},
		{"POST", "/values", "{'key':'K','description':'','secret_ref':'x'}", 400, "secret_ref"},
		{"POST", "/values", "{'key':'K','description':'','secret_ref':{}}", 400, "value"},
		{"POST", "/values", "{'key':'K','description':'','secret_ref':{'ref':7}}", 400, "\"ref\""},
		{"POST", "/values", "{'key':'K','description':'','secret_ref':{'value':[]}}", 400,
		 "secret_ref"},
		{"POST", "/values", "{'key':'K','description':'','secret_ref':null}", 400, "value"},
		{"POST", "/values", "{'key':'K','description':'','secret_ref':{'ref':'a','store':'b'}}",
		 400, "other store"},
		{"POST", "/values", "{'key':'K','description':'','value':'a','secret_ref':{'value':'b'}}",
		 400, "Give either \"value\" or \"secret_ref\""},
		{"POST", "/values", "['K']", 422, "object"},
		{"POST", "/values", "{'key':'K','value':'a\\u0000b','description':''}", 422, ""},
		{"POST", "/values", NULL, 422, "empty"},
		{"PUT", "/values/SET", "{'value':'1'}", 400, "description"},
		{"PUT", "/values/SET", "{'description':'1'}", 400, "value"},
		{"PATCH", "/values/SET", "{}", 400, "value"},
		{"PATCH", "/values/SET", "{'value':null,'description':null}", 400, "value"},
		{"GET", "/value-set-versions/nobody", NULL, 404, "nobody"},
		{"POST", "/value-set-versions/nobody/restore", "{}", 404, "nobody"},
		{"POST", "/value-set-versions/nobody/restore/SET", "{}", 404, "nobody"},
		{"POST", "/value-set-versions/nobody/purge/SET", "{}", 404, "nobody"},
		{"POST", "/value-set-versions/" ZERO "/restore", "{'comment':5}", 400, "comment"},
		{"POST", "/value-set-versions/" ZERO "/restore/K", "{}", 400, "K"},
		{"POST", "/value-set-versions/" ZERO "/purge/K", "{}", 400, "K"},
		{"POST", "/value-set-versions/" ZERO "/purge/SET", "{}", 400, "now"},
	};
	static const char *const levels[] = {APP, ENV};
	char *path, *body, *long_text = xmalloc(65538);
	json_t *answer;

	(void)state;
	for (size_t level = 0; level < 2; level++) {
		path = xasprintf("%s/values", levels[level]);
		create(path, "SET", "1");
		free(path);
		for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
			path = xasprintf("%s%s", levels[level], cases[i].path);
			answer = ask(cases[i].method, path, cases[i].body, cases[i].status);
			assert_non_null(json_member_string(answer, "error"));
			if (!strstr(json_member_string(answer, "message"), cases[i].word))
				fail_msg("%s %s: %s", path, cases[i].body ? cases[i].body : "",
					 json_member_string(answer, "message"));
			json_decref(answer);
			free(path);
		}
	}
	/* The limits themselves are fine, one more is not. */
	memset(long_text, 'v', 65537);
	for (int length = 65536; length <= 65537; length++) {
		body = xasprintf("{'key':'L','description':'','value':'%.*s'}", length, long_text);
		expect("POST", APP "/values", body, length == 65536 ? 201 : 400);
		free(body);
	}
	for (int length = 200; length <= 201; length++) {
		body = xasprintf("{'key':'%.*s','description':'','value':''}", length, long_text);
		expect("POST", APP "/values", body, length == 200 ? 201 : 400);
		free(body);
	}
	free(long_text);
	/* A missing environment is bad input, a missing application is not there. */
	expect("GET", APP "/envs/nobody/values", NULL, 400);
	expect("POST", APP "/envs/nobody/values", "{'key':'K','value':'','description':''}", 400);
	expect("GET", "/orgs/acme/apps/nobody/values", NULL, 404);
	expect("GET", "/orgs/acme/apps/nobody/envs/nobody/values", NULL, 404);
	expect("GET", APP "/envs/nobody/value-set-versions", NULL, 404);
}

static void
all_values_together_have_a_limit(void **state)
{
	char *text = xmalloc(65537), *body;
	int count = 0;

	(void)state;
	memset(text, 'v', 65536);
	text[65536] = '\0';
	for (int status = 201; status == 201; count++) {
		body = xasprintf("{'key':'K%d','description':'','value':'%s'}", count, text);
		status = daemon_ask(&here, "POST", APP "/values", body, NULL);
		assert_true(status == 201 || status == 400);
		free(body);
	}
	assert_int_equal(count, 64);
	free(text);
	/* One that did not fit left nothing behind. */
	expect("DELETE", APP "/values/K63", NULL, 404);
	create(ENV "/values", "K", "an environment has its own");
}

/* --- versions --- */

static json_t *
versions(const char *level, const char *query)
{
	char *path = xasprintf("%s/value-set-versions%s", level, query);
	json_t *list = ask("GET", path, NULL, 200);

	free(path);
	return list;
}

/* Oldest first: each patch turns the values before it into its own. */
static void
assert_patches_fit(const char *level, size_t count)
{
	static const char *const members[] = {
		"sid",	       "ovalues",     "achange",
		"screated_at", "screated_by", "supdated_at",
		"Sresult_of",  "scomment",    "Ssource_value_set_version_id",
		NULL,
	};
	json_t *list = versions(level, ""), *before = json_object();
	struct error err = {0};

	assert_int_equal(json_array_size(list), count);
	for (size_t i = count; i-- > 0;) {
		json_t *version = json_array_get(list, i), *values, *after, *value;
		const char *key;

		assert_shape(version, members);
		values = json_object_get(version, "values");
		json_object_foreach(values, key, value)
			assert_value(value, key, json_member_string(value, "value"),
				     json_member_string(value, "source"));
		after = patch_apply_encoded(before, json_object_get(version, "change"), &err);
		if (!after || !json_equal(after, values))
			fail_msg("version %zu of %s: %s", i, level, err.text);
		json_decref(before);
		before = after;
	}
	json_decref(before);
	json_decref(list);
}

static void
every_change_makes_a_version_whose_patch_gives_it(void **state)
{
	static const char *const results[] = {
		"app_value_delete", "env_values_delete", "app_value_update", "env_value_update",
		"env_value_create", "app_value_update", "app_value_create", "app_value_create",
	};
	json_t *list;

	(void)state;
	assert_patches_fit(APP, 0);
	create(APP "/values", "A", "1");
	create(APP "/values", "with.dots-and_all", "1");
	put(APP "/values", "A", "2");
	create(ENV "/values", "A", "env");
	put(ENV "/values", "A", "env2");
	put(APP "/values", "A", "3");		/* hidden in the environment */
	expect("DELETE", ENV "/values", NULL, 204);	/* shines through again */
	expect("DELETE", APP "/values/A", NULL, 204);
	/* What changes nothing makes none. */
	put(APP "/values", "with.dots-and_all", "1");
	expect("DELETE", ENV "/values", NULL, 204);
	assert_patches_fit(APP, 5);
	assert_patches_fit(ENV, 8);
	assert_patches_fit(APP "/envs/staging", 5);
	list = versions(ENV, "");
	for (size_t i = 0; i < 8; i++)
		assert_string_equal(json_member_string(json_array_get(list, i), "result_of"),
				    results[i]);
	json_decref(list);
	/* An environment that never had its own has the application's list. */
	list = versions(APP, "");
	json_t *same = versions(APP "/envs/staging", "");
	assert_true(json_equal(list, same));
	json_decref(same);
	json_decref(list);
}

static char *
latest(const char *level)
{
	char *path = xasprintf("%s/value-set-versions/" ZERO, level);
	json_t *version = ask("GET", path, NULL, 200);
	char *id = xstrdup(json_member_string(version, "id"));

	json_decref(version);
	free(path);
	return id;
}

static void
versions_are_found_by_key_by_id_and_by_zero(void **state)
{
	json_t *list, *version;
	char *id, *path;

	(void)state;
	expect("GET", APP "/value-set-versions/" ZERO, NULL, 404);
	create(APP "/values", "A", "1");
	create(APP "/values", "B", "1");
	id = latest(APP);
	create(ENV "/values", "A", "env");
	put(APP "/values", "A", "2");
	list = versions(APP, "?key_changed=A");
	assert_int_equal(json_array_size(list), 2);
	json_decref(list);
	list = versions(ENV, "?key_changed=A");
	assert_int_equal(json_array_size(list), 2);	/* the application's second is hidden */
	json_decref(list);
	list = versions(APP, "?key_changed=NOBODY");
	assert_int_equal(json_array_size(list), 0);
	json_decref(list);
	path = xasprintf(APP "/value-set-versions/%s", id);
	version = ask("GET", path, NULL, 200);
	assert_string_equal(json_member_string(version, "id"), id);
	assert_int_equal(json_object_size(json_object_get(version, "values")), 2);
	json_decref(version);
	free(path);
	free(id);
	/* An environment's version is none of the application's, nor of another environment's. */
	id = latest(ENV);
	expect("DELETE", ENV "/values/A", NULL, 204);
	free(id);
	id = latest(ENV);
	path = xasprintf(APP "/value-set-versions/%s", id);
	expect("GET", path, NULL, 404);
	free(path);
	path = xasprintf(APP "/envs/staging/value-set-versions/%s", id);
	expect("GET", path, NULL, 404);
	free(path);
	free(id);
}

static void
act(const char *level, const char *id, const char *verb, int status)
{
	char *path = xasprintf("%s/value-set-versions/%s/%s", level, id, verb);

	expect("POST", path, "{'comment':'because'}", status);
	free(path);
}

static void
assert_values(const char *level, const char *wanted)
{
	char *path = xasprintf("%s/values", level), *text = xstrdup("");
	json_t *list = ask("GET", path, NULL, 200), *value;
	size_t i;

	json_array_foreach(list, i, value) {
		char *more = xasprintf("%s%s%s=%s", text, *text ? " " : "",
				       json_member_string(value, "key"),
				       json_member_string(value, "value"));
		free(text);
		text = more;
	}
	assert_string_equal(text, wanted);
	json_decref(list);
	free(text);
	free(path);
}

static void
a_version_is_restored_whole_or_by_key(void **state)
{
	char *first, *before;
	json_t *version;

	(void)state;
	create(APP "/values", "A", "1");
	create(APP "/values", "B", "1");
	first = latest(APP);
	put(APP "/values", "A", "2");
	expect("DELETE", APP "/values/B", NULL, 204);
	create(APP "/values", "C", "3");
	before = latest(APP);
	act(APP, first, "restore/A", 200);
	assert_values(APP, "A=1 C=3");
	act(APP, first, "restore/B", 200);
	assert_values(APP, "A=1 B=1 C=3");
	act(APP, first, "restore/C", 400);
	act(APP, before, "restore", 200);
	assert_values(APP, "A=2 C=3");
	act(APP, first, "restore", 200);
	assert_values(APP, "A=1 B=1");
	version = ask("GET", APP "/value-set-versions/" ZERO, NULL, 200);
	assert_string_equal(json_member_string(version, "result_of"),
			    "app_value_set_version_restore");
	assert_string_equal(json_member_string(version, "comment"), "because");
	assert_string_equal(json_member_string(version, "source_value_set_version_id"), first);
	json_decref(version);
	assert_patches_fit(APP, 9);
	free(first);
	free(before);
}

static void
restoring_in_an_environment_leaves_the_application_alone(void **state)
{
	char *first, *second;

	(void)state;
	create(APP "/values", "A", "app");
	first = latest(ENV);			/* it has none of its own yet */
	create(ENV "/values", "A", "env");
	create(ENV "/values", "B", "env");
	second = latest(ENV);
	put(APP "/values", "A", "app2");
	act(ENV, first, "restore", 200);
	assert_values(ENV, "A=app2");
	assert_values(APP, "A=app2");
	act(ENV, first, "restore/A", 400);	/* the application's: not this level's to restore */
	act(ENV, second, "restore", 200);
	assert_values(ENV, "A=env B=env");
	assert_values(APP, "A=app2");
	assert_patches_fit(ENV, 6);
	free(first);
	free(second);
}

static void
a_purged_value_is_gone_from_every_version(void **state)
{
	char *first, *text;
	json_t *list;

	(void)state;
	create(APP "/values", "A", "LEAKED-9f2c");
	create(APP "/values", "B", "1");
	first = latest(APP);
	expect("PATCH", APP "/values/A", "{'description':'the same value once more'}", 200);
	act(APP, first, "purge/A", 400);	/* it is in use */
	put(APP "/values", "A", "2");
	act(APP, first, "purge/A", 204);
	act(APP, first, "purge/A", 204);
	list = versions(APP, "");
	text = json_canonical(list);
	assert_null(strstr(text, "LEAKED"));
	free(text);
	assert_string_equal(json_member_string(json_array_get(list, 0), "result_of"),
			    "app_value_set_version_purge");
	assert_string_equal(json_member_string(json_array_get(list, 0),
					       "source_value_set_version_id"), first);
	json_decref(list);
	list = versions(APP, "?key_changed=A");
	assert_int_equal(json_array_size(list), 2);	/* its last change, and the purge */
	json_decref(list);
	assert_patches_fit(APP, 5);
	act(APP, first, "restore/A", 400);
	/* Nothing is left to restore, so the key stays as it is. */
	put(APP "/values", "B", "2");
	act(APP, first, "restore", 200);
	assert_values(APP, "A=2 B=1");
	/* Nor is it in a file, and not only once the log was closed. */
	text = xasprintf("grep -rq LEAKED %s", here.state);
	assert_int_not_equal(system(text), 0);
	daemon_stop(&here);
	assert_int_not_equal(system(text), 0);
	free(text);
	free(first);
}

static void
a_new_environment_has_nothing_of_one_that_was_deleted(void **state)
{
	json_t *answer;
	int status;

	(void)state;
	create(ENV "/values", "A", "old");
	expect("DELETE", ENV, NULL, 202);
	do {
		status = daemon_ask(&here, "GET", ENV, NULL, NULL);
	} while (status == 200);
	expect("POST", APP "/envs", "{'id':'production','name':'P','type':'development'}", 201);
	assert_values(ENV, "");
	answer = versions(ENV, "");
	assert_int_equal(json_array_size(answer), 0);
	json_decref(answer);
}

#define ALONE(test) cmocka_unit_test_setup_teardown(test, start, stop)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		ALONE(values_are_made_changed_and_deleted),
		ALONE(an_environments_list_is_the_applications_with_its_own_in_place),
		ALONE(what_does_not_fit_is_refused_by_name),
		ALONE(all_values_together_have_a_limit),
		ALONE(every_change_makes_a_version_whose_patch_gives_it),
		ALONE(versions_are_found_by_key_by_id_and_by_zero),
		ALONE(a_version_is_restored_whole_or_by_key),
		ALONE(restoring_in_an_environment_leaves_the_application_alone),
		ALONE(a_purged_value_is_gone_from_every_version),
		ALONE(a_new_environment_has_nothing_of_one_that_was_deleted),
	};

	return cmocka_run_group_tests_name("values", tests, NULL, NULL);
}
