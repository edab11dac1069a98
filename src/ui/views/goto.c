/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Finds an environment, a workload, an application or an organization without one by typing, and
 * tells who asked.
 *
 * There may be ten thousand of them, and the view has to stand before the next key: so the
 * first screen is filled at once, and the rest when it has been drawn, or when somebody types
 * before that.
 */
#include "config.h"

#include "ui/views/goto.h"

#include <curses.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "flow/world/world.h"
#include "model/set.h"
#include "ui/terminal.h"
#include "ui/views/finder-view.h"

/* What cannot be in an id; between the parts of a place. */
#define PART "\x1f"
#define PLACE_MAX 4096
#define FIRST_ITEMS 400		/* more than a screen shows: the others come when it stands */

struct goto_view {
	struct finder_view base;	/* ids are org, app, env, module, with PART between */
	char *org, *app;		/* where one is: its things come first */
	goto_done *done;
	void *data;
	const struct world *world;
	struct buf id, text;		/* of what is being added */
	bool whole;			/* the finder has them all */
};

/* What the ids and texts of an application's places begin with; they are ten thousand, so that is
 * written once. */
static void
begin_places(struct goto_view *g, const char *org, const char *app)
{
	buf_truncate(&g->id, 0);
	(void)buf_printf(&g->id, "%s" PART "%s" PART, org, app);
	buf_truncate(&g->text, 0);
	if (strcmp(org, g->org) != 0 || strcmp(app, g->app) != 0)
		(void)buf_printf(&g->text, "%s/", app);
}

static void
add_place(struct goto_view *g, const char *env, const char *module, const char *note)
{
	size_t id = g->id.length, text = g->text.length;

	(void)buf_puts(&g->id, env);
	(void)buf_puts(&g->id, PART);
	(void)buf_puts(&g->id, module);
	(void)buf_puts(&g->text, *module ? module : env);
	finder_add(&g->base.finder, buf_str(&g->id), buf_str(&g->text), note, false);
	buf_truncate(&g->id, id);
	buf_truncate(&g->text, text);
}

static void
add_itself(struct goto_view *g, const char *org, const char *app)
{
	char *id = xasprintf("%s" PART "%s" PART PART, org, app),
	     *text = xasprintf("%s/%s", org, app);

	finder_add(&g->base.finder, id, text, _("application"), false);
	free(id);
	free(text);
}

/* By its own name only where nothing in it has one that it stands in. */
static void
add_organization(struct goto_view *g, const char *org)
{
	char *id = xasprintf("%s" PART PART PART, org);

	finder_add(&g->base.finder, id, org, _("organization"), false);
	free(id);
}

/* The workloads of all its environments, each once. */
static void
add_workloads(struct goto_view *g, const struct world_application *a)
{
	json_t *seen = json_object();

	for (size_t i = 0; i < a->count; i++) {
		const char *module;
		json_t *body;

		if (!a->environments[i].set)
			continue;
		json_object_foreach(set_modules(a->environments[i].set), module, body) {
			if (json_object_get(seen, module))
				continue;
			json_object_set_new(seen, module, json_true());
			add_place(g, "", module, _("workload"));
		}
	}
	json_decref(seen);
}

static void
add_environments(struct goto_view *g, const struct world_application *a)
{
	/* Ten thousand names lie anywhere: those of one application are fetched side by side. */
	for (size_t i = 0; i < a->count; i++)
		__builtin_prefetch(untrusted_raw(&a->environments[i].environment.id));
	for (size_t i = 0; i < a->count; i++)
		add_place(g, untrusted_raw(&a->environments[i].environment.id), "", "");
}

/* Of an environment: those that are not seen are not worth looking at all that is known of them. */
static void
describe(const void *data, const char *id, struct buf *note)
{
	const struct goto_view *g = data;
	const struct world_environment *e = NULL;
	char *copy = xstrdup(id), *rest = copy, *parts[4];

	for (size_t i = 0; i < 4; i++)
		parts[i] = strsep(&rest, PART);
	if (parts[3])
		e = world_environment(g->world, parts[0], parts[1], parts[2]);
	if (e)
		buf_printf(note, _("environment %s, type %s"), untrusted_raw(&e->environment.name),
			   untrusted_raw(&e->environment.type));
	free(copy);
}

/* The first `most` of them, and those of what is looked at in any case. */
static void
fill(struct goto_view *g, size_t most)
{
	const struct world *world = g->world;
	const struct world_application *here = world_application(world, g->org, g->app);

	/* There may be ten thousand of them: these are used again for each. */
	buf_init(&g->id, PLACE_MAX);
	buf_init(&g->text, PLACE_MAX);
	finder_begin(&g->base.finder);
	g->base.finder.to_come = 0;
	if (here) {
		begin_places(g, g->org, g->app);
		add_environments(g, here);
		add_workloads(g, here);
	}
	for (size_t i = 0; i < world->count; i++) {
		const struct world_organization *o = &world->organizations[i];
		const char *org = untrusted_raw(&o->organization.id);

		if (o->count == 0)
			add_organization(g, org);
		for (size_t k = 0; k < o->count; k++) {
			const char *app;

			if (g->base.finder.count >= most) {
				g->base.finder.to_come += 1 + (&o->applications[k] == here
								  ? 0
								  : o->applications[k].count);
				continue;
			}
			app = untrusted_raw(&o->applications[k].application.id);
			add_itself(g, org, app);
			if (&o->applications[k] == here)
				continue;
			begin_places(g, org, app);
			add_environments(g, &o->applications[k]);
		}
	}
	finder_end(&g->base.finder);
	g->whole = g->base.finder.to_come == 0;
	buf_clear(&g->id);
	buf_clear(&g->text);
}

static void
complete(struct goto_view *g)
{
	if (!g->whole)
		fill(g, SIZE_MAX);
}

static void
changed(struct view *view, struct ui *ui)
{
	(void)ui;
	fill((struct goto_view *)view, SIZE_MAX);
}

static void
drawn(struct view *view, struct ui *ui)
{
	(void)ui;
	complete((struct goto_view *)view);
}

/* What was found goes to who asked before this view is closed: the strings are in it. */
static void
run_go(struct view *view, struct ui *ui)
{
	struct goto_view *g = (struct goto_view *)view;
	char *copy = xstrdup(finder_selected(&g->base.finder)->id), *rest = copy, *parts[4];

	for (size_t i = 0; i < 4; i++)
		parts[i] = strsep(&rest, PART);
	if (parts[3])
		g->done(g->data, ui, &(struct goto_place){parts[0], parts[1], parts[2], parts[3]});
	free(copy);
	ui_pop(ui);
}

static const char no_match[] = N_("No match.");
static const struct need a_match = {finder_view_has_match, no_match, NULL};

static const struct key keys[] = {
	{'\r', "Enter", ACTION_OPEN, N_("go there"), N_("Go to what is selected."), run_go, {&a_match}},
	{27, "Esc", ACTION_BACK, N_("cancel"), N_("Stay where you are."), .run = ui_run_back},
	{KEY_BASE + KEY_DOWN, "Down", ACTION_DOWN, .help = N_("Go to the next one.")},
	{KEY_BASE + KEY_UP, "Up", ACTION_UP, .help = N_("Go to the previous one.")},
	FINDER_PAGE_KEYS,
	NO_KEY,
};

static bool
type(struct view *view, struct ui *ui, int key)
{
	complete((struct goto_view *)view);
	return finder_view_type(view, ui, key);
}

static void
close_view(struct view *view)
{
	struct goto_view *g = (struct goto_view *)view;

	free(g->org);
	free(g->app);
	finder_clear(&g->base.finder);
	free(g);
}

const struct view_ops goto_view_ops = {
	.title = N_("Find"),
	.keys = keys,
	.fit = finder_view_fit,
	.draw = finder_view_draw,
	.list = finder_view_list,
	.type = type,
	.click = finder_view_click,
	.changed = changed,
	.drawn = drawn,
	.close = close_view,
	.takes_text = true,
};

struct view *
goto_view_new(struct ui *ui, const char *org, const char *app, goto_done *done, void *data)
{
	struct goto_view *g = xcalloc(1, sizeof(*g));

	finder_view_init(&g->base, &goto_view_ops, no_match);
	g->org = xstrdup(org ? org : "");
	g->app = xstrdup(app ? app : "");
	g->done = done;
	g->data = data;
	g->world = session_world(ui_session(ui));
	g->base.finder.describe = describe;
	g->base.finder.data = g;
	fill(g, FIRST_ITEMS);
	return &g->base.view;
}
