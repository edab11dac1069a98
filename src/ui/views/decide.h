/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The conflicts of a merge: who changed what, and whose value a person takes. */
#ifndef SIDESTAGE_UI_VIEWS_DECIDE_H
#define SIDESTAGE_UI_VIEWS_DECIDE_H

#include <stdbool.h>
#include <stddef.h>

#include "flow/verbs/flow.h"
#include "ui/view.h"

struct canvas;

/* Zeroed: the first conflict is selected. */
struct decide {
	size_t at;		/* number of the conflict, not of the entry */
};

/* All five: only while flow_merge(flow) is there. */
void decide_draw(const struct decide *decide, struct ui *ui, struct canvas *canvas,
		 const struct flow *flow);
/* Takes that side in the selected conflict, and goes to the next one that is open further down. */
void decide_choose(struct decide *decide, struct ui *ui, struct flow *flow, enum merge_side side);
/* To the next conflict, or the one before. */
void decide_move(struct decide *decide, struct ui *ui, const struct flow *flow, bool down);
/* A click in a row of the canvas selects the conflict that stands there. */
void
decide_click(struct decide *decide, const struct canvas *canvas, const struct flow *flow, int row);
/* The number of the entry that is selected. */
size_t decide_entry(const struct decide *decide, const struct flow *flow);

#endif
