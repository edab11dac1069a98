/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The steps of a deployment: look again, make the delta, deploy, compare, watch.
 *
 * A deployment is known as ours by its comment, which names the operation.  So after a lost
 * answer the list of deployments says whether it was made; and when it was not, the same
 * request is safe to repeat, since it carries If-Match with the deployment that was reviewed.
 */
#include "config.h"

#include "flow/verbs.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/comment.h"
#include "model/json.h"

#define WATCH_EVERY_MS 400
#define WATCH_MAX_MS (60 * 60 * 1000)
#define ERRORS_MAX 100

/* --- look again --- */

static void
checked_target(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct environment now = { 0 };
	const char *reviewed = flow->record.from_deployment.raw;
	struct error err = { 0 };

	flow->call = NULL;
	if (reply->error.kind != ERROR_NONE) {
		flow_request_failed(flow, &reply->error);
		return;
	}
	if (environment_decode(&now, reply->body, &err)) {
		flow_fail(flow, &err);
		return;
	}
	if (now.deleting)
		error_set(&err, ERROR_STALE, _("%s is being deleted; nothing was changed"),
			  flow->request.env);
	else if (!untrusted_is(&now.last_deploy.id, reviewed ? reviewed : "") &&
		 (now.last_deploy.id.raw || reviewed))
		error_set(&err, ERROR_STALE,
			  _("%s moved since the review: \"%s\" was deployed by %s (deployment %s "
			    "instead of %s); nothing was changed, review it again"),
			  flow->request.env, untrusted_raw(&now.last_deploy.comment),
			  untrusted_raw(&now.last_deploy.created_by),
			  untrusted_raw(&now.last_deploy.id), reviewed ? reviewed : "-");
	else if (!untrusted_is(&now.from_deploy.id,
			       untrusted_raw(&flow->target.environment.from_deploy.id)) &&
		 flow->target.environment.from_deploy.id.raw)
		error_set(&err, ERROR_STALE,
			  _("%s was primed with deployment %s since the review; nothing was "
			    "changed, review it again"),
			  flow->request.env, untrusted_raw(&now.from_deploy.id));
	environment_clear(&now);
	if (err.kind != ERROR_NONE)
		flow_fail(flow, &err);
	else
		flow_step_done(flow);
}

void
check_target(struct flow *flow)
{
	flow->call = api_get_environment(session_api(flow->session), flow->request.org,
					 flow->request.app, flow->request.env, checked_target,
					 flow);
}

/* --- the delta --- */

static void
created_delta(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	const char *id;

	flow->call = NULL;
	if (reply->error.kind != ERROR_NONE) {
		flow_request_failed(flow, &reply->error);
		return;
	}
	id = json_is_string(reply->body) ? json_string_value(reply->body) :
		json_member_string(reply->body, "id");
	if (!id || !*id) {
		flow_fail_text(flow, ERROR_PROTOCOL,
			       _("the platform did not give the change an id; nothing was "
				 "deployed"));
		return;
	}
	untrusted_set(&flow->record.delta_id, id);
	flow_step_done(flow);
}

/* A delta that nobody deploys does nothing, so one made in vain by a lost answer is no harm
 * and the step needs no settling. */
static void
create_delta(struct flow *flow)
{
	json_t *body;

	if (!flow->delta || delta_is_empty(flow->delta) || flow->record.delta_id.raw) {
		flow_step_done(flow);
		return;
	}
	body = delta_encode(flow->delta);
	json_object_set_new(body, "metadata",
			    json_pack("{s:s, s:s}", "env_id", flow->request.env, "name",
				      untrusted_raw(&flow->record.summary)));
	flow->call = api_create_delta(session_api(flow->session), flow->request.org,
				      flow->request.app, body, created_delta, flow);
	json_decref(body);
}

/* --- deploy --- */

static bool
is_ours(const struct flow *flow, const struct deployment *deployment)
{
	return comment_is_of(untrusted_raw(&deployment->comment), untrusted_raw(&flow->record.id));
}

static void
adopt(struct flow *flow, const struct deployment *deployment)
{
	deployment_clear(&flow->deployment);
	deployment_copy(&flow->deployment, deployment);
	untrusted_set(&flow->record.deployment_id, untrusted_raw(&deployment->id));
	flow_detail(flow, "%s", untrusted_raw(&deployment->id));
	flow_step_done(flow);
}

static void
sent_deployment(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct deployment made = { 0 };
	struct error err = { 0 };

	flow->call = NULL;
	/* A repeated request that is refused may be refused because the first one landed. */
	if (flow->tries > 0 &&
	    (reply->error.kind == ERROR_STALE || reply->error.kind == ERROR_CONFLICT)) {
		flow->tries++;
		settle_deployment(flow);
		return;
	}
	if (reply->error.kind != ERROR_NONE) {
		flow_request_failed(flow, &reply->error);
		return;
	}
	if (deployment_decode(&made, reply->body, &err)) {
		/* It was made; its answer makes no sense.  The list of deployments may. */
		err.kind = ERROR_NO_REPLY;
		flow_request_failed(flow, &err);
		return;
	}
	adopt(flow, &made);
	deployment_clear(&made);
}

void
send_deployment(struct flow *flow)
{
	char *comment = flow_comment(flow);
	const struct api_new_deployment deployment = {
		.comment = comment,
		.delta_id = flow->record.delta_id.raw,
		.if_match = flow->record.from_deployment.raw,
	};

	flow->call = api_create_deployment(session_api(flow->session), flow->request.org,
					   flow->request.app, flow->request.env, &deployment,
					   sent_deployment, flow);
	free(comment);
}

static void
settled_deployment(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct error err = { 0 };
	const char *reviewed = flow->record.from_deployment.raw;

	flow->call = NULL;
	if (reply->error.kind != ERROR_NONE) {
		flow_request_failed(flow, &reply->error);
		return;
	}
	if (flow_decode_deployments(flow, reply->body, &err)) {
		flow_fail(flow, &err);
		return;
	}
	for (size_t i = 0; i < flow->scratch_count; i++)
		if (is_ours(flow, &flow->scratch[i])) {
			adopt(flow, &flow->scratch[i]);
			return;
		}
	if (flow->scratch_count &&
	    !untrusted_is(&flow->scratch[0].id, reviewed ? reviewed : "")) {
		flow_fail_text(flow, ERROR_STALE,
			       _("%s moved since the review: \"%s\" was deployed; ours was not"),
			       flow->request.env, untrusted_raw(&flow->scratch[0].comment));
		return;
	}
	if (++flow->tries > 4) {
		flow_fail_text(flow, ERROR_NO_REPLY,
			       _("the platform does not answer the deployment to %s, and does not "
				 "list it"),
			       flow->request.env);
		return;
	}
	flow->settling = false;
	send_deployment(flow);
}

void
settle_deployment(struct flow *flow)
{
	flow->call = api_list_deployments(session_api(flow->session), flow->request.org,
					  flow->request.app, flow->request.env,
					  settled_deployment, flow);
}

/* --- compare --- */

static void
verify_set(struct flow *flow)
{
	const char *reviewed = untrusted_raw(&flow->record.to_set);

	/* After a crash only the id of the deployment is known; watching reads the rest, so
	 * the comparison is repeated there. */
	if (flow->deployment.set_id.raw && !untrusted_is(&flow->deployment.set_id, reviewed)) {
		flow_fail_text(flow, ERROR_PROTOCOL,
			       _("what was deployed to %s is NOT what was reviewed: set %s instead "
				 "of %s; undo it"),
			       flow->request.env, untrusted_raw(&flow->deployment.set_id),
			       reviewed);
		return;
	}
	flow_step_done(flow);
}

/* --- watch --- */

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

static void
fail_with_errors(struct flow *flow)
{
	const struct deployment_error *first = flow->errors;
	char *output;

	for (size_t i = 0; i < flow->error_count; i++)
		if (untrusted_is(&flow->errors[i].scope, "workload")) {
			first = &flow->errors[i];
			break;
		}
	if (!first) {
		flow_fail_text(flow, ERROR_REMOTE,
			       _("the deployment to %s failed; the platform does not say why"),
			       flow->request.env);
		return;
	}
	output = last_line(untrusted_raw(&first->message));
	if (*output)
		flow_fail_text(flow, ERROR_REMOTE,
			       _("The deployment to %s failed in %s: %s  Its output ends with: %s"),
			       flow->request.env, untrusted_raw(&first->object_id),
			       untrusted_raw(&first->summary), output);
	else
		flow_fail_text(flow, ERROR_REMOTE, _("The deployment to %s failed in %s: %s"),
			       flow->request.env, untrusted_raw(&first->object_id),
			       untrusted_raw(&first->summary));
	free(output);
}

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
			       _("what runs in %s is NOT what was reviewed: set %s instead of %s; "
				 "undo it"),
			       flow->request.env, untrusted_raw(&flow->deployment.set_id),
			       untrusted_raw(&flow->record.to_set));
		return;
	}
	if (flow->result)
		step->wanted = (int)json_object_size(set_modules(flow->result));
	step->done = step->wanted;
	flow_detail(flow, "%s", "");
	flow_step_done(flow);
}

/* Only behind an answer that it has not ended: the program may have been stopped for hours. */
static bool
is_watched_too_long(struct flow *flow)
{
	if (clock_steady_ms() - flow->steps[flow->step].started_at <= WATCH_MAX_MS)
		return false;
	flow_fail_text(flow, ERROR_NO_REPLY,
		       _("the deployment to %s did not end within an hour; it goes on "
			 "without being watched"),
		       flow->request.env);
	return true;
}

static void
watched(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct deployment now = { 0 };
	struct error err = reply->error;

	flow->call = NULL;
	if (err.kind == ERROR_NOT_FOUND) {
		flow_fail_text(flow, ERROR_NOT_FOUND,
			       _("the deployment to %s is gone: was %s deleted meanwhile?"),
			       flow->request.env, flow->request.env);
		return;
	}
	if (err.kind == ERROR_ACCESS) {
		flow_fail(flow, &err);
		return;
	}
	if (err.kind != ERROR_NONE || deployment_decode(&now, reply->body, &err)) {
		/* It goes on without us; only looking at it fails. */
		if (is_watched_too_long(flow))
			return;
		flow_detail(flow, "%s", err.text);
		flow_later(flow, 2 * WATCH_EVERY_MS, watch_deployment);
		return;
	}
	deployment_clear(&flow->deployment);
	flow->deployment = now;
	if (deployment_is_final(&now)) {
		deployment_ended(flow);
		return;
	}
	if (is_watched_too_long(flow))
		return;
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

const struct step deploy_steps[DEPLOY_STEP_COUNT] = {
	{ "check-target", N_("Check that nothing moved"), check_target, NULL },
	{ "create-delta", N_("Create the change"), create_delta, NULL },
	{ "deploy", N_("Deploy"), send_deployment, settle_deployment },
	{ "compare", N_("Compare with the review"), verify_set, NULL },
	{ "watch", N_("Watch until it runs"), watch_deployment, NULL },
};
