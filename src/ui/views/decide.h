/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The conflicts of a merge: who changed what, and whose value a person takes. */
#ifndef SIDESTAGE_UI_VIEWS_DECIDE_H
#define SIDESTAGE_UI_VIEWS_DECIDE_H

#include "flow/verbs/flow.h"
#include "ui/view.h"
#include "ui/widgets/list.h"

struct canvas;

struct decide {
	struct list list;	/* all changes; until somebody moves it is on the first conflict */
	const struct merge *merge;	/* whose those are; borrowed, looked up again each time */
	int width;			/* of the room that they have */
};

/* The first conflict is selected; the decide stays where it is. */
void decide_init(struct decide *decide);
void decide_clear(struct decide *decide);

/* All of these: only while flow_merge(flow) is there. */
void decide_fit(struct decide *decide, const struct canvas *canvas, const struct flow *flow);
void decide_draw(const struct decide *decide, struct ui *ui, struct canvas *canvas,
		 const struct flow *flow);
/* Takes that side in the selected conflict, and goes to the next one that is open further down. */
void decide_choose(struct decide *decide, struct ui *ui, struct flow *flow, enum merge_side side);
/* Up, down, a page, or to an end. */
void decide_act(struct decide *decide, const struct flow *flow, enum action action);
/* To the next conflict, or the one before. */
void decide_go_on(struct decide *decide, struct ui *ui, const struct flow *flow, bool down);
/* A click in a row of the canvas selects the change that stands there. */
void decide_click(struct decide *decide, const struct flow *flow, int row);

#endif
