/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a clone was made from, and what it and its origin have in common: as the local history has
 * it. */
#ifndef SIDESTAGE_FLOW_WORLD_ORIGIN_H
#define SIDESTAGE_FLOW_WORLD_ORIGIN_H

#include <stdbool.h>
#include <stdint.h>

struct clone_origin;
struct environment;
struct error;
struct operation;
struct session;
struct values;

/* As it was when it was cloned, whatever was promoted since.  0, or -1: ERROR_NOT_FOUND (it is not
 * known here) or ERROR_STORE. */
int origin_at_cloning(struct session *session, const char *org, const char *app, const char *clone,
		      struct clone_origin *out, struct error *err);
/* Whether the record is of an environment that was there before under this id: the one that is
 * there now was made later. */
bool origin_is_stale(const struct clone_origin *origin, int64_t created_at);
/* Whose the clone is now, where somebody was named who is not the person of this session, or where
 * the platform has not said who that is.  Borrowed from the environment; NULL: nobody else's. */
const char *origin_other_owner(struct session *session, const struct environment *environment);
/* Whether the environment, as the platform has it now, is the clone of this record, was made here
 * (by an operation of this history), and is nobody else's since. */
bool origin_is_mine(struct session *session, const struct clone_origin *origin,
		    const struct environment *environment);
/* What the clone has now is what it and its origin have in common; first: it was just made. */
void origin_keep_values(struct session *session, const char *org, const char *app,
			const char *clone, const struct values *values, bool is_first);
/* After a promotion, or after one was undone: what the clone and its origin have in common now.
 * 0, or -1 with err. */
int origin_settle_operation(struct session *session, const struct operation *operation,
			    struct error *err);
/* The values that a clone and its origin have in common; NULL: not known, or, with err, they cannot
 * be read.  values_clear() and free() it. */
struct values *origin_values(struct session *session, const char *org, const char *app,
			     const char *clone, struct error *err);
/* The same in two steps, for who looks often: as they are written down (NULL: they are not, or,
 * with err, that cannot be read; free() it), and from that. */
char *origin_kept_values(struct session *session, const char *org, const char *app,
			 const char *clone, struct error *err);
struct values *origin_decode_values(const char *kept);

#endif
