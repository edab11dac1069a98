/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The versions that exist of one image, newest first; typing finds. */
#include "config.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "flow/world/world.h"
#include "model/image.h"
#include "model/version.h"
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/widgets/finder.h"

struct picker_view {
	struct view view;
	char *org, *app, *env, *module;
	struct image image;		/* what runs now */
	struct finder finder;		/* ids and texts are versions */
};

static const struct key keys[] = {
	{'\r', "Enter", ACTION_OPEN, N_("review it"), .help = N_("Review a deployment of the version.")},
	{27, "Esc", ACTION_BACK, N_("cancel"), .help = N_("Change nothing and go back.")},
	{KEY_BASE + KEY_DOWN, "Down", ACTION_DOWN, N_("older"), .help = N_("Next version.")},
	{KEY_BASE + KEY_UP, "Up", ACTION_UP, N_("newer"), .help = N_("Previous version.")},
	FINDER_PAGE_KEYS,
	NO_KEY,
};

static int
newest_first(const void *a, const void *b)
{
	const struct artefact_version *const *x = a, *const *y = b;

	return version_sort(untrusted_raw(&(*y)->version), untrusted_raw(&(*x)->version));
}

static void
fill(struct picker_view *p, struct ui *ui)
{
	const struct world_organization *o = world_organization(session_world(ui_session(ui)), p->org);
	const struct artefact_version **items;
	size_t count = 0;

	finder_begin(&p->finder);
	items = xcalloc((o ? o->version_count : 0) + 1, sizeof(*items));
	for (size_t i = 0; o && i < o->version_count; i++)
		if (!o->versions[i].archived && untrusted_is(&o->versions[i].name, p->image.name))
			items[count++] = &o->versions[i];
	qsort(items, count, sizeof(*items), newest_first);
	for (size_t i = 0; i < count; i++) {
		const char *version = untrusted_raw(&items[i]->version);
		bool here = strcmp(version, p->image.version) == 0;
		char age[16] = "";

		if (items[i]->created_at > 0)
			clock_age(age, clock_wall_ms() - items[i]->created_at);
		finder_add(&p->finder, version, version, here ? _("runs here") : age, here);
	}
	finder_end(&p->finder);
	free(items);
}

static void
changed(struct view *view, struct ui *ui)
{
	fill((struct picker_view *)view, ui);
}

static void
subject(const struct view *view, struct ui *ui, char *out, size_t size)
{
	const struct picker_view *p = (const struct picker_view *)view;

	(void)ui;
	snprintf(out, size, _("%.60s in %.60s"), p->module, p->env);
}

static void
draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	struct picker_view *p = (struct picker_view *)view;
	bool roomy = canvas->height >= 14;
	struct canvas list = canvas_part(canvas, roomy ? 3 : 0, 0, canvas->height, canvas->width);
	char *none;

	if (roomy) {
		canvas_at(canvas, 1, 1);
		canvas_bytes(canvas, STYLE_STRONG, p->image.name, 0);
	}
	none = p->finder.count == 0
		       ? xstrdup(_("The versions of this image are not known (yet)."))
		       : xasprintf(_("There is no version \"%s\" of this image."), p->finder.find.text);
	finder_draw(&p->finder, ui, &list, none);
	free(none);
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
	const struct finder_item *item = finder_selected(&p->finder);

	if (finder_act(&p->finder, action))
		return;
	if (action == ACTION_BACK)
		ui_pop(ui);
	else if (!item)
		ui_say(ui, _("There is no version \"%s\" of this image; nothing was changed."),
		       p->finder.find.text);
	else if (item->here)
		ui_say(ui, _("%s runs here already."), p->image.version);
	else
		review_choice(p, ui, item->id);
}

static bool
type(struct view *view, struct ui *ui, int key)
{
	struct picker_view *p = (struct picker_view *)view;

	(void)ui;
	return finder_type(&p->finder, key);
}

static void
click(struct view *view, struct ui *ui, const struct canvas *canvas, int row, int column)
{
	struct picker_view *p = (struct picker_view *)view;
	int top = canvas->height >= 14 ? 3 : 0;
	struct canvas list = canvas_part(canvas, top, 0, canvas->height, canvas->width);

	(void)column;
	if (finder_click(&p->finder, &list, row - top))
		ui_say(ui, _("Enter does it: a click never leads to a change."));
}

static void
close_view(struct view *view)
{
	struct picker_view *p = (struct picker_view *)view;

	free(p->org);
	free(p->app);
	free(p->env);
	free(p->module);
	finder_clear(&p->finder);
	image_clear(&p->image);
	free(p);
}

const struct view_ops picker_view_ops = {
	.title = N_("Version"), .keys = keys, .draw = draw, .subject = subject, .act = act,
	.type = type, .click = click, .changed = changed, .close = close_view, .takes_text = true,
};

struct view *
picker_view_new(struct ui *ui, const char *org, const char *app, const char *env, const char *module,
		const char *image)
{
	struct picker_view *p = xcalloc(1, sizeof(*p));

	p->view.ops = &picker_view_ops;
	p->org = xstrdup(org);
	p->app = xstrdup(app);
	p->env = xstrdup(env);
	p->module = xstrdup(module);
	image_parse(&p->image, image);
	fill(p, ui);
	if (p->image.version[0] != '\0')	/* what runs, not what is newest: one looks around from there */
		finder_select(&p->finder, p->image.version);
	return &p->view;
}
