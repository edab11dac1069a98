/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which shared values a change has: by options, or asked one by one. */
#ifndef SIDESTAGE_CLI_PLAIN_VALUES_H
#define SIDESTAGE_CLI_PLAIN_VALUES_H

#include <stdbool.h>

struct flow;
struct linear;

/* What options decide about the values of this environment -> l->values.  false: refused, and that
 * was said.  linear_clear_values() in any case. */
bool linear_take_values(struct linear *l, const char *env);
/* Wiped, since options may hold secrets; NULL in l->values is fine. */
void linear_clear_values(struct linear *l);
/* Those that wait for a decision, as the answer. */
void linear_list_values(struct linear *l, const struct flow *flow);
/* Asks about the first that waits for one; when there is none, the flow goes on.  false: it was
 * given up by that. */
bool linear_ask_value(struct linear *l, struct flow *flow);
/* Takes the answer.  false: the operation is to be given up. */
bool linear_answer_value(struct linear *l, struct flow *flow, const char *line);

#endif
