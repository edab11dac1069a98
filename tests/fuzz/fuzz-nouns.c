/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Bodies of the API: each sort of answer from any JSON, by both doors. */
#include "config.h"

#include "fuzz.h"

#include "base/error.h"
#include "compare/values.h"
#include "model/adoption-report.h"
#include "model/clone-notes.h"
#include "model/definition.h"
#include "model/delta.h"
#include "model/draft.h"
#include "model/error-answer.h"
#include "model/json.h"
#include "model/nouns.h"
#include "model/pipeline.h"
#include "model/recorded-clone.h"
#include "model/requests.h"
#include "model/resource-graph.h"
#include "model/rule.h"
#include "model/runtime.h"
#include "model/set.h"
#include "model/shared-value.h"
#include "model/task-progress.h"

/* What the strict door takes the other one takes without a problem. */
#define READ(name) \
	do { \
		struct name read = {0}, decoded = {0}; \
		struct error err = {0}; \
\
		name##_read(&read, body); \
		if (name##_decode(&decoded, body, &err) != 0) \
			assert(err.kind != ERROR_NONE && *err.text); \
		name##_clear(&read); \
		name##_clear(&decoded); \
	} while (0)

static void
read_runtime(const json_t *body)
{
	struct runtime runtime = {0};
	struct error err = {0};

	if (runtime_decode(&runtime, body, &err) != 0)
		assert(err.kind != ERROR_NONE);
	runtime_clear(&runtime);
}

static void
read_values(const json_t *body)
{
	struct values values = {0};
	struct error err = {0};

	if (values_decode(&values, body, &err) != 0)
		assert(err.kind != ERROR_NONE);
	values_clear(&values);
}

/* What was read of a set and written is the same set. */
static void
read_set(const json_t *body)
{
	struct set *set = set_decode(body, NULL), *again;
	json_t *written;

	if (!set)
		return;
	written = set_encode(set);
	again = set_decode(written, NULL);
	assert(again && strcmp(set_id(set), set_id(again)) == 0);
	set_unref(again);
	set_unref(set);
	json_decref(written);
}

static void
read_delta(const json_t *body)
{
	struct delta *delta = delta_decode(body, NULL);
	json_t *written;

	if (!delta)
		return;
	written = delta_encode(delta);
	delta_free(delta);
	delta = delta_decode(written, NULL);
	assert(delta);
	delta_free(delta);
	json_decref(written);
}

static void
read_one(const json_t *body)
{
	READ(deployment);
	READ(environment);
	READ(organization);
	READ(application);
	READ(deployment_error);
	READ(active_resource);
	READ(artefact_version);
	READ(shared_value);
	READ(value_set_version);
	READ(definition);
	READ(draft);
	READ(environment_type);
	READ(resource_graph);
	READ(audit_entry);
	READ(rule);
	READ(clone_mark);
	READ(clone_promotion);
	READ(recorded_clone);
	READ(error_answer);
	READ(removal_problem);
	READ(task_progress);
	READ(environment_change);
	READ(review_request);
	READ(group_request);
	READ(comment_request);
	READ(adoption_report);
	READ(left_object);
	READ(survey_report);
	READ(pipeline);
	READ(pipeline_criterion);
	READ(pipeline_run);
	READ(pipeline_job);
	READ(user_token);
	READ(user);
	READ(log_line);
	read_runtime(body);
	read_values(body);
	read_set(body);
	read_delta(body);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	struct error err = {0};
	json_t *body = json_decode((const char *)bytes, length, &err);
	json_t *item;
	size_t i;

	assert(body || err.kind != ERROR_NONE);
	if (!body)
		return 0;
	read_one(body);
	json_array_foreach(body, i, item)
		if (i < 8)
			read_one(item);
	json_decref(body);
	return 0;
}
