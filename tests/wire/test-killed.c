/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The real daemon is killed as soon as it has answered, and started again: what it said is
 * true, a deployment is never left hanging, and what runs is the newest that succeeded.
 */
#include "config.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "serve.h"
#include "tests/patience.h"

#define ROUNDS 10
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

static void
kill_and_start(void)
{
	int status;

	kill(serve.pid, SIGKILL);
	assert_int_equal(waitpid(serve.pid, &status, 0), serve.pid);
	assert_true(WIFSIGNALED(status));
	serve_start(&serve);
}

static json_t *
get(const char *path)
{
	json_t *body;

	assert_int_equal(serve_ask(&serve, "GET", path, NULL, &body), 200);
	return body;
}

static const char *
text(const json_t *object, const char *key)
{
	const char *value = json_string_value(json_object_get(object, key));

	return value ? value : "";
}

/* How it ended; a static text. */
static const char *
wait_for_end(const char *deployment)
{
	static char status[32];
	char *path = xasprintf(ENV "/deploys/%s", deployment);
	int64_t until = clock_steady_ms() + PATIENCE_MS;

	for (;;) {
		json_t *body = get(path);

		strncpy(status, text(body, "status"), sizeof(status) - 1);
		json_decref(body);
		if (strcmp(status, "pending") != 0 && strcmp(status, "in progress") != 0)
			break;
		assert_true(clock_steady_ms() < until);
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	}
	free(path);
	return status;
}

static void
expect_interrupted(const char *deployment)
{
	char *path = xasprintf(ENV "/deploys/%s/errors", deployment);
	json_t *errors = get(path);

	assert_int_equal(json_array_size(errors), 1);
	assert_string_equal(text(json_array_get(errors, 0), "code"), "interrupted");
	json_decref(errors);
	free(path);
}

/* Until what answers there is this version. */
static void
wait_for_version(const char *version)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	char *wanted = xasprintf("env VERSION=%s\n", version), *about = NULL;

	do {
		int port = serve_port(&serve, ENV, "modules.web.externals.dns");

		free(about);
		about = port ? serve_fetch(port) : NULL;
		if (clock_steady_ms() > until)
			fail_msg("%s does not run: %s", version, about ? about : "nothing");
	} while (!about || !strstr(about, wanted));
	free(about);
	free(wanted);
}

static void
deployment_is_never_left_hanging(void **state)
{
	size_t succeeded = 0, interrupted = 0;
	char *runs = xstrdup("first");

	(void)state;
	free(serve_deploy(&serve, ENV, ADD(WEB("web", "local/web:1.0.0", ", 'VERSION': 'first'"))));
	for (int i = 0; i < ROUNDS; i++) {
		char *version = xasprintf("round-%d", i), *id, *body;
		json_t *answer;

		body = xasprintf(ADD(WEB("web", "local/web:1.1.0", ", 'VERSION': '%s'")), version);
		assert_int_equal(serve_ask(&serve, "POST", APP "/deltas", body, &answer), 200);
		free(body);
		body = xasprintf(
			"{'delta_id': '%s', 'values': {'set': [{'key': 'ROUND', 'value': '%d'}]}}",
			text(answer, "id"), i);
		json_decref(answer);
		assert_int_equal(serve_ask(&serve, "POST", ENV "/deploys", body, &answer), 201);
		/* Now and then it has begun, now and then it has not. */
		nanosleep(&(struct timespec){.tv_nsec = (i % 5) * 3000000L}, NULL);
		kill_and_start();
		id = xstrdup(text(answer, "id"));
		json_decref(answer);
		if (strcmp(wait_for_end(id), "succeeded") == 0) {
			free(runs);
			runs = xstrdup(version);
			succeeded++;
		} else {
			expect_interrupted(id);
			interrupted++;
		}
		wait_for_version(runs);
		free(body);
		free(id);
		free(version);
	}
	print_message("# %zu deployments went on, %zu had begun and failed\n", succeeded,
		      interrupted);
	free(runs);
	/* And it takes the next one. */
	free(serve_deploy(&serve, ENV, ADD(WEB("web", "local/web:1.0.0", ", 'VERSION': 'last'"))));
	wait_for_version("last");
}

static void
deletion_that_was_answered_goes_on(void **state)
{
	(void)state;
	for (int i = 0; i < 3; i++) {
		assert_int_equal(serve_ask(&serve, "POST", APP "/envs",
					   "{'id': 'other', 'name': 'Other',"
					   " 'type': 'development'}",
					   NULL),
				 201);
		free(serve_deploy(&serve, OTHER, ADD(WORKER("worker", "local/worker:1.0.0", ""))));
		assert_int_equal(serve_ask(&serve, "DELETE", OTHER, NULL, NULL), 202);
		kill_and_start();
		serve_wait_status(&serve, OTHER, 404);
	}
}

static void
pause_that_was_answered_holds(void **state)
{
	(void)state;
	free(serve_deploy(&serve, ENV, ADD(WEB("web", "local/web:1.0.0", ""))));
	assert_int_equal(serve_ask(&serve, "PUT", ENV "/runtime/paused", "true", NULL), 204);
	kill_and_start();
	serve_wait_replicas(&serve, ENV, "web", 0);
	assert_int_equal(serve_ask(&serve, "PUT", ENV "/runtime/paused", "false", NULL), 204);
	kill_and_start();
	serve_wait_replicas(&serve, ENV, "web", 1);
	assert_int_equal(serve_ask(&serve, "PATCH", ENV "/runtime/replicas", "{'web': 2}", NULL),
			 204);
	kill_and_start();
	serve_wait_replicas(&serve, ENV, "web", 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(deployment_is_never_left_hanging),
		cmocka_unit_test(deletion_that_was_answered_goes_on),
		cmocka_unit_test(pause_that_was_answered_holds),
	};

	return cmocka_run_group_tests_name("killed", tests, start, end);
}
