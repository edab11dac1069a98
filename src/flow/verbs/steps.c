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

#include "flow/verbs/verbs.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/world/comment.h"
#include "model/json.h"

#define WATCH_EVERY_MS 400
#define WATCH_MAX_MS (60 * 60 * 1000)
#define GONE_LOOKS 4
#define ERRORS_MAX 100

/* --- look again --- */

/* --- the resources, when they were pinned --- */

static void
set_other_graph(const struct flow *flow, struct error *err)
{
	error_set(err, ERROR_STALE,
		  _("The definitions of the resources of %s changed since the review: it would get other "
		    "ones. Nothing was changed; review it again."),
		  flow->request.env);
}

static void
checked_graph(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct error err = { 0 };
	char *now;

	flow->call = NULL;
	if (reply->error.kind != ERROR_NONE) {
		flow_reply_failed(flow, reply);
		return;
	}
	now = flow_graph_hash(reply->body);
	if (!now || strcmp(now, flow->review.graph) != 0)
		set_other_graph(flow, &err);
	free(now);
	if (err.kind != ERROR_NONE)
		flow_fail(flow, &err);
	else
		flow_step_done(flow);
}

static void
checked_resources(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;

	flow->call = NULL;
	if (reply->error.kind != ERROR_NONE)
		flow_reply_failed(flow, reply);
	else
		flow->call = api_compute_graph(session_api(flow->session), flow->request.org,
					       flow->request.app, flow->request.env, reply->body,
					       checked_graph, flow);
}

static void
check_graph(struct flow *flow)
{
	if (!flow->review.graph) {
		flow_step_done(flow);
		return;
	}
	flow->call = api_list_set_resources(session_api(flow->session), flow->request.org,
					    flow->request.app, untrusted_raw(&flow->record.to_set),
					    checked_resources, flow);
}

/* --- the values --- */

/* "PAGE_SIZE is 50 instead of 40": the first key that differs; free() it. */
static char *
words_of_difference(const struct values *reviewed, const struct values *now)
{
	const struct values *both[] = { reviewed, now };
	char *words = NULL;

	for (size_t k = 0; k < 2 && !words; k++)
		for (size_t i = 0; i < both[k]->count && !words; i++) {
			const char *key = both[k]->items[i].key;
			const struct value *a = values_find(reviewed, key);
			const struct value *b = values_find(now, key);
			char *old, *new;

			if (value_compare(a, b) == VALUE_SAME && a->of_env == b->of_env)
				continue;
			old = a ? value_words(a) : xstrdup(_("(not there)"));
			new = b ? value_words(b) : xstrdup(_("(not there)"));
			words = xasprintf(_("%s is %s instead of %s"), key, new, old);
			free(old);
			free(new);
		}
	return words ? words : xstrdup("");
}

static void
checked_values(struct flow *flow)
{
	const struct values *now = &flow->values_seen.list;
	char *digest = values_digest(now), *words;

	if (flow->values_seen.known && !strcmp(digest, flow->review.values_digest)) {
		/* The content is what was reviewed; others may have written it once more. */
		free(flow->review.values_version);
		flow->review.values_version = now->version_id ? xstrdup(now->version_id) : NULL;
		free(digest);
		check_graph(flow);
		return;
	}
	words = flow->values_now.list.count ? words_of_difference(&flow->values_now.list, now)
					    : xstrdup("");
	flow_fail_text(flow, ERROR_STALE,
		       *words ? _("The values of %s changed since the review: %s. Nothing was "
				  "deployed; review it again.")
			      : _("The values of %s changed since the review%s. Nothing was "
				  "deployed; review it again."),
		       flow->request.env, words);
	free(words);
	free(digest);
}

static void
check_pinned_values(struct flow *flow)
{
	if (!flow->review.values_digest) {
		check_graph(flow);
		return;
	}
	flow->then_read = checked_values;
	flow_read_values(flow, flow->request.env, NULL, &flow->values_seen);
}

/* --- the environment --- */

/* What somebody else did to the target since the review; false: nothing. */
static bool
has_moved(const struct flow *flow, const struct deployment *last, const struct deployment *from,
	  struct error *err)
{
	const char *reviewed = flow->record.from_deployment.raw;
	const char *base = flow->target.environment.from_deploy.id.raw;
	const char *comment = untrusted_raw(&last->comment);

	if (!untrusted_is(&last->id, reviewed ? reviewed : "") && (last->id.raw || reviewed))
		error_set(err, ERROR_STALE,
			  _("%s moved since the review: \"%.*s\" was deployed by %s (deployment %s "
			    "instead of %s); nothing was changed, review it again"),
			  flow->request.env, (int)comment_people_length(comment), comment,
			  untrusted_raw(&last->created_by), untrusted_raw(&last->id),
			  reviewed ? reviewed : "-");
	else if (!untrusted_is(&from->id, base ? base : "") && (base || from->id.raw))
		error_set(err, ERROR_STALE,
			  _("%s was primed with deployment %s since the review; nothing was "
			    "changed, review it again"),
			  flow->request.env, untrusted_raw(&from->id));
	else
		return false;
	return true;
}

static void
checked_target(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct environment now = { 0 };
	struct error err = { 0 };

	flow->call = NULL;
	if (reply->error.kind != ERROR_NONE) {
		flow_reply_failed(flow, reply);
		return;
	}
	if (environment_decode(&now, reply->body, &err)) {
		flow_fail(flow, &err);
		return;
	}
	if (now.deleting)
		error_set(&err, ERROR_STALE, _("%s is being deleted; nothing was changed"),
			  flow->request.env);
	else
		(void)has_moved(flow, &now.last_deploy, &now.from_deploy, &err);
	environment_clear(&now);
	if (err.kind != ERROR_NONE)
		flow_fail(flow, &err);
	else if (flow->request.verb == FLOW_DISCARD)
		flow_step_done(flow);
	else
		check_pinned_values(flow);
}

void
check_target(struct flow *flow)
{
	flow->call = api_get_environment(session_api(flow->session), flow->request.org,
					 flow->request.app, flow->request.env, checked_target,
					 flow);
}

/* --- deploy --- */

static bool
is_ours(const struct flow *flow, const struct deployment *deployment)
{
	return comment_is_of(untrusted_raw(&deployment->comment), untrusted_raw(&flow->record.id));
}

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
	flow_fail_text(flow, ERROR_STALE,
		       _("%s moved in the same moment: the deployment \"%.*s\" of %s was overwritten "
			 "by this one (%s)."),
		       flow->request.env, (int)comment_people_length(comment), comment,
		       untrusted_raw(&flow->overwritten.created_by),
		       untrusted_raw(&flow->deployment.id));
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
	struct deployment last = { 0 }, from = { 0 };
	struct error err = { 0 };

	deployment_read(&last, json_object_get(reply->details, "last_deploy"));
	deployment_read(&from, json_object_get(reply->details, "from_deploy"));
	if (json_object_get(reply->details, "dependency_graph_hash"))
		set_other_graph(flow, &err);
	else if (!json_is_object(json_object_get(reply->details, "last_deploy")) ||
		 !has_moved(flow, &last, &from, &err))
		err = reply->error;
	deployment_clear(&last);
	deployment_clear(&from);
	refused(flow, &err);
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

static void
send_checked(struct flow *flow)
{
	char *comment = flow_comment(flow);
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

	flow->call = api_create_deployment(session_api(flow->session), flow->request.org,
					   flow->request.app, flow->request.env, &deployment,
					   sent_deployment, flow);
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
		flow_fail_text(flow, ERROR_INPUT,
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
fail_with_other_values(struct flow *flow)
{
	flow_fail_text(flow, ERROR_PROTOCOL,
		       _("the state deployed to %s is NOT the reviewed one: other values (version %s); "
			 "undo it"),
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

static void
verify(struct flow *flow)
{
	const char *reviewed = untrusted_raw(&flow->record.to_set);

	if (untrusted_is(&flow->deployment.set_id, reviewed))
		verify_values(flow);
	else
		flow_fail_text(flow, ERROR_PROTOCOL,
			       _("the state deployed to %s is NOT the reviewed one: set %s instead "
				 "of %s; undo it"),
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
describe_errors(const struct flow *flow, struct error *err)
{
	const struct deployment_error *first = flow->errors;
	char *output;

	for (size_t i = 0; i < flow->error_count; i++)
		if (untrusted_is(&flow->errors[i].scope, "workload")) {
			first = &flow->errors[i];
			break;
		}
	if (!flow->error_count) {
		error_set(err, ERROR_REMOTE,
			  _("the deployment to %s failed; the platform does not say why"),
			  flow->request.env);
		return;
	}
	output = last_line(untrusted_raw(&first->message));
	if (*output && !untrusted_is(&first->scope, "workload"))	/* it is about no program, so it is no output */
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
}

/* What runs has the values of before; so the next deployment shall have them too.  A clone
 * keeps its own: they are to be tried again. */
static void
fail_with_errors(struct flow *flow)
{
	struct error err = { 0 };

	describe_errors(flow, &err);
	if (flow->request.verb == FLOW_CLONE)
		flow_fail(flow, &err);
	else
		flow_put_values_back(flow, &err);
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
			       _("the state of %s is NOT the reviewed one: set %s instead of %s; "
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
	flow_leave_unwatched(flow,
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
		flow_leave_unwatched(flow,
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
	{ "write-values", N_("Write the values"), write_values, settle_values },
	{ "check-values", N_("Check the values"), check_values, NULL },
	{ "deploy", N_("Deploy"), send_deployment, settle_deployment },
	{ "compare", N_("Compare with the review"), compare_deployment, NULL },
	{ "watch", N_("Watch until it runs"), watch_deployment, NULL },
};
