/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Resource definitions and their criteria, as they are seen on the wire. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "access-world.h"

#define DEFS "/orgs/acme/resources/defs"
#define NEW(id, criteria) \
	"{\"id\": \"" id "\", \"name\": \"N\", \"type\": \"queue\", \"driver_type\": \"static\"," \
	" \"driver_inputs\": {\"values\": {\"a\": 1}}, \"criteria\": " criteria "}"

static struct world world;

/* The answer's body, which has this status; json_decref() it. */
static json_t *
ask(const char *method, const char *path, const char *body, int status)
{
	struct answer answer = world_ask(&world, BY_CONTROL, NULL, method, path, NULL, body);
	json_t *value = json_incref(answer.body);

	if (answer.status != status)
		fail_msg("%s %s: %d and not %d", method, path, answer.status, status);
	answer_clear(&answer);
	return value;
}

static const char *
text(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

static void
definition_comes_back_as_it_went_in(void **state)
{
	json_t *made = ask("POST", DEFS, NEW("queue-one", "[{\"env_id\": \"e1\"}]"), 200);
	json_t *read = ask("GET", DEFS "/queue-one", NULL, 200);
	json_t *rule = json_array_get(json_object_get(read, "criteria"), 0);

	(void)state;
	assert_true(json_equal(made, read));
	assert_string_equal(text(rule, "class"), "default");
	assert_string_equal(text(rule, "env_id"), "e1");
	assert_null(json_object_get(rule, "app_id"));
	json_decref(made);
	json_decref(read);
	json_decref(ask("POST", DEFS, NEW("queue-one", "[]"), 409));
	json_decref(ask("GET", DEFS "/no-such", NULL, 404));
	ask("DELETE", DEFS "/queue-one", NULL, 204);
	json_decref(ask("GET", DEFS "/queue-one", NULL, 404));
}

static void
version_changes_only_with_what_a_driver_is_given(void **state)
{
	json_t *made = ask("POST", DEFS, NEW("queue-two", "[]"), 200);
	json_t *named = ask("PATCH", DEFS "/queue-two", "{\"name\": \"M\"}", 200);
	json_t *changed = ask("PATCH", DEFS "/queue-two",
			      "{\"driver_inputs\": {\"values\": {\"a\": 2}}}", 200);

	(void)state;
	assert_string_equal(text(named, "name"), "M");
	assert_string_equal(text(made, "active_version_id"), text(named, "active_version_id"));
	assert_string_not_equal(text(made, "active_version_id"),
				text(changed, "active_version_id"));
	json_decref(made);
	json_decref(named);
	json_decref(changed);
	ask("DELETE", DEFS "/queue-two", NULL, 204);
}

static void
double_rule_of_a_type_is_refused_and_nothing_stays(void **state)
{
	json_t *one = ask("POST", DEFS, NEW("queue-a", "[{\"app_id\": \"x\"}]"), 200);

	(void)state;
	json_decref(one);
	json_decref(ask("POST", DEFS, NEW("queue-b", "[{\"app_id\": \"x\"}]"), 409));
	json_decref(ask("GET", DEFS "/queue-b", NULL, 404));
	json_decref(ask("POST", DEFS "/queue-a/criteria", "{\"app_id\": \"x\"}", 409));
	one = ask("POST", DEFS "/queue-a/criteria", "{\"res_id\": \"r\"}", 200);
	assert_string_equal(text(one, "res_id"), "r");
	json_decref(one);
	json_decref(ask("PUT", DEFS "/queue-a/criteria", "[{}, {}]", 409));
	one = ask("GET", DEFS "/queue-a", NULL, 200);
	assert_int_equal(json_array_size(json_object_get(one, "criteria")), 2);
	json_decref(one);
	ask("DELETE", DEFS "/queue-a", NULL, 204);
}

static void
query_lists_what_would_match_strongest_first(void **state)
{
	json_t *list;

	(void)state;
	json_decref(ask("POST", DEFS, NEW("queue-any", "[{}]"), 200));
	json_decref(ask("POST", DEFS, NEW("queue-app", "[{\"app_id\": \"x\"}]"), 200));
	json_decref(ask("POST", DEFS, NEW("queue-env", "[{\"env_id\": \"e\"}]"), 200));
	list = ask("GET", DEFS "?res_type=queue&app=x&env=e", NULL, 200);
	assert_int_equal(json_array_size(list), 3);
	assert_string_equal(text(json_array_get(list, 0), "id"), "queue-env");
	assert_string_equal(text(json_array_get(list, 2), "id"), "queue-any");
	json_decref(list);
	list = ask("GET", DEFS "?res_type=queue&app=y&env=f", NULL, 200);
	assert_int_equal(json_array_size(list), 1);
	json_decref(list);
}

static int
start(void **state)
{
	(void)state;
	world_make(&world);
	world_start(&world);
	return 0;
}

static int
stop(void **state)
{
	(void)state;
	world_clear(&world);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(definition_comes_back_as_it_went_in),
		cmocka_unit_test(version_changes_only_with_what_a_driver_is_given),
		cmocka_unit_test(double_rule_of_a_type_is_refused_and_nothing_stays),
		cmocka_unit_test(query_lists_what_would_match_strongest_first),
	};

	return cmocka_run_group_tests_name("resources", tests, start, stop);
}
