/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The last step watches what was deployed until it runs or has failed.  A look that fails is no
 * failure of the deployment: it is said, and looked again.
 */
#include "config.h"

#include "flow/verbs/watch-deployment.h"

#include <stdlib.h>
#include <string.h>

#include "api/operations.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/verbs/flow-advance.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/write-values.h"
#include "model/json.h"
#include "model/runtime.h"
#include "model/set.h"
#include "store/clone-origins.h"

#define WATCH_EVERY_MS 400
#define WATCH_MAX_MS (60 * 60 * 1000)
/* Some seconds of looks in vain: a platform that has just started
 * may not have read its state. */
#define GONE_LOOKS 4
#define ERRORS_MAX 100
#define WARNINGS_MAX 100

/* The last line that is not empty; free() it. */
static char *
last_line(const char *text)
{
	size_t end = strlen(text), start;

	while (end > 0 && text[end - 1] == '\n')
		end--;
	for (start = end; start > 0 && text[start - 1] != '\n'; start--)
		;
	return xstrndup(text + start, end - start);
}

static const struct deployment_error *
find_error(const struct flow *flow, const char *code)
{
	for (size_t i = 0; i < flow->error_count; i++)
		if (untrusted_is(&flow->errors[i].code, code))
			return &flow->errors[i];
	return NULL;
}

/* Somebody else changed what was reviewed, and so nothing of it was changed. */
static bool
has_moved(const struct flow *flow)
{
	return find_error(flow, "moved") && !find_error(flow, "not-restored");
}

/* What a program printed tells most, so a workload's error comes before those of the rest. */
static const struct deployment_error *
find_telling(const struct flow *flow)
{
	if (has_moved(flow))
		return find_error(flow, "moved");
	for (size_t i = 0; i < flow->error_count; i++)
		if (untrusted_is(&flow->errors[i].scope, "workload"))
			return &flow->errors[i];
	return flow->errors;
}

static void
describe_errors(const struct flow *flow, struct error *err)
{
	const struct deployment_error *first = find_telling(flow);
	char *output;

	if (!flow->error_count) {
		error_set(err, ERROR_REMOTE,
			  _("The deployment to %s failed; the platform does not say why."),
			  flow->request.env);
		return;
	}
	output = last_line(deployment_error_output(first));
	if (*output &&
	    !untrusted_is(&first->scope, "workload")) /* of no program, so not what it printed */
		error_set(err, ERROR_REMOTE, _("The deployment to %s failed in %s: %s  %s"),
			  flow->request.env, untrusted_raw(&first->object_id),
			  untrusted_raw(&first->summary), output);
	else if (*output)
		error_set(err, ERROR_REMOTE,
			  _("The deployment to %s failed in %s: %s  Its output ends with: %s"),
			  flow->request.env, untrusted_raw(&first->object_id),
			  untrusted_raw(&first->summary), output);
	else
		error_set(err, ERROR_REMOTE, _("The deployment to %s failed in %s: %s"),
			  flow->request.env, untrusted_raw(&first->object_id),
			  untrusted_raw(&first->summary));
	free(output);
	if (has_moved(flow))
		err->kind = ERROR_STALE;
}

/* --- a name that somebody else was faster to take --- */

static const struct deployment_error *
find_faster(const struct flow *flow)
{
	for (size_t i = 0; i < flow->error_count; i++) {
		const char *code = json_member_string(flow->errors[i].reason, "code");

		if (code && strcmp(code, "clone_made_by_others") == 0)
			return &flow->errors[i];
	}
	return NULL;
}

/* What we made is nothing but a name, and stands before theirs. */
static void
taken_back(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct error ignored = {0};
	const struct deployment_error *faster = find_faster(flow);

	flow->call = NULL;
	if (reply->error.kind == ERROR_NONE || reply->error.kind == ERROR_NOT_FOUND)
		(void)!store_drop_clone_origin(session_store(flow->session),
					       session_platform(flow->session), flow->request.org,
					       flow->request.app, flow->request.env, &ignored);
	flow_fail_text(flow, ERROR_STALE, "%s", untrusted_raw(&faster->summary));
}

static void
take_back(struct flow *flow)
{
	flow->call = api_delete_environment(session_api(flow->session), flow->request.org,
					    flow->request.app, flow->request.env, NULL, taken_back,
					    flow);
}

/* What runs has the values of before; so the next deployment shall have them too.  A clone
 * keeps its own: they are to be tried again. */
static void
fail_with_errors(struct flow *flow)
{
	struct error err = { 0 };

	describe_errors(flow, &err);
	if (flow->request.verb == FLOW_CLONE && find_faster(flow))
		take_back(flow);
	else if (flow->request.verb == FLOW_CLONE)
		flow_fail(flow, &err);
	else
		flow_put_values_back(flow, &err);
}

/* Reading the reasons may fail as well; that it failed is known all the same. */
static void
got_errors(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	size_t count = reply->error.kind == ERROR_NONE ? json_array_size(reply->body) : 0;

	flow->call = NULL;
	if (count > ERRORS_MAX)
		count = ERRORS_MAX;
	flow->errors = xcalloc(count + 1, sizeof(*flow->errors));
	for (size_t i = 0; i < count; i++)
		if (deployment_error_decode(&flow->errors[flow->error_count],
					    json_array_get(reply->body, i), NULL) == 0)
			flow->error_count++;
	fail_with_errors(flow);
}

/* Workloads that are about to go are not counted: they would make the bar go backwards. */
static void
count_ready(struct flow *flow, const struct runtime *runtime)
{
	struct flow_step *step = &flow->steps[flow->step];
	const char *waiting = NULL;
	size_t wanted = flow->result ? json_object_size(set_modules(flow->result)) : 0;
	int ready = 0;

	for (size_t i = 0; i < runtime->count; i++) {
		const struct runtime_module *module = &runtime->modules[i];

		if (flow->result && !set_module(flow->result, untrusted_raw(&module->module)))
			continue;
		if (module->status == RUNTIME_RUNNING || module->status == RUNTIME_SUCCEEDED)
			ready++;
		else if (!waiting)
			waiting = untrusted_raw(&module->module);
	}
	step->wanted = wanted ? (int)wanted : (int)runtime->count;
	step->done = ready < step->wanted ? ready : step->wanted;
	flow_detail(flow, "%s", waiting ? waiting : "");
}

/* How far it is is only shown: a runtime that cannot be read keeps nothing from going on. */
static void
got_runtime(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct runtime runtime = { 0 };

	flow->call = NULL;
	if (reply->error.kind == ERROR_NONE && runtime_decode(&runtime, reply->body, NULL) == 0) {
		count_ready(flow, &runtime);
		runtime_clear(&runtime);
	}
	flow_later(flow, WATCH_EVERY_MS, watch_deployment);
}

/* The rest of what the platform warns of was in the review. */
static bool
is_of_the_end(const struct workload_warning *warning)
{
	return untrusted_is(&warning->code, "cluster-warns") || flow_warning_is_unwell(warning);
}

static void
take_warnings(struct flow *flow, const json_t *body)
{
	const json_t *list = json_object_get(body, "warnings");
	size_t count = json_array_size(list) < WARNINGS_MAX ? json_array_size(list) : WARNINGS_MAX;

	if (flow->warnings)
		return;
	flow->warnings = xcalloc(count + 1, sizeof(*flow->warnings));
	for (size_t i = 0; i < count; i++) {
		struct workload_warning *next = &flow->warnings[flow->warning_count];

		workload_warning_read(next, json_array_get(list, i));
		if (is_of_the_end(next) && *untrusted_raw(&next->message))
			flow->warning_count++;
		else
			workload_warning_clear(next);
	}
}

/* A deployment that succeeded with another set than the reviewed one has not succeeded for us. */
static void
deployment_ended(struct flow *flow)
{
	struct flow_step *step = &flow->steps[flow->step];

	if (flow->deployment.status == DEPLOYMENT_FAILED) {
		flow->call = api_list_deployment_errors(
			session_api(flow->session), flow->request.org, flow->request.app,
			flow->request.env, untrusted_raw(&flow->deployment.id), got_errors, flow);
		return;
	}
	if (!untrusted_is(&flow->deployment.set_id, untrusted_raw(&flow->record.to_set))) {
		flow_fail_text(flow, ERROR_PROTOCOL,
			       _("The state of %s is NOT the reviewed one: set %s instead of %s; "
				 "undo it."),
			       flow->request.env, untrusted_raw(&flow->deployment.set_id),
			       untrusted_raw(&flow->record.to_set));
		return;
	}
	if (flow->result)
		step->wanted = (int)json_object_size(set_modules(flow->result));
	step->done = step->wanted;
	flow_take_progress(flow, NULL);
	flow_detail(flow, "%s", "");
	flow_step_done(flow);
}

/* Only behind an answer that it has not ended: the program may have been stopped for hours. */
static bool
is_watched_too_long(struct flow *flow)
{
	if (clock_steady_ms() - flow->steps[flow->step].started_at <= WATCH_MAX_MS)
		return false;
	flow_leave_unwatched(
		flow,
		_("The deployment to %s has not ended within an hour; it goes on without "
		  "being watched"),
		flow->request.env);
	return true;
}

/* The deployment was not found.  Without its environment there is nothing to watch; a single
 * answer may be one of a platform that starts. */
static void
looked_for_environment(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;

	flow->call = NULL;
	if (reply->error.kind == ERROR_NOT_FOUND && flow->blind >= GONE_LOOKS)
		flow_leave_unwatched(
			flow,
			_("%s is not there any more: it was deleted meanwhile, and how the "
			  "deployment ended is not known"),
			flow->request.env);
	else if (!is_watched_too_long(flow))
		flow_look_failed(flow, &flow->not_found, reply->retry_after_ms);
}

/* It goes on without us; only looking at it fails. */
static void
watched(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct deployment now = { 0 };
	struct error err = reply->error;

	flow->call = NULL;
	if (err.kind == ERROR_NOT_FOUND) {
		flow->not_found = err;
		flow->call = api_get_environment(session_api(flow->session), flow->request.org,
						 flow->request.app, flow->request.env,
						 looked_for_environment, flow);
		return;
	}
	if (err.kind != ERROR_NONE || deployment_decode(&now, reply->body, &err)) {
		if (!is_watched_too_long(flow))
			flow_look_failed(flow, &err, reply->retry_after_ms);
		return;
	}
	flow_looked(flow);
	deployment_clear(&flow->deployment);
	flow->deployment = now;
	if (deployment_is_final(&now)) {
		take_warnings(flow, reply->body);
		deployment_ended(flow);
		return;
	}
	if (is_watched_too_long(flow))
		return;
	flow_take_progress(flow, reply->body);
	flow->call = api_get_runtime(session_api(flow->session), flow->request.org,
				     flow->request.app, flow->request.env, got_runtime, flow);
}

void
watch_deployment(struct flow *flow)
{
	flow->call = api_get_deployment(session_api(flow->session), flow->request.org,
					flow->request.app, flow->request.env,
					untrusted_raw(&flow->record.deployment_id), watched,
					flow);
}
