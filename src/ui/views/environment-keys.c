/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the keys of an environment do: each tab has its own, and all know what the cursor is on. */
#include "config.h"

#include "ui/views/environment-keys.h"

#include <assert.h>
#include <curses.h>
#include <stdlib.h>

#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "flow/world/details.h"
#include "flow/world/world.h"
#include "model/json-text.h"
#include "model/set.h"
#include "ui/terminal.h"
#include "ui/views/clone-list.h"
#include "ui/views/compare.h"
#include "ui/views/edit-value.h"
#include "ui/views/environment-note.h"
#include "ui/views/environment-scale.h"
#include "ui/views/environment-state.h"
#include "ui/views/environment.h"
#include "ui/views/logs.h"
#include "ui/views/moment.h"

static void
show_tab(struct view *view, enum environment_tab tab)
{
	((struct environment_view *)view)->tab = tab;
}

static void
run_workloads(struct view *view, struct ui *ui)
{
	(void)ui;
	show_tab(view, TAB_WORKLOADS);
}

static void
run_resources(struct view *view, struct ui *ui)
{
	(void)ui;
	show_tab(view, TAB_RESOURCES);
}

static void
run_values(struct view *view, struct ui *ui)
{
	(void)ui;
	show_tab(view, TAB_VALUES);
}

static void
run_deployments(struct view *view, struct ui *ui)
{
	(void)ui;
	show_tab(view, TAB_DEPLOYMENTS);
}

void
environment_run_next_tab(struct view *view, struct ui *ui)
{
	struct environment_view *v = (struct environment_view *)view;

	(void)ui;
	v->tab = (enum environment_tab)((v->tab + 1) % TAB_COUNT);
}

/* Elsewhere than on a workload: of all of them. */
static void
run_logs(struct view *view, struct ui *ui)
{
	struct environment_view *v = (struct environment_view *)view;
	const struct world_environment *e = environment_find(v);
	size_t at = v->lists[TAB_WORKLOADS].at;
	const char *module = v->tab == TAB_WORKLOADS && e && at < e->runtime.count
				     ? untrusted_raw(&e->runtime.modules[at].module) : NULL;

	ui_push(ui, logs_view_new(ui, v->org, v->app, v->env, module));
}

/* What stands in the row, to be used elsewhere; free() it.  NULL: there is nothing to copy. */
static char *
text_of_row(const struct environment_view *v, const struct world_environment *e, size_t i)
{
	const char *image = v->tab == TAB_WORKLOADS && e->set
				    ? set_module_image(e->set,
						       untrusted_raw(&e->runtime.modules[i].module))
				    : NULL;

	switch (v->tab) {
	case TAB_WORKLOADS:
		return image ? xstrdup(image) : NULL;
	case TAB_RESOURCES:
		return json_text(e->resources[i].outputs, 0);
	case TAB_VALUES:
		return details_value(v->details, i)->is_secret
			       ? NULL
			       : xstrdup(untrusted_raw(&details_value(v->details, i)->value));
	default:
		return xstrdup(untrusted_raw(&details_deployment(v->details, i)->id));
	}
}

static void
run_copy(struct view *view, struct ui *ui)
{
	static const char *const what[TAB_COUNT] = {
		[TAB_WORKLOADS] = N_("the image"), [TAB_RESOURCES] = N_("the resource's outputs"),
		[TAB_VALUES] = N_("the value"), [TAB_DEPLOYMENTS] = N_("the deployment's id"),
	};
	const struct environment_view *v = (const struct environment_view *)view;
	const struct list *list = &v->lists[v->tab];
	const struct world_environment *e = environment_find(v);
	char *text = e && list->at < list->count ? text_of_row(v, e, list->at) : NULL;
	char *shown = text ? text_printable(text) : NULL;

	if (shown)
		ui_copy(ui, _(what[v->tab]), shown);
	else
		ui_say(ui, _("Nothing here can be copied."));
	free(shown);
	free(text);
}

/* From what was deployed then to what runs now. */
static void
run_diff(struct view *view, struct ui *ui)
{
	struct environment_view *v = (struct environment_view *)view;
	size_t at = v->lists[TAB_DEPLOYMENTS].at;
	struct moment from = {.env = v->env}, to = {.env = v->env};

	if (v->tab == TAB_DEPLOYMENTS && at < details_deployment_count(v->details)) {
		const struct deployment *d = details_deployment(v->details, at);

		from.deployment = untrusted_raw(&d->id);
		from.set_id = untrusted_raw(&d->set_id);
	}
	ui_push(ui, compare_view_new(ui, v->org, v->app, &from, &to));
}

/* NULL: none is selected. */
static const struct shared_value *
selected_value(const struct view *view)
{
	const struct environment_view *v = (const struct environment_view *)view;
	size_t at = v->lists[TAB_VALUES].at;

	return v->tab == TAB_VALUES && at < details_value_count(v->details)
		       ? details_value(v->details, at)
		       : NULL;
}

/* For the keys that need one: there is one. */
static const struct shared_value *
chosen_value(const struct view *view)
{
	const struct shared_value *value = selected_value(view);

	assert(value);
	return value;
}

static void
run_edit(struct view *view, struct ui *ui)
{
	const struct environment_view *v = (const struct environment_view *)view;

	edit_value(ui, v->org, v->app, v->env, chosen_value(view));
}

static void
run_inherit(struct view *view, struct ui *ui)
{
	const struct environment_view *v = (const struct environment_view *)view;

	inherit_value(ui, v->org, v->app, v->env, chosen_value(view));
}

static void
run_objects(struct view *view, struct ui *ui)
{
	const struct environment_view *v = (const struct environment_view *)view;

	ui_push(ui, clone_list_view_new_of(v->org, v->app, v->env));
}

static bool
is_found(const struct view *view, struct ui *ui)
{
	const struct environment_view *v = (const struct environment_view *)view;

	return world_is_adopted(session_world(ui_session(ui)), v->org, v->env);
}

static bool
has_value(const struct view *view, struct ui *ui)
{
	(void)ui;
	return selected_value(view) != NULL;
}

static bool
is_open_value(const struct view *view, struct ui *ui)
{
	(void)ui;
	return !chosen_value(view)->is_secret;
}

static bool
is_own_value(const struct view *view, struct ui *ui)
{
	(void)ui;
	return untrusted_is(&chosen_value(view)->source, "env");
}

static void
run_turn(struct view *view, struct ui *ui)
{
	(void)ui;
	environment_note_turn((struct environment_view *)view);
}

static bool
has_more(const struct view *view, struct ui *ui)
{
	(void)ui;
	return environment_note_is_long((const struct environment_view *)view);
}

static const struct need a_long_note = {has_more, N_("All that the row says is on the screen."), NULL};
static const struct need a_found_one = {
	is_found, N_("Only environments that were found in a cluster have this list."),
	NULL,
};
static const struct need a_value = {has_value, N_("Select a shared value first: {tab-3}."), NULL};
/* Of these it is said by what would change them. */
static const struct need no_secret = {is_open_value, NULL, NULL},
			 its_own = {is_own_value, NULL, NULL};

const struct key environment_keys[] = {
	{27, "Esc", ACTION_BACK, N_("back"), N_("Clear all marks, or go back to the board."), .run = environment_run_back},
	{'q', NULL, ACTION_BACK, .help = NULL},
	{'\r', "Enter", ACTION_OPEN, N_("more"), N_("Show the next part of a long row."), run_turn, {&a_long_note}},
	{'\t', "Tab", ACTION_NEXT_PANE, N_("next tab"), .run = environment_run_next_tab},
	{'1', "1", ACTION_TAB_1, .run = run_workloads},
	{'2', "2", ACTION_TAB_2, .run = run_resources},
	{'3', "3", ACTION_TAB_3, .run = run_values},
	{'4', "4", ACTION_TAB_4, .run = run_deployments},
	{'d', "d", ACTION_DIFF, N_("diff"),
	 N_("Compare the deployment under the cursor with what runs; elsewhere any two."),
	 .run = run_diff},
	{'S', "S", ACTION_SCALE, N_("scale"), NULL, environment_run_scale,
	 {&environment_a_workload, &need_platform, &environment_has_count}},
	{'B', "B", ACTION_RESTART, N_("restart"), NULL, environment_run_restart,
	 {&environment_a_workload, &need_platform, &environment_has_pods}},
	{'Z', "Z", ACTION_PAUSE_ENVIRONMENT, N_("pause"), NULL,
	 environment_run_pause, {&need_platform, &environment_can_pause}},
	{' ', "Space", ACTION_MARK, NULL, NULL, environment_run_mark, {&environment_a_workload}},
	{'y', "y", ACTION_COPY, NULL,
	 N_("Copy the image, the resource's outputs, the value, or the deployment's id."),
	 .run = run_copy},
	{'E',
	 "E",
	 ACTION_EDIT,
	 N_("edit"),
	 N_("Change the shared value in this environment; the review comes first."),
	 run_edit,
	 {&a_value, &no_secret}},
	{'I', "I", ACTION_INHERIT, N_("inherit"), NULL, run_inherit, {&a_value, &its_own}},
	{'l', "l", ACTION_LOGS, N_("logs"), .run = run_logs},
	{'i', "i", ACTION_OBJECTS, N_("objects"), NULL, run_objects, {&a_found_one}},
	{KEY_BASE + KEY_UP, "Up", ACTION_UP, .help = NULL},
	{KEY_BASE + KEY_DOWN, "Down", ACTION_DOWN, .help = NULL},
	{'k', NULL, ACTION_UP, .help = NULL},
	{'j', NULL, ACTION_DOWN, .help = NULL},
	PAGE_KEYS,
	NO_KEY,
};
