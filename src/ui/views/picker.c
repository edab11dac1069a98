/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The versions that exist of one image, newest first; typing finds.
 *
 * Only what was built can be chosen: a version that is typed and does not exist would fail in
 * the middle of a deployment.  That some are missing from the list is said above it.  Where a
 * cluster fetches the images the list need not have them all: there what is typed and matches none
 * can be asked for.
 */
#include "config.h"

#include "ui/views/picker.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "flow/world/words.h"
#include "flow/world/world.h"
#include "model/image.h"
#include "model/version.h"
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/views/finder-view.h"
#include "ui/views/operation.h"

struct picker_view {
	struct finder_view base;	/* ids and texts are versions */
	char *org, *app, *env, *module;
	char *reference;		/* what runs now */
	struct image image;		/* the same, in parts */
	char *trouble; /* which of the versions are not in the list, and why; NULL: none */
};

static int
newest_first(const void *a, const void *b)
{
	const struct artefact_version *const *x = a, *const *y = b;

	return version_sort(untrusted_raw(&(*y)->version), untrusted_raw(&(*x)->version));
}

/* There is nothing to ask for it by. */
static bool
is_nameless(const struct artefact_version *version)
{
	return untrusted_raw(&version->name)[0] == '\0' ||
	       untrusted_raw(&version->version)[0] == '\0';
}

/* The list itself, else the first version that is of this image or that may be, else those of it
 * that have no number to ask for them by. */
static char *
trouble_of(const struct world_organization *o, const char *image)
{
	size_t nameless = 0;

	if (o && o->versions_known.state == KNOWLEDGE_UNREADABLE)
		return knowledge_text(&o->versions_known, clock_wall_ms());
	for (size_t i = 0; o && i < o->version_count; i++) {
		const struct artefact_version *version = &o->versions[i];
		bool is_of_image = untrusted_is(&version->name, image);

		if (version->problem.raw && (is_of_image || !untrusted_raw(&version->name)[0]))
			return words_of_problem(&version->problem);
		nameless += is_of_image && !version->archived && is_nameless(version);
	}
	if (nameless == 0)
		return NULL;
	return xasprintf(ngettext("%zu version is not listed: it has no version number.",
				  "%zu versions are not listed: they have no version number.",
				  nameless),
			 nameless);
}

static void
fill(struct picker_view *p, struct ui *ui)
{
	const struct world_organization *o = world_organization(session_world(ui_session(ui)),
								p->org);
	const struct artefact_version **items;
	size_t count = 0;

	finder_begin(&p->base.finder);
	items = xcalloc((o ? o->version_count : 0) + 1, sizeof(*items));
	for (size_t i = 0; o && i < o->version_count; i++)
		if (!o->versions[i].archived && !is_nameless(&o->versions[i]) &&
		    untrusted_is(&o->versions[i].name, p->image.name))
			items[count++] = &o->versions[i];
	qsort(items, count, sizeof(*items), newest_first);
	for (size_t i = 0; i < count; i++) {
		const char *version = untrusted_raw(&items[i]->version);
		bool here = strcmp(version, p->image.version) == 0;
		char age[16] = "";

		if (items[i]->created_at > 0)
			clock_age(age, clock_wall_ms() - items[i]->created_at);
		finder_add(&p->base.finder, version, version, here ? _("runs here") : age, here);
	}
	finder_end(&p->base.finder);
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

static bool
is_roomy(const struct canvas *canvas)
{
	return canvas->height >= 14;
}

static bool
takes_any(const struct picker_view *p, struct ui *ui)
{
	const struct world_environment *e =
		world_environment(session_world(ui_session(ui)), p->org, p->app, p->env);

	return e && e->runtime.cluster.raw;
}

/* What is asked for; free() it.  NULL: nothing was chosen, and what was typed is no version. */
static char *
wanted_image(const struct picker_view *p, struct ui *ui)
{
	const struct finder_item *item = finder_selected(&p->base.finder);
	const char *typed = p->base.finder.find.text;

	if (item)
		return xasprintf("%s:%s", p->image.name, item->id);
	return *typed && takes_any(p, ui) ? image_typed(p->reference, typed) : NULL;
}

/* The image where there is room, and the trouble. */
static int
rows_above(const struct picker_view *p, const struct canvas *canvas)
{
	return is_roomy(canvas) ? 3 : p->trouble ? 1 : 0;
}

static void
fit(struct view *view, struct ui *ui, const struct canvas *canvas)
{
	struct picker_view *p = (struct picker_view *)view;

	free(p->trouble);
	p->trouble = trouble_of(world_organization(session_world(ui_session(ui)), p->org),
				p->image.name);
	finder_fit(&p->base.finder, canvas, rows_above(p, canvas));
}

static void
draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	const struct picker_view *p = (const struct picker_view *)view;
	char *none, *typed = wanted_image(p, ui);

	if (is_roomy(canvas)) {
		canvas_move(canvas, 1, 1);
		canvas_untrusted_bytes(canvas, STYLE_STRONG, p->image.name, 0);
		if (takes_any(p, ui))
			canvas_text(canvas, STYLE_DIM,
				    _("   or type any: a tag, sha256:..., image:tag"));
	}
	if (p->trouble) {
		canvas_move(canvas, is_roomy(canvas) ? 2 : 0, 1);
		canvas_untrusted_bytes(canvas, STYLE_WARN, p->trouble, 0);
	}
	if (typed)
		none = xasprintf(_("The platform does not know %s; %s asks the cluster for it."),
				 typed, ui_keyed_text(ui, "{open}"));
	else if (p->base.finder.count == 0)
		none = xstrdup(_("The versions of this image are not known (yet)."));
	else
		none = xasprintf(_("This image has no version \"%s\"."),
				 p->base.finder.find.text);
	finder_draw(&p->base.finder, ui, canvas, none);
	free(none);
	free(typed);
}

static void
run_review(struct view *view, struct ui *ui)
{
	struct picker_view *p = (struct picker_view *)view;
	char *image = wanted_image(p, ui);
	const char *images[] = {p->module, image, NULL};

	operation_review_instead(ui, &(struct flow_request){.verb = FLOW_DEPLOY,
							    .org = p->org,
							    .app = p->app,
							    .env = p->env,
							    .images = images});
	free(image);
}

static bool
has_wanted(const struct view *view, struct ui *ui)
{
	char *image = wanted_image((const struct picker_view *)view, ui);

	free(image);
	return image != NULL;
}

static bool
is_another(const struct view *view, struct ui *ui)
{
	const struct picker_view *p = (const struct picker_view *)view;
	const struct finder_item *item = finder_selected(&p->base.finder);
	char *image = wanted_image(p, ui);
	bool is_other = item ? !item->here : image && strcmp(image, p->reference) != 0;

	free(image);
	return is_other;
}

static const char *
typed_version(const struct view *view, struct ui *ui)
{
	(void)ui;
	return ((const struct picker_view *)view)->base.finder.find.text;
}

static const char *
running_version(const struct view *view, struct ui *ui)
{
	(void)ui;
	return ((const struct picker_view *)view)->image.version;
}

static const char no_version[] =
	N_("There is no version \"%s\" of this image; nothing was changed.");
static const struct need a_version = {
	has_wanted,
	no_version,
	typed_version,
};
static const struct need another_version = {is_another, N_("%s runs here already."),
					    running_version};

static const struct key keys[] = {
	{'\r', "Enter", ACTION_OPEN, N_("review it"), N_("Review a deployment of the version."),
	 run_review, {&a_version, &another_version}},
	{27, "Esc", ACTION_BACK, N_("cancel"), N_("Change nothing and go back."), .run = ui_run_back},
	{KEY_BASE + KEY_DOWN, "Down", ACTION_DOWN, N_("older"), .help = N_("Go to the next version.")},
	{KEY_BASE + KEY_UP, "Up", ACTION_UP, N_("newer"), .help = N_("Go to the previous version.")},
	FINDER_PAGE_KEYS,
	NO_KEY,
};

static void
click(struct view *view, struct ui *ui, const struct canvas *canvas, int row, int column)
{
	(void)canvas;
	(void)column;
	if (finder_click(&((struct picker_view *)view)->base.finder, row) == FINDER_AGAIN)
		ui_say(ui, _("{open} does it: a click never makes a change."));
}

static void
close_view(struct view *view)
{
	struct picker_view *p = (struct picker_view *)view;

	free(p->org);
	free(p->app);
	free(p->env);
	free(p->module);
	free(p->trouble);
	free(p->reference);
	finder_clear(&p->base.finder);
	image_clear(&p->image);
	free(p);
}

const struct view_ops picker_view_ops = {
	.title = N_("Version"),
	.keys = keys,
	.fit = fit,
	.draw = draw,
	.subject = subject,
	.click = click,
	.changed = changed,
	.close = close_view,
	FINDER_VIEW_OPS,
};

struct view *
picker_view_new(struct ui *ui, const char *org, const char *app, const char *env,
		const char *module, const char *image)
{
	struct picker_view *p = xcalloc(1, sizeof(*p));

	finder_view_init(&p->base, &picker_view_ops, no_version);
	p->org = xstrdup(org);
	p->app = xstrdup(app);
	p->env = xstrdup(env);
	p->module = xstrdup(module);
	p->reference = xstrdup(image);
	image_parse(&p->image, image);
	fill(p, ui);
	if (p->image.version[0] !=
	    '\0') /* what runs, not what is newest: one looks around from there */
		finder_select(&p->base.finder, p->image.version);
	return &p->base.view;
}
