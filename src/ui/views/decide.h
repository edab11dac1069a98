/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The conflicts of a merge: who changed what, and whose value a person takes. */
#ifndef SIDESTAGE_UI_VIEWS_DECIDE_H
#define SIDESTAGE_UI_VIEWS_DECIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/view.h"

struct canvas;
struct flow;

/* Zeroed: the first conflict is selected. */
struct decide {
	size_t at;		/* number of the conflict, not of the entry */
};

/* All four: only while flow_merge(flow) is there. */
void decide_draw(struct decide *decide, struct ui *ui, struct canvas *canvas, const struct flow *flow);
/* Moves, chooses, or goes on to the review: true when the action is one of its own. */
bool decide_act(struct decide *decide, struct ui *ui, struct flow *flow, enum action action);
/* A click in a row of the canvas selects the conflict that stands there. */
void decide_click(struct decide *decide, const struct canvas *canvas, const struct flow *flow, int row);
/* The number of the entry that is selected. */
size_t decide_entry(const struct decide *decide, const struct flow *flow);

#define DECIDE_KEYS                                                                                \
	{'o', "o", ACTION_OURS, NULL, .help = NULL},               \
	{'t', "t", ACTION_THEIRS, NULL, .help = NULL}

#endif
