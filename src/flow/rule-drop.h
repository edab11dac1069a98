/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Drops what a rule wants to deploy and may not (the extension rule-waits): the rule stays, and its
 * next version deploys or waits again.
 */
#ifndef SIDESTAGE_FLOW_RULE_DROP_H
#define SIDESTAGE_FLOW_RULE_DROP_H

#include <stdbool.h>

struct error;
struct rule_drop;
struct session;

/* Asks for it.  NULL with err: changes are refused, or the platform does not offer it. */
struct rule_drop *rule_drop_open(struct session *session, const char *org, const char *app,
				 const char *env, const char *rule, struct error *err);
/* NULL is fine.  What was asked and not answered may still be carried out. */
void rule_drop_close(struct rule_drop *drop);
bool rule_drop_is_answered(const struct rule_drop *drop);
/* Kind NONE: it is dropped, once it is answered. */
const struct error *rule_drop_error(const struct rule_drop *drop);

#endif
