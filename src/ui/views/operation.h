/* SPDX-License-Identifier: GPL-3.0-or-later */

/* An operation: in a few words, for headers; the way to its review; and the offer to roll it
 * back. */
#ifndef SIDESTAGE_UI_VIEWS_OPERATION_H
#define SIDESTAGE_UI_VIEWS_OPERATION_H

#include <stdbool.h>
#include <stddef.h>

struct flow;
struct flow_request;
struct ui;

/* "promote hotfix-1 → production"; foreign text.  "" when flow is NULL. */
void operation_words(const struct flow *flow, bool ascii, char *out, size_t size);

/* Opens the review of what is asked for: on top of the view, or in its place.  Says why when it
 * cannot even be asked for. */
void operation_review(struct ui *ui, const struct flow_request *request);
void operation_review_instead(struct ui *ui, const struct flow_request *request);

/* It is done, and made a deployment that can be rolled back; or it overwrote somebody's, which can
 * be brought back. */
bool operation_can_be_undone(const struct flow *flow);
/* What is rolled back is this operation, whatever was deployed there since. */
struct undo_offer {
	char *org, *app, *env;		/* owned; all NULL: nothing is offered */
	char *operation;		/* NULL: what was overwritten is brought back instead */
	char *before_set, *after_set, *before_values, *after_values;	/* of that; else NULL */
};
/* From a flow that operation_can_be_undone(); replaces what was offered. */
void undo_offer_set(struct undo_offer *offer, const struct flow *flow);
/* Nothing is offered; zeroed memory is the same. */
void undo_offer_clear(struct undo_offer *offer);
/* Opens the review of it on top of the view, or in its place, and clears the offer. */
void undo_offer_take(struct undo_offer *offer, struct ui *ui, bool in_place);

#endif
