/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "model/pipeline.h"

#include <stdbool.h>

#include "base/error.h"
#include "model/private.h"

static const char *const statuses[] = {
	[RUN_QUEUED] = "queued",
	[RUN_EXECUTING] = "executing",
	[RUN_SUCCESSFUL] = "successful",
	[RUN_FAILED] = "failed",
	[RUN_CANCELLED] = "cancelled",
};
NOUN_WORDS(run_status, statuses, RUN_UNKNOWN)

/* One that is not active is not listed. */
static const char *const pipeline_statuses[] = {"active"};
static const struct member_words active = {.items = pipeline_statuses};

#define AT(member) IN(pipeline, member)
static const struct member pipeline_members[] = {
	{"id", MEMBER_TEXT, MEMBER_REQUIRED, AT(id)},
	{"etag", MEMBER_TEXT, MEMBER_LOOSE, AT(etag)},
	{"org_id", MEMBER_TEXT, MEMBER_LOOSE, AT(org_id)},
	{"app_id", MEMBER_TEXT, MEMBER_LOOSE, AT(app_id)},
	{"name", MEMBER_TEXT, MEMBER_LOOSE, AT(name)},
	{"status", MEMBER_CONSTANT, MEMBER_OPTIONAL, .words = &active},
	{"version", MEMBER_TEXT, MEMBER_LOOSE, AT(version)},
	{"created_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(created_at)},
	{"trigger_types", MEMBER_TEXTS, MEMBER_LOOSE, AT(trigger_types),
	 .count = offsetof(struct pipeline, trigger_type_count)},
	{"metadata", MEMBER_JSON, MEMBER_REQUIRED, AT(metadata)},
	MEMBERS_END,
};
#undef AT
NOUN(pipeline, "pipeline", NULL)
NOUN_ENCODE(pipeline)

#define AT(member) IN(pipeline_criterion, member)
static const struct member pipeline_criterion_members[] = {
	{"id", MEMBER_TEXT, MEMBER_REQUIRED, AT(id)},
	{"trigger", MEMBER_TEXT, MEMBER_LOOSE, AT(trigger)},
	{"pipeline_id", MEMBER_TEXT, MEMBER_LOOSE, AT(pipeline_id)},
	{"pipeline_name", MEMBER_TEXT, MEMBER_LOOSE, AT(pipeline_name)},
	{"app_id", MEMBER_TEXT, MEMBER_LOOSE, AT(app_id)},
	MEMBERS_END,
};
#undef AT
NOUN(pipeline_criterion, "criterion of a pipeline", NULL)
NOUN_ENCODE(pipeline_criterion)

#define AT(member) IN(pipeline_run, member)
static const struct member pipeline_run_members[] = {
	{"id", MEMBER_TEXT, MEMBER_REQUIRED, AT(id)},
	{"etag", MEMBER_TEXT, MEMBER_LOOSE, AT(etag)},
	{"org_id", MEMBER_TEXT, MEMBER_LOOSE, AT(org_id)},
	{"app_id", MEMBER_TEXT, MEMBER_LOOSE, AT(app_id)},
	{"env_ids", MEMBER_TEXTS, MEMBER_LOOSE, AT(env_ids),
	 .count = offsetof(struct pipeline_run, env_id_count)},
	{"pipeline_id", MEMBER_TEXT, MEMBER_LOOSE, AT(pipeline_id)},
	{"pipeline_version", MEMBER_TEXT, MEMBER_LOOSE, AT(pipeline_version)},
	{"status", MEMBER_WORD, MEMBER_OPTIONAL, AT(status), .words = &run_status_words},
	{"status_message", MEMBER_TEXT, MEMBER_LOOSE, AT(status_message)},
	MEMBERS_CREATED,
	{"executing_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(executing_at)},
	{"cancellation_requested_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(cancellation_requested_at)},
	{"completed_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(completed_at)},
	{"timeout_seconds", MEMBER_NUMBER, MEMBER_OPTIONAL, AT(timeout_seconds)},
	{"trigger", MEMBER_TEXT, MEMBER_LOOSE, AT(trigger)},
	{"inputs", MEMBER_JSON, MEMBER_REQUIRED, AT(inputs)},
	{"run_as", MEMBER_TEXT, MEMBER_LOOSE, AT(run_as)},
	{"waiting_for", MEMBER_JSON, MEMBER_REQUIRED, AT(waiting_for)},
	MEMBERS_END,
};
#undef AT
NOUN(pipeline_run, "pipeline run", NULL)
NOUN_ENCODE(pipeline_run)

#define AT(member) IN(run_inputs, member)
static const struct member run_inputs_members[] = {
	{"env_id", MEMBER_TEXT, MEMBER_LOOSE, AT(env_id)},
	{"environment", MEMBER_TEXT, MEMBER_LOOSE, AT(environment)},
	{"delta_id", MEMBER_TEXT, MEMBER_LOOSE, AT(delta_id)},
	{"set_id", MEMBER_TEXT, MEMBER_LOOSE, AT(set_id)},
	{"deployment_id", MEMBER_TEXT, MEMBER_LOOSE, AT(deployment_id)},
	{"comment", MEMBER_TEXT, MEMBER_LOOSE, AT(comment)},
	{"mode", MEMBER_TEXT, MEMBER_LOOSE, AT(mode)},
	MEMBERS_END,
};
#undef AT
NOUN(run_inputs, "inputs", NULL)
NOUN_ENCODE(run_inputs)

#define AT(member) IN(pipeline_step, member)
static const struct member pipeline_step_members[] = {
	{"index", MEMBER_NUMBER, MEMBER_OPTIONAL, AT(index)},
	{"name", MEMBER_TEXT, MEMBER_LOOSE, AT(name)},
	{"uses", MEMBER_TEXT, MEMBER_LOOSE, AT(uses)},
	{"status", MEMBER_WORD, MEMBER_OPTIONAL, AT(status), .words = &run_status_words},
	{"status_message", MEMBER_TEXT, MEMBER_LOOSE, AT(status_message)},
	{"created_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(created_at)},
	{"completed_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(completed_at)},
	{"timeout_seconds", MEMBER_NUMBER, MEMBER_OPTIONAL, AT(timeout_seconds)},
	{"related_entities", MEMBER_JSON, MEMBER_REQUIRED, AT(related_entities)},
	MEMBERS_END,
};
#undef AT
static const struct noun pipeline_step_noun = {
	.name = "step", .size = sizeof(struct pipeline_step), .members = pipeline_step_members,
};

#define AT(member) IN(pipeline_job, member)
static const struct member pipeline_job_members[] = {
	{"id", MEMBER_TEXT, MEMBER_REQUIRED, AT(id)},
	{"name", MEMBER_TEXT, MEMBER_LOOSE, AT(name)},
	{"etag", MEMBER_TEXT, MEMBER_LOOSE, AT(etag)},
	{"org_id", MEMBER_TEXT, MEMBER_LOOSE, AT(org_id)},
	{"app_id", MEMBER_TEXT, MEMBER_LOOSE, AT(app_id)},
	{"pipeline_id", MEMBER_TEXT, MEMBER_LOOSE, AT(pipeline_id)},
	{"pipeline_version", MEMBER_TEXT, MEMBER_LOOSE, AT(pipeline_version)},
	{"run_id", MEMBER_TEXT, MEMBER_LOOSE, AT(run_id)},
	{"status", MEMBER_WORD, MEMBER_OPTIONAL, AT(status), .words = &run_status_words},
	{"status_message", MEMBER_TEXT, MEMBER_LOOSE, AT(status_message)},
	{"waiting_for", MEMBER_TEXT, MEMBER_LOOSE, AT(waiting_for)},
	{"created_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(created_at)},
	{"updated_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(updated_at)},
	{"cancellation_requested_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(cancellation_requested_at)},
	{"completed_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(completed_at)},
	{"timeout_seconds", MEMBER_NUMBER, MEMBER_OPTIONAL, AT(timeout_seconds)},
	{"steps", MEMBER_LIST, MEMBER_LOOSE, AT(steps), .noun = &pipeline_step_noun,
	 .count = offsetof(struct pipeline_job, step_count)},
	MEMBERS_END,
};
#undef AT
NOUN(pipeline_job, "pipeline job", NULL)
NOUN_ENCODE(pipeline_job)

json_t *
pipeline_job_encode_partial(const struct pipeline_job *job)
{
	json_t *body = pipeline_job_encode(job);

	json_object_del(body, "steps");
	return body;
}
