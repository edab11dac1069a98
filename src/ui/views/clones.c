/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Every clone: whose it is, from what, when it expires, and what it has that is not promoted.
 *
 * Across all applications, unlike the board: a clone that somebody has forgotten is found by
 * looking where nobody works.  Nothing is deleted by its age; the list marks it, and a person
 * decides.
 */
#include "config.h"

#include "ui/views/clones.h"

#include <assert.h>
#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "flow/clones.h"
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "flow/world/world.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/views/clones-draw.h"
#include "ui/views/clones-state.h"
#include "ui/views/compare.h"
#include "ui/views/environment.h"
#include "ui/views/hotfix.h"
#include "ui/views/moment.h"
#include "ui/views/operation.h"
#include "ui/views/prompt.h"

/* --- the cursor --- */

static void
id_of_clone(const void *data, size_t row, struct buf *out)
{
	const struct clone *clone = clones_get(((const struct clones_view *)data)->clones, row);

	(void)buf_printf(out, "%s/%s/%s", clone->org, clone->app, clone->env);
}

static struct list *
list_of(struct view *view)
{
	return &((struct clones_view *)view)->list;
}

/* NULL: there is none. */
static const struct clone *
selected(const struct view *view)
{
	const struct clones_view *v = (const struct clones_view *)view;

	return v->list.count ? clones_get(v->clones, v->list.at) : NULL;
}

/* For the keys that need one: there is one. */
static const struct clone *
chosen(const struct view *view)
{
	const struct clone *clone = selected(view);

	assert(clone);
	return clone;
}

static void
subject(const struct view *view, struct ui *ui, char *out, size_t size)
{
	const struct clones_view *v = (const struct clones_view *)view;
	size_t count = clones_count(v->clones);

	(void)ui;
	snprintf(out, size, ngettext("%zu clone", "%zu clones", count), count);
}

/* --- actions --- */

static void
run_open(struct view *view, struct ui *ui)
{
	const struct clone *clone = chosen(view);

	ui_push(ui, environment_view_new(ui, clone->org, clone->app, clone->env));
}

static void
run_hotfix(struct view *view, struct ui *ui)
{
	const struct clone *clone = chosen(view);

	ui_push(ui, hotfix_view_new(ui, clone->org, clone->app, clone->env));
}

static void
run_discard(struct view *view, struct ui *ui)
{
	const struct clone *clone = chosen(view);

	operation_review(ui, &(struct flow_request){.verb = FLOW_DISCARD,
						    .org = clone->org,
						    .app = clone->app,
						    .env = clone->env});
}

static void
run_promote(struct view *view, struct ui *ui)
{
	const struct clone *clone = chosen(view);

	operation_review(ui, &(struct flow_request){.verb = FLOW_PROMOTE,
						    .org = clone->org,
						    .app = clone->app,
						    .env = clone->origin,
						    .source = clone->env,
						    .decides = true});
}

static void
run_diff(struct view *view, struct ui *ui)
{
	const struct clone *clone = chosen(view);
	const struct moment from = {.env = clone->origin}, to = {.env = clone->env};

	session_focus(ui_session(ui), clone->org, clone->app);
	ui_push(ui, compare_view_new(ui, clone->org, clone->app, &from, &to));
}

/* --- the time to live: a record that is made when the prompt opens --- */

static const char *
check_life(void *data, const char *text)
{
	int64_t ms;

	(void)data;
	return clock_parse_duration(text, &ms) ? NULL
		: _("Expected a duration such as 8h, 90m or 2d, or 0 for no end.");
}

static void
life_given(void *data, struct ui *ui, const char *text)
{
	const struct clone *clone = data;
	struct error err = {0};
	int64_t life = 0;

	if (!clock_parse_duration(text, &life))
		return;
	if (clones_set_end(ui_session(ui), clone, life ? clock_wall_ms() + life : 0, &err) != 0) {
		ui_say_error(ui, &err);
		return;
	}
	if (life)
		ui_say(ui, _("%s expires in %s."), clone->env, text);
	else
		ui_say(ui, _("%s does not expire."), clone->env);
	ui_pop(ui);
}

static void
drop_clone(void *data)
{
	struct clone *clone = data;

	free(clone->org);
	free(clone->app);
	free(clone->env);
	free(clone->origin);
	free(clone->deployment_id);
	free(clone->set_id);
	free(clone->work_words);
	free(clone);
}

static char *
copy(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

/* What the prompt works on is a copy: the list is made anew while it is typed into. */
static void
run_end(struct view *view, struct ui *ui)
{
	const struct clone *clone = chosen(view);
	struct clone *record = xcalloc(1, sizeof(*record));
	char *title = xasprintf(_("Time to live of %s"), clone->env);
	struct prompt prompt = {
		.title = title,
		.label = N_("How long from now"),
		.note = N_(
			"After that the clone is marked overdue. It is never deleted automatically."),
		.initial = (char *)(uintptr_t) "8h",
		.check = check_life,
		.done = life_given,
		.drop = drop_clone,
		.data = record,
	};

	*record = (struct clone){
		.org = xstrdup(clone->org), .app = xstrdup(clone->app), .env = xstrdup(clone->env),
		.origin = copy(clone->origin), .deployment_id = copy(clone->deployment_id),
		.set_id = copy(clone->set_id), .created_at = clone->created_at,
		.work_words = title,	/* it lives as long as the prompt */
	};
	ui_push(ui, prompt_view_new(&prompt));
}

/* --- keys --- */

static bool
has_clone(const struct view *view, struct ui *ui)
{
	(void)ui;
	return selected(view) != NULL;
}

static bool
has_origin(const struct view *view, struct ui *ui)
{
	(void)ui;
	return chosen(view)->origin != NULL;
}

static const char *
clone_name(const struct view *view, struct ui *ui)
{
	(void)ui;
	return chosen(view)->env;
}

static const struct need a_clone = {has_clone, N_("No clone is selected."), NULL};
static const struct need an_origin = {has_origin, N_("The source of %s is not known."),
				      clone_name};

static const struct key keys[] = {
	{27, "Esc", ACTION_BACK, N_("back"), .run = ui_run_back},
	{'q', NULL, ACTION_BACK, .help = NULL},
	{'\r', "Enter", ACTION_OPEN, N_("open"), NULL, run_open, {&a_clone}},
	{'E', "E", ACTION_TTL, N_("time to live"), NULL, run_end, {&a_clone}},
	{'d', "d", ACTION_DIFF, N_("diff"), NULL, run_diff, {&a_clone, &an_origin}},
	{'P', "P", ACTION_PROMOTE, N_("promote"), NULL, run_promote, {&a_clone, &an_origin}},
	{'X', "X", ACTION_DISCARD, N_("discard"), NULL, run_discard, {&a_clone}},
	{'H', "H", ACTION_HOTFIX, N_("hotfix"), NULL, run_hotfix, {&a_clone}},
	{KEY_BASE + KEY_UP, "Up", ACTION_UP, NULL, .help = N_("Go to the clone above.")},
	{KEY_BASE + KEY_DOWN, "Down", ACTION_DOWN, NULL, .help = N_("Go to the clone below.")},
	{'k', NULL, ACTION_UP, .help = NULL},
	{'j', NULL, ACTION_DOWN, .help = NULL},
	PAGE_KEYS,
	{'g', "g", ACTION_FIRST, NULL, .help = N_("Go to the first clone.")},
	{'G', "G", ACTION_LAST, NULL, .help = N_("Go to the last clone.")},
	NO_KEY,
};

static void
changed(struct view *view, struct ui *ui)
{
	struct clones_view *v = (struct clones_view *)view;

	(void)ui;
	clones_update(v->clones);
	list_update(&v->list, clones_count(v->clones));
}

static void
close_view(struct view *view)
{
	struct clones_view *v = (struct clones_view *)view;

	clones_close(v->clones);
	list_clear(&v->list);
	free(v);
}

const struct view_ops clones_view_ops = {
	.title = N_("Clones"),
	.keys = keys,
	.fit = clones_fit,
	.draw = clones_draw,
	.subject = subject,
	.list = list_of,
	.changed = changed,
	.close = close_view,
};

struct view *
clones_view_new(struct ui *ui, const char *org)
{
	struct clones_view *v = xcalloc(1, sizeof(*v));

	v->view.ops = &clones_view_ops;
	v->clones = clones_open(ui_session(ui), org);
	list_init(&v->list, id_of_clone, v);
	changed(&v->view, ui);
	return &v->view;
}
