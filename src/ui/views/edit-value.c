/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Another value for one environment.  It takes effect with a deployment, so what is typed becomes
 * a draft and its review, like everything that changes what runs.
 */
#include "config.h"

#include "ui/views/edit-value.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/verbs/flow.h"
#include "flow/world/details.h"
#include "ui/view.h"
#include "ui/views/prompt.h"
#include "ui/views/review.h"
#include "ui/widgets/field.h"

struct value_place {
	char *org, *app, *env, *key;
	char *before;		/* what it is now */
	bool is_own;
};

static void
review(struct ui *ui, const struct value_place *place, const struct flow_value *change,
       bool replaces)
{
	const struct flow_value values[] = {*change, {0}};
	const struct flow_request request = {
		.verb = FLOW_DEPLOY,
		.org = place->org,
		.app = place->app,
		.env = place->env,
		.values = values,
	};
	struct error err = {0};
	struct flow *flow = flow_new(ui_session(ui), &request, &err);

	if (!flow)
		ui_say_error(ui, &err);
	else if (replaces)
		ui_replace(ui, review_view_new(flow));
	else
		ui_push(ui, review_view_new(flow));
}

static const char *
check(void *data, const char *text)
{
	const struct value_place *place = data;

	if (place->is_own && strcmp(place->before, text) == 0)
		return _("No change: it already has this value.");
	return NULL;
}

static void
typed(void *data, struct ui *ui, const char *text)
{
	const struct value_place *place = data;

	review(ui, place, &(struct flow_value){place->key, FLOW_VALUE_TEXT, text}, true);
}

static void
drop(void *data)
{
	struct value_place *place = data;

	free(place->org);
	free(place->app);
	free(place->env);
	free(place->key);
	free(place->before);
	free(place);
}

static struct value_place *
place_of(const char *org, const char *app, const char *env, const struct shared_value *value)
{
	struct value_place *place = xcalloc(1, sizeof(*place));

	*place = (struct value_place){
		.org = xstrdup(org),
		.app = xstrdup(app),
		.env = xstrdup(env),
		.key = xstrdup(untrusted_raw(&value->key)),
		.before = xstrdup(untrusted_raw(&value->value)),
		.is_own = untrusted_is(&value->source, "env"),
	};
	return place;
}

/* A secret that was typed on a screen may be seen, and remains in what the terminal keeps. */
void
edit_value(struct ui *ui, const char *org, const char *app, const char *env,
	   const struct shared_value *value)
{
	struct prompt prompt = {
		.title = N_("Change a shared value"),
		.label = N_("New value"),
		.note = N_(
			"Changes this environment only, from its next deployment. You review it first."),
		.subject = untrusted_raw(&value->key),
		.initial = (char *)(uintptr_t)untrusted_raw(&value->value),
		.check = check,
		.done = typed,
		.drop = drop,
	};

	if (value->is_secret) {
		ui_say(ui, "%s",
		       _("A secret is not typed on the screen. Use \"sidestage set\" with --value-from."));
		return;
	}
	if (strpbrk(untrusted_raw(&value->value), "\n\r\t")) {
		ui_say(ui, "%s",
		       _("This value has several lines. Use \"sidestage set\" with --value-from."));
		return;
	}
	if (strlen(untrusted_raw(&value->value)) >= FIELD_MAX) {
		ui_say(ui, "%s",
		       _("This value is too long to be typed here. Use --value-from on the command line."));
		return;
	}
	prompt.data = place_of(org, app, env, value);
	ui_push(ui, prompt_view_new(&prompt));
}

void
inherit_value(struct ui *ui, const char *org, const char *app, const char *env,
	      const struct shared_value *value)
{
	struct value_place *place;

	if (!untrusted_is(&value->source, "env")) {
		ui_say(ui, "%s", _("No change: it already has the application's value."));
		return;
	}
	place = place_of(org, app, env, value);
	review(ui, place, &(struct flow_value){place->key, FLOW_VALUE_APP, NULL}, false);
	drop(place);
}
