/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a clone was made from, and what it and its origin have in common: as the local history has
 * it. */
#ifndef SIDESTAGE_FLOW_WORLD_ORIGIN_H
#define SIDESTAGE_FLOW_WORLD_ORIGIN_H

#include <stdbool.h>
#include <stdint.h>

struct clone_origin;
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
/* Whether the clone was made here: by an operation of this history. */
bool origin_is_ours(struct session *session, const struct clone_origin *origin);
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
