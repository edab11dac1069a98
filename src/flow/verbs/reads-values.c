/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The reads of shared values and of the resources that a set would get: the half of a review
 * that is not in a set.
 *
 * A value set version is read rather than the plain list, because it says in one answer what
 * the values are and which version that is.  A platform without versions is asked for the
 * list; one without either has values that are not known, which the review says.
 */
#include "config.h"

#include "flow/verbs/reads-values.h"

#include <stdlib.h>
#include <string.h>

#include "api/operations.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "compare/values-used.h"
#include "flow/context/context.h"
#include "flow/verbs/flow-advance.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/live.h"
#include "flow/verbs/reads.h"
#include "flow/verbs/review.h"
#include "flow/verbs/write-values.h"
#include "model/json.h"

void
flow_values_clear(struct flow_values *values)
{
	values_clear(&values->list);
	values->known = false;
}

/* --- reading --- */

/* Phases and steps share the reads: a phase goes on with the next
 * one, whoever else set `then_read`. */
void
flow_read_done(struct flow *flow)
{
	flow_phase *then = flow->then_read;

	flow->then_read = NULL;
	if (then)
		then(flow);
	else
		flow_next_phase(flow);
}

/* Within a step a read may be tried again. */
static void
read_failed(struct flow *flow, const struct error *error)
{
	flow->then_read = NULL;
	if (flow->put_back_for.kind != ERROR_NONE) {
		struct error why = flow->put_back_for;

		error_prefix(&why, _("The values could not be put back (%s)"), error->text);
		flow_fail(flow, &why);
	} else if (flow->state == FLOW_RUNNING) {
		flow_request_failed(flow, error);
	} else if (flow->state == FLOW_REVIEW) {
		live_look_failed(flow);
	} else {
		flow_fail(flow, error);
	}
}

static void
take_values(struct flow *flow, const json_t *body)
{
	struct error err = { 0 };

	if (values_decode(&flow->wanted_values->list, body, &err)) {
		read_failed(flow, &err);
		return;
	}
	flow->wanted_values->known = true;
	flow_read_done(flow);
}

static void
got_list(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;

	flow->call = NULL;
	if (reply->error.kind == ERROR_NOT_FOUND)
		flow_read_done(flow);	/* no values here: not known */
	else if (reply->error.kind != ERROR_NONE)
		read_failed(flow, &reply->error);
	else
		take_values(flow, reply->body);
}

static void
got_version(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;

	flow->call = NULL;
	if (reply->error.kind == ERROR_NONE) {
		take_values(flow, reply->body);
	} else if (reply->error.kind != ERROR_NOT_FOUND) {
		read_failed(flow, &reply->error);
	} else {
		/* No version yet, or no versions at all: the list tells. */
		flow->call = api_list_values(session_api(flow->session), flow->request.org,
					     flow->request.app, flow->wanted_env, got_list, flow);
	}
}

/* A version that is gone: what was in it cannot be known. */
static void
got_old_version(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;

	if (reply->error.kind != ERROR_NOT_FOUND) {
		got_version(data, reply);
		return;
	}
	flow->call = NULL;
	flow_read_done(flow);
}

void
flow_read_values(struct flow *flow, const char *env, const char *version,
		 struct flow_values *where)
{
	char *wanted = env ? xstrdup(env) : NULL;

	flow_values_clear(where);
	flow->wanted_values = where;
	free(flow->wanted_env);
	flow->wanted_env = wanted;
	flow->call = api_get_value_version(session_api(flow->session), flow->request.org,
					   flow->request.app, env, version,
					   version ? got_old_version : got_version, flow);
}

void
flow_read_values_of(struct flow *flow, const char *env, const struct deployment *deployment,
		    struct flow_values *where)
{
	const char *version = deployment->value_set_version_id.raw;

	flow_values_clear(where);
	if (version && *version) {
		flow_read_values(flow, env, version, where);
		return;
	}
	/* Where versions are always written down, none means that there were no values. */
	where->known = api_has_extension(session_api(flow->session), EXTENSION_VALUE_FINGERPRINTS);
	flow_read_done(flow);
}

/* --- the phases --- */

void
read_target_values(struct flow *flow)
{
	flow_read_values(flow, flow->request.env, NULL, &flow->values_now);
}

/* Mostly the newest values are those that run, and one reading is enough for both. */
void
read_was_values(struct flow *flow)
{
	const struct deployment *running = &flow->target.running;

	if (!running->id.raw || !flow->values_now.known) {
		/* Before the first deployment there is nothing, so all of it is new. */
		flow->values_was.known = flow->values_now.known;
		flow_next_phase(flow);
		return;
	}
	if (flow->values_now.list.version_id &&
	    untrusted_is(&running->value_set_version_id, flow->values_now.list.version_id)) {
		flow_values_clear(&flow->values_was);
		values_copy(&flow->values_was.list, &flow->values_now.list);
		flow->values_was.known = true;
		flow_next_phase(flow);
		return;
	}
	flow_read_values_of(flow, flow->request.env, running, &flow->values_was);
}

void
read_app_values(struct flow *flow)
{
	/* Only what is written overrides anything. */
	if (!flow->values_now.known || flow->value_changes.count == 0)
		flow_next_phase(flow);
	else
		flow_read_values(flow, NULL, NULL, &flow->values_app);
}

/* A value that the set uses and that would be missing is found out here: the platform would
 * find it only in the middle of the deployment. */
void
apply_values(struct flow *flow)
{
	const struct values *now = &flow->values_now.list;
	const char *missing = NULL;
	json_t *used, *key;
	size_t i;

	flow_values_clear(&flow->values_result);
	if (!flow->values_now.known) {
		review_caution(&flow->review,
			       _("The platform does not show the values of %s: it is deployed with "
				 "those that it has then"),
			       flow->request.env);
		flow_next_phase(flow);
		return;
	}
	values_apply(&flow->values_result.list, now, &flow->value_changes,
		     flow->values_app.known ? &flow->values_app.list : NULL);
	flow->values_result.known = true;
	flow->values_together = flow_can_send_together(flow);
	if (now->odd > 0) {
		review_caution(&flow->review,
			       ngettext("%zu value of %s could not be read",
					"%zu values of %s could not be read", now->odd),
			       now->odd, flow->request.env);
		flow_next_phase(flow);
		return;
	}
	used = values_used_by(flow->result);
	json_array_foreach(used, i, key)
		if (!missing && !values_find(&flow->values_result.list, json_string_value(key)))
			missing = json_string_value(key);
	if (missing)
		flow_fail_text(
			flow, ERROR_INPUT,
			_("The set uses the value %s, which %s does not define: set it first. Nothing "
			  "was changed."),
			missing, flow->request.env);
	else
		flow_next_phase(flow);
	json_decref(used);
}

/* --- resources --- */

/* What a node is and where it comes from; not its id, which may be made new each time. */
char *
flow_graph_hash(const json_t *graph)
{
	static const char *const members[] = {
		"id",	       "type",	 "class",    "def_id", "def_version_id",
		"driver_type", "driver", "resource",
	};
	const json_t *nodes = json_is_array(graph) ? graph : json_object_get(graph, "nodes");
	json_t *stable = json_array(), *node;
	char hash[IDS_SHA256_B64_SIZE], *text;
	size_t i;

	if (!json_is_array(nodes)) {
		json_decref(stable);
		return NULL;
	}
	json_array_foreach(nodes, i, node) {
		json_t *kept = json_object();

		for (size_t k = 0; k < sizeof(members) / sizeof(members[0]); k++)
			if (json_object_get(node, members[k]))
				json_object_set(kept, members[k],
						json_object_get(node, members[k]));
		json_array_append_new(stable, kept);
	}
	text = json_canonical(stable);
	ids_sha256_b64(hash, text, strlen(text));
	free(text);
	json_decref(stable);
	return xstrdup(hash);
}

/* Whether the question itself went well, and the platform has no answer to it. */
static bool
is_not_offered(enum error_kind kind)
{
	return kind == ERROR_NOT_FOUND || kind == ERROR_INPUT || kind == ERROR_ACCESS ||
	       kind == ERROR_PROTOCOL;
}

static void
got_graph(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;

	flow->call = NULL;
	if (reply->error.kind != ERROR_NONE && !is_not_offered(reply->error.kind)) {
		flow_fail(flow, &reply->error);
		return;
	}
	if (reply->error.kind == ERROR_NONE)
		flow->graph = flow_graph_hash(reply->body);
	if (flow->graph && api_has_extension(session_api(flow->session), EXTENSION_DEPLOY_GRAPH) &&
	    json_member_string(reply->body, "hash"))
		flow->graph_hash = xstrdup(json_member_string(reply->body, "hash"));
	if (!flow->graph)
		review_caution(&flow->review,
			       _("Which resources it will get could not be read, so a change of "
				 "their definitions would not be noticed"));
	flow_next_phase(flow);
}

static void
got_resources(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;

	flow->call = NULL;
	if (reply->error.kind != ERROR_NONE || !json_is_array(reply->body)) {
		got_graph(flow, reply);
		return;
	}
	if (json_array_size(reply->body) == 0) {
		flow_next_phase(flow);
		return;
	}
	flow->call = api_compute_graph(session_api(flow->session), flow->request.org,
				       flow->request.app, flow->request.env, reply->body,
				       got_graph, flow);
}

void
read_graph(struct flow *flow)
{
	free(flow->graph);
	flow->graph = NULL;
	flow->call = api_list_set_resources(session_api(flow->session), flow->request.org,
					    flow->request.app, flow->result_id, got_resources,
					    flow);
}
