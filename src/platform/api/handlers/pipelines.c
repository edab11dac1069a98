/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Pipelines.  Every application has the one that is built in: it deploys, and that is what a
 * run of it is, one deployment with what asked for it; it matches every deployment, so a
 * plain POST of one makes a run as well.  How far a run is, is read from its deployment each
 * time.  No step of it waits for an approval, so there are none.
 */
#include "config.h"

#include "platform/api/handlers/pipelines.h"

#include <inttypes.h>
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
#include "platform/api/handlers/pipeline-shape.h"
#include "platform/auth/access.h"
#include "platform/engine/deploy.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-pipelines.h"

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
	struct application app;
	json_t *body;

	if (repository_read_application(platform->repository, place, &app, err) != 0)
		return NULL;
	body = encode_pipeline(place, app.created_at);
	application_clear(&app);
	return body;
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
	if (!trigger || strcmp(trigger, PIPELINE_TRIGGER) == 0)
		json_array_append(list, pipeline);
	json_decref(pipeline);
	return answer(response, 200, list);
}

static int
check_pipeline(const char *id, struct error *err)
{
	return strcmp(id, PIPELINE_ID) == 0
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
	if (!only || strcmp(only, PIPELINE_ID) == 0)
		json_array_append_new(list, encode_pipeline_criterion(request->place.app));
	return answer(response, 200, list);
}

/* Runs. */

/* run_row_clear() it. */
static int
find_run(struct platform *platform, const struct request *request, struct run_row *out,
	 struct error *err)
{
	const char *id = request->ids[1];

	if (check_pipeline(request->ids[0], err) != 0)
		return -1;
	if (repository_run(platform->repository, &request->place, id, out, err) == 0)
		return 0;
	if (err->kind == ERROR_NOT_FOUND)
		error_set_code(err, CODE_RUN_NOT_FOUND, .run = id);
	return -1;
}

/* GET .../pipelines/{pipelineId}/runs/{runId}: one run. */
int
get_pipeline_run(struct platform *platform, const struct request *request,
		 struct response *response, struct error *err)
{
	struct run_row run;

	if (find_run(platform, request, &run, err) != 0)
		return -1;
	answer(response, 200, encode_run(&run));
	run_row_clear(&run);
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
is_wanted(const struct run_row *run, const struct filter *filter)
{
	return (!filter->env || strcmp(filter->env, run->env) == 0) &&
	       is_among(filter->statuses, filter->status_count,
			run_status_word(run_row_status(run))) &&
	       is_among(filter->apps, filter->app_count, run->app) &&
	       is_among(filter->pipelines, filter->pipeline_count, PIPELINE_ID) &&
	       (!filter->completed ||
		run_row_is_complete(run) == (strcmp(filter->completed, "true") == 0)) &&
	       (filter->after == 0 || run->created_at > filter->after) &&
	       (filter->before == 0 || run->created_at < filter->before);
}

/* The same question, from there on. */
static char *
link_to_next(const struct request *request, const struct filter *filter, int64_t last)
{
	static const char *const kept[] = {"app", "pipeline", "env", "status", "completed",
					   "created_after", "created_before"};
	struct buf link;

	buf_init(&link, LINK_MAX);
	buf_printf(&link, "<%s?per_page=%zu&page=%" PRId64, request->path, filter->per_page, last);
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
	struct filter filter;
	struct run_rows runs;
	int64_t last = 0;
	bool more = false;
	json_t *list;

	if (read_filter(request, &filter, err) != 0 ||
	    repository_runs(platform->repository, &request->place,
			    filter.page ? strtoll(filter.page, NULL, 10) : INT64_MAX,
			    LOOKED_AT_MAX, &runs, err) != 0)
		return -1;
	list = json_array();
	for (size_t i = 0; i < runs.count; i++) {
		const struct run_row *run = &runs.items[i];
		bool is_shown = is_wanted(run, &filter) &&
				access_sees_application(request->caller, request->place.org,
							run->app);

		more = is_shown && json_array_size(list) == filter.per_page;
		if (more)
			break;
		last = run->seq;
		if (is_shown)
			json_array_append_new(list, encode_run(run));
	}
	if (more || runs.count == LOOKED_AT_MAX)
		response->link = link_to_next(request, &filter, last);
	run_rows_clear(&runs);
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

/* What is to be deployed, borrowed from the inputs or `copied`, which the caller clears. */
static int
read_inputs(struct platform *platform, const struct place *place, const struct run_inputs *inputs,
	    struct deploy_request *deploy, struct deployment *copied, struct error *err)
{
	const char *redeploy = inputs->deployment_id.raw;

	*deploy = (struct deploy_request){
		.delta_id = inputs->delta_id.raw,
		.set_id = inputs->set_id.raw,
		.comment = inputs->comment.raw,
		.mode = inputs->mode.raw,
	};
	if ((deploy->delta_id != NULL) + (deploy->set_id != NULL) + (redeploy != NULL) != 1)
		return error_set_code(err, CODE_NOTHING_TO_DEPLOY_GIVEN);
	if (!redeploy)
		return 0;
	if (repository_read_deployment_of_app(platform->repository, place, redeploy, copied,
					      err) != 0) {
		if (err->kind == ERROR_NOT_FOUND)
			err->kind = ERROR_INPUT;
		return -1;
	}
	deploy->set_id = copied->set_id.raw;
	/* README §12: a re-deployment takes set and values of the one it repeats. */
	deploy->value_set_version_id = copied->value_set_version_id.raw;
	return 0;
}

int
pipelines_record(struct platform *platform, const struct place *place, const json_t *inputs,
		 const struct deployment *deployment, char id[IDS_UUID_SIZE], struct error *err)
{
	ids_uuid7(id);
	return repository_put_run(platform->repository, place, id, deployment->id.raw, inputs,
				  untrusted_raw(&deployment->created_by), clock_wall_ms(), err);
}

static int
answer_run(struct platform *platform, const struct place *place, const char *id,
	   struct response *response, struct error *err)
{
	struct run_row run;

	if (repository_run(platform->repository, place, id, &run, err) != 0)
		return -1;
	answer(response, 201, encode_run(&run));
	run_row_clear(&run);
	return 0;
}

/* The right to deploy is asked here, since the environment is named in the body and not in the
 * path. */
static int
start_run(struct platform *platform, const struct request *request, const json_t *inputs,
	  struct response *response, struct error *err)
{
	const char *dry_run = request_query(request, "dry_run");
	struct place place = {request->place.org, request->place.app, NULL};
	struct run_inputs asked;
	struct deployment copied = {0}, deployment = {0};
	struct deploy_request deploy;
	char id[IDS_UUID_SIZE];
	int ret = -1;

	run_inputs_read(&asked, inputs);
	place.env = asked.env_id.raw ? asked.env_id.raw : asked.environment.raw;
	if (!place.env) {
		error_set_code(err, CODE_ENV_ID_MISSING);
		goto out;
	}
	if (repository_has(platform->repository, &place, err) != 0 ||
	    access_check(platform, request->caller, PERMISSION_DEPLOY, &place, NULL, err) != 0 ||
	    read_inputs(platform, &place, &asked, &deploy, &copied, err) != 0)
		goto out;
	if (dry_run && strcmp(dry_run, "true") == 0) {
		response->status = 204;
		ret = deploy_check(platform, &place, &deploy, err);
		goto out;
	}
	deploy.user = request_user(request);
	if (deploy_start(platform, &place, &deploy, &deployment, err) == 0 &&
	    pipelines_record(platform, &place, inputs, &deployment, id, err) == 0)
		ret = answer_run(platform, &place, id, response, err);
out:
	deployment_clear(&deployment);
	deployment_clear(&copied);
	run_inputs_clear(&asked);
	return ret;
}

/* POST .../pipeline-runs: start the pipeline that fits a request. */
int
create_run_by_trigger(struct platform *platform, const struct request *request,
		      struct response *response, struct error *err)
{
	json_t *inputs;
	int ret;

	if (strcmp(text_of(request->body, "trigger"), PIPELINE_TRIGGER) != 0)
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

/* If-Match: "*", or the tag with or without its quotes. */
static bool
is_as_expected(const struct request *request, const struct run_row *run)
{
	char *etag = run_row_etag(run), *quoted = xasprintf("\"%s\"", etag);
	const char *expected = request->if_match;
	bool same = !expected || strcmp(expected, "*") == 0 || strcmp(expected, etag) == 0 ||
		    strcmp(expected, quoted) == 0;

	free(quoted);
	free(etag);
	return same;
}

static int
cancel_run(struct platform *platform, const struct request *request, const struct run_row *run,
	   struct error *err)
{
	const struct place place = {request->place.org, request->place.app, run->env};

	if (access_check(platform, request->caller, PERMISSION_DEPLOY, &place, NULL, err) != 0)
		return -1;
	if (!is_as_expected(request, run))
		return error_set_code(err, CODE_RUN_MOVED);
	if (run_row_is_complete(run))
		return error_set_code(err, CODE_RUN_HAS_ENDED);
	return repository_cancel_run(platform->repository, run->id, clock_wall_ms(), err);
}

/* A deployment that goes on cannot be taken back: the wish is kept, and that is all. */
int
cancel_pipeline_run(struct platform *platform, const struct request *request,
		    struct response *response, struct error *err)
{
	struct run_row run;
	int ret;

	response->status = 204;
	if (find_run(platform, request, &run, err) != 0)
		return -1;
	ret = cancel_run(platform, request, &run, err);
	run_row_clear(&run);
	return ret;
}

/* POST .../pipelines/{pipelineId}/runs/{runId}/restart: run again what a run did. */
int
restart_pipeline_run(struct platform *platform, const struct request *request,
		     struct response *response, struct error *err)
{
	struct run_row run;
	int ret;

	if (find_run(platform, request, &run, err) != 0)
		return -1;
	if (run_row_is_complete(&run))
		ret = start_run(platform, request, run.inputs, response, err);
	else
		ret = error_set_code(err, CODE_RUN_HAS_NOT_ENDED);
	run_row_clear(&run);
	return ret;
}

/* Jobs: each run has one, with one step. */

/* GET .../pipelines/{pipelineId}/runs/{runId}/jobs: the jobs of a run. */
int
list_pipeline_jobs(struct platform *platform, const struct request *request,
		   struct response *response, struct error *err)
{
	const char *statuses[FILTERS_MAX];
	struct run_row run;
	size_t count;
	json_t *jobs;

	if (find_run(platform, request, &run, err) != 0)
		return -1;
	jobs = json_array();
	count = read_list(request, "status", statuses);
	if (is_among(statuses, count, run_status_word(run_row_status(&run))))
		json_array_append_new(jobs, encode_job(&run, false));
	run_row_clear(&run);
	return answer(response, 200, jobs);
}

/* GET .../pipelines/{pipelineId}/runs/{runId}/jobs/{jobId}: one job with its steps. */
int
get_pipeline_job(struct platform *platform, const struct request *request,
		 struct response *response, struct error *err)
{
	struct run_row run;
	int ret;

	if (find_run(platform, request, &run, err) != 0)
		return -1;
	if (strcmp(request->ids[2], PIPELINE_JOB) == 0)
		ret = answer(response, 200, encode_job(&run, true));
	else
		ret = error_set_code(err, CODE_JOB_NOT_FOUND, .job = request->ids[2]);
	run_row_clear(&run);
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
	struct run_row run;

	(void)response;
	if (find_run(platform, request, &run, err) != 0)
		return -1;
	run_row_clear(&run);
	return error_set_code(err, CODE_APPROVAL_NOT_FOUND);
}
