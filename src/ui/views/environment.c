/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One environment from near: its workloads, resources, shared values and deployments. */
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
#include "flow/session.h"
#include "flow/verbs/flow.h"
#include "flow/world/comment.h"
#include "flow/world/details.h"
#include "flow/world/words.h"
#include "flow/world/world.h"
#include "model/image.h"
#include "model/set.h"
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/view.h"
#include "ui/views/edit-value.h"
#include "ui/widgets/cut.h"
#include "ui/widgets/viewport.h"

#define MEASURED_MAX 500
#define NAME_COLUMN 5		/* behind the cursor and the dot */

enum tab { TAB_WORKLOADS, TAB_RESOURCES, TAB_VALUES, TAB_DEPLOYMENTS, TAB_COUNT };

struct environment_view {
	struct view view;
	char *org, *app, *env;
	struct details *details;
	enum tab tab;
	size_t selected[TAB_COUNT];
	size_t first[TAB_COUNT];	/* the first row that is shown, as last drawn */
	size_t rows;			/* that there was room for */
	struct cut_columns columns;	/* of the tab's list, as it is drawn */
};

static const struct key keys[] = {
	{27, "Esc", ACTION_BACK, N_("back"), .help = N_("Go back to the board.")},
	{'q', NULL, ACTION_BACK, NULL, .help = NULL},
	{'\t', "Tab", ACTION_PANE, N_("next tab"), .help = NULL},
	{'1', "1", ACTION_TAB_1, N_("workloads"), .help = NULL},
	{'2', "2", ACTION_TAB_2, N_("resources"), .help = NULL},
	{'3', "3", ACTION_TAB_3, N_("values"), .help = NULL},
	{'4', "4", ACTION_TAB_4, N_("deployments"), .help = NULL},
	{'d', "d", ACTION_DIFF, N_("diff"),
	 .help = N_("Compare the deployment under the cursor with what runs; elsewhere any two.")},
	{'y', "y", ACTION_COPY, NULL,
	 .help = N_("Copy the image, what the resource gives, the value, or the deployment's id.")},
	{'E', "E", ACTION_EDIT, N_("edit"), .help = N_("Change the shared value in this environment; the review comes first.")},
	{'I', "I", ACTION_INHERIT, N_("inherit"), .help = NULL},
	{'l', "l", ACTION_LOGS, N_("logs"), .help = NULL},
	{KEY_BASE + KEY_UP, "Up", ACTION_UP, NULL, .help = NULL},
	{KEY_BASE + KEY_DOWN, "Down", ACTION_DOWN, NULL, .help = NULL},
	{'k', NULL, ACTION_UP, NULL, .help = NULL},
	{'j', NULL, ACTION_DOWN, NULL, .help = NULL},
	PAGE_KEYS,
	NO_KEY,
};

static const struct world_environment *
find(const struct environment_view *v, struct ui *ui)
{
	return world_environment(session_world(ui_session(ui)), v->org, v->app, v->env);
}

/* --- rows --- */

static void
draw_cell(const struct environment_view *v, struct canvas *c, size_t column, enum style style, const char *text)
{
	char *shown = cut_text(text, v->columns.width[column], column == 2 ? CUT_END : CUT_MIDDLE);

	canvas_at(c, c->row, v->columns.at[column]);
	canvas_bytes(c, style, shown, 0);
	free(shown);
}

/* In the last column of what is not understood stands why. */
static void
draw_last(struct canvas *c, const struct untrusted *text, const struct untrusted *problem)
{
	char *words = words_of_problem(problem);

	canvas_bytes(c, words ? STYLE_DANGER : STYLE_DIM, words ? words : untrusted_raw(text), 0);
	free(words);
}

static void
draw_workload(const struct environment_view *v, const struct world_environment *e, struct canvas *c,
	      size_t i)
{
	const struct runtime_module *m = &e->runtime.modules[i];
	bool ready = m->status == RUNTIME_RUNNING || m->status == RUNTIME_SUCCEEDED;
	bool failed = m->status == RUNTIME_FAILED;
	const char *reference = e->set ? set_module_image(e->set, untrusted_raw(&m->module)) : NULL;
	char *label;

	(void)v;
	canvas_glyph(c, ready ? STYLE_OK : failed ? STYLE_DANGER : STYLE_WARN,
		     ready ? GLYPH_DOT : failed ? GLYPH_CROSS : GLYPH_HALF);
	canvas_ours(c, STYLE_NORMAL, " ");
	draw_cell(v, c, 0, STYLE_STRONG, untrusted_raw(&m->module));
	label = image_label(reference ? reference : "");
	draw_cell(v, c, 1, STYLE_NORMAL, label);
	free(label);
	canvas_at(c, c->row, v->columns.at[2]);
	canvas_format(c, STYLE_NORMAL, _("%d of %d"), m->pods_ready, m->pods_wanted);
	canvas_at(c, c->row, v->columns.at[3]);
	canvas_format(c, m->restarts ? STYLE_WARN : STYLE_DIM,
		      ngettext("%d restart", "%d restarts", (unsigned long)m->restarts), m->restarts);
	canvas_at(c, c->row, v->columns.at[4]);
	draw_last(c, &m->message, &m->problem);
}

static void
draw_resource(const struct environment_view *v, const struct world_environment *e, struct canvas *c,
	      size_t i)
{
	const struct active_resource *r = &e->resources[i];
	bool active = untrusted_is(&r->status, "active");
	const char *name;
	json_t *value;

	(void)v;
	canvas_glyph(c, active ? STYLE_OK : STYLE_WARN, active ? GLYPH_DOT : GLYPH_HALF);
	canvas_ours(c, STYLE_NORMAL, " ");
	draw_cell(v, c, 0, STYLE_STRONG, untrusted_raw(&r->res_id));
	draw_cell(v, c, 1, STYLE_NORMAL, untrusted_raw(&r->type));
	canvas_at(c, c->row, v->columns.at[2]);
	if (r->problem.raw)
		draw_last(c, &r->problem, &r->problem);
	json_object_foreach(r->outputs, name, value) {
		char *text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);

		canvas_bytes(c, STYLE_DIM, name, 0);
		canvas_ours(c, STYLE_DIM, " ");
		canvas_bytes(c, STYLE_NORMAL, json_is_string(value) ? json_string_value(value)
								      : text ? text : "", 0);
		canvas_ours(c, STYLE_DIM, "  ");
		free(text);
	}
}

static void
draw_value(const struct environment_view *v, const struct world_environment *e, struct canvas *c,
	   size_t i)
{
	const struct shared_value *value = details_value(v->details, i);
	bool own = untrusted_is(&value->source, "env");

	(void)e;
	draw_cell(v, c, 0, STYLE_STRONG, untrusted_raw(&value->key));
	draw_cell(v, c, 1, own ? STYLE_AHEAD : STYLE_DIM, own ? _("its own") : _("application"));
	canvas_at(c, c->row, v->columns.at[2]);
	if (value->is_secret)
		canvas_ours(c, STYLE_DIM, _("a secret, never shown"));
	else
		draw_cell(v, c, 2, STYLE_NORMAL, untrusted_raw(&value->value));
	canvas_at(c, c->row, v->columns.at[3]);
	draw_last(c, &value->description, &value->problem);
}

static void
draw_deployment(const struct environment_view *v, const struct world_environment *e,
		struct canvas *c, size_t i)
{
	static const struct { enum glyph glyph; enum style style; } looks[] = {
		[DEPLOYMENT_PENDING] = {GLYPH_RING, STYLE_WARN},
		[DEPLOYMENT_IN_PROGRESS] = {GLYPH_HALF, STYLE_WARN},
		[DEPLOYMENT_SUCCEEDED] = {GLYPH_CHECK, STYLE_OK},
		[DEPLOYMENT_FAILED] = {GLYPH_CROSS, STYLE_DANGER},
		[DEPLOYMENT_UNKNOWN] = {GLYPH_RING, STYLE_DIM},
	};
	const struct deployment *d = details_deployment(v->details, i);
	const char *comment = untrusted_raw(&d->comment), *runs = _("  runs");
	char *people;
	bool here = e && untrusted_equal(&d->id, &e->running.id);
	struct canvas room;
	char age[16];

	clock_age(age, clock_wall_ms() - d->created_at);
	canvas_glyph(c, looks[d->status].style, looks[d->status].glyph);
	canvas_format(c, STYLE_NORMAL, " %-5s", age);
	draw_cell(v, c, 1, STYLE_NORMAL, untrusted_raw(&d->created_by));
	draw_cell(v, c, 2, STYLE_DIM, untrusted_raw(&d->id));
	canvas_at(c, c->row, v->columns.at[3]);
	if (d->problem.raw) {
		draw_last(c, &d->comment, &d->problem);
		return;
	}
	/* Which one runs is said even where the comment has to be cut for it. */
	room = *c;
	room.width -= here ? text_columns(runs) : 0;
	people = xstrndup(comment, comment_people_length(comment));
	canvas_ours(&room, STYLE_NORMAL, people);
	free(people);
	c->column = room.column;
	if (here)
		canvas_ours(c, STYLE_OK, runs);
}

/* --- tabs --- */

static const struct {
	const char *title;		/* N_() */
	const char *none;		/* N_() */
	void (*draw)(const struct environment_view *v, const struct world_environment *e,
		     struct canvas *c, size_t i);
} tabs[TAB_COUNT] = {
	[TAB_WORKLOADS] = {N_("Workloads"), N_("Nothing runs here."), draw_workload},
	[TAB_RESOURCES] = {N_("Resources"), N_("It has no resources."), draw_resource},
	[TAB_VALUES] = {N_("Shared values"), N_("It has no shared values."), draw_value},
	[TAB_DEPLOYMENTS] = {N_("Deployments"), N_("Nothing was ever deployed here."), draw_deployment},
};

/* NULL: it could be read, or nothing was asked. */
static const struct error *
why_unreadable(const struct world_environment *e, enum world_part part)
{
	return e && world_known(e, part)->state == KNOWLEDGE_UNREADABLE ? &world_known(e, part)->why : NULL;
}

/* Where nothing was deployed, nobody is asked what runs and what it has. */
static bool
is_bare(const struct world_environment *e)
{
	return !e->environment.last_deploy.id.raw && !e->environment.problem.raw;
}

/* How many rows there are; *error: why they are not known, or NULL. */
static size_t
count_rows(const struct environment_view *v, const struct world_environment *e, bool *known,
	   const struct error **error)
{
	*error = NULL;
	switch (v->tab) {
	case TAB_WORKLOADS:
		*known = e && (is_bare(e) || world_is_known(e, WORLD_RUNTIME));
		*error = why_unreadable(e, WORLD_RUNTIME);
		return e ? e->runtime.count : 0;
	case TAB_RESOURCES:
		*known = e && (is_bare(e) || knowledge_has_content(world_known(e, WORLD_RESOURCES)));
		*error = why_unreadable(e, WORLD_RESOURCES);
		return e ? e->resource_count : 0;
	case TAB_VALUES:
		*known = details_values_known(v->details);
		*error = details_values_error(v->details);
		return details_value_count(v->details);
	default:
		*known = details_deployments_known(v->details);
		*error = details_deployments_error(v->details);
		return details_deployment_count(v->details);
	}
}

static void
draw_tabs(const struct environment_view *v, struct canvas *c)
{
	canvas_at(c, 0, 1);
	for (int i = 0; i < TAB_COUNT; i++) {
		enum style style = i == (int)v->tab ? STYLE_SELECTED : STYLE_DIM;

		if (c->width >= 60 || i == (int)v->tab) {
			canvas_format(c, style, " %d ", i + 1);
			canvas_ours(c, style, _(tabs[i].title));
			canvas_ours(c, style, " ");
		} else {
			canvas_format(c, style, " %d ", i + 1);
		}
		canvas_ours(c, STYLE_NORMAL, " ");
	}
}

/* The widest of each column; of the last one as much as there is room for. */
static void
measure(struct environment_view *v, const struct world_environment *e, size_t first, size_t end, const struct canvas *c)
{
	struct cut_columns *columns = &v->columns;

	*columns = (struct cut_columns){0};
	for (size_t i = first; i < end; i++) {
		if (v->tab == TAB_WORKLOADS) {
			const char *module = untrusted_raw(&e->runtime.modules[i].module);
			const char *reference = e->set ? set_module_image(e->set, module) : NULL;
			char *label = reference ? image_label(reference) : xstrdup("");

			cut_columns_measure(columns, 0, module);
			cut_columns_measure(columns, 1, label);
			cut_columns_measure(columns, 2, _("%d of %d"));
			cut_columns_measure(columns, 3, ngettext("%d restart", "%d restarts", 10));
			cut_columns_measure(columns, 4, untrusted_raw(&e->runtime.modules[i].message));
			free(label);
		} else if (v->tab == TAB_RESOURCES) {
			cut_columns_measure(columns, 0, untrusted_raw(&e->resources[i].res_id));
			cut_columns_measure(columns, 1, untrusted_raw(&e->resources[i].type));
			cut_columns_measure(columns, 2, "host web.production.localhost  port 12345");
		} else if (v->tab == TAB_VALUES) {
			const struct shared_value *value = details_value(v->details, i);

			cut_columns_measure(columns, 0, untrusted_raw(&value->key));
			cut_columns_measure(columns, 1, _("application"));
			cut_columns_measure(columns, 1, _("its own"));
			cut_columns_measure(columns, 2, value->is_secret ? _("a secret, never shown")
									: untrusted_raw(&value->value));
			cut_columns_measure(columns, 3, untrusted_raw(&value->description));
		} else {
			const struct deployment *d = details_deployment(v->details, i);

			cut_columns_measure(columns, 0, "12d ");
			cut_columns_measure(columns, 1, untrusted_raw(&d->created_by));
			cut_columns_measure(columns, 2, untrusted_raw(&d->id));
			cut_columns_measure(columns, 3, untrusted_raw(&d->comment));
		}
	}
	cut_columns_fit(columns, NAME_COLUMN, c->width - NAME_COLUMN);
}

static void
draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	struct environment_view *v = (struct environment_view *)view;
	const struct world_environment *e = find(v, ui);
	bool known, roomy = canvas->height >= 14;
	const struct error *error;
	size_t count = count_rows(v, e, &known, &error), at = v->selected[v->tab];
	struct canvas list = canvas_part(canvas, 1 + roomy, 0, canvas->height, canvas->width);
	size_t rows = list.height > 0 ? (size_t)list.height : 0, first;

	draw_tabs(v, canvas);
	at = count && at >= count ? count - 1 : at;
	first = viewport_first(v->first[v->tab], at, rows, count);
	v->first[v->tab] = first;
	v->rows = rows;
	/* A long list is measured by what is seen of it. */
	if (count <= MEASURED_MAX)
		measure(v, e, 0, count, canvas);
	else
		measure(v, e, first, first + rows < count ? first + rows : count, canvas);
	ui_in_sight(ui, &(struct viewport){first, rows, count});
	for (size_t i = first; i < count && i - first < rows; i++) {
		canvas_at(&list, (int)(i - first), 1);
		canvas_ours(&list, STYLE_KEY, i == at ? (list.ascii ? "> " : "▸ ") : "  ");
		tabs[v->tab].draw(v, e, &list, i);
	}
	canvas_at(&list, count > 0 && count < rows ? (int)count + 1 : 0, 3);
	if (error && error->kind != ERROR_NONE)
		canvas_paragraph(&list, STYLE_DANGER, error->text, 3);
	else if (count == 0)
		canvas_ours(&list, STYLE_DIM, known ? _(tabs[v->tab].none) : _("? not known yet"));
}

static void
subject(const struct view *view, struct ui *ui, char *out, size_t size)
{
	const struct environment_view *v = (const struct environment_view *)view;
	const struct world_environment *e = find(v, ui);

	snprintf(out, size, "%.60s%s", e ? untrusted_raw(&e->environment.name) : v->env,
		 e && e->clone_of ? _(" (a clone)") : "");
}

/* --- keys --- */

static void
select_by(struct environment_view *v, struct ui *ui, long by)
{
	const struct error *error;
	bool known;
	long last = (long)count_rows(v, find(v, ui), &known, &error) - 1;
	long to = (long)v->selected[v->tab] + by;

	v->selected[v->tab] = to < 0 || last < 0 ? 0 : (size_t)(to > last ? last : to);
}

static void
open_logs(struct environment_view *v, struct ui *ui)
{
	const struct world_environment *e = find(v, ui);
	size_t at = v->selected[TAB_WORKLOADS];
	const char *module = v->tab == TAB_WORKLOADS && e && at < e->runtime.count
				     ? untrusted_raw(&e->runtime.modules[at].module) : NULL;

	ui_push(ui, logs_view_new(ui, v->org, v->app, v->env, module));
}

/* What stands in the row, to be used elsewhere; free() it.  NULL: there is nothing to copy. */
static char *
text_of_row(const struct environment_view *v, const struct world_environment *e, size_t i)
{
	const char *image = v->tab == TAB_WORKLOADS && e->set
				    ? set_module_image(e->set, untrusted_raw(&e->runtime.modules[i].module)) : NULL;

	switch (v->tab) {
	case TAB_WORKLOADS:
		return image ? xstrdup(image) : NULL;
	case TAB_RESOURCES:
		return json_dumps(e->resources[i].outputs, JSON_COMPACT);
	case TAB_VALUES:
		return details_value(v->details, i)->is_secret
			       ? NULL : xstrdup(untrusted_raw(&details_value(v->details, i)->value));
	default:
		return xstrdup(untrusted_raw(&details_deployment(v->details, i)->id));
	}
}

static void
copy_row(struct environment_view *v, struct ui *ui)
{
	static const char *const what[TAB_COUNT] = {
		[TAB_WORKLOADS] = N_("the image"), [TAB_RESOURCES] = N_("what the resource gives"),
		[TAB_VALUES] = N_("the value"), [TAB_DEPLOYMENTS] = N_("the deployment's id"),
	};
	const struct world_environment *e = find(v, ui);
	const struct error *error;
	bool known;
	size_t at = v->selected[v->tab];
	char *text = e && at < count_rows(v, e, &known, &error) ? text_of_row(v, e, at) : NULL;
	char *shown = text ? text_printable(text) : NULL;

	if (shown)
		ui_copy(ui, _(what[v->tab]), shown);
	else
		ui_say(ui, _("There is nothing here that can be copied."));
	free(shown);
	free(text);
}

/* From what was deployed then to what runs now. */
static void
open_diff(struct environment_view *v, struct ui *ui)
{
	size_t at = v->selected[TAB_DEPLOYMENTS];
	struct moment from = {.env = v->env}, to = {.env = v->env};

	if (v->tab == TAB_DEPLOYMENTS && at < details_deployment_count(v->details)) {
		const struct deployment *d = details_deployment(v->details, at);

		from.deployment = untrusted_raw(&d->id);
		from.set_id = untrusted_raw(&d->set_id);
	}
	ui_push(ui, compare_view_new(ui, v->org, v->app, &from, &to));
}

static const struct shared_value *
selected_value(const struct environment_view *v)
{
	size_t at = v->selected[TAB_VALUES];

	return v->tab == TAB_VALUES && at < details_value_count(v->details) ? details_value(v->details, at) : NULL;
}

static void
change_value(struct environment_view *v, struct ui *ui, bool inherits)
{
	const struct shared_value *value = selected_value(v);

	if (!value)
		ui_say(ui, "%s", ui_keyed(ui, _("Select a shared value first: {tab-3}.")));
	else if (inherits)
		inherit_value(ui, v->org, v->app, v->env, value);
	else
		edit_value(ui, v->org, v->app, v->env, value);
}

static bool
can(const struct view *view, struct ui *ui, enum action action)
{
	const struct environment_view *v = (const struct environment_view *)view;
	const struct shared_value *value = selected_value(v);

	(void)ui;
	if (action == ACTION_EDIT)
		return value && !value->is_secret;
	return action != ACTION_INHERIT || (value && untrusted_is(&value->source, "env"));
}

static long
page_of(const struct environment_view *v)
{
	return v->rows > 1 ? (long)v->rows - 1 : 1;
}

static void
act(struct view *view, struct ui *ui, enum action action)
{
	struct environment_view *v = (struct environment_view *)view;

	select_by(v, ui, 0);	/* the list may have become shorter: what is marked is what is meant */
	switch (action) {
	case ACTION_BACK: ui_pop(ui); break;
	case ACTION_PANE: v->tab = (enum tab)((v->tab + 1) % TAB_COUNT); break;
	case ACTION_TAB_1: v->tab = TAB_WORKLOADS; break;
	case ACTION_TAB_2: v->tab = TAB_RESOURCES; break;
	case ACTION_TAB_3: v->tab = TAB_VALUES; break;
	case ACTION_TAB_4: v->tab = TAB_DEPLOYMENTS; break;
	case ACTION_LOGS: open_logs(v, ui); break;
	case ACTION_EDIT: change_value(v, ui, false); break;
	case ACTION_INHERIT: change_value(v, ui, true); break;
	case ACTION_DIFF: open_diff(v, ui); break;
	case ACTION_COPY: copy_row(v, ui); break;
	case ACTION_UP: select_by(v, ui, -1); break;
	case ACTION_DOWN: select_by(v, ui, 1); break;
	case ACTION_PAGE_UP: select_by(v, ui, -page_of(v)); break;
	case ACTION_PAGE_DOWN: select_by(v, ui, page_of(v)); break;
	default: break;
	}
}

static void
click(struct view *view, struct ui *ui, const struct canvas *canvas, int row, int column)
{
	struct environment_view *v = (struct environment_view *)view;
	int top = 1 + (canvas->height >= 14);
	const struct error *error;
	bool known;
	size_t count = count_rows(v, find(v, ui), &known, &error);
	size_t at = row >= top ? v->first[v->tab] + (size_t)(row - top) : count;

	(void)column;
	if (row == 0)
		v->tab = (enum tab)((v->tab + 1) % TAB_COUNT);
	else if (at < count)
		v->selected[v->tab] = at;
}

static void
close_view(struct view *view)
{
	struct environment_view *v = (struct environment_view *)view;

	details_close(v->details);
	free(v->org);
	free(v->app);
	free(v->env);
	free(v);
}

const struct view_ops environment_view_ops = {
	.title = N_("Environment"), .keys = keys, .draw = draw, .subject = subject, .act = act, .can = can,
	.click = click, .close = close_view,
};

struct view *
environment_view_new(struct ui *ui, const char *org, const char *app, const char *env)
{
	struct environment_view *v = xcalloc(1, sizeof(*v));

	v->view.ops = &environment_view_ops;
	v->org = xstrdup(org);
	v->app = xstrdup(app);
	v->env = xstrdup(env);
	v->details = details_open(ui_session(ui), org, app, env);
	return &v->view;
}
