/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The built-in pipeline: its runs are deployments.  README §12 of the reference. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "serve.h"
#include "tests/patience.h"

#define RUNS APP "/pipelines/default/runs"
#define ONE ADD(WORKER("job", "local/worker:1.0.0", ""))

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

static size_t
count_at(const char *path)
{
	json_t *list;
	size_t count;

	assert_int_equal(serve_ask(&serve, "GET", path, NULL, &list), 200);
	assert_true(json_is_array(list));
	count = json_array_size(list);
	json_decref(list);
	return count;
}

static char *
new_delta(const char *body)
{
	json_t *delta;
	char *id;

	assert_int_equal(serve_ask(&serve, "POST", APP "/deltas", body, &delta), 200);
	id = xstrdup(text(delta, "id"));
	json_decref(delta);
	return id;
}

/* The run once it is complete. */
static json_t *
wait_for_run(const char *id)
{
	char *path = xasprintf(RUNS "/%s", id);
	int64_t until = clock_steady_ms() + PATIENCE_MS;
	json_t *run = NULL;

	do {
		json_decref(run);
		assert_int_equal(serve_ask(&serve, "GET", path, NULL, &run), 200);
		assert_true(clock_steady_ms() < until);
		nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
	} while (!json_object_get(run, "completed_at"));
	free(path);
	return run;
}

static char *
start(const char *body)
{
	json_t *run;
	char *id;

	assert_int_equal(serve_ask(&serve, "POST", APP "/pipeline-runs", body, &run), 201);
	id = xstrdup(text(run, "id"));
	json_decref(run);
	return id;
}

static void
every_application_has_one_pipeline(void **state)
{
	json_t *pipeline;

	(void)state;
	assert_int_equal(count_at(APP "/pipelines"), 1);
	assert_int_equal(count_at(APP "/pipelines?trigger=pipeline_call"), 0);
	assert_int_equal(serve_ask(&serve, "GET", APP "/pipelines/default", NULL, &pipeline), 200);
	assert_string_equal(text(pipeline, "status"), "active");
	assert_string_equal(
		json_string_value(json_array_get(json_object_get(pipeline, "trigger_types"), 0)),
		"deployment_request");
	json_decref(pipeline);
	assert_int_equal(serve_ask(&serve, "GET", APP "/pipelines/none", NULL, NULL), 404);
	assert_int_equal(count_at(APP "/pipeline-criteria"), 1);
	assert_int_equal(count_at(APP "/approvals"), 0);
	assert_int_equal(count_at(ORG "/pipeline-runs"), 0);
}

static void
a_run_is_a_deployment(void **state)
{
	char *delta = new_delta(ONE);
	char *body = xasprintf(
		     "{'trigger': 'deployment_request', 'env_id': 'development', 'delta_id':"
		     " '%s', 'comment': 'by a run'}",
		     delta),
	     *id, *path;
	json_t *run, *job, *step, *deployment, *pipeline;

	(void)state;
	assert_int_equal(serve_ask(&serve, "POST", APP "/pipeline-runs?dry_run=true", body, NULL),
			 204);
	assert_int_equal(count_at(RUNS), 0);
	assert_int_equal(count_at(ENV "/deploys"), 0);
	id = start(body);
	run = wait_for_run(id);
	assert_string_equal(text(run, "status"), "successful");
	assert_string_equal(text(json_object_get(run, "inputs"), "comment"), "by a run");
	assert_int_equal(json_array_size(json_object_get(run, "env_ids")), 1);
	json_decref(run);
	path = xasprintf(RUNS "/%s/jobs/deploy", id);
	assert_int_equal(serve_ask(&serve, "GET", path, NULL, &job), 200);
	step = json_array_get(json_object_get(job, "steps"), 0);
	assert_string_equal(text(job, "status"), "successful");
	free(path);
	path = xasprintf(ENV "/deploys/%s", text(json_object_get(step, "related_entities"),
						 "deployment_id"));
	assert_int_equal(serve_ask(&serve, "GET", path, NULL, &deployment), 200);
	assert_string_equal(text(deployment, "comment"), "by a run");
	pipeline = json_object_get(deployment, "pipeline");
	assert_string_equal(text(pipeline, "id"), "default");
	assert_string_equal(text(pipeline, "run_id"), id);
	assert_string_equal(text(pipeline, "job_id"), "deploy");
	json_decref(deployment);
	json_decref(job);
	free(path);
	path = xasprintf(ENV "/deploys?pipelineRunId=default,%s", id);
	assert_int_equal(count_at(path), 1);
	free(path);
	assert_int_equal(count_at(ENV "/deploys?pipelineRunId=default,none"), 0);
	/* It has ended: nothing to cancel, but to be done once more. */
	path = xasprintf(RUNS "/%s/cancel", id);
	assert_int_equal(serve_ask(&serve, "POST", path, NULL, NULL), 409);
	free(path);
	path = xasprintf(RUNS "/%s/jobs/deploy/approvals/none", id);
	assert_int_equal(serve_ask(&serve, "GET", path, NULL, NULL), 404);
	free(path);
	path = xasprintf(RUNS "/%s/restart", id);
	assert_int_equal(serve_ask(&serve, "POST", path, NULL, &run), 201);
	free(path);
	free(id);
	id = xstrdup(text(run, "id"));
	json_decref(run);
	json_decref(wait_for_run(id));
	assert_int_equal(count_at(RUNS), 2);
	assert_int_equal(count_at(RUNS "?status=failed"), 0);
	assert_int_equal(count_at(RUNS "?status=failed&status=successful&completed=true"), 2);
	assert_int_equal(count_at(RUNS "?per_page=1&status=successful"), 1);
	path = xstrdup(serve.link);
	assert_non_null(strstr(path, ">; rel=\"next\""));
	assert_non_null(strstr(path, "&status=successful>"));
	*strchr(path, '>') = '\0';
	assert_int_equal(count_at(path + 1), 1);
	assert_string_equal(serve.link, "");
	free(path);
	assert_int_equal(count_at(RUNS "?env=none"), 0);
	assert_int_equal(count_at(ORG "/pipeline-runs?app=shop"), 2);
	assert_int_equal(count_at(ORG "/pipeline-runs?app=other"), 0);
	free(id);
	free(body);
	free(delta);
}

static void
a_deployment_is_made_again(void **state)
{
	char *first = serve_deploy(&serve, ENV, ONE), *second, *body, *id;
	json_t *run, *deploys;

	(void)state;
	second = serve_deploy(&serve, ENV, "{'modules': {'remove': ['job']}}");
	body = xasprintf("{'inputs': {'env_id': 'development', 'deployment_id': '%s'}}", first);
	assert_int_equal(serve_ask(&serve, "POST", RUNS, body, &run), 201);
	id = xstrdup(text(run, "id"));
	json_decref(run);
	json_decref(wait_for_run(id));
	assert_int_equal(serve_ask(&serve, "GET", ENV "/deploys", NULL, &deploys), 200);
	assert_int_equal(json_array_size(deploys), 3);
	assert_string_equal(text(json_array_get(deploys, 0), "set_id"),
			    text(json_array_get(deploys, 2), "set_id"));
	/* One that was posted is a run as well. */
	assert_string_equal(text(json_object_get(json_array_get(deploys, 1), "pipeline"), "id"),
			    "default");
	json_decref(deploys);
	free(id);
	free(body);
	free(first);
	free(second);
}

static void
what_does_not_fit_is_refused(void **state)
{
	static const struct {
		const char *path, *body;
		int status;
	} bad[] = {
		{APP "/pipeline-runs", "{'trigger': 'pipeline_call'}", 422},
		{APP "/pipeline-runs", "{'trigger': 'deployment_request'}", 400},
		{APP "/pipeline-runs", "{'trigger': 'deployment_request', 'env_id': 'none', 'set_id': '0'}", 404},
		{APP "/pipeline-runs", "{'trigger': 'deployment_request', 'env_id': 'development'}", 400},
		{APP "/pipeline-runs", "{'trigger': 'deployment_request', 'env_id': 'development', 'set_id':"
		 " '0', 'delta_id': 'x'}", 400},
		{APP "/pipeline-runs", "{'trigger': 'deployment_request', 'env_id': 'development',"
		 " 'deployment_id': 'none'}", 400},
		{APP "/pipeline-runs?dry_run=true", "{'trigger': 'deployment_request', 'env_id':"
		 " 'development', 'delta_id': 'none'}", 400},
		{RUNS, "{}", 422},
		{APP "/pipelines/none/runs", "{'inputs': {}}", 404},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(serve_ask(&serve, "POST", bad[i].path, bad[i].body, NULL),
				 bad[i].status);
	assert_int_equal(serve_ask(&serve, "GET", RUNS "?per_page=0", NULL, NULL), 400);
	assert_int_equal(serve_ask(&serve, "GET", RUNS "?page=x", NULL, NULL), 400);
	assert_int_equal(serve_ask(&serve, "GET", RUNS "/none", NULL, NULL), 404);
	assert_int_equal(count_at(ENV "/deploys"), 0);
}

#define WITH_PLATFORM(test) cmocka_unit_test_setup_teardown(test, make, clear)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		WITH_PLATFORM(every_application_has_one_pipeline),
		WITH_PLATFORM(a_run_is_a_deployment),
		WITH_PLATFORM(a_deployment_is_made_again),
		WITH_PLATFORM(what_does_not_fit_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
