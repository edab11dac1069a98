/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The reads that the verbs prepare their reviews from: always fresh, but for sets, which
 * never change. */
#include "config.h"

#include "flow/verbs/reads.h"

#include <stdlib.h>
#include <string.h>

#include "api/api.h"
#include "api/operations.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/verbs/flow-advance.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/live.h"
#include "flow/verbs/review.h"
#include "flow/world/sets.h"
#include "model/adoption-report.h"
#include "model/delta.h"
#include "model/extensions.h"
#include "model/set.h"
#include "store/cache.h"

#define DEPLOYMENTS_MAX 10000

/* Every callback begins so: the call is over.  false: it failed, and the flow knows. */
static bool
answered(struct flow *flow, const struct api_reply *reply)
{
	flow->call = NULL;
	if (reply->error.kind == ERROR_NONE)
		return true;
	flow_fail(flow, &reply->error);
	return false;
}

/* --- environments --- */

/* Who reviews is to know that it may not be so any more. */
static void
caution_unsurveyed(struct flow *flow, const char *id, const json_t *body)
{
	struct survey_report survey;

	survey_report_read(&survey, json_object_get(body, "survey"));
	if (survey.error.message.raw)
		review_caution(&flow->review,
			       _("The namespace of %s could not be read again, so its last known "
				 "state is shown: %s"),
			       id, survey.error.message.raw);
	survey_report_clear(&survey);
}

/* Of what somebody else makes as it is now, not as it was followed last. */
static struct api_call *
ask_for_environment(struct flow *flow, const char *env, api_done *done)
{
	struct api *api = session_api(flow->session);
	const struct flow_request *r = &flow->request;

	return api_has_extension(api, EXTENSION_ADOPTION)
		       ? api_survey_environment(api, r->org, r->app, env, done, flow)
		       : api_get_environment(api, r->org, r->app, env, done, flow);
}

/* Nothing begins on an environment that is on its way out, but to ask once more that it goes. */
static void
got_environment(struct flow *flow, const struct api_reply *reply, struct flow_place *place,
		const char *id)
{
	struct error err = { 0 };

	flow->call = NULL;
	if (reply->error.kind == ERROR_NOT_FOUND) {
		flow_fail_text(flow, ERROR_NOT_FOUND,
			       _("Environment %s was not found in %s. It may have been deleted."), id, flow->request.app);
		return;
	}
	if (!answered(flow, reply))
		return;
	environment_clear(&place->environment);
	if (environment_decode(&place->environment, reply->body, &err)) {
		flow_fail(flow, &err);
		return;
	}
	if (place->environment.status == ENVIRONMENT_DELETING &&
	    flow->request.verb != FLOW_DISCARD) {
		flow_fail_text(flow, ERROR_CONFLICT, _("%s is being deleted"), id);
		return;
	}
	caution_unsurveyed(flow, id, reply->body);
	flow_next_phase(flow);
}

static void
got_target(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;

	got_environment(flow, reply, &flow->target, flow->request.env);
}

static void
got_source(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;

	got_environment(flow, reply, &flow->source, flow->request.source);
}

void
read_target(struct flow *flow)
{
	flow->target_cautions = flow->review.caution_count;
	flow->call = ask_for_environment(flow, flow->request.env, got_target);
}

void
read_source(struct flow *flow)
{
	flow->call = ask_for_environment(flow, flow->request.source, got_source);
}

/* --- what runs: the newest deployment that succeeded --- */

void
flow_clear_deployments(struct flow *flow)
{
	for (size_t i = 0; i < flow->scratch_count; i++)
		deployment_clear(&flow->scratch[i]);
	free(flow->scratch);
	flow->scratch = NULL;
	flow->scratch_count = 0;
}

int
flow_decode_deployments(struct flow *flow, const json_t *body, struct error *err)
{
	size_t count = json_array_size(body);

	flow_clear_deployments(flow);
	if (!json_is_array(body))
		return error_set(err, ERROR_PROTOCOL,
				 _("The list of deployments is not an array."));
	if (count > DEPLOYMENTS_MAX)
		count = DEPLOYMENTS_MAX;
	flow->scratch = xcalloc(count + 1, sizeof(*flow->scratch));
	for (; flow->scratch_count < count; flow->scratch_count++)
		deployment_read(&flow->scratch[flow->scratch_count],
				json_array_get(body, flow->scratch_count));
	return 0;
}

/* The newest that succeeded is what runs; one that is not understood and may have succeeded
 * stops this. */
static void
got_deployments(struct flow *flow, const struct api_reply *reply, struct flow_place *place)
{
	struct error err = { 0 };

	if (!answered(flow, reply))
		return;
	if (flow_decode_deployments(flow, reply->body, &err)) {
		flow_fail(flow, &err);
		return;
	}
	for (size_t i = 0; i < flow->scratch_count; i++) {
		const struct deployment *d = &flow->scratch[i];

		/* An odd one that failed long ago is nobody's business; what runs must be
		 * understood. */
		if (d->problem.raw &&
		    (d->status == DEPLOYMENT_SUCCEEDED || d->status == DEPLOYMENT_UNKNOWN)) {
			flow_fail_text(flow, ERROR_PROTOCOL,
				       _("Deployment %zu of %s is not understood: %s"), i + 1,
				       untrusted_raw(&place->environment.id), d->problem.raw);
			return;
		}
		if (d->status == DEPLOYMENT_SUCCEEDED) {
			deployment_copy(&place->running, &flow->scratch[i]);
			break;
		}
	}
	flow_next_phase(flow);
}

static void
got_target_deployments(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;

	got_deployments(flow, reply, &flow->target);
}

static void
got_source_deployments(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;

	got_deployments(flow, reply, &flow->source);
}

/* Mostly the last deployment succeeded, and no list is needed. */
static void
read_running(struct flow *flow, struct flow_place *place, const char *env, api_done *done)
{
	const struct deployment *last = &place->environment.last_deploy;

	deployment_clear(&place->running);
	if (last->id.raw && last->status != DEPLOYMENT_SUCCEEDED) {
		flow->call = api_list_deployments(session_api(flow->session), flow->request.org,
						  flow->request.app, env, done, flow);
		return;
	}
	if (last->id.raw)
		deployment_copy(&place->running, last);
	flow_next_phase(flow);
}

/* Somebody else's deployment is waited for where the request says so, and else a conflict. */
void
read_target_running(struct flow *flow)
{
	const struct deployment *last = &flow->target.environment.last_deploy;

	if (last->id.raw && !deployment_is_final(last) && flow->request.verb != FLOW_DISCARD) {
		if (flow->request.waits) {
			live_wait(flow);
			return;
		}
		flow_fail_text(flow, ERROR_CONFLICT,
			       _("%s is being deployed to (by %s): wait until that has ended"),
			       flow->request.env, untrusted_raw(&last->created_by));
		return;
	}
	read_running(flow, &flow->target, flow->request.env, got_target_deployments);
}

void
read_source_running(struct flow *flow)
{
	read_running(flow, &flow->source, flow->request.source, got_source_deployments);
}

/* --- sets --- */

static bool
take_set(struct flow *flow, const json_t *body)
{
	struct error err = { 0 };

	set_unref(*flow->wanted);
	*flow->wanted = sets_decode(flow->session, flow->request.org, flow->request.app, body,
				    &err);
	if (*flow->wanted)
		return true;
	flow_fail(flow, &err);
	return false;
}

/* Kept for ever: a set's id is its content. */
static void
got_set(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	const char *id;

	if (!answered(flow, reply) || !take_set(flow, reply->body))
		return;
	id = set_id(*flow->wanted);
	store_put_set(session_store(flow->session), session_address(flow->session),
		      flow->request.org, flow->request.app, id, reply->body);
	flow_read_done(flow);
}

void
flow_read_set(struct flow *flow, const char *id, struct set **where)
{
	struct set *kept;

	flow->wanted = where;
	if (set_id_is_empty(id)) {
		set_unref(*where);
		*where = set_new();
		flow_read_done(flow);
		return;
	}
	kept = sets_cached(flow->session, flow->request.org, flow->request.app, id);
	/* A cache that says something else is asked no further. */
	if (kept && strcmp(set_id(kept), id) == 0) {
		set_unref(*where);
		*where = kept;
		flow_read_done(flow);
		return;
	}
	set_unref(kept);
	flow->call = api_get_set(session_api(flow->session), flow->request.org, flow->request.app,
				 id, got_set, flow);
}

/* What a delta rides on is from_deploy, whatever runs. */
void
read_base_set(struct flow *flow)
{
	const struct deployment *from = &flow->target.environment.from_deploy;

	free(flow->base_id);
	flow->base_id = xstrdup(from->set_id.raw ? from->set_id.raw : "0");
	flow_read_set(flow, flow->base_id, &flow->base);
}

/* Only where it is another one than the base. */
void
read_was_set(struct flow *flow)
{
	const struct deployment *running = &flow->target.running;

	if (!running->set_id.raw || !strcmp(running->set_id.raw, flow->base_id))
		flow_next_phase(flow);
	else
		flow_read_set(flow, running->set_id.raw, &flow->was);
}

/* --- the preview: the platform says which set will result, and we check it --- */

/* What is deployed from here is known when it is seen in the world, without a question. */
static void
keep_result(struct flow *flow)
{
	json_t *body = set_encode(flow->result);

	store_put_set(session_store(flow->session), session_address(flow->session),
		      flow->request.org, flow->request.app, flow->result_id, body);
	json_decref(body);
}

/* Two programs that compute the same change must agree, or one of them does not do what was
 * reviewed. */
static void
got_result_set(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct set *theirs = NULL;

	flow->wanted = &theirs;
	if (!answered(flow, reply) || !take_set(flow, reply->body))
		return;
	if (!set_equal(theirs, flow->result)) {
		set_unref(theirs);
		flow_fail_text(flow, ERROR_PROTOCOL,
			       _("The platform computed a different result for this change; nothing was deployed."));
		return;
	}
	set_unref(flow->result);
	flow->result = theirs;
	flow_next_phase(flow);
}

/* The set is stored by that, under an id that nobody can change: it is what will be deployed. */
static void
got_result_id(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;

	if (!answered(flow, reply))
		return;
	if (!json_is_string(reply->body)) {
		flow_fail_text(flow, ERROR_PROTOCOL,
			       _("The platform did not say which set results from the change."));
		return;
	}
	free(flow->result_id);
	flow->result_id = xstrdup(json_string_value(reply->body));
	if (!strcmp(flow->result_id, set_id(flow->result))) {
		keep_result(flow);
		flow_next_phase(flow);
		return;
	}
	/* It may only make its ids in another way than we do: compare the contents. */
	flow->call = api_get_set(session_api(flow->session), flow->request.org, flow->request.app,
				 flow->result_id, got_result_set, flow);
}

/* Nothing changes: the base itself is deployed again. */
void
preview_result(struct flow *flow)
{
	struct error err = { 0 };
	json_t *body;

	set_unref(flow->result);
	flow->result = NULL;
	if (!flow->delta || delta_is_empty(flow->delta)) {
		flow->result = set_ref(flow->base);
		free(flow->result_id);
		flow->result_id = xstrdup(flow->base_id);
		flow_next_phase(flow);
		return;
	}
	flow->result = delta_apply(flow->delta, flow->base, &err);
	if (!flow->result) {
		flow_fail(flow, &err);
		return;
	}
	body = delta_encode(flow->delta);
	flow->call = api_apply_delta_to_set(session_api(flow->session), flow->request.org,
					    flow->request.app, flow->base_id, body, got_result_id,
					    flow);
	json_decref(body);
}
