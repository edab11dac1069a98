/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Deployments and their errors.
 *
 * A POST brings up to three preconditions: the environment (If-Match), its values ("base" of
 * "values"), and the resources that it will get (dependency_graph_hash).  All are compared in
 * the transaction that records the deployment, so what was reviewed is what is deployed, or
 * nothing is.
 */
#include "config.h"

#include "platform/api/handlers/deployments.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/members.h"
#include "model/moved.h"
#include "model/pipeline.h"
#include "model/resource-graph.h"
#include "model/set.h"
#include "platform/api/handlers/long-list.h"
#include "platform/api/handlers/parameters.h"
#include "platform/api/handlers/pipelines.h"
#include "platform/api/handlers/values.h"
#include "platform/drivers/driver.h"
#include "platform/engine/deploy.h"
#include "platform/engine/engine.h"
#include "platform/engine/env-driver.h"
#include "platform/engine/env-graph.h"
#include "platform/engine/graph.h"
#include "platform/engine/workload-warnings.h"
#include "platform/http/response-cache.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/precondition.h"
#include "platform/state/repository-apps.h"
#include "platform/state/repository-deployments.h"
#include "platform/state/repository-sets.h"

#define WAIT_MAX_S 60

/* "PIPELINE,RUN" */
static bool
is_of_run(const json_t *body, const char *wanted)
{
	struct deployment deployment;
	char *own;
	bool same;

	deployment_read(&deployment, body);
	own = xasprintf("%s,%s", untrusted_raw(&deployment.pipeline.id),
			untrusted_raw(&deployment.pipeline.run_id));
	same = deployment.pipeline.id.raw && strcmp(own, wanted) == 0;
	free(own);
	deployment_clear(&deployment);
	return same;
}

static json_t *
deployments_page(struct platform *platform, const struct place *place, const void *run,
		 int64_t from, int max, int64_t *next, struct error *err)
{
	json_t *all = repository_deployments_before(platform->repository, place,
						    from > 0 ? from : INT64_MAX, max, next, err);
	json_t *some, *deployment;
	size_t i;

	if (!all || !run)
		return all;
	some = json_array();
	json_array_foreach(all, i, deployment)
		if (is_of_run(deployment, run))
			json_array_append(some, deployment);
	json_decref(all);
	return some;
}

/* GET .../envs/{envId}/deploys: the deployments of an environment, newest first. */
int
list_deployments(struct platform *platform, const struct request *request,
		 struct response *response, struct error *err)
{
	static const struct long_list list = {
		.page = deployments_page, .free_filter = free, .short_max = 1000, .page_max = 100,
	};
	const char *run = request_query(request, "pipelineRunId");

	return answer_long_list(platform, request, response, &list, run ? xstrdup(run) : NULL, 0,
				err);
}

/* What its driver warned of when it was carried out, in the form of the others. */
static void
add_warnings_of_driver(struct platform *platform, const struct deployment *deployment,
		       const struct driver *driver, json_t *list)
{
	struct error err = {0};		/* then nothing is said of it */
	json_t *warnings = repository_deployment_warnings(platform->repository,
							  untrusted_raw(&deployment->id), &err);
	json_t *warning;
	size_t i;

	json_array_foreach(warnings, i, warning) {
		struct driver_warning said;
		struct workload_warning row;

		driver_warning_read(&said, warning);
		row = (struct workload_warning){.reason = json_incref(said.reason)};
		untrusted_init(&row.workload, said.workload.raw);
		untrusted_init(&row.path, said.object.raw);
		untrusted_init(&row.code, said.code.raw ? said.code.raw : "cluster-warns");
		untrusted_init(&row.driver, driver->ops->name);
		untrusted_init(&row.message, said.message.raw);
		json_array_append_new(list, workload_warning_encode(&row));
		workload_warning_clear(&row);
		driver_warning_clear(&said);
	}
	json_decref(warnings);
}

/* With what of it has no effect in its environment. */
static json_t *
encode_with_warnings(struct platform *platform, const struct request *request,
		     const struct deployment *deployment)
{
	struct error err = {0};		/* then nothing is said of it */
	struct driver *driver = env_driver(platform, &request->place, &err);
	json_t *body = deployment_encode(deployment);
	struct set *set = NULL;

	if (driver)
		set = repository_set(platform->repository, &request->place,
				     untrusted_raw(&deployment->set_id), &err);
	if (set) {
		json_t *warnings = workload_warnings(driver, set);

		add_warnings_of_driver(platform, deployment, driver, warnings);
		json_object_set_new(body, "warnings", warnings);
	}
	set_unref(set);
	return body;
}

/* One that is under way may wait for a cluster that does not answer: why; and how far it is.  That
 * is of this moment, so the answer is not kept. */
static void
add_wait(struct platform *platform, const struct request *request, struct response *response)
{
	struct error ignored = {0};
	struct driver *driver = env_driver_made(platform, &request->place, &ignored);
	json_t *list = json_object_get(response->body, "warnings");
	char *space = place_space(&request->place), *reason;
	struct workload_warning row = {0};
	struct driver_status status = {0};
	json_t *progress;

	if (driver)
		driver->ops->observe(driver, space, &status);
	if (status.why.kind != ERROR_NONE) {
		reason = error_codes_encode(&status.why);
		row.reason = json_loads(reason, 0, NULL);
		untrusted_init(&row.workload, "");
		untrusted_init(&row.path, "");
		untrusted_init(&row.code, "waits-for-cluster");
		untrusted_init(&row.driver, driver->ops->name);
		untrusted_init(&row.message, status.why.text);
		json_array_append_new(list, workload_warning_encode(&row));
		workload_warning_clear(&row);
		free(reason);
	}
	driver_status_clear(&status);
	free(space);
	cached_response_free(response->keep);
	response->keep = NULL;
	progress = engine_progress(platform->engine, &request->place);
	if (progress)
		json_object_set_new(response->body, "progress", progress);
}

/* GET .../envs/{envId}/deploys/{deployId}: one deployment. */
int
get_deployment(struct platform *platform, const struct request *request,
	       struct response *response, struct error *err)
{
	struct deployment deployment = {0};
	int wait_s = 0;

	if (parameter_number(request, "wait", 0, WAIT_MAX_S, &wait_s, err) != 0 ||
	    repository_read_deployment(platform->repository, &request->place, request->ids[0],
				       &deployment, err) != 0)
		return -1;
	/* Waiting keeps nothing: the request is simply asked again
	 * when the database has changed. */
	if (wait_s > 0 && request->may_wait && !deployment_is_final(&deployment))
		response->wait_ms = wait_s * 1000;
	else
		answer(response, 200, encode_with_warnings(platform, request, &deployment));
	if (response->body && !deployment_is_final(&deployment))
		add_wait(platform, request, response);
	deployment_clear(&deployment);
	return 0;
}

/* GET .../envs/{envId}/deploys/{deployId}/errors: why a deployment failed, one entry a workload
 * or resource. */
int
list_deployment_errors(struct platform *platform, const struct request *request,
		       struct response *response, struct error *err)
{
	struct deployment deployment = {0};

	if (repository_read_deployment(platform->repository, &request->place, request->ids[0],
				       &deployment, err) != 0)
		return -1;
	deployment_clear(&deployment);
	return answer(response, 200,
		      repository_deployment_errors(platform->repository, request->ids[0], err));
}

/* The criteria of the pipeline match every deployment, so this one is a run of it.  It is read
 * again then, with its "pipeline". */
static int
record_as_run(struct platform *platform, const struct request *request,
	      const struct deploy_request *deploy, struct deployment *deployment,
	      struct error *err)
{
	struct run_inputs inputs = {0};
	char run[IDS_UUID_SIZE], *id = xstrdup(deployment->id.raw);
	json_t *body;
	int ret;

	untrusted_init(&inputs.env_id, request->place.env);
	untrusted_init(&inputs.delta_id, deploy->delta_id);
	untrusted_init(&inputs.set_id, deploy->delta_id ? NULL : deployment->set_id.raw);
	untrusted_init(&inputs.comment, deploy->comment);
	untrusted_init(&inputs.mode, deploy->mode);
	body = run_inputs_encode(&inputs);
	run_inputs_clear(&inputs);
	ret = pipelines_record(platform, &request->place, body, deployment, run, err);
	json_decref(body);
	if (ret == 0) {
		deployment_clear(deployment);
		ret = repository_read_deployment(platform->repository, &request->place, id,
						 deployment, err);
	}
	free(id);
	return ret;
}

/* There is one pipeline here, and its runs deploy by themselves: none comes by this route. */
static int
check_no_pipeline(const json_t *body, struct error *err)
{
	const json_t *pipeline = json_object_get(body, "pipeline");

	if (!pipeline || json_is_null(pipeline) ||
	    (json_is_object(pipeline) && json_object_size(pipeline) == 0))
		return 0;
	return error_set_code(err, CODE_PIPELINE_IS_NOT_CHOSEN);
}

/* Whoever looked at an older environment is told so before anything about its values. */
static int
change_values(struct platform *platform, const struct request *request,
	      const json_t *values, const struct deploy_request *deploy, struct error *err)
{
	struct environment env;
	int ret;

	if (!values)
		return 0;
	if (deploy->value_set_version_id)
		return error_set_code(err, CODE_VALUES_AND_VERSION_GIVEN);
	if (repository_read_environment(platform->repository, &request->place, &env, err) != 0)
		return -1;
	ret = precondition_check(request->if_match, &env, deploy->details, err);
	environment_clear(&env);
	return ret == 0 ? values_change(platform, request, values, deploy->details, err) : -1;
}

/* What the set would get here is what its reviewer saw; else ERROR_STALE.  In the transaction of
 * the deployment, so no definition changes between this look and the deed. */
static int
check_graph(struct platform *platform, const struct request *request,
	    const char *wanted, const struct deployment *deployment, json_t **details,
	    struct error *err)
{
	struct resource_graph graph;
	struct declared_resources declared;
	struct set *set;
	char culprit[256];
	int ret = -1;

	if (!wanted)
		return 0;
	set = repository_set(platform->repository, &request->place,
			     untrusted_raw(&deployment->set_id), err);
	if (!set)
		return -1;
	graph_declared(set, &declared);
	set_unref(set);
	if (env_graph_now(platform, &request->place, &declared, &graph, culprit, err) == 0) {
		ret = untrusted_is(&graph.hash, wanted) ? 0 : -1;
		if (ret != 0) {
			json_decref(*details);
			*details = graph_moved_encode(
				&(struct graph_moved){.dependency_graph_hash = graph.hash});
			error_set_code(err, CODE_GRAPH_MOVED, .env = request->place.env);
		}
		resource_graph_clear(&graph);
	}
	declared_resources_clear(&declared);
	return ret;
}

/* A page of the vendor's manual posts the comment as "message". */
static struct deploy_request
deploy_request_of(const struct request *request, const struct deployment_request *asked,
		  struct response *response)
{
	return (struct deploy_request){
		.delta_id = asked->delta_id.raw,
		.set_id = asked->set_id.raw,
		.comment = asked->comment.raw ? asked->comment.raw : asked->message.raw,
		.mode = asked->mode.raw,
		.value_set_version_id = asked->value_set_version_id.raw,
		.if_match = request->if_match,
		.details = &response->details,
		.user = request_user(request),
	};
}

static int
record(struct platform *platform, const struct request *request,
       const struct deployment_request *asked, const struct deploy_request *deploy,
       struct deployment *made, struct error *err)
{
	if (change_values(platform, request, asked->values, deploy, err) != 0 ||
	    deploy_start(platform, &request->place, deploy, made, err) != 0)
		return -1;
	return check_graph(platform, request, asked->dependency_graph_hash.raw, made,
			   deploy->details, err);
}

static int
read_request(const json_t *body, struct deployment_request *out, struct error *err)
{
	const struct member *misfit = deployment_request_misfit(body);

	if (misfit)
		return error_set_code(err, CODE_MEMBER_NOT_STRING, .member = misfit->key);
	if (check_no_pipeline(body, err) != 0)
		return -1;
	deployment_request_read(out, body);
	return 0;
}

int
deployments_record(struct platform *platform, const struct request *request, const json_t *body,
		   struct response *response, struct deployment *made, struct error *err)
{
	struct deployment_request asked;
	struct deploy_request deploy;
	int ret;

	*made = (struct deployment){0};
	if (read_request(body, &asked, err) != 0)
		return -1;
	deploy = deploy_request_of(request, &asked, response);
	ret = record(platform, request, &asked, &deploy, made, err);
	deployment_request_clear(&asked);
	return ret;
}

/* POST .../envs/{envId}/deploys: deploy a delta or a set; an empty request deploys the base
 * again. */
int
create_deployment(struct platform *platform, const struct request *request,
		  struct response *response, struct error *err)
{
	struct deployment_request asked;
	struct deploy_request deploy;
	struct deployment made = {0};
	int ret;

	if (read_request(request->body, &asked, err) != 0)
		return -1;
	deploy = deploy_request_of(request, &asked, response);
	ret = record(platform, request, &asked, &deploy, &made, err);
	if (ret == 0)
		ret = record_as_run(platform, request, &deploy, &made, err);
	if (ret == 0)
		answer(response, 201, encode_with_warnings(platform, request, &made));
	deployment_clear(&made);
	deployment_request_clear(&asked);
	return ret;
}
