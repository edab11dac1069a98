/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What several views do with an operation: its name, opening its review, and the offer to
 * roll it back.
 *
 * An offer holds copies of all that it needs, because the flow it is about is dismissed when
 * its view closes, and the offer is for the key after that.
 */
#include "config.h"

#include "ui/views/operation.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "flow/verbs/flow.h"
#include "ui/theme.h"
#include "ui/view.h"
#include "ui/views/review.h"

/* The verb, where from and where to. */
void
operation_words(const struct flow *flow, bool ascii, char *out, size_t size)
{
	const struct flow_request *request = flow ? flow_request(flow) : NULL;
	const char *words = flow ? flow_verb_words(flow_verb(flow)) : "";

	out[0] = '\0';
	if (request && request->source)
		snprintf(out, size, "%s %.60s %s %.60s", words, request->source,
			 theme_glyph(GLYPH_ARROW, ascii), request->env);
	else if (request)
		snprintf(out, size, "%s %.60s", words, request->env);
}

void
operation_review(struct ui *ui, const struct flow_request *request)
{
	struct error err = {0};
	struct flow *flow = flow_new(ui_session(ui), request, &err);

	if (flow)
		ui_push(ui, review_view_new(flow));
	else
		ui_say_error(ui, &err);
}

void
operation_review_instead(struct ui *ui, const struct flow_request *request)
{
	struct error err = {0};
	struct flow *flow = flow_new(ui_session(ui), request, &err);

	if (flow)
		ui_replace(ui, review_view_new(flow));
	else
		ui_say_error(ui, &err);
}

/* A clone is discarded, and what was discarded is gone.  A failed deployment that overwrote
 * another one can be taken back all the same. */
bool
operation_can_be_undone(const struct flow *flow)
{
	enum flow_verb verb = flow_verb(flow);

	if (flow_recovery(flow))
		return true;
	return flow_state(flow) == FLOW_DONE && verb != FLOW_CLONE && verb != FLOW_DISCARD;
}

void
undo_offer_clear(struct undo_offer *offer)
{
	free(offer->org);
	free(offer->app);
	free(offer->env);
	free(offer->operation);
	free(offer->before_set);
	free(offer->after_set);
	free(offer->before_values);
	free(offer->after_values);
	*offer = (struct undo_offer){0};
}

static char *
copy(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

void
undo_offer_set(struct undo_offer *offer, const struct flow *flow)
{
	const struct flow_request *request = flow_request(flow), *back = flow_recovery(flow);

	undo_offer_clear(offer);
	*offer = (struct undo_offer){
		.org = xstrdup(request->org),
		.app = xstrdup(request->app),
		.env = xstrdup(request->env),
	};
	if (!back) {
		offer->operation = xstrdup(flow_operation_id(flow));
		return;
	}
	offer->before_set = copy(back->before_set);
	offer->after_set = copy(back->after_set);
	offer->before_values = copy(back->before_values);
	offer->after_values = copy(back->after_values);
}

void
undo_offer_take(struct undo_offer *offer, struct ui *ui, bool in_place)
{
	const struct flow_request request = {
		.verb = FLOW_UNDO, .org = offer->org, .app = offer->app, .env = offer->env,
		.operation_id = offer->operation, .before_set = offer->before_set,
		.after_set = offer->after_set, .before_values = offer->before_values,
		.after_values = offer->after_values, .decides = true,
	};

	if (in_place)
		operation_review_instead(ui, &request);
	else
		operation_review(ui, &request);
	undo_offer_clear(offer);
}
