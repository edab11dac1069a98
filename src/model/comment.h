/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The comment of a deployment: text for people, followed by a part for programs.
 *
 *   promote hotfix-1: web 1.4.2 → 1.4.3 - fixes the login [sidestage verb=promote
 *   op=0198f0c2-… hotfix=hotfix-1 origin=production/01J9…]
 *
 * It is all that another person's sidestage has to go by, so the form is stable; it is
 * described in doc/architecture.  "[op ID]" is the form of earlier releases and is still read.
 * Nothing in a comment is trusted: what does not have the form is text for people.
 */
#ifndef SIDESTAGE_MODEL_COMMENT_H
#define SIDESTAGE_MODEL_COMMENT_H

#include <stdbool.h>
#include <stddef.h>

#define COMMENT_BYTES_MAX 4000

/* The part for programs; NULL members: not said.  Words of A-Z a-z 0-9 . _ - only. */
struct comment {
	char *verb;	/* flow_verb_name(); "found": it was not deployed, but found so */
	char *op;			/* id of the operation */
	char *hotfix;			/* the clone that the operation is about */
	char *origin;			/* the environment that the clone was made from ... */
	char *origin_deployment;	/* ... and what it ran then; NULL when origin is NULL */
	char *source;			/* the clone's deployment that is promoted */
	char *undoes;			/* id of the operation, or deployment, that is undone */
	char *base;			/* the last deployment when it was reviewed */
};

/* What is said; comment_clear() it.  text may be NULL. */
void comment_decode(struct comment *out, const char *text);
/* Frees the words; the struct can be used again. */
void comment_clear(struct comment *comment);
/* "SUMMARY - REASON [sidestage ...]"; reason NULL or "": none.  Long texts are shortened, members
 * that are no words are left out.  free() it. */
char *comment_encode(const struct comment *comment, const char *summary, const char *reason);
/* How many bytes of a comment are for people. */
size_t comment_people_length(const char *text);
/* Whether the comment names this operation. */
bool comment_is_of(const char *text, const char *operation_id);
/* Whether nobody deployed it here: the platform found an adopted environment so. */
bool comment_is_found(const char *text);

#endif
