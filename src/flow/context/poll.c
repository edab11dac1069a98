/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The list in the session is what makes "Everything is read again." true: a view cannot forget to
 * be in it, since without it there is no way to ask repeatedly.
 */
#include "config.h"

#include "flow/context/poll.h"

#include "api/api.h"
#include "flow/context/context.h"
#include "flow/context/session-state.h"
#include "net/loop.h"

#define PAUSE_MAX_MS 300000	/* that a platform may ask for; a person's key ends it */

static void
due(void *data)
{
	struct poll *poll = data;

	poll->timer = NULL;
	poll->call = poll->send(poll->data);
}

void
poll_ask(struct poll *poll)
{
	if (poll->call) {
		poll->again = true;
		return;
	}
	loop_remove_timer(poll->timer);
	due(poll);
}

void
poll_open(struct poll *poll, struct session *session, int64_t every_ms, poll_send *send, void *data)
{
	*poll = (struct poll){.session = session, .next = session->polls, .every_ms = every_ms,
			      .send = send, .data = data};
	session->polls = poll;
	poll_ask(poll);
}

void
poll_close(struct poll *poll)
{
	if (!poll->session)
		return;
	for (struct poll **at = &poll->session->polls; *at; at = &(*at)->next)
		if (*at == poll) {
			*at = poll->next;
			break;
		}
	api_cancel(poll->call);
	loop_remove_timer(poll->timer);
	*poll = (struct poll){0};
}

void
poll_answered(struct poll *poll, const struct api_reply *reply)
{
	int64_t wait = poll->every_ms;

	if (reply->retry_after_ms > wait)
		wait = reply->retry_after_ms < PAUSE_MAX_MS ? reply->retry_after_ms : PAUSE_MAX_MS;
	if (poll->again)
		wait = 0;
	poll->call = NULL;
	poll->again = false;
	poll->timer = loop_add_timer(session_loop(poll->session), wait, due, poll);
}

void
poll_ask_all(struct session *session)
{
	for (struct poll *poll = session->polls; poll; poll = poll->next)
		poll_ask(poll);
}
