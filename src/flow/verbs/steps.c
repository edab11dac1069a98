/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The steps of a deployment: look again, write the values, look at them, deploy, compare,
 * watch.
 *
 * What is deployed is a set by its id and a version of the values by its id, never a delta:
 * the preview has stored the set, and neither of the two can be changed by anybody.
 *
 * A deployment is known as ours by its comment, which names the operation.  So after a lost
 * answer the list of deployments says whether it was made; and when it was not, the same
 * request is safe to repeat, since it carries If-Match with what was reviewed.  Where a
 * platform does not honour that, the answer says on which deployment ours came to lie; when
 * it is not the reviewed one, somebody's was overwritten, and that is said at once.
 */
#include "config.h"

#include "flow/verbs/steps.h"

#include <stdlib.h>
#include <string.h>

#include "api/operations.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/verbs/check-target.h"
#include "flow/verbs/flow-advance.h"
#include "flow/verbs/flow-comment.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/reads-values.h"
#include "flow/verbs/reads.h"
#include "flow/verbs/watch-deployment.h"
#include "flow/verbs/write-values.h"
#include "model/comment.h"
#include "model/json.h"
#include "model/moved.h"
#include "model/set.h"

/* --- deploy --- */

/* By the operation's id in the comment: two deployments of one set within a second are told
 * apart. */
static bool
is_ours(const struct flow *flow, const struct deployment *deployment)
{
	return comment_is_of(untrusted_raw(&deployment->comment), untrusted_raw(&flow->record.id));
}

/* What would bring the overwritten deployment back, as a request that a person may open. */
static void
ask_back(struct flow *flow)
{
	struct flow_request *back = &flow->recovery;

	*back = (struct flow_request){
		.verb = FLOW_UNDO,
		.org = xstrdup(flow->request.org),
		.app = xstrdup(flow->request.app),
		.env = xstrdup(flow->request.env),
		.before_set = xstrdup(untrusted_raw(&flow->overwritten.set_id)),
		.after_set = xstrdup(untrusted_raw(&flow->record.from_set)),
		.before_values = flow->overwritten.value_set_version_id.raw ?
			xstrdup(flow->overwritten.value_set_version_id.raw) : NULL,
		.after_values = flow->review.values_version ?
			xstrdup(flow->review.values_version) : NULL,
		.decides = true,
	};
}

/* Ours came to lie on another base.  Either somebody deployed in the same moment, and that is
 * overwritten; or the base of the next deployment was only set, which ours does not use. */
static void
got_overwritten(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	const char *reviewed = flow->record.from_deployment.raw, *comment;
	struct error err = reply->error;
	size_t ours = 0;

	flow->call = NULL;
	if (err.kind != ERROR_NONE || flow_decode_deployments(flow, reply->body, &err)) {
		flow_request_failed(flow, &err);
		return;
	}
	while (ours < flow->scratch_count && !is_ours(flow, &flow->scratch[ours]))
		ours++;
	if (ours + 1 >= flow->scratch_count ||
	    untrusted_is(&flow->scratch[ours + 1].id, reviewed ? reviewed : "")) {
		flow_step_done(flow);
		return;
	}
	deployment_copy(&flow->overwritten, &flow->scratch[ours + 1]);
	ask_back(flow);
	comment = untrusted_raw(&flow->overwritten.comment);
	flow_fail_text(
		flow, ERROR_STALE,
		_("%s moved in the same moment: the deployment \"%.*s\" of %s was overwritten "
		  "by this one (%s)."),
		flow->request.env, (int)comment_people_length(comment), comment,
		untrusted_raw(&flow->overwritten.created_by), untrusted_raw(&flow->deployment.id));
}

/* Whether ours came to lie on another deployment than the reviewed one. */
static bool
has_other_base(const struct flow *flow)
{
	const char *reviewed = flow->target.environment.from_deploy.id.raw;

	return flow->request.verb != FLOW_CLONE && reviewed &&
	       *untrusted_raw(&flow->deployment.from_id) &&
	       !untrusted_is(&flow->deployment.from_id, reviewed);
}

/* The id goes into the record with the next journal entry, so that a later program can look for
 * it. */
static void
adopt(struct flow *flow, const struct deployment *deployment)
{
	deployment_clear(&flow->deployment);
	deployment_copy(&flow->deployment, deployment);
	untrusted_set(&flow->record.deployment_id, untrusted_raw(&deployment->id));
	flow_detail(flow, "%s", untrusted_raw(&deployment->id));
	if (!has_other_base(flow)) {
		flow_step_done(flow);
		return;
	}
	flow->call = api_list_deployments(session_api(flow->session), flow->request.org,
					  flow->request.app, flow->request.env, got_overwritten,
					  flow);
}

/* Certainly not made, and not to be made by asking again. */
static void
refused(struct flow *flow, const struct error *error)
{
	if (flow->record.deployment_id.raw)
		flow_fail(flow, error);
	else
		flow_put_values_back(flow, error);
}

/* The platform's refusal carries what is there now: that is said, in the words of the check. */
static void
refused_as_stale(struct flow *flow, const struct api_reply *reply)
{
	struct environment_moved now;
	struct graph_moved graph;
	struct error err = { 0 };

	environment_moved_read(&now, reply->details);
	graph_moved_read(&graph, reply->details);
	if (graph.dependency_graph_hash.raw)
		flow_set_other_graph(flow, &err);
	else if (!now.last_deploy.id.raw ||
		 !flow_has_moved(flow, &now.last_deploy, &now.from_deploy, &err))
		err = reply->error;
	graph_moved_clear(&graph);
	environment_moved_clear(&now);
	refused(flow, &err);
}

/* Every kind of refusal says that nothing was made; every other failure says nothing, and is
 * asked about (settle_deployment()). */
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
	if (reply->error.kind == ERROR_STALE) {
		refused_as_stale(flow, reply);
		return;
	}
	if (reply->error.kind == ERROR_CONFLICT ||
	    reply->error.kind == ERROR_INPUT || reply->error.kind == ERROR_ACCESS ||
	    reply->error.kind == ERROR_NOT_FOUND) {
		refused(flow, &reply->error);
		return;
	}
	if (reply->error.kind != ERROR_NONE) {
		flow_reply_failed(flow, reply);
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

/* If-Match closes the gap between looking and deploying (doc/api/extensions, "deploy-tag"). */
static void
send_checked(struct flow *flow)
{
	struct error err = { 0 };
	char *comment = flow_comment(flow, &err);
	json_t *values = flow_values_in_request(flow);
	const char *tag = flow->target.environment.deploy_tag.raw;
	const struct api_new_deployment deployment = {
		.comment = comment,
		.set_id = untrusted_raw(&flow->record.to_set),
		.value_set_version_id = values ? NULL : flow->values_version,
		.values = values,
		.graph_hash = flow->review.graph_hash,
		/* A clone's was made by us a moment ago, and was never deployed to. */
		.if_match = flow->request.verb == FLOW_CLONE ? NULL :
			tag ? tag : flow->record.from_deployment.raw,
	};

	if (comment)
		flow->call = api_create_deployment(session_api(flow->session), flow->request.org,
						   flow->request.app, flow->request.env,
						   &deployment, sent_deployment, flow);
	else
		flow_fail(flow, &err);
	json_decref(values);
	free(comment);
}

/* A secret that goes along is not in the journal, so after a crash it is not there. */
static const char *
missing_secret(const struct flow *flow)
{
	for (size_t i = 0; flow->values_together && i < flow->value_changes.count; i++) {
		const struct value_change *change = &flow->value_changes.items[i];

		if (change->kind == VALUE_SET && !change->text && !change->store)
			return change->key;
	}
	return NULL;
}

void
send_deployment(struct flow *flow)
{
	const char *missing = missing_secret(flow);

	if (!flow_may_send(flow))
		return;
	if (missing) {
		flow_fail_text(
			flow, ERROR_INPUT,
			_("The secret %s is not kept in the history, so it cannot be written "
			  "again. Give it once more in a new operation."),
			missing);
		return;
	}
	/* After a crash which version the values have is found out again. */
	if (flow->values_version)
		send_checked(flow);
	else
		flow_check_values(flow, send_checked);
}

/* Ours in the list: it was made.  Somebody else's as the newest: ours was not, and is not
 * repeated.  Neither: the same request may be sent again, since If-Match refuses it if that
 * changes meanwhile. */
static void
settled_deployment(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct error err = { 0 };
	const char *reviewed = flow->record.from_deployment.raw;

	flow->call = NULL;
	if (reply->error.kind != ERROR_NONE) {
		flow_reply_failed(flow, reply);
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
		const char *theirs = untrusted_raw(&flow->scratch[0].comment);

		error_set(&err, ERROR_STALE,
			  _("%s moved since the review: \"%.*s\" was deployed; ours was not"),
			  flow->request.env, (int)comment_people_length(theirs), theirs);
		refused(flow, &err);
		return;
	}
	if (++flow->tries > 4) {
		flow_fail_text(flow, ERROR_NO_REPLY,
			       _("The platform does not answer the deployment to %s, and does not "
				 "list it."),
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

/* The loudest sentence there is: what runs is not what was approved. */
static void
fail_with_other_values(struct flow *flow)
{
	flow_fail_text(
		flow, ERROR_PROTOCOL,
		_("The state deployed to %s is NOT the reviewed one: other values (version %s); "
		  "undo it."),
		flow->request.env, untrusted_raw(&flow->deployment.value_set_version_id));
}

static void
compare_values(struct flow *flow)
{
	if (!flow->values_seen.known)
		/* A platform without versions: what it took cannot be read from it. */
		flow_step_done(flow);
	else if (values_equal(&flow->values_seen.list, &flow->values_result.list))
		flow_step_done(flow);
	else
		fail_with_other_values(flow);
}

/* By the deployment's own version: the newest values may be somebody's by now. */
static void
read_deployed_values(struct flow *flow)
{
	flow->then_read = compare_values;
	flow_read_values_of(flow, flow->request.env, &flow->deployment, &flow->values_seen);
}

/* The same version is the same content; another one is read. */
static void
verify_values(struct flow *flow)
{
	const char *deployed = flow->deployment.value_set_version_id.raw;

	if (!flow->values_now.known || (flow->values_version && deployed &&
					!strcmp(flow->values_version, deployed) &&
					flow->value_changes.count == 0))
		flow_step_done(flow);
	else
		flow_load_values(flow, read_deployed_values);
}

/* Set and values, each by its id where that is enough.  The set was sent by its id, so
 * another one here means that a platform did something else than asked. */
static void
verify(struct flow *flow)
{
	const char *reviewed = untrusted_raw(&flow->record.to_set);

	if (untrusted_is(&flow->deployment.set_id, reviewed))
		verify_values(flow);
	else
		flow_fail_text(flow, ERROR_PROTOCOL,
			       _("The state deployed to %s is NOT the reviewed one: set %s instead "
				 "of %s; undo it."),
			       flow->request.env, untrusted_raw(&flow->deployment.set_id),
			       reviewed);
}

static void
got_own_deployment(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct error err = reply->error;
	struct deployment made = { 0 };

	flow->call = NULL;
	if (err.kind != ERROR_NONE || deployment_decode(&made, reply->body, &err)) {
		flow_request_failed(flow, &err);
		return;
	}
	deployment_clear(&flow->deployment);
	flow->deployment = made;
	verify(flow);
}

void
compare_deployment(struct flow *flow)
{
	/* After a crash only the id of the deployment is known. */
	if (flow->deployment.set_id.raw)
		verify(flow);
	else
		flow->call = api_get_deployment(session_api(flow->session), flow->request.org,
						flow->request.app, flow->request.env,
						untrusted_raw(&flow->record.deployment_id),
						got_own_deployment, flow);
}

const struct step deploy_steps[DEPLOY_STEP_COUNT] = {
	{ "check-target", N_("Check that nothing has changed"), check_target, NULL },
	{ "write-values", N_("Write the values"), write_values, settle_values },
	{ "check-values", N_("Check the values"), check_values, NULL },
	{ "deploy", N_("Deploy"), send_deployment, settle_deployment },
	{ "compare", N_("Compare with the review"), compare_deployment, NULL },
	{ "watch", N_("Wait until it runs"), watch_deployment, NULL },
};
