/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a person can do about an operation that was begun and left. */
#ifndef SIDESTAGE_FLOW_VERBS_RESUME_H
#define SIDESTAGE_FLOW_VERBS_RESUME_H

#include <stdbool.h>

struct error;
struct flow;
struct operation;
struct session;

/* How long an approval counts of which nothing was sent. */
#define APPROVAL_VALID_MS (15 * 60 * 1000)

enum interrupted_kind {
	INTERRUPTED_RESUMABLE,
	INTERRUPTED_EXPIRED,		/* nothing was done, and the approval is too old */
	INTERRUPTED_FIRST_RELEASE,	/* its steps have no ids */
	INTERRUPTED_NOT_OURS		/* of another version with other steps, or damaged */
};
enum interrupted_kind flow_interrupted_kind(const struct operation *record);
/* Whether a part of it is certainly done; the rest belongs to it, however old the approval is. */
bool flow_record_has_acted(const struct operation *record);
/* The flow goes on in the session.  NULL with err, and nothing has changed: it has ended, runs
 * elsewhere, is of another version, or its approval has expired (ERROR_STALE). */
struct flow *flow_resume(struct session *session, const char *id, struct error *err);
/* Prepares the same request again, with a new review of what there is now; the old operation is
 * abandoned for it.  NULL with err, and nothing has changed. */
struct flow *flow_review_again(struct session *session, const char *id, struct error *err);
/* Ends it in the history; what the platform does or did is left as it is.  reason NULL or "":
 * none.  0, or -1 with err. */
int flow_abandon(struct session *session, const char *id, const char *reason, struct error *err)
	__attribute__((warn_unused_result));

#endif
