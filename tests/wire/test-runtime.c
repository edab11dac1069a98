/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What runs, as the wire tells it; pausing, replicas, logs.  README §11 of the reference. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "serve.h"
#include "../trusted/trusted.h"
#include "tests/patience.h"

#define BOTH ADD(WEB("web", "local/web:1.0.0", "") ", " WORKER("job", "local/worker:1.0.0", ""))

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
both_shapes_are_exact(void **state)
{
	json_t *v1, *v2, *controller, *pod, *container, *module, *other;
	char *type;

	(void)state;
	free(serve_deploy(&serve, ENV, BOTH));
	assert_int_equal(serve_ask_as(&serve, "GET", ENV "/runtime", "application/json", NULL, &v1,
				      &type), 200);
	assert_string_equal(type, "application/json");
	free(type);
	assert_string_equal(text(v1, "namespace"), "acme/shop/development");
	controller = json_object_get(json_object_get(json_object_get(v1, "modules"), "web"), "web");
	assert_int_equal(json_object_size(controller), 6);
	assert_string_equal(text(controller, "kind"), "Deployment");
	assert_string_equal(text(controller, "status"), "Running");
	assert_true(json_is_string(json_object_get(controller, "message")));
	assert_int_equal(json_integer_value(json_object_get(controller, "replicas")), 1);
	assert_true(json_is_integer(json_object_get(controller, "revision")));
	pod = json_array_get(json_object_get(controller, "pods"), 0);
	assert_int_equal(json_object_size(pod), 5);
	assert_true(json_is_array(json_object_get(pod, "containerStatuses")));

	assert_int_equal(serve_ask_as(&serve, "GET", ENV "/runtime", "application/v2+json", NULL,
				      &v2, &type),
			 200);
	assert_string_equal(type, "application/v2+json");
	free(type);
	module = json_object_get(json_object_get(v2, "modules"), "job");
	assert_int_equal(json_object_size(module), 3);
	assert_string_equal(text(module, "status"), "Running");
	assert_string_equal(text(module, "status_class"), "Success");
	other = json_object_get(json_object_get(module, "controllers"), "job");
	pod = json_array_get(json_object_get(other, "pods"), 0);
	assert_string_equal(text(pod, "phase"), "Running");
	assert_string_equal(text(pod, "status"), "Success");
	container = json_array_get(json_object_get(pod, "containerStatuses"), 0);
	assert_string_equal(text(container, "name"), "main");
	assert_true(json_is_true(json_object_get(container, "ready")));
	/* The specification requires one and defines the other. */
	assert_true(json_is_integer(json_object_get(container, "restartCount")));
	assert_true(json_is_integer(json_object_get(container, "restart_count")));
	assert_non_null(json_object_get(
		json_object_get(json_object_get(container, "state"), "running"), "started_at"));
	json_decref(v1);
	json_decref(v2);
}

static void
some_environments_are_asked_for_by_id(void **state)
{
	json_t *list;

	(void)state;
	free(serve_deploy(&serve, ENV, BOTH));
	assert_int_equal(serve_ask(&serve, "POST", APP "/envs", "{'id': 'other', 'name': 'Other'}",
				   NULL), 201);
	assert_int_equal(serve_ask(&serve, "GET", APP "/runtime?id=development&id=other&id=none",
				   NULL, &list),
			 200);
	assert_int_equal(json_array_size(list), 3);
	assert_string_equal(text(json_array_get(list, 0), "id"), "development");
	assert_string_equal(text(json_array_get(list, 0), "status"), "Running");
	assert_true(json_is_false(json_object_get(json_array_get(list, 0), "paused")));
	assert_string_equal(text(json_array_get(list, 1), "id"), "other");
	assert_non_null(strstr(text(json_array_get(list, 2), "error"), "none"));
	json_decref(list);
	assert_int_equal(serve_ask(&serve, "GET", APP "/runtime", NULL, NULL), 400);
	assert_int_equal(serve_ask(&serve, "GET",
				   APP "/runtime?id=a1&id=a2&id=a3&id=a4&id=a5&id=a6", NULL, NULL),
			 400);
}

static bool
is_paused(void)
{
	bool paused;
	json_t *list;

	assert_int_equal(serve_ask(&serve, "GET", APP "/runtime?id=development", NULL, &list), 200);
	paused = json_is_true(json_object_get(json_array_get(list, 0), "paused"));
	json_decref(list);
	return paused;
}

static void
a_paused_environment_runs_nothing_and_takes_no_deployment(void **state)
{
	json_t *answer, *modules;
	char *reply;
	int port;

	(void)state;
	free(serve_deploy(&serve, ENV, BOTH));
	port = serve_port(&serve, ENV, "modules.web.externals.dns");
	assert_true(port > 0);
	assert_int_equal(serve_ask(&serve, "PUT", ENV "/runtime/paused", "true", NULL), 204);
	serve_wait_replicas(&serve, ENV, "web", 0);
	serve_wait_replicas(&serve, ENV, "job", 0);
	modules = serve_runtime(&serve, ENV);
	assert_string_equal(text(json_object_get(modules, "web"), "status"), "Stopped");
	assert_string_equal(text(json_object_get(modules, "web"), "status_class"), "Stopped");
	json_decref(modules);
	assert_true(is_paused());
	assert_null(serve_fetch(port));
	assert_int_equal(serve_ask(&serve, "POST", ENV "/deploys", "{}", &answer), 400);
	assert_string_equal(text(answer, "error"), "API-400");
	assert_non_null(strstr(text(answer, "message"), "paused"));
	json_decref(answer);
	assert_int_equal(serve_ask(&serve, "PATCH", ENV "/runtime/replicas", "{'web': 2}", NULL),
			 400);
	assert_int_equal(serve_ask(&serve, "PUT", ENV "/runtime/paused", "'yes'", NULL), 422);
	/* Another daemon finds it paused. */
	serve_stop(&serve);
	serve_start(&serve);
	assert_true(is_paused());
	usleep(300000);
	assert_null(serve_fetch(port));
	assert_int_equal(serve_ask(&serve, "PUT", ENV "/runtime/paused", "false", NULL), 204);
	serve_wait_replicas(&serve, ENV, "web", 1);
	serve_wait_replicas(&serve, ENV, "job", 1);
	assert_false(is_paused());
	reply = serve_fetch(port);
	assert_non_null(reply);
	free(reply);
	free(serve_deploy(&serve, ENV, NULL));
}

static long
port_behind(int port)
{
	char *reply = serve_fetch(port);
	const char *line = reply ? strstr(reply, "\nenv PORT=") : NULL;
	long own = line ? atol(line + 10) : 0;

	free(reply);
	return own;
}

static void
replicas_share_an_address_and_survive(void **state)
{
	static const char *const bad[] = {"{'none': 1}", "{'web': -1}", "{'web': 1000}",
					  "{'web': '2'}"};
	json_t *modules;
	long seen[6];
	int port;

	(void)state;
	free(serve_deploy(&serve, ENV, BOTH));
	port = serve_port(&serve, ENV, "modules.web.externals.dns");
	assert_int_equal(serve_ask(&serve, "PATCH", ENV "/runtime/replicas", "{'web': 3}", NULL),
			 204);
	serve_wait_replicas(&serve, ENV, "web", 3);
	serve_wait_replicas(&serve, ENV, "job", 1);
	/* Ready is not yet switched: it is when three are seen. */
	for (int tries = 0; tries < 200; tries++) {
		for (int i = 0; i < 6; i++)
			seen[i] = port_behind(port);
		if (seen[0] != seen[1] && seen[1] != seen[2] && seen[0] != seen[2])
			break;
		usleep(10000);
	}
	for (int i = 0; i < 3; i++)
		assert_true(seen[i] > 0 && seen[i] == seen[i + 3] && seen[i] != seen[(i + 1) % 3]);
	/* A deployment keeps the number, and so does another daemon. */
	free(serve_deploy(&serve, ENV, ADD(WEB("web", "local/web:1.1.0", ""))));
	serve_wait_replicas(&serve, ENV, "web", 3);
	serve_stop(&serve);
	serve_start(&serve);
	serve_wait_replicas(&serve, ENV, "web", 3);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(serve_ask(&serve, "PATCH", ENV "/runtime/replicas", bad[i], NULL),
				 400);
	/* None: it is declared, and does not run. */
	assert_int_equal(serve_ask(&serve, "PATCH", ENV "/runtime/replicas", "{'web': 0}", NULL),
			 204);
	serve_wait_replicas(&serve, ENV, "web", 0);
	modules = serve_runtime(&serve, ENV);
	assert_string_equal(text(json_object_get(modules, "web"), "status"), "Stopped");
	json_decref(modules);
	assert_int_equal(serve_ask(&serve, "PATCH", ENV "/runtime/replicas", "{'web': 1}", NULL),
			 204);
	serve_wait_replicas(&serve, ENV, "web", 1);
}

/* The one sentence of the workload is that of the schedule that is due first, whatever its name. */
static void
a_cronjob_says_which_schedule_is_next(void **state)
{
	json_t *modules, *controller, *waiting;

	(void)state;
	free(serve_deploy(&serve, ENV,
			  ADD("'cron': {'profile': 'humanitec/default-cronjob', 'externals': {}, "
			      "'spec': {'containers': {'main': {'id': 'main', 'image': "
			      "'local/worker:1.0.0'}}, 'schedules': {'a': {'schedule': '@yearly'}, "
			      "'b': {'schedule': '@daily'}}}}")));
	modules = serve_runtime(&serve, ENV);
	controller = json_object_get(json_object_get(json_object_get(modules, "cron"),
						     "controllers"), "cron");
	waiting = json_array_get(json_object_get(controller, "pods"), 1);
	waiting = json_array_get(json_object_get(waiting, "containerStatuses"), 0);
	waiting = json_object_get(json_object_get(waiting, "state"), "waiting");
	assert_string_equal(text(controller, "kind"), "CronJob");
	assert_non_null(strstr(text(controller, "message"), "first run at "));
	assert_string_equal(text(controller, "message"), text(waiting, "message"));
	json_decref(modules);
}

static json_t *
logs(const char *query)
{
	char *path = xasprintf(ENV "/logs?%s", query);
	json_t *lines;

	assert_int_equal(serve_ask(&serve, "GET", path, NULL, &lines), 200);
	free(path);
	return lines;
}

static const char *
payload(const json_t *lines, size_t i)
{
	return text(json_array_get(lines, i), "payload");
}

static void
logs_answer_every_query(void **state)
{
	int64_t before = clock_wall_ms(), at;
	char *first, *second, *query;
	char stamp[CLOCK_STAMP_SIZE];
	json_t *lines, *line;

	(void)state;
	first = serve_deploy(&serve, ENV,
			     ADD(WEB("web", "local/web:1.0.0", ", 'MODE': 'count'") ", "
				 WORKER("job", "local/worker:1.0.0", ", 'MODE': 'count'")));
	lines = logs("workload_id=web");
	assert_int_equal(json_array_size(lines), 10);
	line = json_array_get(lines, 0);
	assert_int_equal(json_object_size(line), 5);
	assert_string_equal(text(line, "payload"), "line 9");	/* the newest first */
	assert_string_equal(text(line, "level"), "INFO");
	assert_string_equal(text(line, "workload_id"), "web");
	assert_string_equal(text(line, "container_id"), "main");
	assert_true(clock_parse(text(line, "timestamp"), &at));
	assert_true(at >= before && at <= clock_wall_ms());
	json_decref(lines);

	lines = logs("workload_id=web&limit=2&asc=true");
	assert_int_equal(json_array_size(lines), 2);
	assert_string_equal(payload(lines, 0), "line 0");
	assert_string_equal(payload(lines, 1), "line 1");
	json_decref(lines);
	lines = logs("workload_id=web&limit=2&invert=true");
	assert_string_equal(payload(lines, 0), "line 8");
	assert_string_equal(payload(lines, 1), "line 9");
	json_decref(lines);
	lines = logs("limit=100");
	assert_int_equal(json_array_size(lines), 20);
	json_decref(lines);
	lines = logs("container_id=other");
	assert_int_equal(json_array_size(lines), 0);
	json_decref(lines);

	usleep(5000);
	clock_stamp(stamp, clock_wall_ms());
	second = serve_deploy(&serve, ENV,
			      ADD(WEB("web", "local/web:1.1.0", ", 'MODE': 'count'")));
	query = xasprintf("timestamp_from=%s", stamp);
	lines = logs(query);
	assert_int_equal(json_array_size(lines), 10);
	json_decref(lines);
	free(query);
	query = xasprintf("timestamp_to=%s", stamp);
	lines = logs(query);
	assert_int_equal(json_array_size(lines), 20);
	json_decref(lines);
	free(query);
	query = xasprintf("deployment_id=%s&workload_id=web", first);
	lines = logs(query);
	assert_int_equal(json_array_size(lines), 10);
	json_decref(lines);
	free(query);
	query = xasprintf("deployment_id=%s", second);
	lines = logs(query);
	assert_int_equal(json_array_size(lines), 10);
	json_decref(lines);
	free(query);
	free(first);
	free(second);
}

static void
bad_log_queries_are_refused(void **state)
{
	static const char *const bad[] = {
		"limit=0",	     "limit=x",	 "limit=1000000",
		"asc=maybe",	     "invert=1", "timestamp_from=yesterday",
		"timestamp_to=2021",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char *path = xasprintf(ENV "/logs?%s", bad[i]);

		assert_int_equal(serve_ask(&serve, "GET", path, NULL, NULL), 400);
		free(path);
	}
	assert_int_equal(serve_ask(&serve, "GET", APP "/envs/none/logs", NULL, NULL), 404);
}

static void
how_workloads_are_confined_is_told(void **state)
{
	json_t *answer, *confinement;

	(void)state;
	assert_int_equal(serve_ask(&serve, "GET", "/platform", NULL, &answer), 200);
	confinement = json_object_get(json_object_get(answer, "driver"), "confinement");
	assert_true(json_is_true(json_object_get(confinement, "no_new_privileges")));
	assert_true(json_is_boolean(json_object_get(confinement, "private_files")));
	/* What is missing has a reason. */
	if (!json_is_true(json_object_get(confinement, "private_files")))
		assert_true(json_is_string(json_object_get(confinement, "refused")) ||
			    json_is_true(json_object_get(confinement, "trusted")));
	assert_int_equal(json_is_true(json_object_get(confinement, "trusted")), daemon_is_trusting());
	json_decref(answer);
}

/* How often the one process of `job` was started again, as V2 says it. */
static json_int_t
restarts_of_job(char status[32])
{
	json_t *modules = serve_runtime(&serve, ENV), *controller, *container;
	json_int_t restarts;

	controller = json_object_get(
		json_object_get(json_object_get(modules, "job"), "controllers"), "job");
	container = json_array_get(
		json_object_get(json_array_get(json_object_get(controller, "pods"), 0),
				"containerStatuses"),
		0);
	restarts = json_integer_value(json_object_get(container, "restart_count"));
	snprintf(status, 32, "%s", text(controller, "status"));
	json_decref(modules);
	return restarts;
}

/* Nothing is written to the database meanwhile: only the workload itself is another. */
static void
an_answer_that_is_kept_follows_what_the_workload_does(void **state)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	bool was_running = false, was_down = false;
	json_int_t restarts = 0;
	char status[32];
	json_t *v1;

	(void)state;
	free(serve_deploy(&serve, ENV,
			  ADD(WORKER("job", "local/worker:1.0.0", ", 'MODE': 'brief'"))));
	while ((restarts == 0 || !was_running || !was_down) && clock_steady_ms() < until) {
		restarts = restarts_of_job(status);
		was_running |= strcmp(status, "Running") == 0;
		was_down |= strcmp(status, "Running") != 0;
		/* The other shape between two of this one. */
		assert_int_equal(serve_ask(&serve, "GET", ENV "/runtime", NULL, &v1), 200);
		assert_non_null(json_object_get(json_object_get(json_object_get(json_object_get(
			v1, "modules"), "job"), "job"), "kind"));
		json_decref(v1);
		usleep(5000);
	}
	assert_true(restarts > 0);
	assert_true(was_running && was_down);
}

/* --- what does not run --- */

static int
make_strict(void **state)
{
	serve.min_ready = "3s";
	return make(state);
}

static int
clear_strict(void **state)
{
	serve.min_ready = NULL;
	return clear(state);
}

/* One that ends after a second, long after the moment in which most programs fail (B8). */
static void
what_does_not_stay_up_fails_its_deployment(void **state)
{
	json_t *delta, *deployment, *errors;
	char *request, *path, *list;
	const char *status;

	(void)state;
	assert_int_equal(serve_ask(&serve, "POST", APP "/deltas",
				   ADD(WORKER("job", "local/worker:1.0.0", ", 'MODE': 'brief'")),
				   &delta), 200);
	request = xasprintf("{'delta_id': '%s'}", text(delta, "id"));
	assert_int_equal(serve_ask(&serve, "POST", ENV "/deploys", request, &deployment), 201);
	path = xasprintf(ENV "/deploys/%s", text(deployment, "id"));
	list = xasprintf("%s/errors", path);
	do {
		json_decref(deployment);
		usleep(10000);
		assert_int_equal(serve_ask(&serve, "GET", path, NULL, &deployment), 200);
		status = text(deployment, "status");
	} while (strcmp(status, "pending") == 0 || strcmp(status, "in progress") == 0);
	assert_string_equal(status, "failed");
	assert_int_equal(serve_ask(&serve, "GET", list, NULL, &errors), 200);
	assert_string_equal(text(json_array_get(errors, 0), "summary"),
			    "Workload job (local/worker:1.0.0) ended with status 0; it must stay up "
			    "for 3.0s.");
	json_decref(errors);
	json_decref(deployment);
	json_decref(delta);
	free(request);
	free(path);
	free(list);
}

/* Of the modules as V2; borrowed. */
static json_t *
controller_of(const json_t *modules, const char *module)
{
	const json_t *whole = json_object_get(modules, module);

	return json_object_get(json_object_get(whole, "controllers"), module);
}

static const char *
reason_of(json_t *controller)
{
	return text(json_array_get(json_object_get(controller, "reasons"), 0), "code");
}

/* Waits until the module has failed for that: it may be tried once more before. */
static void
expect_reason_in(const char *env, const char *module, const char *message, const char *code)
{
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	bool failed = false;

	while (!failed) {
		json_t *modules = serve_runtime(&serve, env);
		json_t *controller = controller_of(modules, module);

		failed = strcmp(text(controller, "status"), "Failed") == 0 &&
			 strcmp(reason_of(controller), code) == 0;
		if (!failed && clock_steady_ms() > until)
			fail_msg("%s: %s", module, text(controller, "message"));
		if (failed && !strstr(text(controller, "message"), message))
			fail_msg("%s: %s", module, text(controller, "message"));
		json_decref(modules);
		usleep(10000);
	}
}

static void
expect_reason(const char *module, const char *message, const char *code)
{
	expect_reason_in(ENV, module, message, code);
}

static char *
image_path(const char *name)
{
	return xasprintf("%s/images/%s", serve.folder, name);
}

static void
move_image(const char *from, const char *to)
{
	char *old = image_path(from), *new = image_path(to);

	assert_int_equal(rename(old, new), 0);
	free(old);
	free(new);
}

/* Of both: `web` is not there, and `job` runs. */
static void
expect_web_missing(void)
{
	json_t *list;

	expect_reason("web", "local/web:1.0.0", "image_not_found");
	serve_wait_replicas(&serve, ENV, "job", 1);
	assert_int_equal(serve_ask(&serve, "GET", APP "/runtime?id=development", NULL, &list), 200);
	assert_string_equal(text(json_array_get(list, 0), "status"), "Failed");
	json_decref(list);
}

static void
expect_both_run(void)
{
	json_t *modules;

	serve_wait_replicas(&serve, ENV, "web", 1);
	serve_wait_replicas(&serve, ENV, "job", 1);
	modules = serve_runtime(&serve, ENV);
	assert_string_equal(text(controller_of(modules, "job"), "message"), "");
	json_decref(modules);
}

static void
what_does_not_run_says_why_after_a_restart(void **state)
{
	(void)state;
	free(serve_deploy(&serve, ENV, BOTH));
	serve_stop(&serve);
	move_image("local/web/1.0.0", "local/web/gone");
	serve_start(&serve);
	expect_web_missing();
	/* It is tried again, and then has nothing to say any more. */
	move_image("local/web/gone", "local/web/1.0.0");
	expect_both_run();
}

static void
what_does_not_run_says_why_after_a_pause(void **state)
{
	json_t *modules;

	(void)state;
	free(serve_deploy(&serve, ENV, BOTH));
	assert_int_equal(serve_ask(&serve, "PUT", ENV "/runtime/paused", "true", NULL), 204);
	serve_wait_replicas(&serve, ENV, "job", 0);
	move_image("local/web/1.0.0", "local/web/gone");
	assert_int_equal(serve_ask(&serve, "PUT", ENV "/runtime/paused", "false", NULL), 204);
	expect_web_missing();
	/* Paused again, it is not to run. */
	assert_int_equal(serve_ask(&serve, "PUT", ENV "/runtime/paused", "true", NULL), 204);
	modules = serve_runtime(&serve, ENV);
	while (strcmp(text(controller_of(modules, "web"), "status"), "Stopped") != 0) {
		json_decref(modules);
		usleep(10000);
		modules = serve_runtime(&serve, ENV);
	}
	assert_string_equal(text(controller_of(modules, "web"), "message"), "");
	json_decref(modules);
}

/* The environment, with these modules, by a file that the daemon reads. */
static void
import(const char *modules)
{
	const char *program = getenv("SIDESTAGED") ? getenv("SIDESTAGED") : "./sidestaged";
	char *path = xasprintf("%s/more.json", serve.folder);
	char *command = xasprintf("%s import --state %s/state %s >%s/out 2>&1", program,
				  serve.folder, path, serve.folder);
	char *file = xasprintf(
		"{'organizations': [{'id': 'acme', 'applications': [{'id': 'shop', 'environments': "
		"[{'id': 'development', 'type': 'development', 'deployments': [{'set': {'modules': "
		"{%s}}}]}]}]}]}", modules);
	FILE *out = fopen(path, "w");

	assert_non_null(out);
	for (const char *c = file; *c; c++)
		fputc(*c == '\'' ? '"' : *c, out);
	fclose(out);
	assert_int_equal(system(command), 0);
	free(command);
	free(file);
	free(path);
}

/* Nobody deployed it, and its program is not there. */
static void
what_does_not_run_says_why_after_an_import(void **state)
{
	(void)state;
	import(WORKER("web", "local/worker:1.O", "") ", " WORKER("job", "local/worker:1.0.0", ""));
	expect_reason("web", "local/worker:1.O", "image_not_found");
	serve_wait_replicas(&serve, ENV, "job", 1);
}

/* One ends at once, one after a second, and one stays; nobody deployed them. */
static void
what_does_not_stay_up_says_why_after_an_import_and_a_restart(void **state)
{
	json_t *list;

	(void)state;
	import(WORKER("once", "local/worker:1.0.0", ", 'MODE': 'exit'") ", "
	       WORKER("late", "local/worker:1.0.0", ", 'MODE': 'brief'") ", "
	       WORKER("job", "local/worker:1.0.0", ""));
	for (int i = 0; i < 2; i++) {
		expect_reason("once", "ended with status 3", "workload_ended");
		expect_reason("late", "ended with status 0", "workload_starts_again");
		serve_wait_replicas(&serve, ENV, "job", 1);
		assert_int_equal(serve_ask(&serve, "GET", APP "/runtime?id=development", NULL,
					   &list), 200);
		assert_string_equal(text(json_array_get(list, 0), "status"), "Failed");
		json_decref(list);
		if (i == 0) {
			serve_stop(&serve);
			serve_start(&serve);
		}
	}
}

/* What succeeded elsewhere has to stay up here as long as it declares, also when the daemon ends
 * before that. */
static void
what_is_imported_must_stay_up_here(void **state)
{
	(void)state;
	import("'late': {'profile': 'humanitec/default-module', 'spec': {'containers': {'main': "
	       "{'id': 'main', 'image': 'local/worker:1.0.0', 'variables': {'MODE': 'brief'}}}, "
	       "'deployment': {'minReadySeconds': 8}}}, "
	       WORKER("job", "local/worker:1.0.0", ""));
	serve_stop(&serve);
	serve_start(&serve);
	expect_reason("late", "it must stay up for 8.0s", "workload_did_not_stay_up");
	serve_wait_replicas(&serve, ENV, "job", 1);
}

#define COPY APP "/envs/copy"

/* With what the newest deployment of the other one runs; it succeeds. */
static void
deploy_copy(void)
{
	json_t *list;
	char *body;

	assert_int_equal(serve_ask(&serve, "GET", ENV "/deploys", NULL, &list), 200);
	body = xasprintf("{'id': 'copy', 'name': 'copy', 'type': 'development', "
			 "'from_deploy_id': '%s'}", text(json_array_get(list, 0), "id"));
	assert_int_equal(serve_ask(&serve, "POST", APP "/envs", body, NULL), 201);
	json_decref(list);
	free(body);
	free(serve_deploy(&serve, COPY, NULL));
}

/* A clone of an environment in which one ends each time. */
static void
what_does_not_run_in_the_original_is_no_reason_that_its_clone_fails(void **state)
{
	(void)state;
	import(WORKER("once", "local/worker:1.0.0", ", 'MODE': 'exit'") ", "
	       WORKER("job", "local/worker:1.0.0", ""));
	expect_reason("once", "ended with status 3", "workload_ended");
	deploy_copy();
	serve_wait_replicas(&serve, COPY, "job", 1);
	expect_reason_in(COPY, "once", "ended with status 3", "workload_ended");
	/* It is mended there. */
	free(serve_deploy(&serve, COPY, ADD(WORKER("once", "local/worker:1.0.0", ""))));
	serve_wait_replicas(&serve, COPY, "once", 1);
}

/* One that is to go before the others is not there. */
static void
what_waits_for_another_says_for_which(void **state)
{
	(void)state;
	import("'first': {'profile': 'humanitec/default-module', 'deploy': {'when': 'before'}, "
	       "'spec': {'containers': {'main': {'id': 'main', 'image': 'local/worker:1.O'}}}}, "
	       WORKER("job", "local/worker:1.0.0", ""));
	expect_reason("first", "local/worker:1.O", "image_not_found");
	expect_reason("job", "not started, because workload first cannot start",
		      "workload_held_back");
}

#define LACKS_IT                                                                                   \
	"'lacks': {'profile': 'humanitec/default-module', 'externals': {'cfg': {'type': "          \
	"'config'}}, 'spec': {'containers': {'main': {'id': 'main', 'image': "                     \
	"'local/worker:1.0.0'}}}}, "
#define ASKS_FOR_MORE                                                                              \
	"'asks': {'profile': 'humanitec/default-module', 'externals': {'db': {'type': "            \
	"'sqlite'}}, 'spec': {'containers': {'main': {'id': 'main', 'image': "                     \
	"'local/worker:1.0.0', 'variables': {'X': '${externals.db.nothing}'}}}}}, "

static void
expect_two_held(void)
{
	json_t *modules;

	expect_reason("asks", "has no output \"nothing\"", "in_workload");
	expect_reason("lacks", "resource modules.lacks.externals.cfg", "in_resource");
	serve_wait_replicas(&serve, ENV, "web", 1);
	serve_wait_replicas(&serve, ENV, "job", 1);
	modules = serve_runtime(&serve, ENV);
	assert_string_equal(text(controller_of(modules, "job"), "message"), "");
	assert_string_equal(text(controller_of(modules, "web"), "message"), "");
	json_decref(modules);
}

/* A resource that cannot be made, and a placeholder without a value, hold those back that need
 * them, whoever starts the environment. */
static void
what_cannot_be_planned_keeps_no_other_down(void **state)
{
	(void)state;
	assert_int_equal(serve_ask(&serve, "POST", ORG "/resources/defs",
				   "{'id': 'cfg', 'name': 'cfg', 'type': 'config', 'driver_type': "
				   "'humanitec/static', 'driver_inputs': {'values': {'a': "
				   "'${params.nothing}'}}, 'criteria': [{}]}", NULL), 200);
	import(LACKS_IT ASKS_FOR_MORE WEB("web", "local/web:1.0.0", "") ", "
	       WORKER("job", "local/worker:1.0.0", ""));
	expect_two_held();
	serve_stop(&serve);
	serve_start(&serve);
	expect_two_held();
	/* What runs goes on while it is tried again, by a pause too. */
	assert_int_equal(serve_ask(&serve, "PUT", ENV "/runtime/paused", "true", NULL), 204);
	serve_wait_replicas(&serve, ENV, "job", 0);
	assert_int_equal(serve_ask(&serve, "PUT", ENV "/runtime/paused", "false", NULL), 204);
	expect_two_held();
}

#define WITH_PLATFORM(test) cmocka_unit_test_setup_teardown(test, make, clear)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_PLATFORM(both_shapes_are_exact),
		WITH_PLATFORM(some_environments_are_asked_for_by_id),
		WITH_PLATFORM(a_paused_environment_runs_nothing_and_takes_no_deployment),
		WITH_PLATFORM(replicas_share_an_address_and_survive),
		WITH_PLATFORM(a_cronjob_says_which_schedule_is_next),
		WITH_PLATFORM(an_answer_that_is_kept_follows_what_the_workload_does),
		WITH_PLATFORM(logs_answer_every_query),
		WITH_PLATFORM(bad_log_queries_are_refused),
		WITH_PLATFORM(how_workloads_are_confined_is_told),
		cmocka_unit_test_setup_teardown(what_does_not_stay_up_fails_its_deployment,
						make_strict, clear_strict),
		WITH_PLATFORM(what_does_not_run_says_why_after_a_restart),
		WITH_PLATFORM(what_does_not_run_says_why_after_a_pause),
		WITH_PLATFORM(what_does_not_run_says_why_after_an_import),
		WITH_PLATFORM(what_does_not_stay_up_says_why_after_an_import_and_a_restart),
		WITH_PLATFORM(what_is_imported_must_stay_up_here),
		WITH_PLATFORM(what_does_not_run_in_the_original_is_no_reason_that_its_clone_fails),
		WITH_PLATFORM(what_waits_for_another_says_for_which),
		WITH_PLATFORM(what_cannot_be_planned_keeps_no_other_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
