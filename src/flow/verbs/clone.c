/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * clone: make an environment from what another one runs, with resources of its own.
 *
 * What makes it a clone is a deployment of the very set that the source runs; what makes it
 * harmless is what it has otherwise, its values and resources, and that is most of the
 * review.  A change that isolates it is one of the clone, in its draft or in its values: the
 * source is only ever read.
 *
 * Creating takes two requests, the environment and then its deployment, and no platform has
 * both in one.  So the environment that was made and not deployed to is a state of its own: a
 * resumed clone goes on from there, and a failed one says that it is to be discarded.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "api/operations.h"
#include "base/clock.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "compare/values-used.h"
#include "flow/context/context.h"
#include "flow/verbs/approval.h"
#include "flow/verbs/clone-draft.h"
#include "flow/verbs/clone-values.h"
#include "flow/verbs/cronjobs.h"
#include "flow/verbs/field-warnings.h"
#include "flow/verbs/flow-advance.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/isolation.h"
#include "flow/verbs/outlook.h"
#include "flow/verbs/reads-values.h"
#include "flow/verbs/reads.h"
#include "flow/verbs/review.h"
#include "flow/verbs/steps.h"
#include "flow/verbs/verb.h"
#include "flow/verbs/watch-deployment.h"
#include "flow/verbs/write-values.h"
#include "flow/world/notes.h"
#include "flow/world/origin.h"
#include "model/comment.h"
#include "model/delta.h"
#include "model/json.h"
#include "model/pointer.h"
#include "model/set.h"

#define TRIES_MAX 4
/* Between the platform's clock and ours: whether an environment
 * was made since we asked for it. */
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
			       _("The environment %s already exists in %s: choose another id."),
			       flow->request.env, flow->request.app);
}

/* Before the review, since a name that is taken makes everything
 * else that would be read useless. */
static void
check_free(struct flow *flow)
{
	if (!flow->source.running.id.raw) {
		flow_fail_text(flow, ERROR_CONFLICT,
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

/* --- the review --- */

/* What the clone has otherwise than its source, so that nobody takes it for a difference. */
static void
caution_isolated(struct flow *flow)
{
	for (size_t i = 0; i < flow->question_count; i++) {
		const char *key = flow->questions[i].key;

		switch (flow->questions[i].chosen) {
		case FLOW_VALUE_TEXT:
			review_caution(&flow->review, _("The value %s differs from the one in %s"),
				       key, flow->request.source);
			break;
		case FLOW_VALUE_APP:
			review_caution(&flow->review,
				       _("The value %s is the application's, not that of %s"), key,
				       flow->request.source);
			break;
		case FLOW_VALUE_LEAVE_OUT:
			review_caution(&flow->review, _("The value %s of %s is left out"), key,
				       flow->request.source);
			break;
		case FLOW_VALUE_COPY:
		case FLOW_VALUE_REFERENCE:
			review_caution(&flow->review, _("The value %s is the same as in %s. %s"),
				       key, flow->request.source, flow->questions[i].why);
			break;
		case FLOW_VALUE_UNDECIDED:
			break;
		}
	}
}

/* What the clone shall have otherwise than its source.  What comes from here on is made again when
 * that changes. */
static void
preview_draft(struct flow *flow)
{
	flow->first_cautions = flow->review.caution_count;
	delta_free(flow->delta);
	flow->delta = flow->request.draft ? delta_copy(flow->request.draft) : NULL;
	preview_result(flow);
}

/* The clone's state before its first deployment, and what the source runs, to compare with. */
static void
make_values(struct flow *flow)
{
	const struct values *app = &flow->values_app.list;

	if (!flow->values_app.known || !flow->values_ours.known) {
		flow_next_phase(flow);
		return;
	}
	flow_values_clear(&flow->values_now);
	values_copy(&flow->values_now.list, app);
	for (size_t i = 0; i < flow->values_now.list.count; i++)
		flow->values_now.list.items[i].of_env = false;
	flow->values_now.known = true;
	flow_values_clear(&flow->values_was);
	values_copy(&flow->values_was.list, &flow->values_ours.list);
	flow->values_was.known = true;
	apply_values(flow);
}

static void
make_review(struct flow *flow)
{
	struct review *review = &flow->review;
	const char *source = flow->request.source;

	review_fill(flow);
	free(review->way_back);
	review->way_back = xasprintf(_("discard %s"), flow->request.env);
	if (!untrusted_is(&flow->source.environment.last_deploy.id,
			  untrusted_raw(&flow->source.running.id)))
		review_caution(review,
			       _("The last deployment of %s did not succeed; the last successful one is cloned"),
			       source);
	review_cronjobs(flow);
	caution_isolated(flow);
	review_isolation(flow);
	if (!review->definitions)
		review_caution(review,
			       _("Which resources it will get could not be read, so a change of "
				 "their definitions would not be noticed"));
	review_send(review, "POST /orgs/%s/apps/%s/envs", review->org, review->app);
	review_list_sends(flow);
	review_ready(flow);
}

static flow_phase *const prepare[] = {
	read_source,
	read_source_running,
	check_free,
	read_source_set,
	read_source_outputs,
	read_definitions,
	clone_read_source_values,
	clone_read_newest_source_values,
	clone_read_application_values,
	clone_decide_values,
	preview_draft,
	make_values,
	read_warnings,
	read_outlook,
	make_review,
	NULL,
};

/* --- what is changed in the review, to isolate the clone --- */

/* One that is typed in the review counts before it is made again. */
static bool
has_value(const struct flow *flow, const char *key)
{
	const struct value_change *change = value_changes_find(&flow->value_changes, key);

	return (change && change->kind == VALUE_SET) ||
	       values_find(&flow->values_result.list, key) != NULL;
}

/* Every value that it uses is there. */
static int
check_used(const struct flow *flow, const struct set *set, struct error *err)
{
	json_t *used = values_used_by(set), *key;
	int ret = 0;
	size_t i;

	json_array_foreach(used, i, key)
		if (ret == 0 && flow->values_result.known &&
		    !has_value(flow, json_string_value(key)))
			ret = error_set(err, ERROR_INPUT,
					_("The clone uses the value %s, which is not set."),
					json_string_value(key));
	json_decref(used);
	return ret;
}

/* The draft is made anew as the difference to the base: changes add up, and one that is taken back
 * leaves nothing. */
int
clone_take_edited(struct flow *flow, json_t *whole, struct error *err)
{
	struct set *edited;
	int ret = -1;

	json_object_del(whole, "id");
	edited = set_take(whole, err);
	if (edited && check_used(flow, edited, err) == 0) {
		delta_free((struct delta *)(uintptr_t)flow->request.draft);
		flow->request.draft = delta_between(flow->base, edited);
		clone_forget_typed(flow, edited);
		ret = 0;
	}
	set_unref(edited);
	return ret;
}

json_t *
clone_copy_result(const struct flow *flow)
{
	json_t *body = set_encode(flow->result), *whole = json_deep_copy(body);

	json_decref(body);
	return whole;
}

static int
change_string(struct flow *flow, const char *where, const char *text, struct error *err)
{
	json_t *whole = clone_copy_result(flow), *string;
	struct pointer pointer;

	if (pointer_parse(&pointer, where, err) != 0) {
		json_decref(whole);
		return -1;
	}
	string = pointer_find(whole, &pointer);
	pointer_clear(&pointer);
	if (!json_is_string(string) || json_string_set(string, text) != 0) {
		json_decref(whole);
		return error_set(err, ERROR_INPUT, _("The text is not valid UTF-8."));
	}
	return clone_take_edited(flow, whole, err);
}

static void
note(json_t **names, const char *name)
{
	if (!*names)
		*names = json_object();
	json_object_set_new(*names, name, json_true());
}

static void
note_acknowledged(struct flow *flow)
{
	for (size_t i = 0; i < flow->review.finding_count; i++)
		if (flow->review.findings[i].is_acknowledged)
			note(&flow->acknowledged, flow->review.findings[i].id);
		else if (flow->acknowledged)
			json_object_del(flow->acknowledged, flow->review.findings[i].id);
}

/* A review that is made anew because something moved asks only
 * what it has not asked before. */
void
flow_keep_decisions(struct flow *flow, struct flow *old)
{
	note_acknowledged(old);
	flow->acknowledged = json_incref(old->acknowledged);
	flow->changed = json_incref(old->changed);
	flow->typed = json_incref(old->typed);
	flow->kept = old->questions;
	flow->kept_count = old->question_count;
	flow->kept_changes = old->value_changes;
	flow->kept_merge = old->review.merge;
	old->questions = NULL;
	old->question_count = 0;
	old->value_changes = (struct value_changes){0};
	old->review.merge = (struct merge){0};
}

/* Nothing is read anew, the parts from preview_draft() on are only computed again; so the
 * pins of the review stay those of the first reading. */
void
clone_review_again(struct flow *flow)
{
	note_acknowledged(flow);
	flow_stop_waiting(flow);
	flow->then_read = NULL;
	review_clear_from(&flow->review, flow->first_cautions);
	flow->reviewed = false;
	flow->state = FLOW_PREPARING;
	for (flow->phase = 0; prepare[flow->phase + 1] != preview_draft; flow->phase++)
		;
	session_changed(flow->session);
	flow_next_phase(flow);
}

int
flow_change_finding(struct flow *flow, const char *id, const char *text, struct error *err)
{
	const struct review_finding *finding = flow_find_finding(flow, id, err);
	char *where;
	int ret = 0;

	if (!finding)
		return -1;
	if (!finding->was)
		return error_set(
			err, ERROR_INPUT,
			_("This finding is not in one string of the clone; it can only be acknowledged."));
	if (strcmp(finding->was, text) == 0)
		return error_set(err, ERROR_INPUT, _("No change: it already has this value."));
	where = xstrdup(finding->where);
	if (where[0] == '/')
		ret = change_string(flow, where, text, err);
	else
		clone_set_value(flow, where + strlen("values/"), text,
			  values_find(&flow->values_result.list, where + strlen("values/")), false);
	if (ret == 0) {
		note(&flow->changed, where);
		clone_review_again(flow);
	}
	free(where);
	return ret;
}

/* --- steps --- */

/* Which resources it gets follows from the set, which is pinned, and from the definitions: they are
 * those of the review before anything is made, and again before it is deployed. */
static void
got_definitions(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	flow_phase *then = flow->then_checked;
	struct definitions now;
	char *hash;
	bool same;

	flow->call = NULL;
	if (reply->error.kind != ERROR_NONE) {
		flow_reply_failed(flow, reply);
		return;
	}
	definitions_read(&now, reply->body);
	hash = flow_definitions_hash(flow, &now);
	same = strcmp(hash, flow->review.definitions) == 0;
	free(hash);
	definitions_clear(&now);
	if (same)
		then(flow);
	else if (then == check_values)
		flow_fail_text(
			flow, ERROR_STALE,
			_("The definitions of resources changed since the review: %s would get other ones. "
			  "It was made and nothing was deployed to it: discard it, and clone again."),
			flow->request.env);
	else
		flow_fail_text(
			flow, ERROR_STALE,
			_("The definitions of resources changed since the review: %s would get other ones. "
			  "Nothing was cloned; review it again."),
			flow->request.env);
}

static void
check_definitions(struct flow *flow, flow_phase *then)
{
	if (!flow->review.definitions) {
		then(flow);
		return;
	}
	flow->then_checked = then;
	flow->call = api_list_definitions(session_api(flow->session), flow->request.org,
					  got_definitions, flow);
}

/* The values that a new environment sees are those that were reviewed. */
static void
checked_application(struct flow *flow)
{
	char *digest;

	for (size_t i = 0; i < flow->values_seen.list.count; i++)
		flow->values_seen.list.items[i].of_env = false;
	digest = values_digest(&flow->values_seen.list);
	if (flow->values_seen.known && !strcmp(digest, flow->review.values_digest))
		flow_step_done(flow);
	else
		flow_fail_text(flow, ERROR_STALE,
			       _("The values of %s changed since the review; nothing was cloned, "
				 "review it again"),
			       flow->request.app);
	free(digest);
}

static void
check_application(struct flow *flow)
{
	if (!flow->review.values_digest) {
		flow_step_done(flow);
		return;
	}
	flow->then_read = checked_application;
	flow_read_values(flow, NULL, NULL, &flow->values_seen);
}

/* Approved was a clone of what was reviewed; what was deployed
 * since then nobody has looked at. */
static void
checked_source(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct environment now = { 0 };
	struct error err = { 0 };
	const char *reviewed = untrusted_raw(&flow->source.environment.last_deploy.id), *theirs;

	flow->call = NULL;
	if (!flow_take_environment(flow, reply, &now))
		return;
	theirs = untrusted_raw(&now.last_deploy.comment);
	if (!untrusted_is(&now.last_deploy.id, reviewed))
		error_set(&err, ERROR_STALE,
			  _("%s moved since the review: \"%.*s\" was deployed by %s; nothing was "
			    "cloned, review it again"),
			  flow->request.source, (int)comment_people_length(theirs), theirs,
			  untrusted_raw(&now.last_deploy.created_by));
	environment_clear(&now);
	if (err.kind != ERROR_NONE) {
		flow_fail(flow, &err);
	} else {
		check_definitions(flow, check_application);
	}
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
	const int64_t now = clock_wall_ms(), life = session_clone_ttl(flow->session);
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
				   &origin, &err)) {
		flow_fail(flow, &err);
		return;
	}
	notes_tell_expiry(flow->session, flow->request.org, flow->request.app, flow->request.env,
			  origin.expires_at);
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
		flow_reply_failed(flow, reply);
	else
		created(flow);
}

static void
create(struct flow *flow)
{
	const struct flow_request *request = &flow->request;

	if (!flow_may_send(flow))
		return;
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
		!environment->last_deploy.id.raw && environment->status != ENVIRONMENT_DELETING &&
		environment->created_at >= flow->step_wall_at - CLOCK_SKEW_MS;
}

/* What stands there is ours, or somebody was faster; that nothing does says that the request
 * was not carried out, and may be sent again. */
static void
settled_create(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct environment found = { 0 };
	bool ours;

	flow->call = NULL;
	if (reply->error.kind == ERROR_NOT_FOUND && flow->tries++ < TRIES_MAX) {
		flow->settling = false;
		create(flow);
		return;
	}
	if (!flow_take_environment(flow, reply, &found))
		return;
	ours = is_ours(flow, &found);
	environment_clear(&found);
	if (ours)
		created(flow);
	else
		flow_fail_text(flow, ERROR_CONFLICT,
			       _("The environment %s already exists, and it was not made by this operation: choose another id."),
			       flow->request.env);
}

static void
settle_create(struct flow *flow)
{
	flow->call = api_get_environment(session_api(flow->session), flow->request.org,
					 flow->request.app, flow->request.env, settled_create,
					 flow);
}

/* --- the resources: what the platform says that they will be goes along with the deployment, so
 * that no definition can change in between --- */

static void
got_graph(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	const char *hash = json_member_string(reply->body, "hash");

	flow->call = NULL;
	if (reply->error.kind != ERROR_NONE) {
		flow_reply_failed(flow, reply);
		return;
	}
	free(flow->review.graph_hash);
	flow->review.graph_hash = hash ? xstrdup(hash) : NULL;
	check_definitions(flow, check_values);
}

static void
got_set_resources(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;

	flow->call = NULL;
	if (reply->error.kind != ERROR_NONE)
		flow_reply_failed(flow, reply);
	else if (json_array_size(reply->body) == 0)
		check_definitions(flow, check_values);
	else
		flow->call = api_compute_graph(session_api(flow->session), flow->request.org,
					       flow->request.app, flow->request.env, reply->body,
					       got_graph, flow);
}

static void
check_clone(struct flow *flow)
{
	if (flow->review.definitions &&
	    api_has_extension(session_api(flow->session), EXTENSION_DEPLOY_GRAPH))
		flow->call = api_list_set_resources(
			session_api(flow->session), flow->request.org, flow->request.app,
			untrusted_raw(&flow->record.to_set), got_set_resources, flow);
	else
		check_definitions(flow, check_values);
}

static const struct step steps[] = {
	{ "check-source", N_("Check that the source has not changed"), check_source, NULL },
	{ "create-environment", N_("Create the environment"), create, settle_create },
	{ "write-values", N_("Write the values"), write_values, settle_values },
	{ "check-values", N_("Check the values"), check_clone, NULL },
	{ "deploy", N_("Deploy"), send_deployment, settle_deployment },
	{ "compare", N_("Compare with the review"), compare_deployment, NULL },
	{ "watch", N_("Wait until it runs"), watch_deployment, NULL },
};

/* Only now: a clone that was not deployed to has no values that a
 * promotion could be measured by. */
static void
keep_values(struct flow *flow)
{
	if (flow->values_result.known)
		origin_keep_values(flow->session, flow->request.org, flow->request.app,
				   flow->request.env, &flow->values_result.list, true);
}

const struct verb verb_clone = {
	.name = "clone",
	.words = N_("clone"),
	.title = N_("clone of {source} as {env}"),
	.summary = "clone of {source}",
	.has_source = true,
	.prepare = prepare,
	.steps = steps,
	.step_count = sizeof(steps) / sizeof(steps[0]),
	.done = keep_values,
};
