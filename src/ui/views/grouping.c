/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Labels say to which application a namespace belongs, and where they say something odd, or
 * nothing, a person does: `shop` and `shop-staging` stand side by side on one board then.  That is
 * kept by the platform; nothing is written to the cluster, so there is no review of it.
 */
#include "config.h"

#include "ui/views/grouping.h"

#include <curses.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "flow/deed.h"
#include "flow/session.h"
#include "flow/world/adoption.h"
#include "flow/world/world.h"
#include "model/json.h"
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/views/prompt.h"
#include "ui/widgets/cut.h"
#include "ui/widgets/list.h"

#define HEAD_ROWS 4

struct grouped {
	char *namespace, *app;		/* foreign */
	bool is_chosen, is_moving;
};

struct grouping_view {
	struct view view;
	char *org;
	struct grouped *items;		/* by application, then by namespace */
	size_t count;
	struct list list;
	struct deed *deed;		/* NULL: nothing is asked for */
	char *asked;			/* the namespace of it */
};

static struct grouping_view *
grouping_of(struct view *view)
{
	return (struct grouping_view *)view;
}

static const struct grouped *
selected(const struct grouping_view *v)
{
	return v->list.at < v->count ? &v->items[v->list.at] : NULL;
}

/* --- the rows --- */

static void
clear_items(struct grouping_view *v)
{
	for (size_t i = 0; i < v->count; i++) {
		free(v->items[i].namespace);
		free(v->items[i].app);
	}
	free(v->items);
	v->items = NULL;
	v->count = 0;
}

static int
by_application(const void *a, const void *b)
{
	const struct grouped *x = a, *y = b;
	int order = strcmp(x->app, y->app);

	return order ? order : strcmp(x->namespace, y->namespace);
}

static void
read_items(struct grouping_view *v, struct ui *ui)
{
	const struct world_organization *o =
		world_organization(session_world(ui_session(ui)), v->org);
	const char *namespace;
	json_t *app;

	clear_items(v);
	if (!o)
		return;
	v->items = xcalloc(json_object_size(o->adoption.applications) + 1, sizeof(*v->items));
	json_object_foreach(o->adoption.applications, namespace, app) {
		bool is_chosen = adoption_is_chosen(&o->adoption, namespace);
		bool is_moving = adoption_is_moving(&o->adoption, namespace);
		const char *wanted = json_member_string(o->adoption.groups, namespace);

		v->items[v->count++] = (struct grouped){
			.namespace = xstrdup(namespace),
			.app = xstrdup(is_moving && is_chosen ? wanted : json_string_value(app)),
			.is_chosen = is_chosen,
			.is_moving = is_moving,
		};
	}
	qsort(v->items, v->count, sizeof(*v->items), by_application);
}

static void
id_of_item(const void *data, size_t row, struct buf *out)
{
	(void)buf_puts(out, ((const struct grouping_view *)data)->items[row].namespace);
}

static struct list *
list_of(struct view *view)
{
	return &grouping_of(view)->list;
}

static void
say_answer(struct grouping_view *v, struct ui *ui)
{
	if (deed_error(v->deed)->kind != ERROR_NONE) {
		ui_say_error(ui, deed_error(v->deed));
	} else {
		ui_say(ui, _("Saved for %s, which is read again now."), v->asked);
		session_refresh(ui_session(ui));
	}
	deed_close(v->deed);
	v->deed = NULL;
}

static void
changed(struct view *view, struct ui *ui)
{
	struct grouping_view *v = grouping_of(view);

	if (v->deed && deed_is_answered(v->deed))
		say_answer(v, ui);
	read_items(v, ui);
	list_update(&v->list, v->count);
}

/* --- the picture --- */

static void
fit(struct view *view, struct ui *ui, const struct canvas *canvas)
{
	struct grouping_view *v = grouping_of(view);

	read_items(v, ui);
	list_update(&v->list, v->count);
	list_fit(&v->list, HEAD_ROWS, canvas->height - HEAD_ROWS);
}

#define HOW_WIDTH 12		/* "chosen" in any language */

struct grouping_columns {
	int app, how, end;
};

static int
least(int a, int b)
{
	return a < b ? a : b;
}

static int
most(int a, int b)
{
	return a > b ? a : b;
}

/* As wide as the longest name, up to half of what there is; foreign names are ASCII or cut. */
static struct grouping_columns
lay_out(const struct grouping_view *v, int width)
{
	struct grouping_columns at = {.app = 14, .how = 16, .end = width};
	const int names = width >= 60 ? width - HOW_WIDTH : width;

	for (size_t i = 0; i < v->count; i++) {
		at.app = most(at.app, (int)strlen(v->items[i].namespace) + 4);
		at.how = most(at.how, (int)strlen(v->items[i].app) + 3);
	}
	at.app = least(at.app, names / 2);
	at.how = least(at.app + at.how, names);
	return at;
}

static void
draw_cell(struct canvas *line, int column, int end, enum style style, const char *text)
{
	struct canvas cell = canvas_sub(line, 0, column, 1, end - column - 1);
	char *shown;

	if (column >= end)
		return;
	shown = cut_text(text, end - column - 1, CUT_MIDDLE);
	canvas_move(&cell, 0, 0);
	canvas_untrusted_bytes(&cell, style, shown, 0);
	free(shown);
}

static void
draw_row(struct canvas *c, int row, const struct grouping_columns *at, const struct grouped *item,
	 bool is_selected)
{
	struct canvas line = canvas_sub(c, row, 0, 1, c->width);
	enum style style = is_selected ? STYLE_SELECTED : STYLE_NORMAL;

	if (is_selected)
		canvas_fill_row(&line, STYLE_SELECTED);
	draw_cell(&line, 1, at->app, style, item->namespace);
	draw_cell(&line, at->app, at->how, style, item->app);
	draw_cell(&line, at->how, at->end, is_selected ? STYLE_SELECTED : STYLE_DIM,
		  item->is_moving ? _("moving") : item->is_chosen ? _("chosen") : "");
}

static void
draw_head(struct canvas *canvas, const struct grouping_columns *at)
{
	struct canvas note = canvas_sub(canvas, 0, 1, 1, canvas->width - 2);
	struct canvas line = canvas_sub(canvas, 2, 0, 1, canvas->width);

	canvas_move(&note, 0, 0);
	canvas_text(&note, STYLE_DIM,
		    _("Namespaces of one application stand side by side on its board."));
	draw_cell(&line, 1, at->app, STYLE_DIM, _("Namespace"));
	draw_cell(&line, at->app, at->how, STYLE_DIM, _("Application"));
}

static void
draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	const struct grouping_view *v = (const struct grouping_view *)view;
	struct grouping_columns at = lay_out(v, canvas->width);
	struct viewport part = list_part(&v->list);

	draw_head(canvas, &at);
	for (size_t i = v->list.first; i < list_end(&v->list); i++)
		draw_row(canvas, HEAD_ROWS + (int)(i - v->list.first), &at, &v->items[i],
			 i == v->list.at);
	ui_in_sight(ui, &part);
}

/* --- choosing --- */

static void
ask(struct grouping_view *v, struct ui *ui, const char *namespace, const char *app)
{
	struct error err = {0};

	deed_close(v->deed);
	v->deed = deed_group(ui_session(ui), v->org, namespace, app, &err);
	if (!v->deed) {
		ui_say_error(ui, &err);
		return;
	}
	free(v->asked);
	v->asked = xstrdup(namespace);
	ui_say(ui, _("Asking the platform …"));
}

struct group_choice {
	struct grouping_view *view;
	char *namespace;
};

static void
drop_choice(void *data)
{
	struct group_choice *choice = data;

	free(choice->namespace);
	free(choice);
}

static const char *
check_application(void *data, const char *text)
{
	(void)data;
	return !*text || ids_is_name(text)
		       ? NULL
		       : _("Use 2 to 50 lower-case letters and digits, with single dashes between "
			    "them.");
}

static void
named(void *data, struct ui *ui, const char *text)
{
	struct group_choice *choice = data;

	ask(choice->view, ui, choice->namespace, text);
	ui_pop(ui);
}

static void
run_choose(struct view *view, struct ui *ui)
{
	struct grouping_view *v = grouping_of(view);
	const struct grouped *item = selected(v);
	struct group_choice *choice = xcalloc(1, sizeof(*choice));

	choice->view = v;
	choice->namespace = xstrdup(item->namespace);
	ui_push(ui, prompt_view_new(&(struct prompt){
		.title = N_("Application"),
		.label = N_("Application"),
		.note = _("Nothing is written to the cluster. Empty: as its labels say."),
		.subject = choice->namespace,
		.initial = item->app,
		.check = check_application,
		.done = named,
		.drop = drop_choice,
		.data = choice,
	}));
}

static void
run_ungroup(struct view *view, struct ui *ui)
{
	struct grouping_view *v = grouping_of(view);

	ask(v, ui, selected(v)->namespace, "");
}

static bool
has_namespace(const struct view *view, struct ui *ui)
{
	(void)ui;
	return selected((const struct grouping_view *)view) != NULL;
}

static bool
is_chosen(const struct view *view, struct ui *ui)
{
	(void)ui;
	return selected((const struct grouping_view *)view)->is_chosen;
}

static const struct need a_namespace = {has_namespace, N_("No namespace is selected."), NULL};
static const struct need a_chosen_one = {is_chosen, N_("It follows its labels already."), NULL};

static const struct key keys[] = {
	{27, "Esc", ACTION_BACK, N_("back"), .run = ui_run_back},
	{'q', NULL, ACTION_BACK, .help = NULL},
	{'\r', "Enter", ACTION_GROUP, N_("choose"), NULL, run_choose, {&a_namespace}},
	{'u', "u", ACTION_UNGROUP, N_("as its labels say"), NULL, run_ungroup,
	 {&a_namespace, &a_chosen_one}},
	{KEY_BASE + KEY_UP, "Up", ACTION_UP, NULL, .help = N_("Go to the namespace above.")},
	{KEY_BASE + KEY_DOWN, "Down", ACTION_DOWN, NULL,
	 .help = N_("Go to the namespace below.")},
	{'k', NULL, ACTION_UP, .help = NULL},
	{'j', NULL, ACTION_DOWN, .help = NULL},
	PAGE_KEYS,
	{'g', "g", ACTION_FIRST, NULL, .help = N_("Go to the first namespace.")},
	{'G', "G", ACTION_LAST, NULL, .help = N_("Go to the last namespace.")},
	NO_KEY,
};

static void
close_view(struct view *view)
{
	struct grouping_view *v = grouping_of(view);

	deed_close(v->deed);
	free(v->asked);
	clear_items(v);
	list_clear(&v->list);
	free(v->org);
	free(v);
}

const struct view_ops grouping_view_ops = {
	.title = N_("Namespaces"), .keys = keys, .fit = fit, .draw = draw, .list = list_of,
	.changed = changed, .close = close_view,
};

struct view *
grouping_view_new(const char *org)
{
	struct grouping_view *v = xcalloc(1, sizeof(*v));

	v->view.ops = &grouping_view_ops;
	v->org = xstrdup(org);
	list_init(&v->list, id_of_item, v);
	return &v->view;
}
