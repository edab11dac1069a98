/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Which Secret, and how, is one line, as a command has it.  A text is not in that line, which is
 * on the screen: it is asked in a second question that shows stars.
 */
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

#define TYPE "type:"

/* choice NULL: its key gets the text. */
static void
choose(const struct review_view *r, struct ui *ui, const char *name, const char *choice,
       const char *key, const char *text)
{
	struct flow *flow = review_flow(r, ui);
	struct error err = {0};
	int ret = 0;

	if (flow)
		ret = choice ? flow_choose_secret(flow, name, choice, &err)
			     : flow_type_secret(flow, name, key, text, &err);
	if (!flow)
		ui_say(ui, _("The review was made again meanwhile; change it there."));
	else if (ret != 0)
		ui_say_error(ui, &err);
	else
		review_read_again((struct review_view *)(uintptr_t)r);
}

/* --- its text --- */

struct typed_secret {
	const struct review_view *r;
	char *name, *key;
};

static void
drop_typed(void *data)
{
	struct typed_secret *typed = data;

	free(typed->name);
	free(typed->key);
	free(typed);
}

static const char *
check_typed(void *data, const char *text)
{
	(void)data;
	return *text ? NULL : _("Type the text.");
}

static void
text_typed(void *data, struct ui *ui, const char *text)
{
	struct typed_secret typed = *(struct typed_secret *)data;
	char *copy = xstrdup(text);

	typed.name = xstrdup(typed.name);
	typed.key = xstrdup(typed.key);
	ui_pop(ui);			/* frees data and text */
	choose(typed.r, ui, typed.name, NULL, typed.key, copy);
	explicit_bzero(copy, strlen(copy));
	free(copy);
	free(typed.key);
	free(typed.name);
}

static void
ask_text(const struct review_view *r, struct ui *ui, const char *name, const char *key)
{
	struct typed_secret *typed = xcalloc(1, sizeof(*typed));
	char *subject = xasprintf("%s ▸ %s", name, key);

	*typed = (struct typed_secret){r, xstrdup(name), xstrdup(key)};
	ui_push(ui, prompt_view_new(&(struct prompt){
		.title = N_("A Secret of the clone"),
		.label = N_("Text"),
		.note = N_("It is hidden, and becomes a secret value of the clone."),
		.subject = subject,
		.is_secret = true,
		.check = check_typed,
		.done = text_typed,
		.drop = drop_typed,
		.data = typed,
	}));
	free(subject);
}

/* --- which, and how --- */

static void
secret_chosen(void *data, struct ui *ui, const char *text)
{
	const struct review_view *r = data;
	char *name = xstrdup(text), *choice = strchr(name, '=');

	*choice++ = '\0';		/* check_secret() saw to it */
	ui_pop(ui);
	if (strncmp(choice, TYPE, strlen(TYPE)) == 0)
		ask_text(r, ui, name, choice + strlen(TYPE));
	else
		choose(r, ui, name, choice, NULL, NULL);
	free(name);
}

/* What else is wrong is said by whoever takes it, who knows nothing of "type:". */
static const char *
check_secret(void *data, const char *text)
{
	const char *choice = strchr(text, '=');

	(void)data;
	if (!choice++)
		return _("Write NAME=CHOICE.");
	if (strncmp(choice, TYPE, strlen(TYPE)) == 0 &&
	    (!choice[strlen(TYPE)] || strchr(choice, '=')))
		return _("Write type:KEY.");
	return NULL;
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
		.note = N_("copy, leave-out, type:KEY (then type its text), as:OTHER (a copy of "
			   "another Secret), data:KEY=VALUE (the text of a shared value). In the "
			   "clone only; the review is made again."),
		.subject = review->source,
		.initial = initial,
		.check = check_secret,
		.done = secret_chosen,
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
	bool has = name != NULL;

	free(name);
	return has;
}

const struct need review_a_secret = {
	has_secret, N_("No Secret is copied here."), NULL,
};
