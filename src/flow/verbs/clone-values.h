/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which values a clone gets, and where a person has to say so. */
#ifndef SIDESTAGE_FLOW_VERBS_CLONE_VALUES_H
#define SIDESTAGE_FLOW_VERBS_CLONE_VALUES_H

#include <stdbool.h>

struct error;
struct flow;
struct set;
struct value;

/* The phases that read what the source has, at its deployment or newest, and the application. */
void clone_read_source_values(struct flow *flow);
void clone_read_newest_source_values(struct flow *flow);
void clone_read_application_values(struct flow *flow);
/* Adds the text to what is written to the clone; described, and secret, as `like` is (NULL:
 * neither). */
void clone_set_value(struct flow *flow, const char *key, const char *text,
		     const struct value *like, bool is_secret);
/* That the value is of what a person typed for a Secret, and has no other use. */
void clone_note_typed(struct flow *flow, const char *key);
/* Such values that the set does not use are not written. */
void clone_forget_typed(struct flow *flow, const struct set *set);
/* The phase that asks a person where values cannot simply be copied. */
void clone_decide_values(struct flow *flow);
/* What was chosen becomes what is written. 0, or -1 with err: not all is decided. */
int flow_decide_values(struct flow *flow, struct error *err);
/* Frees the questions, or what is kept of those of a flow before. */
void flow_clear_questions(struct flow *flow);
void flow_clear_kept(struct flow *flow);

#endif
