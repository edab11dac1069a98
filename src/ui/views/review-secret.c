/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "ui/views/review-secret.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/verbs/clone-parts.h"
#include "flow/verbs/flow.h"
#include "ui/view.h"
#include "ui/views/prompt.h"
#include "ui/views/review-state.h"
#include "ui/views/review.h"

static void
secret_typed(void *data, struct ui *ui, const char *text)
{
	const struct review_view *r = data;
	struct flow *flow = review_flow(r, ui);
	char *name = xstrndup(text, strcspn(text, "="));
	const char *equals = strchr(text, '=');
	struct error err = {0};

	ui_pop(ui);
	if (!flow)
		ui_say(ui, _("The review was made again meanwhile; change it there."));
	else if (flow_choose_secret(flow, name, equals ? equals + 1 : "", &err) != 0)
		ui_say_error(ui, &err);
	else
		review_read_again((struct review_view *)(uintptr_t)r);
	free(name);
}

/* What is wrong is said by whoever takes it. */
static const char *
check_secret(void *data, const char *text)
{
	(void)data;
	return strchr(text, '=') ? NULL : _("Write NAME=CHOICE.");
}

/* The view stays below. */
static void
drop_nothing(void *data)
{
	(void)data;
}

/* The first is offered; the review names the others. */
void
review_run_secret(struct view *view, struct ui *ui)
{
	struct review_view *r = (struct review_view *)view;
	const struct review *review = review_of(r, ui);
	char *name = clone_first_secret(&review->outlook);
	char *initial = xasprintf("%s=leave-out", name);

	ui_push(ui, prompt_view_new(&(struct prompt){
		.title = N_("A Secret of the clone"),
		.label = N_("Secret=choice"),
		.note = N_("copy, leave-out, as:OTHER (a copy of another Secret), data:KEY=VALUE "
			   "(made of the shared value VALUE). In the clone only; the review is made "
			   "again."),
		.subject = review->source,
		.initial = initial,
		.check = check_secret,
		.done = secret_typed,
		.drop = drop_nothing,
		.data = r,
	}));
	free(initial);
	free(name);
}

static bool
has_secret(const struct view *view, struct ui *ui)
{
	const struct review *review = review_of((const struct review_view *)view, ui);
	char *name = review->verb == FLOW_CLONE ? clone_first_secret(&review->outlook) : NULL;

	free(name);
	return name != NULL;
}

const struct need review_a_secret = {
	has_secret, N_("No Secret is copied here."), NULL,
};
