/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Pipelines.  Every application has the one that is built in: it deploys, and that is what a
 * run of it is, one deployment with what asked for it; it matches every deployment, so a
 * plain POST of one makes a run as well.  How far a run is, is read from its deployment each
 * time.  No step of it waits for an approval, so there are none.
 */
#include "config.h"

#include "platform/api/handlers/pipelines.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "net/url.h"
#include "platform/api/handlers/parameters.h"
#include "platform/auth/access.h"
#include "platform/engine/deploy.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-pipelines.h"

#define PIPELINE "default"
#define PIPELINE_NAME "Deploy"
#define PIPELINE_VERSION "00000000-0000-8000-a000-000000000001"
#define TRIGGER "deployment_request"
#define JOB "deploy"
#define USES "actions/humanitec/deploy@v1"
#define PAGE_USUAL 50
#define PAGE_MAX 100
/* A filter that fits nothing must not read all runs there ever
 * were in one turn of the loop. */
#define LOOKED_AT_MAX 500	/* runs, for one page */
#define FILTERS_MAX 16
#define LINK_MAX 8192

static const char *
text_of(const json_t *object, const char *key)
{
	const char *text = json_member_string(object, key);

	return text ? text : "";
}

static int
read_page(const struct request *request, size_t *size, const char **page, struct error *err)
{
	int number = PAGE_USUAL;

	if (parameter_number(request, "per_page", 1, PAGE_MAX, &number, err) != 0)
		return -1;
	*size = (size_t)number;
	*page = request_query(request, "page");
	if (*page && (!**page || (*page)[strspn(*page, "0123456789")]))
		return error_set_code(err, CODE_PAGE_INVALID);
	return 0;
}

/* Of a list that is never longer than the shortest page. */
static int
check_page(const struct request *request, struct error *err)
{
	const char *page;
	size_t size;

	return read_page(request, &size, &page, err);
}

/* The pipeline. */

/* It is as old as its application; there is no row of it. */
static json_t *
pipeline_of(struct platform *platform, const struct place *place, struct error *err)
{
	json_t *app = repository_application(platform->repository, place, err);
	json_t *pipeline = NULL;

	if (app)
		pipeline = json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:O, s:[s], s:{}}", "id",
				     PIPELINE, "etag", PIPELINE_VERSION, "org_id", place->org,
				     "app_id", place->app, "name", PIPELINE_NAME, "status",
				     "active", "version", PIPELINE_VERSION, "created_at",
				     json_object_get(app, "created_at"), "trigger_types", TRIGGER,
				     "metadata");
	json_decref(app);
	return pipeline;
}

/* GET .../pipelines: the pipelines of an application. */
int
list_pipelines(struct platform *platform, const struct request *request,
	       struct response *response, struct error *err)
{
	const char *trigger = request_query(request, "trigger");
	json_t *pipeline, *list;

	if (check_page(request, err) != 0)
		return -1;
	pipeline = pipeline_of(platform, &request->place, err);
	if (!pipeline)
		return -1;
	list = json_array();
	if (!trigger || strcmp(trigger, TRIGGER) == 0)
		json_array_append(list, pipeline);
	json_decref(pipeline);
	return answer(response, 200, list);
}

static int
check_pipeline(const char *id, struct error *err)
{
	return strcmp(id, PIPELINE) == 0
		       ? 0
		       : error_set_code(err, CODE_PIPELINE_NOT_FOUND, .pipeline = id);
}

/* GET .../pipelines/{pipelineId}: one pipeline. */
int
get_pipeline(struct platform *platform, const struct request *request, struct response *response,
	     struct error *err)
{
	const char *version = request_query(request, "version");

	if (check_pipeline(request->ids[0], err) != 0)
		return -1;
	if (version && strcmp(version, PIPELINE_VERSION) != 0)
		return error_set_code(err, CODE_PIPELINE_VERSION_NOT_FOUND, .version = version);
	return answer(response, 200, pipeline_of(platform, &request->place, err));
}

/* GET .../pipeline-criteria: which pipeline handles which request. */
int
list_pipeline_criteria(struct platform *platform, const struct request *request,
		       struct response *response, struct error *err)
{
	const char *only = request_query(request, "pipeline");
	json_t *list;

	(void)platform;
	if (check_page(request, err) != 0)
		return -1;
	list = json_array();
	if (!only || strcmp(only, PIPELINE) == 0)
		json_array_append_new(list, json_pack("{s:s, s:s, s:s, s:s, s:s}", "trigger",
						      TRIGGER, "id", "every-deployment",
						      "pipeline_id", PIPELINE, "pipeline_name",
						      PIPELINE_NAME, "app_id", request->place.app));
	return answer(response, 200, list);
}

/* Runs. */

/* The words of deployments as the API has them for runs. */
static const char *
status_of(const json_t *run)
{
	static const char *const words[] = {
		[DEPLOYMENT_PENDING] = "queued",       [DEPLOYMENT_IN_PROGRESS] = "executing",
		[DEPLOYMENT_SUCCEEDED] = "successful", [DEPLOYMENT_FAILED] = "failed",
		[DEPLOYMENT_UNKNOWN] = "failed",
	};

	return words[deployment_status_of(text_of(run, "status"))];
}

static bool
is_complete(const json_t *run)
{
	return deployment_status_is_final(deployment_status_of(text_of(run, "status")));
}

static char *
message_of(const json_t *run)
{
	return is_complete(run) ? xasprintf("Deployment %s %s.", text_of(run, "deployment"),
					    text_of(run, "status"))
				: xstrdup("");
}

/* Changes exactly when the run does, which is all that a condition on it asks. */
static char *
etag_of(const json_t *run)
{
	return xasprintf("%.8s-%s%s", text_of(run, "id"), status_of(run),
			 json_object_get(run, "cancel_at") ? "-cancelling" : "");
}

/* Only those that have come: the API has no member for "not yet". */
static void
put_times(json_t *out, const json_t *run)
{
	char stamp[CLOCK_STAMP_SIZE];

	if (json_object_get(run, "cancel_at")) {
		clock_stamp(stamp, strtoll(text_of(run, "cancel_at"), NULL, 10));
		json_object_set_new(out, "cancellation_requested_at", json_string(stamp));
	}
	if (is_complete(run))
		json_object_set(out, "completed_at", json_object_get(run, "changed_at"));
}

/* timeout_seconds is 0, for none: a deployment ends by itself. */
static json_t *
shown_run(const json_t *run)
{
	char *message = message_of(run), *etag = etag_of(run);
	json_t *out = json_pack(
		"{s:s, s:s, s:s, s:s, s:[s], s:s, s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:O, s:s, s:{}}",
		"id", text_of(run, "id"), "etag", etag, "org_id", text_of(run, "org"), "app_id",
		text_of(run, "app"), "env_ids", text_of(run, "env"), "pipeline_id", PIPELINE,
		"pipeline_version", PIPELINE_VERSION, "status", status_of(run), "status_message",
		message, "created_at", text_of(run, "created_at"), "created_by",
		text_of(run, "created_by"), "timeout_seconds", 0, "trigger", TRIGGER, "inputs",
		json_object_get(run, "inputs"), "run_as", text_of(run, "created_by"),
		"waiting_for");

	if (strcmp(status_of(run), "queued") != 0)
		json_object_set(out, "executing_at", json_object_get(run, "created_at"));
	put_times(out, run);
	free(message);
	free(etag);
	return out;
}

static json_t *
find_run(struct platform *platform, const struct request *request, struct error *err)
{
	const char *id = request->ids[1];
	struct error why = {0};
	json_t *run;

	if (check_pipeline(request->ids[0], err) != 0)
		return NULL;
	run = repository_run(platform->repository, &request->place, id, &why);
	if (!run && why.kind == ERROR_NOT_FOUND)
		error_set_code(err, CODE_RUN_NOT_FOUND, .run = id);
	else if (!run)
		*err = why;
	return run;
}

/* GET .../pipelines/{pipelineId}/runs/{runId}: one run. */
int
get_pipeline_run(struct platform *platform, const struct request *request,
		 struct response *response, struct error *err)
{
	json_t *run = find_run(platform, request, err);

	if (!run)
		return -1;
	answer(response, 200, shown_run(run));
	json_decref(run);
	return 0;
}

/* Lists of runs. */

struct filter {
	const char *env, *completed, *page;
	const char *statuses[FILTERS_MAX], *apps[FILTERS_MAX], *pipelines[FILTERS_MAX];
	size_t status_count, app_count, pipeline_count;
	int64_t after, before;		/* wall ms; 0: any */
	size_t per_page;
};

static size_t
read_list(const struct request *request, const char *key, const char **values)
{
	size_t count = request_query_all(request, key, values, FILTERS_MAX);

	return count < FILTERS_MAX ? count : FILTERS_MAX;
}

/* Lists that are longer than FILTERS_MAX are cut: no client of this API sends such. */
static int
read_filter(const struct request *request, struct filter *filter, struct error *err)
{
	*filter = (struct filter){
		.env = request_query(request, "env"),
		.completed = request_query(request, "completed"),
	};
	filter->status_count = read_list(request, "status", filter->statuses);
	filter->app_count = read_list(request, "app", filter->apps);
	filter->pipeline_count = read_list(request, "pipeline", filter->pipelines);
	if (read_page(request, &filter->per_page, &filter->page, err) != 0 ||
	    parameter_time(request, "created_after", &filter->after, err) != 0)
		return -1;
	return parameter_time(request, "created_before", &filter->before, err);
}

static bool
is_among(const char *const *values, size_t count, const char *value)
{
	for (size_t i = 0; i < count; i++)
		if (strcmp(values[i], value) == 0)
			return true;
	return count == 0;
}

/* Looked at here and not in SQL, since a status is the deployment's. */
static bool
is_wanted(const json_t *run, const struct filter *filter)
{
	int64_t at = 0;

	clock_parse(text_of(run, "created_at"), &at);
	return (!filter->env || strcmp(filter->env, text_of(run, "env")) == 0) &&
	       is_among(filter->statuses, filter->status_count, status_of(run)) &&
	       is_among(filter->apps, filter->app_count, text_of(run, "app")) &&
	       is_among(filter->pipelines, filter->pipeline_count, PIPELINE) &&
	       (!filter->completed ||
		is_complete(run) == (strcmp(filter->completed, "true") == 0)) &&
	       (filter->after == 0 || at > filter->after) &&
	       (filter->before == 0 || at < filter->before);
}

/* The same question, from there on. */
static char *
link_to_next(const struct request *request, const struct filter *filter, const char *last)
{
	static const char *const kept[] = {"app", "pipeline", "env", "status", "completed",
					   "created_after", "created_before"};
	struct buf link;

	buf_init(&link, LINK_MAX);
	buf_printf(&link, "<%s?per_page=%zu&page=%s", request->path, filter->per_page, last);
	for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++) {
		const char *values[FILTERS_MAX];
		size_t count = read_list(request, kept[i], values);

		for (size_t k = 0; k < count; k++) {
			buf_printf(&link, "&%s=", kept[i]);
			url_append_escaped(&link, values[k]);
		}
	}
	buf_puts(&link, ">; rel=\"next\"");
	return buf_take(&link);
}

/*
 * Newest first; the token of the next page is the number of the last run on this one, or of the
 * last that was looked at for it: a page may be short, or empty, and there is more all the same.
 */
static int
answer_runs(struct platform *platform, const struct request *request, struct response *response,
	    struct error *err)
{
	json_t *runs, *run, *list;
	const char *last = "";
	struct filter filter;
	bool more = false;
	size_t i;

	if (read_filter(request, &filter, err) != 0)
		return -1;
	runs = repository_runs(platform->repository, &request->place,
			       filter.page ? strtoll(filter.page, NULL, 10) : INT64_MAX,
			       LOOKED_AT_MAX, err);
	if (!runs)
		return -1;
	list = json_array();
	json_array_foreach(runs, i, run) {
		bool is_shown = is_wanted(run, &filter) &&
				access_sees_application(request->caller, request->place.org,
							text_of(run, "app"));

		more = is_shown && json_array_size(list) == filter.per_page;
		if (more)
			break;
		last = text_of(run, "seq");
		if (is_shown)
			json_array_append_new(list, shown_run(run));
	}
	more = more || json_array_size(runs) == LOOKED_AT_MAX;
	if (more)
		response->link = link_to_next(request, &filter, last);
	json_decref(runs);
	return answer(response, 200, list);
}

/* GET /orgs/{orgId}/pipeline-runs: the runs of all pipelines of an organization. */
int
list_runs_of_org(struct platform *platform, const struct request *request,
		 struct response *response, struct error *err)
{
	return answer_runs(platform, request, response, err);
}

/* GET .../pipelines/{pipelineId}/runs: the runs of a pipeline. */
int
list_pipeline_runs(struct platform *platform, const struct request *request,
		   struct response *response, struct error *err)
{
	return check_pipeline(request->ids[0], err) == 0
		       ? answer_runs(platform, request, response, err) : -1;
}

/* Starting one. */

/* What is to be deployed, borrowed from the inputs or *copied. */
static int
read_inputs(struct platform *platform, const struct place *place, const json_t *inputs,
	    struct deploy_request *deploy, json_t **copied, struct error *err)
{
	const char *redeploy = json_member_string(inputs, "deployment_id");

	*deploy = (struct deploy_request){
		.delta_id = json_member_string(inputs, "delta_id"),
		.set_id = json_member_string(inputs, "set_id"),
		.comment = json_member_string(inputs, "comment"),
		.mode = json_member_string(inputs, "mode"),
	};
	if ((deploy->delta_id != NULL) + (deploy->set_id != NULL) + (redeploy != NULL) != 1)
		return error_set_code(err, CODE_NOTHING_TO_DEPLOY_GIVEN);
	if (deploy->mode && strcmp(deploy->mode, "full") != 0 &&
	    strcmp(deploy->mode, "incremental") != 0)
		return error_set_code(err, CODE_MODE_INVALID);
	if (!redeploy)
		return 0;
	*copied = repository_deployment_of_app(platform->repository, place, redeploy, err);
	if (!*copied) {
		if (err->kind == ERROR_NOT_FOUND)
			err->kind = ERROR_INPUT;
		return -1;
	}
	deploy->set_id = json_member_string(*copied, "set_id");
	/* README §12: a re-deployment takes set and values of the one it repeats. */
	deploy->value_set_version_id = json_member_string(*copied, "value_set_version_id");
	return 0;
}

int
pipelines_record(struct platform *platform, const struct place *place, const json_t *inputs,
		 const json_t *deployment, char id[IDS_UUID_SIZE], struct error *err)
{
	ids_uuid7(id);
	return repository_put_run(platform->repository, place, id, text_of(deployment, "id"),
				  inputs, text_of(deployment, "created_by"), clock_wall_ms(), err);
}

static int
answer_run(struct platform *platform, const struct place *place, const char *id,
	   struct response *response, struct error *err)
{
	const struct request request = {.place = *place, .ids = {PIPELINE, id}};
	json_t *run = find_run(platform, &request, err);

	if (!run)
		return -1;
	answer(response, 201, shown_run(run));
	json_decref(run);
	return 0;
}

/* The right to deploy is asked here, since the environment is named in the body and not in the
 * path. */
static int
start_run(struct platform *platform, const struct request *request, const json_t *inputs,
	  struct response *response, struct error *err)
{
	const char *dry_run = request_query(request, "dry_run");
	const char *env = json_member_string(inputs, "env_id");
	struct place place = {request->place.org, request->place.app,
			      env ? env : json_member_string(inputs, "environment")};
	json_t *copied = NULL, *deployment = NULL;
	struct deploy_request deploy;
	char id[IDS_UUID_SIZE];
	int ret = -1;

	if (!place.env)
		return error_set_code(err, CODE_ENV_ID_MISSING);
	if (repository_has(platform->repository, &place, err) != 0 ||
	    access_check(platform, request->caller, PERMISSION_DEPLOY, &place, NULL, err) != 0 ||
	    read_inputs(platform, &place, inputs, &deploy, &copied, err) != 0)
		goto out;
	if (dry_run && strcmp(dry_run, "true") == 0) {
		response->status = 204;
		ret = deploy_check(platform, &place, &deploy, err);
		goto out;
	}
	deploy.user = request_user(request);
	deployment = deploy_start(platform, &place, &deploy, err);
	if (deployment && pipelines_record(platform, &place, inputs, deployment, id, err) == 0)
		ret = answer_run(platform, &place, id, response, err);
out:
	json_decref(deployment);
	json_decref(copied);
	return ret;
}

/* POST .../pipeline-runs: start the pipeline that fits a request. */
int
create_run_by_trigger(struct platform *platform, const struct request *request,
		      struct response *response, struct error *err)
{
	json_t *inputs;
	int ret;

	if (strcmp(text_of(request->body, "trigger"), TRIGGER) != 0)
		return error_set_code(err, CODE_TRIGGER_NOT_DEPLOYMENT_REQUEST);
	inputs = json_copy(request->body);
	json_object_del(inputs, "trigger");
	ret = start_run(platform, request, inputs, response, err);
	json_decref(inputs);
	return ret;
}

/* POST .../pipelines/{pipelineId}/runs: start a pipeline. */
int
create_pipeline_run(struct platform *platform, const struct request *request,
		    struct response *response, struct error *err)
{
	const json_t *inputs = json_object_get(request->body, "inputs");

	if (check_pipeline(request->ids[0], err) != 0)
		return -1;
	if (!json_is_object(inputs))
		return error_set_code(err, CODE_INPUTS_NOT_OBJECT);
	return start_run(platform, request, inputs, response, err);
}

/* A deployment that goes on cannot be taken back: the wish is kept, and that is all. */
int
cancel_pipeline_run(struct platform *platform, const struct request *request,
		    struct response *response, struct error *err)
{
	json_t *run = find_run(platform, request, err);
	struct place place = {request->place.org, request->place.app, text_of(run, "env")};
	char *etag, *quoted;
	int ret = -1;

	if (!run)
		return -1;
	if (access_check(platform, request->caller, PERMISSION_DEPLOY, &place, NULL, err) != 0) {
		json_decref(run);
		return -1;
	}
	etag = etag_of(run);
	quoted = xasprintf("\"%s\"", etag);
	response->status = 204;
	if (request->if_match && strcmp(request->if_match, "*") != 0 &&
	    strcmp(request->if_match, etag) != 0 && strcmp(request->if_match, quoted) != 0)
		error_set_code(err, CODE_RUN_MOVED);
	else if (is_complete(run))
		error_set_code(err, CODE_RUN_HAS_ENDED);
	else
		ret = repository_cancel_run(platform->repository, text_of(run, "id"),
					    clock_wall_ms(), err);
	free(quoted);
	free(etag);
	json_decref(run);
	return ret;
}

/* POST .../pipelines/{pipelineId}/runs/{runId}/restart: run again what a run did. */
int
restart_pipeline_run(struct platform *platform, const struct request *request,
		     struct response *response, struct error *err)
{
	json_t *run = find_run(platform, request, err);
	int ret;

	if (!run)
		return -1;
	if (is_complete(run))
		ret = start_run(platform, request, json_object_get(run, "inputs"), response, err);
	else
		ret = error_set_code(err, CODE_RUN_HAS_NOT_ENDED);
	json_decref(run);
	return ret;
}

/* Jobs: each run has one, with one step. */

static json_t *
job_of(const json_t *run, bool with_steps)
{
	char *message = message_of(run), *etag = etag_of(run);
	json_t *step,
		*job = json_pack(
			"{s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:s, s:i}", "id",
			JOB, "name", JOB, "etag", etag, "org_id", text_of(run, "org"), "app_id",
			text_of(run, "app"), "pipeline_id", PIPELINE, "pipeline_version",
			PIPELINE_VERSION, "run_id", text_of(run, "id"), "status", status_of(run),
			"status_message", message, "created_at", text_of(run, "created_at"),
			"updated_at", text_of(run, "changed_at"), "timeout_seconds", 0);

	put_times(job, run);
	if (!is_complete(run)) {
		char *waits = xasprintf("application.environment.deployment(%s)",
					text_of(run, "deployment"));

		json_object_set_new(job, "waiting_for", json_string(waits));
		free(waits);
	}
	if (with_steps) {
		step = json_pack("{s:i, s:s, s:s, s:s, s:s, s:s, s:i, s:{s:s, s:s}}", "index", 0,
				 "name", PIPELINE_NAME, "uses", USES, "status", status_of(run),
				 "status_message", message, "created_at",
				 text_of(run, "created_at"), "timeout_seconds", 0,
				 "related_entities", "env_id", text_of(run, "env"), "deployment_id",
				 text_of(run, "deployment"));
		if (is_complete(run))
			json_object_set(step, "completed_at", json_object_get(run, "changed_at"));
		json_object_set_new(job, "steps", json_pack("[o]", step));
	}
	free(message);
	free(etag);
	return job;
}

/* GET .../pipelines/{pipelineId}/runs/{runId}/jobs: the jobs of a run. */
int
list_pipeline_jobs(struct platform *platform, const struct request *request,
		   struct response *response, struct error *err)
{
	json_t *run = find_run(platform, request, err);
	const char *statuses[FILTERS_MAX];
	size_t count;
	json_t *jobs;

	if (!run)
		return -1;
	jobs = json_array();
	count = read_list(request, "status", statuses);
	if (is_among(statuses, count, status_of(run)))
		json_array_append_new(jobs, job_of(run, false));
	json_decref(run);
	return answer(response, 200, jobs);
}

/* GET .../pipelines/{pipelineId}/runs/{runId}/jobs/{jobId}: one job with its steps. */
int
get_pipeline_job(struct platform *platform, const struct request *request,
		 struct response *response, struct error *err)
{
	json_t *run = find_run(platform, request, err);
	int ret = -1;

	if (run && strcmp(request->ids[2], JOB) != 0)
		error_set_code(err, CODE_JOB_NOT_FOUND, .job = request->ids[2]);
	else if (run)
		ret = answer(response, 200, job_of(run, true));
	json_decref(run);
	return ret;
}

/* GET .../approvals: approvals that are waited for or were given. */
int
list_approvals(struct platform *platform, const struct request *request,
	       struct response *response, struct error *err)
{
	(void)platform;
	return check_page(request, err) == 0 ? answer(response, 200, json_array()) : -1;
}

/* Also what would be approved or denied. */
int
get_approval(struct platform *platform, const struct request *request, struct response *response,
	     struct error *err)
{
	json_t *run = find_run(platform, request, err);

	(void)response;
	if (!run)
		return -1;
	json_decref(run);
	return error_set_code(err, CODE_APPROVAL_NOT_FOUND);
}
