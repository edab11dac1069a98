/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Chooses an environment as it is, or an earlier deployment of one, by typing.
 *
 * Of one environment only, the one that is being replaced: to have the deployments of all
 * would cost a question for each.
 */
#include "config.h"

#include "ui/views/moment.h"

#include <assert.h>
#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "flow/world/details.h"
#include "flow/world/world.h"
#include "model/comment.h"
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/views/finder-view.h"

/* What cannot be in an id; between the parts of a moment. */
#define PART '\x1f'

struct moment_view {
	struct finder_view base;	/* ids are env, deployment, set_id, with PART between */
	char *org, *app, *env;
	const struct details *details;	/* of env; who asked has it */
	moment_done *done;
	void *data;
};

static void
add_deployment(struct moment_view *m, const struct deployment *d)
{
	const char *comment = untrusted_raw(&d->comment);
	char age[16], *id, *text, *words = xstrndup(comment, comment_people_length(comment));

	clock_age(age, clock_wall_ms() - d->created_at);
	id = xasprintf("%s%c%s%c%s", m->env, PART, untrusted_raw(&d->id), PART,
		       untrusted_raw(&d->set_id));
	text = xasprintf("%s %.8s %s", m->env, untrusted_raw(&d->id), words);
	/* Who and how long ago. */
	free(words);
	words = xasprintf("%s %s", untrusted_raw(&d->created_by), age);
	finder_add(&m->base.finder, id, text, words, false);
	free(words);
	free(text);
	free(id);
}

static void
fill(struct moment_view *m, struct ui *ui)
{
	const struct world_application *a =
		world_application(session_world(ui_session(ui)), m->org, m->app);

	finder_begin(&m->base.finder);
	for (size_t i = 0; a && i < a->count; i++) {
		const char *env = untrusted_raw(&a->environments[i].environment.id);
		char *id = xasprintf("%s%c%c", env, PART, PART);

		finder_add(&m->base.finder, id, env, _("now"), strcmp(env, m->env) == 0);
		free(id);
	}
	for (size_t i = 0; i < details_deployment_count(m->details); i++)
		add_deployment(m, details_deployment(m->details, i));
	finder_end(&m->base.finder);
}

static void
fit(struct view *view, struct ui *ui, const struct canvas *canvas)
{
	(void)ui;
	finder_fit(&((struct finder_view *)view)->finder, canvas, 1);
}

/* Back first: whoever asked may open something else. */
static void
run_choose(struct view *view, struct ui *ui)
{
	struct moment_view *m = (struct moment_view *)view;
	const struct finder_item *item = finder_selected(&m->base.finder);
	struct moment moment = {0};
	char *parts, *deployment, *set_id;

	parts = xstrdup(item->id);
	deployment = strchr(parts, PART);
	assert(deployment);
	*deployment++ = '\0';
	set_id = strchr(deployment, PART);
	assert(set_id);
	*set_id++ = '\0';
	moment.env = parts;
	if (*deployment) {
		moment.deployment = deployment;
		moment.set_id = set_id;
	}
	ui_pop(ui);
	m->done(m->data, ui, &moment);
	free(parts);
}

static const char no_match[] = N_("No match.");
static const struct need a_match = {finder_view_has_match, no_match, NULL};

static const struct key keys[] = {
	{'\r', "Enter", ACTION_OPEN, N_("choose"), N_("Compare with what is selected."), run_choose, {&a_match}},
	{27, "Esc", ACTION_BACK, N_("cancel"), N_("Leave the comparison as it is."), .run = ui_run_back},
	{KEY_BASE + KEY_DOWN, "Down", ACTION_DOWN, .help = N_("Go to the next one.")},
	{KEY_BASE + KEY_UP, "Up", ACTION_UP, .help = N_("Go to the previous one.")},
	FINDER_PAGE_KEYS,
	NO_KEY,
};

static void
changed(struct view *view, struct ui *ui)
{
	fill((struct moment_view *)view, ui);
}

static void
close_view(struct view *view)
{
	struct moment_view *m = (struct moment_view *)view;

	finder_clear(&m->base.finder);
	free(m->org);
	free(m->app);
	free(m->env);
	free(m);
}

const struct view_ops moment_view_ops = {
	.title = N_("Compare with"), .keys = keys, .fit = fit, .draw = finder_view_draw,
	.click = finder_view_click, .changed = changed, .close = close_view, FINDER_VIEW_OPS,
};

struct view *
moment_view_new(struct ui *ui, const char *org, const char *app, const struct details *details,
		const char *env, moment_done *done, void *data)
{
	struct moment_view *m = xcalloc(1, sizeof(*m));

	finder_view_init(&m->base, &moment_view_ops, no_match);
	m->org = xstrdup(org);
	m->app = xstrdup(app);
	m->env = xstrdup(env);
	m->details = details;
	m->done = done;
	m->data = data;
	fill(m, ui);
	return &m->base.view;
}
