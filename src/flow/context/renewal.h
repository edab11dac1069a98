/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A token that was refused is fetched again, once for each refusal, while the loop goes on: tokens
 * rotate, and a board is open for days.  For session.c only; NULL is fine everywhere, and is what
 * there is without a source.
 */
#ifndef SIDESTAGE_FLOW_CONTEXT_RENEWAL_H
#define SIDESTAGE_FLOW_CONTEXT_RENEWAL_H

struct renewal;
struct session;
struct token_source;

struct renewal *renewal_new(struct session *session, const struct token_source *source);
void renewal_free(struct renewal *renewal);
/* Begins to fetch when a request waits for it; what comes is handed on by the loop. */
void renewal_turn(struct renewal *renewal);
/* A person asks: the next refusal is followed up at once. */
void renewal_refresh(struct renewal *renewal);

#endif
