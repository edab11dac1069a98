/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every clone: whose it is, from what, how long it is meant to live, and what it has that is
 * not promoted.  The cursor is a clone by its names, so that a list that changes never puts
 * it on another one.
 */
#include "config.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "flow/clones.h"
#include "flow/flow.h"
#include "flow/session.h"
#include "flow/world.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/views/clones.h"

static const struct key keys[] = {
	{27, "Esc", ACTION_BACK, N_("back"), N_("Go back.")},
	{'q', NULL, ACTION_BACK, NULL, NULL},
	{'\r', "Enter", ACTION_OPEN, N_("open"), N_("Open the clone.")},
	{'E', "E", ACTION_END, N_("end of life"), N_("Say how long the clone is still needed.")},
	{'d', "d", ACTION_DIFF, N_("diff"), N_("Compare the clone with where it came from.")},
	{'P', "P", ACTION_PROMOTE, N_("promote"), N_("Take the clone's changes to where it came from.")},
	{'X', "X", ACTION_DISCARD, N_("discard"), N_("Delete the clone and everything that is its own.")},
	{'H', "H", ACTION_HOTFIX, N_("hotfix"), N_("Show how far its hotfix has come, and what is next.")},
	{'R', "R", ACTION_REFRESH, N_("read again"), N_("Read everything again now.")},
	{KEY_BASE + KEY_UP, "Up", ACTION_UP, NULL, N_("To the clone above.")},
	{KEY_BASE + KEY_DOWN, "Down", ACTION_DOWN, NULL, N_("To the clone below.")},
	{'k', NULL, ACTION_UP, NULL, NULL},
	{'j', NULL, ACTION_DOWN, NULL, NULL},
	PAGE_KEYS,
	{'g', "g", ACTION_FIRST, NULL, N_("To the first clone.")},
	{'G', "G", ACTION_LAST, NULL, N_("To the last clone.")},
	{0, NULL, ACTION_NONE, NULL, NULL},
};

/* --- the cursor --- */

static bool
is_at(const struct clones_view *v, const struct clone *clone)
{
	return v->env && strcmp(v->env, clone->env) == 0 && strcmp(v->app, clone->app) == 0 &&
	       strcmp(v->org, clone->org) == 0;
}

size_t
clones_view_row(const struct clones_view *v)
{
	size_t count = clones_count(v->clones);

	for (size_t i = 0; i < count; i++)
		if (is_at(v, clones_get(v->clones, i)))
			return i;
	return v->last < count ? v->last : count ? count - 1 : 0;
}

static const struct clone *
selected(const struct clones_view *v)
{
	return clones_count(v->clones) ? clones_get(v->clones, clones_view_row(v)) : NULL;
}

static void
move_to(struct clones_view *v, long row)
{
	long count = (long)clones_count(v->clones);
	const struct clone *clone;

	if (count == 0)
		return;
	v->last = (size_t)(row < 0 ? 0 : row >= count ? count - 1 : row);
	clone = clones_get(v->clones, v->last);
	free(v->org);
	free(v->app);
	free(v->env);
	v->org = xstrdup(clone->org);
	v->app = xstrdup(clone->app);
	v->env = xstrdup(clone->env);
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
start(struct ui *ui, const struct flow_request *request)
{
	struct error err = {0};
	struct flow *flow = flow_new(ui_session(ui), request, &err);

	if (flow)
		ui_push(ui, review_view_new(flow));
	else
		ui_say_error(ui, &err);
}

static void
act_open(struct ui *ui, const struct clone *clone)
{
	ui_push(ui, environment_view_new(ui, clone->org, clone->app, clone->env));
}

static void
act_hotfix(struct ui *ui, const struct clone *clone)
{
	ui_push(ui, hotfix_view_new(ui, clone->org, clone->app, clone->env));
}

static void
act_discard(struct ui *ui, const struct clone *clone)
{
	start(ui, &(struct flow_request){.verb = FLOW_DISCARD, .org = clone->org, .app = clone->app,
					 .env = clone->env});
}

static void
act_promote(struct ui *ui, const struct clone *clone)
{
	if (!clone->origin) {
		ui_say(ui, _("Where %s was cloned from is not known."), clone->env);
		return;
	}
	start(ui, &(struct flow_request){.verb = FLOW_PROMOTE, .org = clone->org, .app = clone->app,
					 .env = clone->origin, .source = clone->env, .decides = true});
}

static void
act_diff(struct ui *ui, const struct clone *clone)
{
	const struct moment from = {.env = clone->origin}, to = {.env = clone->env};

	if (!clone->origin) {
		ui_say(ui, _("Where %s was cloned from is not known."), clone->env);
		return;
	}
	session_focus(ui_session(ui), clone->org, clone->app);
	ui_push(ui, compare_view_new(ui, clone->org, clone->app, &from, &to));
}

/* --- the end of life: a record that is made when the prompt opens --- */

static const char *
check_life(void *data, const char *text)
{
	int64_t ms;

	(void)data;
	return clock_parse_duration(text, &ms) ? NULL
		: _("A length of time, please, as in 8h, 90m or 2d; 0 for no end.");
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
		ui_say(ui, _("%s has an end now: in %s."), clone->env, text);
	else
		ui_say(ui, _("%s has no end now."), clone->env);
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

static void
act_end(struct ui *ui, const struct clone *clone)
{
	struct clone *record = xcalloc(1, sizeof(*record));
	char *title = xasprintf(_("End of life of %s"), clone->env);
	struct prompt prompt = {
		.title = title, .label = N_("How long from now"),
		.note = N_("When it is over the clone is marked overdue; nothing deletes it but you."),
		.initial = (char *)(uintptr_t)"8h", .check = check_life, .done = life_given,
		.drop = drop_clone, .data = record,
	};

	*record = (struct clone){
		.org = xstrdup(clone->org), .app = xstrdup(clone->app), .env = xstrdup(clone->env),
		.origin = copy(clone->origin), .deployment_id = copy(clone->deployment_id),
		.set_id = copy(clone->set_id), .created_at = clone->created_at,
		.work_words = title,	/* it lives as long as the prompt */
	};
	ui_push(ui, prompt_view_new(&prompt));
}

static const struct {
	enum action action;
	void (*run)(struct ui *ui, const struct clone *clone);
} clone_actions[] = {
	{ACTION_OPEN, act_open}, {ACTION_DISCARD, act_discard}, {ACTION_PROMOTE, act_promote},
	{ACTION_DIFF, act_diff}, {ACTION_END, act_end},		 {ACTION_HOTFIX, act_hotfix},
};

static void
act(struct view *view, struct ui *ui, enum action action)
{
	struct clones_view *v = (struct clones_view *)view;
	long row = (long)clones_view_row(v), page = v->rows > 1 ? (long)v->rows - 1 : 1;

	for (size_t i = 0; i < sizeof(clone_actions) / sizeof(clone_actions[0]); i++) {
		if (clone_actions[i].action != action)
			continue;
		if (selected(v))
			clone_actions[i].run(ui, selected(v));
		else
			ui_say(ui, _("There is no clone to do this with."));
		return;
	}
	switch (action) {
	case ACTION_BACK: ui_pop(ui); break;
	case ACTION_REFRESH: ui_refresh(ui); break;
	case ACTION_UP: move_to(v, row - 1); break;
	case ACTION_DOWN: move_to(v, row + 1); break;
	case ACTION_PAGE_UP: move_to(v, row - page); break;
	case ACTION_PAGE_DOWN: move_to(v, row + page); break;
	case ACTION_FIRST: move_to(v, 0); break;
	case ACTION_LAST: move_to(v, (long)clones_count(v->clones) - 1); break;
	default: break;
	}
}

static void
click(struct view *view, struct ui *ui, const struct canvas *canvas, int row, int column)
{
	struct clones_view *v = (struct clones_view *)view;
	int rows = clones_list_rows(canvas);
	size_t at = clones_first_row(v, rows) + (size_t)(row > 0 ? row - 1 : 0);

	(void)ui;
	(void)column;
	if (row >= 1 && row <= rows && at < clones_count(v->clones))
		move_to(v, (long)at);
}

/* The cursor keeps its clone; the first look and a clone that is gone give it the next one. */
static void
changed(struct view *view, struct ui *ui)
{
	struct clones_view *v = (struct clones_view *)view;

	(void)ui;
	clones_update(v->clones);
	move_to(v, (long)clones_view_row(v));
}

static void
close_view(struct view *view)
{
	struct clones_view *v = (struct clones_view *)view;

	clones_close(v->clones);
	free(v->org);
	free(v->app);
	free(v->env);
	free(v);
}

static bool
can(const struct view *view, struct ui *ui, enum action action)
{
	const struct clones_view *v = (const struct clones_view *)view;

	if (action_changes(action) && session_read_only(ui_session(ui)))
		return false;
	for (size_t i = 0; i < sizeof(clone_actions) / sizeof(clone_actions[0]); i++)
		if (clone_actions[i].action == action)
			return selected(v) != NULL;
	return true;
}

const struct view_ops clones_view_ops = {
	.title = N_("Clones"), .keys = keys, .draw = clones_draw, .subject = subject, .act = act,
	.click = click, .changed = changed, .can = can, .close = close_view,
};

struct view *
clones_view_new(struct ui *ui, const char *org)
{
	struct clones_view *v = xcalloc(1, sizeof(*v));

	v->view.ops = &clones_view_ops;
	v->clones = clones_open(ui_session(ui), org);
	changed(&v->view, ui);
	return &v->view;
}
