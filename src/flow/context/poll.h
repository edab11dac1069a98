/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A question that is asked again some time after each answer, for as long as a view is open: so a
 * slow platform is never asked twice at once, one that asks for a pause gets it, and R (session_
 * refresh()) reaches every such question that there is.  What the board itself needs has feeds
 * instead (flow/world/watch.h): those are many, and depend on each other.
 */
#ifndef SIDESTAGE_FLOW_CONTEXT_POLL_H
#define SIDESTAGE_FLOW_CONTEXT_POLL_H

#include <stdbool.h>
#include <stdint.h>

struct api_call;
struct api_reply;
struct loop_timer;
struct session;

/* Sends the question, whose answer calls poll_answered(); NULL: it is not asked now, and
 * poll_ask() is how it goes on. */
typedef struct api_call *poll_send(void *data);

/* A part of its owner, who only reads it. */
struct poll {
	struct session *session;
	struct poll *next;		/* of the session's */
	int64_t every_ms;		/* from an answer to the next question */
	poll_send *send;
	void *data;
	struct api_call *call;		/* NULL: none is under way */
	struct loop_timer *timer;	/* NULL: the next is not due by itself */
	bool again;			/* asked for while one was under way */
};

/* Asks at once.  `data` is send()'s, and must outlive the poll. */
void poll_open(struct poll *poll, struct session *session, int64_t every_ms, poll_send *send,
	       void *data);
/* Gives up what is under way; what was never opened may be closed. */
void poll_close(struct poll *poll);
/* Before anything else that is done with an answer. */
void poll_answered(struct poll *poll, const struct api_reply *reply);
/* Now; what is under way may be answered with what was before, and is asked once more. */
void poll_ask(struct poll *poll);
/* All of the session's. */
void poll_ask_all(struct session *session);

#endif
