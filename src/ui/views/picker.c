/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The versions that exist of one image, newest first; typing finds. */
#include "config.h"

#include <curses.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/flow.h"
#include "flow/session.h"
#include "flow/world.h"
#include "model/image.h"
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/widgets/field.h"

struct picker_view {
	struct view view;
	char *org, *app, *env, *module;
	struct image image;		/* what runs now */
	struct field find;
	char *selected;			/* version; NULL: the first that matches */
};

static const struct key keys[] = {
	{'\r', "Enter", ACTION_OPEN, N_("review it"), N_("Review a deployment of the version.")},
	{27, "Esc", ACTION_BACK, N_("cancel"), N_("Change nothing and go back.")},
	{KEY_BASE + KEY_DOWN, "Down", ACTION_DOWN, N_("older"), N_("To the next version.")},
	{KEY_BASE + KEY_UP, "Up", ACTION_UP, N_("newer"), N_("To the version before.")},
	{0, NULL, ACTION_NONE, NULL, NULL},
};

struct matches {
	const struct artefact_version **items;	/* borrowed from the world */
	size_t count;
	size_t known;		/* before finding */
};

static int
newest_first(const void *a, const void *b)
{
	const struct artefact_version *const *x = a, *const *y = b;

	return image_version_compare(untrusted_raw(&(*y)->version), untrusted_raw(&(*x)->version));
}

static struct matches
find(const struct picker_view *p, struct ui *ui)
{
	const struct world_organization *o = world_organization(session_world(ui_session(ui)), p->org);
	struct matches m = {0};

	for (size_t i = 0; o && i < o->version_count; i++) {
		const struct artefact_version *v = &o->versions[i];

		if (v->archived || !untrusted_is(&v->name, p->image.name))
			continue;
		m.known++;
		if (!strstr(untrusted_raw(&v->version), p->find.text))
			continue;
		m.items = xreallocarray(m.items, m.count + 1, sizeof(*m.items));
		m.items[m.count++] = v;
	}
	if (m.count)
		qsort(m.items, m.count, sizeof(*m.items), newest_first);
	return m;
}

static size_t
selected_index(const struct picker_view *p, const struct matches *m)
{
	for (size_t i = 0; i < m->count; i++) {
		/* What was typed in full is meant, whatever else contains it. */
		if (!p->selected && untrusted_is(&m->items[i]->version, p->find.text))
			return i;
		if (p->selected && untrusted_is(&m->items[i]->version, p->selected))
			return i;
	}
	return 0;
}

static void
draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	const struct picker_view *p = (const struct picker_view *)view;
	struct matches m = find(p, ui);
	size_t at = selected_index(p, &m), rows = (size_t)(canvas->height - 6);
	size_t first = at >= rows ? at - rows + 1 : 0;

	for (size_t i = first; i < m.count && i - first < rows; i++) {
		const struct artefact_version *v = m.items[i];
		bool now = untrusted_is(&v->version, p->image.version);
		char age[16] = "";

		if (v->created_at > 0)
			clock_age(age, clock_wall_ms() - v->created_at);
		canvas_at(canvas, (int)(i - first) + 5, 3);
		canvas_ours(canvas, STYLE_DIM, now ? "= " : "  ");
		canvas_foreign(canvas, i == at ? STYLE_SELECTED : STYLE_NORMAL, &v->version, 30);
		canvas_at(canvas, (int)(i - first) + 5, 38);
		canvas_ours(canvas, STYLE_DIM, now ? _("runs here") : age);
	}
	canvas_at(canvas, 5, 3);
	if (m.known == 0)
		canvas_ours(canvas, STYLE_WARN, _("The versions of this image are not known (yet)."));
	else if (m.count == 0)
		canvas_format(canvas, STYLE_WARN, _("There is no version \"%s\" of this image."), p->find.text);
	canvas_at(canvas, 1, 1);
	canvas_bytes(canvas, STYLE_STRONG, p->module, 30);
	canvas_ours(canvas, STYLE_DIM, _(" in "));
	canvas_bytes(canvas, STYLE_STRONG, p->env, 50);
	canvas_ours(canvas, STYLE_DIM, "   ");
	canvas_bytes(canvas, STYLE_DIM, p->image.name, 0);
	canvas_at(canvas, 3, 1);
	canvas_ours(canvas, STYLE_DIM, _("Find  "));
	field_draw(&p->find, canvas, 30, true);
	free(m.items);
}

static void
review_choice(struct picker_view *p, struct ui *ui, const char *version)
{
	char *image = xasprintf("%s:%s", p->image.name, version);
	const char *images[] = {p->module, image, NULL};
	struct flow_request request = {
		.verb = FLOW_DEPLOY, .org = p->org, .app = p->app, .env = p->env, .images = images,
	};
	struct error err = {0};
	struct flow *flow = flow_new(ui_session(ui), &request, &err);

	if (flow)
		ui_replace(ui, review_view_new(flow));
	else
		ui_say_error(ui, &err);
	free(image);
}

static void
act(struct view *view, struct ui *ui, enum action action)
{
	struct picker_view *p = (struct picker_view *)view;
	struct matches m;
	size_t at;

	if (action == ACTION_BACK) {
		ui_pop(ui);
		return;
	}
	m = find(p, ui);
	at = selected_index(p, &m);
	if (m.count == 0) {
		ui_say(ui, _("There is no version \"%s\" of this image; nothing was changed."),
		       p->find.text);
	} else if (action == ACTION_OPEN && untrusted_is(&m.items[at]->version, p->image.version)) {
		ui_say(ui, _("%s runs here already."), p->image.version);
	} else if (action == ACTION_OPEN) {
		review_choice(p, ui, untrusted_raw(&m.items[at]->version));
	} else {
		at = action == ACTION_DOWN ? (at + 1 < m.count ? at + 1 : at) : (at ? at - 1 : 0);
		free(p->selected);
		p->selected = xstrdup(untrusted_raw(&m.items[at]->version));
	}
	free(m.items);
}

static bool
type(struct view *view, struct ui *ui, int key)
{
	struct picker_view *p = (struct picker_view *)view;

	(void)ui;
	if (!field_type(&p->find, key))
		return false;
	free(p->selected);
	p->selected = NULL;
	return true;
}

static void
close_view(struct view *view)
{
	struct picker_view *p = (struct picker_view *)view;

	free(p->org);
	free(p->app);
	free(p->env);
	free(p->module);
	free(p->selected);
	image_clear(&p->image);
	free(p);
}

static const struct view_ops ops = {
	.title = N_("Version"), .keys = keys, .draw = draw, .act = act, .type = type,
	.close = close_view,
};

struct view *
picker_view_new(const char *org, const char *app, const char *env, const char *module,
		const char *image)
{
	struct picker_view *p = xcalloc(1, sizeof(*p));

	p->view.ops = &ops;
	p->org = xstrdup(org);
	p->app = xstrdup(app);
	p->env = xstrdup(env);
	p->module = xstrdup(module);
	image_parse(&p->image, image);
	return &p->view;
}
