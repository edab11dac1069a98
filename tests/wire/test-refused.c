/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A request that is refused because its note in the audit log cannot be written does nothing:
 * the real daemon, real processes, and a trigger that makes the database fail.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/xmalloc.h"
#include "serve.h"

#define OTHER APP "/envs/other"

static struct serve serve;

static int
start(void **state)
{
	(void)state;
	serve_make(&serve);
	return 0;
}

static int
end(void **state)
{
	(void)state;
	serve_clear(&serve);
	return 0;
}

/* The daemon owns its database, so it is stopped meanwhile. */
static void
change_database(const char *sql)
{
	char *path = xasprintf("%s/state/platform.db", serve.folder);
	sqlite3 *database;

	serve_stop(&serve);
	assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
	assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
	assert_int_equal(sqlite3_close(database), SQLITE_OK);
	serve_start(&serve);
	serve_wait_replicas(&serve, ENV, "web", 1);
	serve_wait_replicas(&serve, OTHER, "web", 1);
	free(path);
}

/* What it answers, with the number of its process; but how many others the machine has is not its
 * affair. */
static char *
about(const char *env)
{
	char *text = serve_fetch(serve_port(&serve, env, "modules.web.externals.dns"));
	char *others;

	assert_non_null(text);
	others = strstr(text, "\nprocesses ");
	if (others)
		*others = '\0';
	return text;
}

static const struct {
	const char *method, *path, *body;
} requests[] = {
	{"DELETE", OTHER, NULL},
	{"POST", ENV "/deploys", "{'set_id': '0', 'values': {'set': [{'key': 'K', 'value': 'v'}]}}"},
	{"PUT", ENV "/runtime/paused", "true"},
	{"PATCH", ENV "/runtime/replicas", "{'web': 3}"},
	{"POST", APP "/pipelines/default/runs", "{'inputs': {'env_id': 'development', 'set_id': '0'}}"},
	{"POST", ENV "/values", "{'key': 'K', 'value': 'v', 'description': null}"},
	{"DELETE", APP, NULL},
};

static void
expect_unchanged(const json_t *before, const char *path)
{
	json_t *now;

	assert_int_equal(serve_ask(&serve, "GET", path, NULL, &now), 200);
	if (!json_equal(before, now))
		fail_msg("%s is another", path);
	json_decref(now);
}

static void
refuse_all(const char *failure)
{
	char *trigger = xasprintf(
		"CREATE TRIGGER fails BEFORE INSERT ON audit BEGIN SELECT RAISE(%s);"
		" END",
		failure);
	char *first, *second, *now;
	json_t *env, *other, *values;

	change_database(trigger);
	assert_int_equal(serve_ask(&serve, "GET", ENV, NULL, &env), 200);
	assert_int_equal(serve_ask(&serve, "GET", OTHER, NULL, &other), 200);
	assert_int_equal(serve_ask(&serve, "GET", ENV "/values", NULL, &values), 200);
	first = about(ENV);
	second = about(OTHER);
	for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
		const char *message;
		json_t *answer;

		assert_int_equal(serve_ask(&serve, requests[i].method, requests[i].path,
					   requests[i].body, &answer),
				 500);
		message = json_string_value(json_object_get(answer, "message"));
		assert_true(*message != '\0');
		assert_null(strstr(message, "already"));
		assert_null(strstr(message, "inner words"));
		json_decref(answer);
		expect_unchanged(env, ENV);
		expect_unchanged(other, OTHER);
		expect_unchanged(values, ENV "/values");
		now = about(ENV);
		assert_string_equal(now, first);
		free(now);
		now = about(OTHER);
		assert_string_equal(now, second);
		free(now);
	}
	json_decref(env);
	json_decref(other);
	json_decref(values);
	free(first);
	free(second);
	free(trigger);
	change_database("DROP TRIGGER fails");
}

static void
request_whose_note_cannot_be_written_does_nothing(void **state)
{
	(void)state;
	free(serve_deploy(&serve, ENV, ADD(WEB("web", "local/web:1.0.0", ""))));
	assert_int_equal(serve_ask(&serve, "POST", APP "/envs",
				   "{'id': 'other', 'name': 'Other', 'type': 'development'}", NULL),
			 201);
	free(serve_deploy(&serve, OTHER, ADD(WEB("web", "local/web:1.1.0", ""))));
	refuse_all("FAIL, 'inner words'");
	refuse_all("ABORT, 'inner words'");
	/* SQLite takes the transaction back by itself. */
	refuse_all("ROLLBACK, 'inner words'");
	assert_int_equal(serve_ask(&serve, "DELETE", OTHER, NULL, NULL), 202);
	serve_wait_status(&serve, OTHER, 404);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(request_whose_note_cannot_be_written_does_nothing),
	};

	return cmocka_run_group_tests_name("refused", tests, start, end);
}
