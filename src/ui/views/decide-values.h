/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The values that a clone does not simply get: what it shall have instead, one by one. */
#ifndef SIDESTAGE_UI_VIEWS_DECIDE_VALUES_H
#define SIDESTAGE_UI_VIEWS_DECIDE_VALUES_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/view.h"
#include "ui/widgets/field.h"

struct canvas;
struct flow;

/* Zeroed: the first value is selected. */
struct decide_values {
	size_t at;
	bool typing;		/* the text of the selected one */
	struct field field;
};

/* All of them: only while flow_value_count(flow) is not 0. */
void decide_values_draw(struct decide_values *decide, struct ui *ui, struct canvas *canvas,
			const struct flow *flow);
/* true when the action is one of its own. */
bool decide_values_act(struct decide_values *decide, struct ui *ui, struct flow *flow,
		       enum action action);
/* A key of a text that is typed; false: none is. */
bool decide_values_type(struct decide_values *decide, int key);
void decide_values_click(struct decide_values *decide, const struct canvas *canvas,
			 const struct flow *flow, int row);
/* The key bar. */
const struct key *decide_values_bar(const struct decide_values *decide);
/* Wipes what was typed: it may be a secret. */
void decide_values_clear(struct decide_values *decide);

#endif
