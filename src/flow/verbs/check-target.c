/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The first step of a deployment looks again: whether the target, its values and its
 * resources are still what was reviewed.  Between review and approval minutes may pass, and
 * live.c is only a courtesy.
 *
 * Whatever has moved ends the flow before anything is sent; there is no "deploy anyway".
 * What can still change between this look and the deployment is caught by If-Match where the
 * platform has it, and by comparing afterwards where it does not (steps.c).
 */
#include "config.h"

#include "flow/verbs/check-target.h"

#include <stdlib.h>
#include <string.h>

#include "api/operations.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/verbs/flow-advance.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/reads-values.h"
#include "model/comment.h"

/* --- the resources, when they were pinned --- */

void
flow_set_other_graph(const struct flow *flow, struct error *err)
{
	error_set(
		err, ERROR_STALE,
		_("The definitions of the resources of %s changed since the review: it would get other "
		  "ones. Nothing was changed; review it again."),
		flow->request.env);
}

/* Only its hash is pinned: the reviewer saw the resources, and any difference is another review. */
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
		flow_set_other_graph(flow, &err);
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

/* Where the platform takes the hash in the deploy request this look is still worth it: it
 * refuses before the values are written. */
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

char *
flow_words_of_values(const struct values *reviewed, const struct values *now)
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
			old = a ? value_words(a) : xstrdup(_("(not set)"));
			new = b ? value_words(b) : xstrdup(_("(not set)"));
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
	words = flow->values_now.list.count ? flow_words_of_values(&flow->values_now.list, now)
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

/* Values that could not be read when it was reviewed are not pinned, which the review said. */
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
bool
flow_has_moved(const struct flow *flow, const struct deployment *last,
	       const struct deployment *from, struct error *err)
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

/* The environment first: when somebody else deployed, what the values are is no longer the
 * question. */
static void
checked_target(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct environment now = { 0 };
	struct error err = { 0 };
	bool was_going = flow->target.environment.status == ENVIRONMENT_DELETING;

	flow->call = NULL;
	if (was_going && reply->error.kind == ERROR_NOT_FOUND) {
		flow_step_done(flow);
		return;
	}
	if (!flow_take_environment(flow, reply, &now))
		return;
	if (now.status == ENVIRONMENT_DELETING && !was_going)
		error_set(&err, ERROR_STALE, _("%s is being deleted; nothing was changed"),
			  flow->request.env);
	else
		(void)flow_has_moved(flow, &now.last_deploy, &now.from_deploy, &err);
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
