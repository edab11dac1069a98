/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A run has no state of its own: it is as far as its deployment is.  So has its job, and the
 * step of that.  timeout_seconds is 0, for none: a deployment ends by itself.
 */
#include "config.h"

#include "platform/api/handlers/pipeline-shape.h"

#include <stdlib.h>

#include "base/xmalloc.h"
#include "model/members.h"
#include "platform/state/place.h"
#include "platform/state/repository-pipelines.h"

#define NAME "Deploy"
#define USES "actions/humanitec/deploy@v1"

json_t *
encode_pipeline(const struct place *place, int64_t created_at)
{
	struct pipeline pipeline = {.created_at = created_at};
	json_t *body;

	untrusted_init(&pipeline.id, PIPELINE_ID);
	untrusted_init(&pipeline.etag, PIPELINE_VERSION);
	untrusted_init(&pipeline.version, PIPELINE_VERSION);
	untrusted_init(&pipeline.org_id, place->org);
	untrusted_init(&pipeline.app_id, place->app);
	untrusted_init(&pipeline.name, NAME);
	member_texts_add(&pipeline.trigger_types, &pipeline.trigger_type_count, PIPELINE_TRIGGER);
	body = pipeline_encode(&pipeline);
	pipeline_clear(&pipeline);
	return body;
}

json_t *
encode_pipeline_criterion(const char *app)
{
	struct pipeline_criterion criterion = {0};
	json_t *body;

	untrusted_init(&criterion.id, "every-deployment");
	untrusted_init(&criterion.trigger, PIPELINE_TRIGGER);
	untrusted_init(&criterion.pipeline_id, PIPELINE_ID);
	untrusted_init(&criterion.pipeline_name, NAME);
	untrusted_init(&criterion.app_id, app);
	body = pipeline_criterion_encode(&criterion);
	pipeline_criterion_clear(&criterion);
	return body;
}

enum run_status
run_row_status(const struct run_row *run)
{
	static const enum run_status statuses[] = {
		[DEPLOYMENT_PENDING] = RUN_QUEUED,	 [DEPLOYMENT_IN_PROGRESS] = RUN_EXECUTING,
		[DEPLOYMENT_SUCCEEDED] = RUN_SUCCESSFUL, [DEPLOYMENT_FAILED] = RUN_FAILED,
		[DEPLOYMENT_UNKNOWN] = RUN_FAILED,
	};

	return statuses[run->status];
}

bool
run_row_is_complete(const struct run_row *run)
{
	return deployment_status_is_final(run->status);
}

char *
run_row_etag(const struct run_row *run)
{
	return xasprintf("%.8s-%s%s", run->id, run_status_word(run_row_status(run)),
			 run->cancel_at != 0 ? "-cancelling" : "");
}

/* What is there to say of it: when it has ended, how. */
static char *
message_of(const struct run_row *run)
{
	return run_row_is_complete(run)
		       ? xasprintf("Deployment %s %s.", run->deployment,
				   deployment_status_word(run->status))
		       : xstrdup("");
}

/* 0: it has not. */
static int64_t
completed_at(const struct run_row *run)
{
	return run_row_is_complete(run) ? run->changed_at : 0;
}

json_t *
encode_run(const struct run_row *row)
{
	struct pipeline_run run = {
		.etag = {run_row_etag(row)},
		.status = run_row_status(row),
		.status_message = {message_of(row)},
		.created_at = row->created_at,
		.executing_at = row->status != DEPLOYMENT_PENDING ? row->created_at : 0,
		.cancellation_requested_at = row->cancel_at,
		.completed_at = completed_at(row),
		.inputs = json_incref(row->inputs),
	};
	json_t *body;

	untrusted_init(&run.id, row->id);
	untrusted_init(&run.org_id, row->org);
	untrusted_init(&run.app_id, row->app);
	member_texts_add(&run.env_ids, &run.env_id_count, row->env);
	untrusted_init(&run.pipeline_id, PIPELINE_ID);
	untrusted_init(&run.pipeline_version, PIPELINE_VERSION);
	untrusted_init(&run.created_by, row->created_by);
	untrusted_init(&run.run_as, row->created_by);
	untrusted_init(&run.trigger, PIPELINE_TRIGGER);
	body = pipeline_run_encode(&run);
	pipeline_run_clear(&run);
	return body;
}

/* In memory of its own, as a job's steps are. */
static struct pipeline_step *
make_step(const struct run_row *row)
{
	struct pipeline_step *step = xcalloc(1, sizeof(*step));

	*step = (struct pipeline_step){
		.status = run_row_status(row),
		.status_message = {message_of(row)},
		.created_at = row->created_at,
		.completed_at = completed_at(row),
		.related_entities = json_pack("{s:s, s:s}", "env_id", row->env, "deployment_id",
					      row->deployment),
	};
	untrusted_init(&step->name, NAME);
	untrusted_init(&step->uses, USES);
	return step;
}

json_t *
encode_job(const struct run_row *row, bool with_steps)
{
	struct pipeline_job job = {
		.etag = {run_row_etag(row)},
		.status = run_row_status(row),
		.status_message = {message_of(row)},
		.created_at = row->created_at,
		.updated_at = row->changed_at,
		.cancellation_requested_at = row->cancel_at,
		.completed_at = completed_at(row),
		.steps = make_step(row),
		.step_count = 1,
	};
	json_t *body;

	untrusted_init(&job.id, PIPELINE_JOB);
	untrusted_init(&job.name, PIPELINE_JOB);
	untrusted_init(&job.org_id, row->org);
	untrusted_init(&job.app_id, row->app);
	untrusted_init(&job.pipeline_id, PIPELINE_ID);
	untrusted_init(&job.pipeline_version, PIPELINE_VERSION);
	untrusted_init(&job.run_id, row->id);
	if (!run_row_is_complete(row))
		job.waiting_for.raw = xasprintf("application.environment.deployment(%s)",
						row->deployment);
	body = with_steps ? pipeline_job_encode(&job) : pipeline_job_encode_partial(&job);
	pipeline_job_clear(&job);
	return body;
}
