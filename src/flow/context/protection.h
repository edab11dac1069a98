/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Which environments a person has said need no protection, though they have a type that does.  It
 * is remembered in the history of this machine, and nothing of it reaches the platform.
 */
#ifndef SIDESTAGE_FLOW_CONTEXT_PROTECTION_H
#define SIDESTAGE_FLOW_CONTEXT_PROTECTION_H

#include <stdbool.h>

struct error;
struct session;

/* What is remembered under the name that the platform has now; what cannot be read protects. */
void protection_load(struct session *session);
/* As the session's lists say it, and as it was said here. */
bool protection_is_waived(const struct session *session, const char *env);
/* Written down at once.  0, or -1 with err (ERROR_STORE), and it is as it was. */
int protection_waive(struct session *session, const char *env, bool waived, struct error *err)
	__attribute__((warn_unused_result));

#endif
