/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Pipelines, their runs, jobs and steps, as nouns of the API (nouns.h has the rules).  There is no
 * enum of what a pipeline can do: of a step only its name and how far it is are of use to anybody.
 */
#ifndef SIDESTAGE_MODEL_PIPELINE_H
#define SIDESTAGE_MODEL_PIPELINE_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct error;

struct pipeline {
	struct untrusted id, etag, org_id, app_id, name, version;
	int64_t created_at;
	struct untrusted *trigger_types;
	size_t trigger_type_count;
	json_t *metadata;		/* free-form; NULL: none */
	struct untrusted problem;
};
/* From GET .../pipelines. */
void pipeline_read(struct pipeline *out, const json_t *body);
int pipeline_decode(struct pipeline *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *pipeline_encode(const struct pipeline *pipeline);
void pipeline_clear(struct pipeline *pipeline);

/* Which requests a pipeline handles. */
struct pipeline_criterion {
	struct untrusted id, trigger, pipeline_id, pipeline_name, app_id;
	struct untrusted problem;
};
/* From GET .../pipeline-criteria. */
void pipeline_criterion_read(struct pipeline_criterion *out, const json_t *body);
int pipeline_criterion_decode(struct pipeline_criterion *out, const json_t *body,
			      struct error *err) __attribute__((warn_unused_result));
json_t *pipeline_criterion_encode(const struct pipeline_criterion *criterion);
void pipeline_criterion_clear(struct pipeline_criterion *criterion);

enum run_status {
	RUN_QUEUED, RUN_EXECUTING, RUN_SUCCESSFUL, RUN_FAILED, RUN_CANCELLED,
	RUN_UNKNOWN	/* a word we do not know */
};
const char *run_status_word(enum run_status status);
enum run_status run_status_of(const char *word);	/* NULL is fine */

/* What a run of a pipeline deploys; a text that is absent is not said. */
struct run_inputs {
	struct untrusted env_id;
	struct untrusted environment;	/* the same, as a page of the manual calls it */
	struct untrusted delta_id, set_id;
	struct untrusted deployment_id;	/* whose set and values are deployed again */
	struct untrusted comment, mode;
	struct untrusted problem;
};
/* In "inputs" of POST .../pipelines/{pipeline}/runs, and of what GET gives of a run. */
void run_inputs_read(struct run_inputs *out, const json_t *body);
int run_inputs_decode(struct run_inputs *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *run_inputs_encode(const struct run_inputs *inputs);
void run_inputs_clear(struct run_inputs *inputs);

struct pipeline_run {
	struct untrusted id, etag, org_id, app_id, pipeline_id, pipeline_version;
	struct untrusted *env_ids;
	size_t env_id_count;
	enum run_status status;
	struct untrusted status_message, created_by, run_as, trigger;
	int64_t created_at;		/* wall ms; 0: unknown, and of the others: not yet */
	int64_t executing_at, cancellation_requested_at, completed_at;
	int64_t timeout_seconds;	/* 0: none */
	json_t *inputs;			/* what it can be started with again */
	json_t *waiting_for;		/* {approval: why}; NULL: for nothing */
	struct untrusted problem;
};
/* From GET .../pipelines/{pipeline}/runs. */
void pipeline_run_read(struct pipeline_run *out, const json_t *body);
int pipeline_run_decode(struct pipeline_run *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *pipeline_run_encode(const struct pipeline_run *run);
void pipeline_run_clear(struct pipeline_run *run);

struct pipeline_step {
	int64_t index;
	struct untrusted name, uses;
	enum run_status status;
	struct untrusted status_message;
	int64_t created_at, completed_at, timeout_seconds;
	json_t *related_entities;	/* {kind: id} of what it made */
};
struct pipeline_job {
	struct untrusted id, name, etag, org_id, app_id, pipeline_id, pipeline_version, run_id;
	enum run_status status;
	struct untrusted status_message;
	struct untrusted waiting_for;	/* raw NULL: for nothing */
	int64_t created_at, updated_at, cancellation_requested_at, completed_at, timeout_seconds;
	struct pipeline_step *steps;
	size_t step_count;
	struct untrusted problem;
};
/* From GET .../runs/{run}/jobs. */
void pipeline_job_read(struct pipeline_job *out, const json_t *body);
int pipeline_job_decode(struct pipeline_job *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *pipeline_job_encode(const struct pipeline_job *job);
/* As lists have it: without its steps. */
json_t *pipeline_job_encode_partial(const struct pipeline_job *job);
void pipeline_job_clear(struct pipeline_job *job);

#endif
