/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A review that waits for a person looks at what it is about, again and again: when that is
 * not what was reviewed any more, it says so, once, and looks no further.  A look that fails
 * says nothing; what is approved is checked by the first step in any case.
 *
 * A round is all of `looks`, one after the other; each goes on with the next one or says what
 * moved.
 */
#include "config.h"

#include "flow/verbs/live.h"

#include <stdlib.h>
#include <string.h>

#include "api/operations.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/context/context.h"
#include "flow/verbs/check-target.h"
#include "flow/verbs/flow-state.h"
#include "flow/verbs/isolation.h"
#include "flow/verbs/reads-values.h"
#include "flow/verbs/reads.h"
#include "flow/verbs/review.h"
#include "flow/world/world.h"
#include "model/comment.h"
#include "model/json.h"
#include "net/loop.h"

#define LOOK_EVERY_MS 1500
#define RESOURCES_EVERY \
	3 /* rounds: definitions change seldom, and a graph is work for the platform */
#define WAIT_MS 500

static void look(void *data);

static void
look_later(struct flow *flow)
{
	flow->look = 0;
	flow->looks++;
	flow->timer = loop_add_timer(session_loop(flow->session), LOOK_EVERY_MS, look, flow);
}

/* No timer after this: the review is void, and looking on could only say so twice. */
static void
say_moved(struct flow *flow, char *what)
{
	free(flow->moved);
	flow->moved = what;
	session_changed(flow->session);
}

void
live_look_failed(struct flow *flow)
{
	look_later(flow);
}

static flow_phase next_look;

/* --- the environments --- */

/* What is otherwise than it was reviewed; NULL: nothing.  free() it. */
static char *
words_of_move(const struct environment *was, const struct environment *now)
{
	const char *comment = untrusted_raw(&now->last_deploy.comment);
	const char *id = untrusted_raw(&was->id);

	if (now->status == ENVIRONMENT_DELETING && was->status != ENVIRONMENT_DELETING)
		return xasprintf(_("%s is being deleted."), id);
	if (!untrusted_is(&now->last_deploy.id, untrusted_raw(&was->last_deploy.id)) &&
	    now->last_deploy.id.raw)
		return xasprintf(_("%s moved: %s deployed \"%.*s\"."), id,
				 untrusted_raw(&now->last_deploy.created_by),
				 (int)comment_people_length(comment), comment);
	if (!untrusted_is(&now->from_deploy.id, untrusted_raw(&was->from_deploy.id)) &&
	    now->from_deploy.id.raw)
		return xasprintf(_("The base of %s was changed: its next deployment starts from "
				   "deployment %s."), id, untrusted_raw(&now->from_deploy.id));
	return NULL;
}

static void
looked_at(struct flow *flow, const struct environment *was, const struct api_reply *reply)
{
	struct environment now = { 0 };
	struct error err = reply->error;
	char *moved = NULL;

	flow->call = NULL;
	if (err.kind == ERROR_NOT_FOUND)
		moved = xasprintf(_("%s is gone."), untrusted_raw(&was->id));
	else if (err.kind == ERROR_NONE && environment_decode(&now, reply->body, &err) == 0)
		moved = words_of_move(was, &now);
	environment_clear(&now);
	if (moved)
		say_moved(flow, moved);
	else if (err.kind != ERROR_NONE)
		look_later(flow);
	else
		next_look(flow);
}

static void
looked_at_target(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;

	looked_at(flow, &flow->target.environment, reply);
}

static void
looked_at_source(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;

	looked_at(flow, &flow->source.environment, reply);
}

/* Somebody made an environment of the clone's name; what the list says may be old. */
static void
looked_at_name(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;

	flow->call = NULL;
	if (reply->error.kind == ERROR_NOT_FOUND)
		next_look(flow);
	else if (reply->error.kind != ERROR_NONE)
		look_later(flow);
	else
		say_moved(flow, xasprintf(_("Somebody created an environment %s: choose another id."),
					  flow->request.env));
}

static bool
is_name_taken(const struct flow *flow)
{
	return flow->request.verb == FLOW_CLONE &&
	       world_environment(session_world(flow->session), flow->request.org, flow->request.app,
				 flow->request.env);
}

static void
look_at_target(struct flow *flow)
{
	if (is_name_taken(flow))
		flow->call = api_get_environment(session_api(flow->session), flow->request.org,
						 flow->request.app, flow->request.env,
						 looked_at_name, flow);
	else if (!flow->target.environment.id.raw)
		next_look(flow);
	else
		flow->call = api_get_environment(session_api(flow->session), flow->request.org,
						 flow->request.app, flow->request.env,
						 looked_at_target, flow);
}

/* What is cloned, or promoted. */
static void
look_at_source(struct flow *flow)
{
	if (!flow->source.environment.id.raw)
		next_look(flow);
	else
		flow->call = api_get_environment(session_api(flow->session), flow->request.org,
						 flow->request.app, flow->request.source,
						 looked_at_source, flow);
}

/* --- the values --- */

/* `where` is whose values they are. */
static void
compare_values(struct flow *flow, const char *where, const struct values *reviewed)
{
	const struct flow_values *now = &flow->values_seen;
	char *was = values_digest(reviewed), *is = values_digest(&now->list), *words;
	const char *who = now->list.created_by;

	if (!now->known || !strcmp(was, is)) {
		next_look(flow);
	} else {
		words = flow_words_of_values(reviewed, &now->list);
		say_moved(flow, who && *who ? xasprintf(_("%s changed the values of %s: %s."), who,
							where, words)
					    : xasprintf(_("The values of %s changed: %s."), where,
							words));
		free(words);
	}
	free(was);
	free(is);
}

static void
seen_values(struct flow *flow)
{
	compare_values(flow, flow->request.env, &flow->values_now.list);
}

/* Of what a new environment sees. */
static void
seen_application_values(struct flow *flow)
{
	for (size_t i = 0; i < flow->values_seen.list.count; i++)
		flow->values_seen.list.items[i].of_env = false;
	compare_values(flow, flow->request.app, &flow->values_now.list);
}

static void
seen_source_values(struct flow *flow)
{
	compare_values(flow, flow->request.source, &flow->values_ours.list);
}

static void
look_at_values(struct flow *flow)
{
	bool clones = flow->request.verb == FLOW_CLONE;

	if (!flow->review.values_digest) {
		next_look(flow);
		return;
	}
	flow->then_read = clones ? seen_application_values : seen_values;
	flow_read_values(flow, clones ? NULL : flow->request.env, NULL, &flow->values_seen);
}

/* Those of a deployment do not change; the newest do. */
static void
look_at_source_values(struct flow *flow)
{
	if (!flow->clones_newest_values || !flow->values_ours.known) {
		next_look(flow);
		return;
	}
	flow->then_read = seen_source_values;
	flow_read_values(flow, flow->request.source, NULL, &flow->values_seen);
}

/* --- the resources that it will get --- */

static void
looked_at_definitions(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct definitions now;
	char *hash, *ids;

	flow->call = NULL;
	if (reply->error.kind != ERROR_NONE) {
		look_later(flow);
		return;
	}
	definitions_read(&now, reply->body);
	hash = flow_definitions_hash(flow, &now);
	if (!strcmp(hash, flow->review.definitions)) {
		next_look(flow);
	} else {
		ids = flow_other_definitions(flow, &flow->definitions, &now);
		say_moved(flow, xasprintf(_("Definitions of resources changed: %s."), ids));
		free(ids);
	}
	free(hash);
	definitions_clear(&now);
}

static void
looked_at_graph(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	char *now = reply->error.kind == ERROR_NONE ? flow_graph_hash(reply->body) : NULL;

	flow->call = NULL;
	if (!now)
		look_later(flow);
	else if (!strcmp(now, flow->review.graph))
		next_look(flow);
	else
		say_moved(
			flow,
			xasprintf(
				_("The definitions of the resources of %s changed: it would get other ones."),
				flow->request.env));
	free(now);
}

static void
looked_at_resources(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;

	flow->call = NULL;
	if (reply->error.kind != ERROR_NONE || !json_is_array(reply->body))
		look_later(flow);
	else
		flow->call = api_compute_graph(session_api(flow->session), flow->request.org,
					       flow->request.app, flow->request.env, reply->body,
					       looked_at_graph, flow);
}

static void
look_at_definitions(struct flow *flow)
{
	if (flow->looks % RESOURCES_EVERY != 0)
		next_look(flow);
	else if (flow->review.definitions)
		flow->call = api_list_definitions(session_api(flow->session), flow->request.org,
						  looked_at_definitions, flow);
	else if (flow->review.graph)
		flow->call = api_list_set_resources(session_api(flow->session), flow->request.org,
						    flow->request.app, flow->review.to_set_id,
						    looked_at_resources, flow);
	else
		next_look(flow);
}

/* --- rounds --- */

static flow_phase *const looks[] = {
	look_at_target, look_at_source, look_at_values, look_at_source_values, look_at_definitions,
};
#define LOOK_COUNT (sizeof(looks) / sizeof(looks[0]))

static void
next_look(struct flow *flow)
{
	if (flow->look == LOOK_COUNT)
		look_later(flow);
	else
		looks[flow->look++](flow);
}

static void
look(void *data)
{
	struct flow *flow = data;

	flow->timer = NULL;
	next_look(flow);
}

void
live_start(struct flow *flow)
{
	if (flow->target.environment.id.raw || flow->source.environment.id.raw)
		look_later(flow);
}

static void
read_again(void *data)
{
	struct flow *flow = data;

	flow->timer = NULL;
	flow->verb->prepare[flow->phase](flow);
}

/* Back to the phase that reads the target: what was read after
 * it was read of another state. */
void
live_wait(struct flow *flow)
{
	while (flow->phase > 0 && flow->verb->prepare[flow->phase] != read_target)
		flow->phase--;
	review_drop_cautions(&flow->review, flow->target_cautions);
	flow->timer = loop_add_timer(session_loop(flow->session), WAIT_MS, read_again, flow);
}

const char *
flow_moved(const struct flow *flow)
{
	return flow->state == FLOW_REVIEW ? flow->moved : NULL;
}
