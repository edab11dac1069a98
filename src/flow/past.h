/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A set that no environment has now, for somebody who looks at an earlier deployment. */
#ifndef SIDESTAGE_FLOW_PAST_H
#define SIDESTAGE_FLOW_PAST_H

struct error;
struct past;
struct session;
struct set;

/* From the cache at once, or read from the platform. */
struct past *past_open(struct session *session, const char *org, const char *app,
		       const char *set_id);
void past_close(struct past *past);	/* NULL is fine */
/* Borrowed.  NULL: not read yet, or past_error() says why it cannot be. */
struct set *past_set(const struct past *past);
const struct error *past_error(const struct past *past);

#endif
