/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A review that waits for a person looks at what it is about, again and again: when that is
 * not what was reviewed any more, it says so, once, and looks no further.  A look that fails
 * says nothing; what is approved is checked by the first step in any case.
 */
#include "config.h"

#include "flow/verbs/verbs.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/world/comment.h"
#include "net/loop.h"

#define LOOK_EVERY_MS 1500
#define WAIT_MS 500

static void look(void *data);

/* A clone is about what is cloned. */
static const struct environment *
pinned(const struct flow *flow)
{
	return flow->request.verb == FLOW_CLONE ? &flow->source.environment
						: &flow->target.environment;
}

static void
look_later(struct flow *flow)
{
	flow->timer = loop_add_timer(session_loop(flow->session), LOOK_EVERY_MS, look, flow);
}

static void
say_moved(struct flow *flow, char *what)
{
	free(flow->moved);
	flow->moved = what;
	session_changed(flow->session);
}

/* What is otherwise than it was reviewed; NULL: nothing.  free() it. */
static char *
words_of_move(const struct environment *was, const struct environment *now)
{
	const char *comment = untrusted_raw(&now->last_deploy.comment);
	const char *id = untrusted_raw(&was->id);

	if (now->deleting)
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
seen_values(struct flow *flow)
{
	char *digest = values_digest(&flow->values_seen.list);
	bool same = !flow->values_seen.known || !strcmp(digest, flow->review.values_digest);

	free(digest);
	if (same)
		look_later(flow);
	else
		say_moved(flow, xasprintf(_("The values of %s changed."), flow->request.env));
}

void
live_look_failed(struct flow *flow)
{
	look_later(flow);
}

static void
looked(void *data, const struct api_reply *reply)
{
	struct flow *flow = data;
	struct environment now = { 0 };
	struct error err = reply->error;
	char *moved = NULL;

	flow->call = NULL;
	if (err.kind == ERROR_NOT_FOUND)
		moved = xasprintf(_("%s is gone."), untrusted_raw(&pinned(flow)->id));
	else if (err.kind == ERROR_NONE && environment_decode(&now, reply->body, &err) == 0)
		moved = words_of_move(pinned(flow), &now);
	environment_clear(&now);
	if (moved) {
		say_moved(flow, moved);
	} else if (err.kind == ERROR_NONE && flow->review.values_digest &&
		   flow->request.verb != FLOW_CLONE) {
		flow->then_read = seen_values;
		flow_read_values(flow, flow->request.env, NULL, &flow->values_seen);
	} else {
		look_later(flow);
	}
}

static void
look(void *data)
{
	struct flow *flow = data;

	flow->timer = NULL;
	flow->call = api_get_environment(session_api(flow->session), flow->request.org,
					 flow->request.app, untrusted_raw(&pinned(flow)->id), looked,
					 flow);
}

void
live_start(struct flow *flow)
{
	if (pinned(flow)->id.raw)
		look_later(flow);
}

static void
read_again(void *data)
{
	struct flow *flow = data;

	flow->timer = NULL;
	flow->verb->prepare[flow->phase](flow);
}

void
live_wait(struct flow *flow)
{
	while (flow->phase > 0 && flow->verb->prepare[flow->phase] != read_target)
		flow->phase--;
	flow->timer = loop_add_timer(session_loop(flow->session), WAIT_MS, read_again, flow);
}

const char *
flow_moved(const struct flow *flow)
{
	return flow->state == FLOW_REVIEW ? flow->moved : NULL;
}
