/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a workload is (a service or a job), when it is its turn in a deployment, what counts as its
 * success, and what has to run before it.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/workload-fields.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/process/images.h"
#include "platform/drivers/process/plan-parts.h"
#include "platform/drivers/process/plan.h"

#define INITS_MAX 20
#define BACK_OFFS_MAX 1000
#define BACK_OFFS 1		/* once more, as services are tried */
#define JOB_MS (600 * 1000)	/* that a job may take, where nothing is said of it */

/* --- when, and what counts --- */

static int
word_of(const json_t *object, const char *key, const char *const *words, int usual)
{
	const char *word = json_member_string(object, key);

	for (int i = 0; word && words[i]; i++)
		if (strcmp(words[i], word) == 0)
			return i;
	return usual;
}

static int
read_deploy(struct plan *plan, const json_t *deploy, struct error *err)
{
	static const char *const whens[] = {
		[PLAN_BEFORE] = "before", [PLAN_WITH] = "deploy", [PLAN_AFTER] = "after", NULL};
	static const char *const successes[] = {
		[PLAN_STARTED] = "deploy", [PLAN_AVAILABLE] = "available",
		[PLAN_COMPLETE] = "complete", NULL};

	bool ends = plan->is_job && !plan->schedule;

	plan->when = (enum plan_when)word_of(deploy, "when", whens, PLAN_WITH);
	plan->success = (enum plan_success)word_of(deploy, "success", successes,
						   ends ? PLAN_COMPLETE : PLAN_AVAILABLE);
	if (plan->success == PLAN_COMPLETE && !ends)
		return error_set_code(err, CODE_SERVICE_NEVER_COMPLETE, .workload = plan->module);
	return plan_read_seconds(plan, deploy, "timeout", &plan->ready_timeout_ms, err);
}

static int
read_job(struct plan *plan, const json_t *job, struct error *err)
{
	const json_t *value = json_object_get(job, "backoffLimit");
	json_int_t number = workload_field_number(value);

	plan->back_offs = BACK_OFFS;
	plan->is_suspended = json_is_true(json_object_get(job, "suspend"));
	if (plan->ready_timeout_ms == 0)
		plan->ready_timeout_ms = JOB_MS;
	if (value && !json_is_null(value)) {
		if (number < 0 || number > BACK_OFFS_MAX)
			return error_set_code(err, CODE_WORKLOAD_NUMBER_INVALID,
					      .member = "backoffLimit", .workload = plan->module,
					      .min = 0, .max = BACK_OFFS_MAX);
		plan->back_offs = (int)number;
	}
	return plan_read_seconds(plan, job, "activeDeadlineSeconds", &plan->active_ms, err);
}

/* --- what runs before it --- */

/* As Kubernetes has it: a list of {"name", "value"}. */
static int
read_env(const struct plan *plan, const json_t *env, struct plan_program *program,
	 struct error *err)
{
	const json_t *item;
	size_t i;

	program->environment = xcalloc(json_array_size(env) + 1, sizeof(*program->environment));
	json_array_foreach(env, i, item) {
		const char *name = json_member_string(item, "name");
		const char *value = json_member_string(item, "value");

		if (!name || !*name || strchr(name, '='))
			return error_set_code(err, CODE_VARIABLE_INVALID, .name = name ? name : "",
					      .workload = plan->module);
		program->environment[i] = xasprintf("%s=%s", name, value ? value : "");
	}
	return 0;
}

static json_t *
variables_of(const json_t *env)
{
	json_t *variables = json_object();
	const json_t *item;
	size_t i;

	json_array_foreach(env, i, item)
		if (json_member_string(item, "name"))
			json_object_set(variables, json_member_string(item, "name"),
					json_object_get(item, "value"));
	return variables;
}

static int
read_init(struct plan *plan, const struct images *images, const json_t *container,
	  struct plan_program *program, struct error *err)
{
	const char *name = json_member_string(container, "name");
	const char *image = json_member_string(container, "image");
	json_t *variables;
	int ret;

	if (!name || !*name || !image)
		return error_set_code(err, CODE_INIT_CONTAINER_INVALID, .workload = plan->module);
	program->container = xstrdup(name);
	program->executable = images_find(images, image, err);
	if (!program->executable)
		return -1;
	variables = variables_of(json_object_get(container, "env"));
	ret = plan_read_words(plan, container, variables, program, err);
	json_decref(variables);
	return ret == 0 ? read_env(plan, json_object_get(container, "env"), program, err) : -1;
}

static int
read_inits(struct plan *plan, const struct images *images, const json_t *inits, struct error *err)
{
	const json_t *container;
	size_t i;

	if (json_array_size(inits) > INITS_MAX)
		return error_set_code(err, CODE_INIT_CONTAINER_INVALID, .workload = plan->module);
	plan->inits = xcalloc(json_array_size(inits) + 1, sizeof(*plan->inits));
	json_array_foreach(inits, i, container) {
		plan->init_count++;
		if (read_init(plan, images, container, &plan->inits[i], err) != 0)
			return -1;
	}
	return 0;
}

int
plan_read_run(struct plan *plan, const struct images *images,
	      const struct driver_workload *workload, const json_t *spec, struct error *err)
{
	const json_t *pod = json_object_get(spec, "pod");

	plan->is_job = plan->schedule || workload_profile_of(workload->profile) == PROFILE_JOB;
	if (read_inits(plan, images, json_object_get(pod, "initContainers"), err) != 0 ||
	    read_deploy(plan, workload->deploy, err) != 0)
		return -1;
	return plan->is_job ? read_job(plan, json_object_get(spec, "job"), err) : 0;
}
