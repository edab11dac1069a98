/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is done with namespaces that were found in a cluster as such: of which application they are,
 * and whether they are protected.  Protecting costs one key.  Taking it away asks for the name:
 * from then on neither a reason nor the name is asked for before what runs there is changed.
 */
#include "config.h"

#include "ui/views/board-protect.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/context/protection.h"
#include "flow/session.h"
#include "flow/world/world.h"
#include "ui/view.h"
#include "ui/views/board-model.h"
#include "ui/views/board-state.h"
#include "ui/views/grouping.h"
#include "ui/views/prompt.h"

static bool
is_found(const struct view *view, struct ui *ui)
{
	const struct board_view *b = (const struct board_view *)view;

	(void)ui;
	return b->org && world_is_adopted(b->model.world, b->org, board_env_id(b->model.env));
}

const struct need board_found_environment = {
	is_found,
	N_("This key protects only namespaces that were found in a cluster. The configuration "
	   "protects other environments."),
	NULL,
};

static bool
has_found(const struct view *view, struct ui *ui)
{
	const struct board_view *b = (const struct board_view *)view;

	(void)ui;
	return b->org && board_adoption(b, &b->model);
}

const struct need board_found_namespaces = {
	has_found,
	N_("No namespace that was found in a cluster is known here."),
	NULL,
};

void
board_run_grouping(struct view *view, struct ui *ui)
{
	ui_push(ui, grouping_view_new(((const struct board_view *)view)->org));
}

static void
say_it(struct ui *ui, const char *env, bool waived)
{
	struct error err = {0};

	if (protection_waive(ui_session(ui), env, waived, &err) != 0)
		ui_say_error(ui, &err);
	else
		ui_say(ui, waived ? _("%s is no longer protected.") : _("%s is protected."), env);
}

static const char *
check_name(void *data, const char *text)
{
	return strcmp(text, data) == 0 ? NULL : N_("The name does not match.");
}

static void
named(void *data, struct ui *ui, const char *text)
{
	char *env = xstrdup(data);	/* it goes with the view */

	(void)text;
	ui_pop(ui);
	say_it(ui, env, true);
	free(env);
}

void
board_run_protect(struct view *view, struct ui *ui)
{
	const struct board_view *b = (const struct board_view *)view;
	const char *env = board_env_id(b->model.env);

	if (!b->model.env->is_protected) {
		say_it(ui, env, false);
		return;
	}
	ui_push(ui, prompt_view_new(&(struct prompt){
		.title = N_("Unprotect"),
		.label = N_("Name of the environment"),
		.note = _("Changes to it will ask neither for a reason nor for its name."),
		.subject = env,
		.initial = (char *)"",
		.check = check_name,
		.done = named,
		.drop = free,
		.data = xstrdup(env),
	}));
}
