/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which shared values a change has: by options, or asked one by one. */
#ifndef SIDESTAGE_CLI_PLAIN_VALUES_H
#define SIDESTAGE_CLI_PLAIN_VALUES_H

#include <stdbool.h>

struct flow;
struct plain;

/* What options decide about the values of this environment -> p->values.  false: refused, and that
 * was said.  plain_clear_values() in any case. */
bool plain_take_values(struct plain *p, const char *env);
/* Wiped, since options may hold secrets; NULL in p->values is fine. */
void plain_clear_values(struct plain *p);
/* Those that wait for a decision, as the answer. */
void plain_list_values(struct plain *p, const struct flow *flow);
/* Asks about the first that waits for one; when there is none, the flow goes on.  false: it was
 * given up by that. */
bool plain_ask_value(struct plain *p, struct flow *flow);
/* Takes the answer.  false: the operation is to be given up. */
bool plain_answer_value(struct plain *p, struct flow *flow, const char *line);

#endif
