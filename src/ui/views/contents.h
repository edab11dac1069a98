/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a set consists of, as two lists: for reviews that make or remove a whole environment.
 * It takes the keys of a difference that move and find.
 */
#ifndef SIDESTAGE_UI_VIEWS_CONTENTS_H
#define SIDESTAGE_UI_VIEWS_CONTENTS_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/view.h"
#include "ui/widgets/find.h"

struct canvas;
struct set;

/* Zeroed: from the beginning. */
struct contents {
	size_t top;			/* line */
	long at;			/* the line that was found, from 1; 0: none */
	struct find find;
	int height, width;		/* of the room that it has */
	size_t count;			/* lines, in that width */
};

/* The room that it has, before it is drawn in it. */
void contents_fit(struct contents *contents, const struct canvas *canvas, const struct set *set);
/* Workloads with their versions, the resources they and the application declare, and the values
 * that the set is shown with. */
void contents_draw(const struct contents *contents, struct ui *ui, struct canvas *canvas,
		   const struct set *set);
/* Moves and finds. */
void
contents_act(struct contents *contents, struct ui *ui, const struct set *set, enum action action);
/* A key while something is being found; false: it is not. */
bool contents_type(struct contents *contents, struct ui *ui, const struct set *set, int key);

#endif
