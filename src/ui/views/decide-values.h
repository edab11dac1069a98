/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The values that a clone does not simply get: what it shall have instead, one by one. */
#ifndef SIDESTAGE_UI_VIEWS_DECIDE_VALUES_H
#define SIDESTAGE_UI_VIEWS_DECIDE_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "flow/verbs/flow.h"
#include "ui/view.h"
#include "ui/widgets/field.h"
#include "ui/widgets/list.h"

struct canvas;

struct decide_values {
	struct list list;	/* by the value's key */
	const struct flow *flow;	/* whose those are; borrowed, looked up again each time */
	bool typing;		/* the text of the selected one */
	struct field field;
};

/* The first value is selected; the struct stays where it is. */
void decide_values_init(struct decide_values *decide);
void decide_values_clear(struct decide_values *decide);

/* All of these: only while flow_value_count(flow) is not 0. */
void decide_values_fit(struct decide_values *decide, const struct canvas *canvas,
		       const struct flow *flow);
void decide_values_draw(const struct decide_values *decide, struct ui *ui, struct canvas *canvas,
			const struct flow *flow);
/* What the selected one becomes (text: of FLOW_VALUE_TEXT); the cursor goes to the next that is
 * open. */
void decide_values_choose(struct decide_values *decide, struct ui *ui, struct flow *flow,
			  enum flow_value_kind kind, const char *text);
/* The same as in the source: as it is written, or as a reference to it. */
void decide_values_copy(struct decide_values *decide, struct ui *ui, struct flow *flow);
/* Up, down, a page, or to an end. */
void decide_values_act(struct decide_values *decide, const struct flow *flow, enum action action);
/* To the next one, or the one before. */
void
decide_values_move(struct decide_values *decide, struct ui *ui, const struct flow *flow, bool down);
/* Types another text for the selected one, from what it is; and takes what was typed. */
void decide_values_begin(struct decide_values *decide, struct ui *ui, const struct flow *flow);
void decide_values_take(struct decide_values *decide, struct ui *ui, struct flow *flow);
/* A key of a text that is typed; false: none is. */
bool decide_values_type(struct decide_values *decide, int key);
/* Selects the value that stands in that row. */
void decide_values_click(struct decide_values *decide, const struct flow *flow, int row);
/* Types no more, and wipes what was typed: it may be a secret. */
void decide_values_stop(struct decide_values *decide);

#endif
