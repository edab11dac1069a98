/* SPDX-License-Identifier: GPL-3.0-or-later */
/* clone: make an environment from what another one runs, with resources of its own. */
#include "config.h"

#include "flow/verbs.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/xmalloc.h"

#define TRIES_MAX 4
#define CLOCK_SKEW_MS (5 * 60 * 1000)

/* --- prepare --- */

static void
checked_free(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;

	flow->call = NULL;
	if (reply->error.kind == ERROR_NOT_FOUND)
		flow_next_phase(flow);
	else if (reply->error.kind != ERROR_NONE)
		flow_fail(flow, &reply->error);
	else
		flow_fail_text(flow, ERROR_CONFLICT,
			       _("there is an environment %s in %s already: choose another id"),
			       flow->request.env, flow->request.app);
}

static void
check_free(struct flow *flow)
{
	if (!flow->source.running.id.raw) {
		flow_fail_text(flow, ERROR_INPUT,
			       _("%s has no deployment that succeeded: there is nothing to clone"),
			       flow->request.source);
		return;
	}
	flow->call = api_get_environment(session_api(flow->session), flow->request.org,
					 flow->request.app, flow->request.env, checked_free,
					 flow);
}

static void
read_source_set(struct flow *flow)
{
	const char *id = untrusted_raw(&flow->source.running.set_id);

	free(flow->base_id);
	flow->base_id = xstrdup(id);
	flow_read_set(flow, id, &flow->base);
}

static void
make_review(struct flow *flow)
{
	struct review *review = &flow->review;
	const char *source = flow->request.source;

	flow->result = set_ref(flow->base);
	flow->result_id = xstrdup(flow->base_id);
	review_fill(flow);
	free(review->way_back);
	review->way_back = xasprintf(_("discard %s"), flow->request.env);
	if (!untrusted_is(&flow->source.environment.last_deploy.id,
			  untrusted_raw(&flow->source.running.id)))
		review_caution(review,
			       _("The last deployment of %s did not succeed; the one before it "
				 "that did is cloned"),
			       source);
	review_isolation(review, flow->base, source);
	review_send(review, "POST /orgs/%s/apps/%s/envs", review->org, review->app);
	review_send(review, "POST /orgs/%s/apps/%s/envs/%s/deploys", review->org, review->app,
		    review->env);
	review_ready(flow);
}

static flow_phase *const prepare[] = {
	read_source, read_source_running, check_free, read_source_set, make_review, NULL,
};

/* --- steps --- */

static void
checked_source(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct environment now = { 0 };
	struct error err = { 0 };
	const char *reviewed = untrusted_raw(&flow->source.environment.last_deploy.id);

	flow->call = NULL;
	if (reply->error.kind != ERROR_NONE) {
		flow_request_failed(flow, &reply->error);
		return;
	}
	if (environment_decode(&now, reply->body, &err)) {
		flow_fail(flow, &err);
		return;
	}
	if (!untrusted_is(&now.last_deploy.id, reviewed))
		error_set(&err, ERROR_STALE,
			  _("%s moved since the review: \"%s\" was deployed by %s; nothing was "
			    "cloned, review it again"),
			  flow->request.source, untrusted_raw(&now.last_deploy.comment),
			  untrusted_raw(&now.last_deploy.created_by));
	environment_clear(&now);
	if (err.kind != ERROR_NONE)
		flow_fail(flow, &err);
	else
		flow_step_done(flow);
}

static void
check_source(struct flow *flow)
{
	flow->call = api_get_environment(session_api(flow->session), flow->request.org,
					 flow->request.app, flow->request.source, checked_source,
					 flow);
}

/* The origin is what a promotion will be merged against: it must outlive us. */
static void
created(struct flow *flow)
{
	struct error err = { 0 };
	const int64_t now = clock_wall_ms(), life = session_clone_life(flow->session);
	const struct clone_origin origin = {
		.origin = (char *)(uintptr_t)flow->request.source,
		.deployment_id = (char *)(uintptr_t)untrusted_raw(&flow->record.source_deployment),
		.set_id = (char *)(uintptr_t)untrusted_raw(&flow->record.to_set),
		.operation_id = (char *)(uintptr_t)untrusted_raw(&flow->record.id),
		.cloned_at = now,
		.expires_at = life > 0 ? now + life : 0,
	};

	if (store_put_clone_origin(session_store(flow->session), session_platform(flow->session),
				   flow->request.org, flow->request.app, flow->request.env,
				   &origin, &err))
		flow_fail(flow, &err);
	else
		flow_step_done(flow);
}

static flow_phase create, settle_create;

static void
sent_create(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;

	flow->call = NULL;
	/* Refused the second time: the first one may have landed. */
	if (reply->error.kind == ERROR_CONFLICT && flow->tries > 0)
		settle_create(flow);
	else if (reply->error.kind != ERROR_NONE)
		flow_request_failed(flow, &reply->error);
	else
		created(flow);
}

static void
create(struct flow *flow)
{
	const struct flow_request *request = &flow->request;

	flow->call = api_create_environment(
		session_api(flow->session), request->org, request->app, request->env,
		request->name ? request->name : request->env, request->type,
		untrusted_raw(&flow->record.source_deployment), sent_create, flow);
}

/* Ours is: made from the deployment that we asked for, since we asked, deployed by nobody. */
static bool
is_ours(const struct flow *flow, const struct environment *environment)
{
	return untrusted_is(&environment->from_deploy.id,
			    untrusted_raw(&flow->record.source_deployment)) &&
		!environment->last_deploy.id.raw && !environment->deleting &&
		environment->created_at >= flow->step_wall_at - CLOCK_SKEW_MS;
}

static void
settled_create(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct environment found = { 0 };
	struct error err = { 0 };
	bool ours;

	flow->call = NULL;
	if (reply->error.kind == ERROR_NOT_FOUND && flow->tries++ < TRIES_MAX) {
		flow->settling = false;
		create(flow);
		return;
	}
	if (reply->error.kind != ERROR_NONE) {
		flow_request_failed(flow, &reply->error);
		return;
	}
	if (environment_decode(&found, reply->body, &err)) {
		flow_fail(flow, &err);
		return;
	}
	ours = is_ours(flow, &found);
	environment_clear(&found);
	if (ours)
		created(flow);
	else
		flow_fail_text(flow, ERROR_CONFLICT,
			       _("there is an environment %s already, and it is not the one that "
				 "was asked for: choose another id"),
			       flow->request.env);
}

static void
settle_create(struct flow *flow)
{
	flow->call = api_get_environment(session_api(flow->session), flow->request.org,
					 flow->request.app, flow->request.env, settled_create,
					 flow);
}

static const struct step steps[] = {
	{ "check-source", N_("Check that the source has not moved"), check_source, NULL },
	{ "create-environment", N_("Create the environment"), create, settle_create },
	{ "deploy", N_("Deploy"), send_deployment, settle_deployment },
	{ "watch", N_("Watch until it runs"), watch_deployment, NULL },
};

const struct verb verb_clone = {
	.name = "clone",
	.prepare = prepare,
	.steps = steps,
	.step_count = sizeof(steps) / sizeof(steps[0]),
};
