/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The values that a clone does not simply get: what it shall have instead, one by one. */
#ifndef SIDESTAGE_UI_VIEWS_DECIDE_VALUES_H
#define SIDESTAGE_UI_VIEWS_DECIDE_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "flow/verbs/flow.h"
#include "ui/view.h"
#include "ui/widgets/field.h"

struct canvas;

/* Zeroed: the first value is selected. */
struct decide_values {
	size_t at;
	bool typing;		/* the text of the selected one */
	struct field field;
};

/* All of them: only while flow_value_count(flow) is not 0. */
void decide_values_draw(const struct decide_values *decide, struct ui *ui, struct canvas *canvas,
			const struct flow *flow);
/* What the selected one becomes (text: of FLOW_VALUE_TEXT); the cursor goes to the next that is
 * open. */
void decide_values_choose(struct decide_values *decide, struct ui *ui, struct flow *flow,
			  enum flow_value_kind kind, const char *text);
/* To the next one, or the one before. */
void
decide_values_move(struct decide_values *decide, struct ui *ui, const struct flow *flow, bool down);
/* Types another text for the selected one, from what it is; and takes what was typed. */
void decide_values_begin(struct decide_values *decide, struct ui *ui, const struct flow *flow);
void decide_values_take(struct decide_values *decide, struct ui *ui, struct flow *flow);
/* A key of a text that is typed; false: none is. */
bool decide_values_type(struct decide_values *decide, int key);
/* Selects the value that stands in that row. */
void decide_values_click(struct decide_values *decide, const struct canvas *canvas,
			 const struct flow *flow, int row);
/* Types no more, and wipes what was typed: it may be a secret. */
void decide_values_clear(struct decide_values *decide);

#endif
