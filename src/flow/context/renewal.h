/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A token that was refused is fetched again, once for each refusal, while the loop goes on: tokens
 * rotate, and a board is open for days.  For session.c only; NULL is fine everywhere, and is what
 * there is without a source.
 */
#ifndef SIDESTAGE_FLOW_CONTEXT_RENEWAL_H
#define SIDESTAGE_FLOW_CONTEXT_RENEWAL_H

struct error;
struct renewal;
struct session;

/*
 * Where a fresh token comes from when the one that was given is refused.  begin() starts to fetch:
 * a descriptor that becomes readable, or -1 with err.  Then advance() is called: 1 with the token
 * (free() it), 0 when more is to come, -1 with err; it is over unless 0.  cancel() ends it early.
 */
struct token_source {
	int (*begin)(void *data, struct error *err);
	int (*advance)(void *data, char **token, struct error *err);
	void (*cancel)(void *data);
	void *data;
};

/* The source outlives it.  NULL when there is no source. */
struct renewal *renewal_new(struct session *session, const struct token_source *source);
void renewal_free(struct renewal *renewal);
/* Begins to fetch when a request waits for it; what comes is handed on by the loop. */
void renewal_turn(struct renewal *renewal);
/* A person asks: the next refusal is followed up at once. */
void renewal_refresh(struct renewal *renewal);

#endif
