/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The details of one environment: its workloads, resources, shared values and deployments.
 *
 * Four lists in one view, each with its own cursor.  Workloads and resources are the world's
 * and are there at once; values and deployments are read when somebody looks (details.c), and
 * each list says by itself whether it is known.
 */
#include "config.h"

#include "ui/views/environment.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "flow/world/details.h"
#include "flow/world/words.h"
#include "flow/world/world.h"
#include "model/comment.h"
#include "model/image.h"
#include "model/json-text.h"
#include "model/set.h"
#include "ui/canvas.h"
#include "ui/view.h"
#include "ui/views/environment-keys.h"
#include "ui/views/environment-note.h"
#include "ui/views/environment-scale.h"
#include "ui/views/environment-state.h"
#include "ui/widgets/cut.h"
#include "ui/widgets/list.h"

#define MEASURED_MAX 500
#define NAME_COLUMN 5		/* behind the cursor and the dot */
#define NARROW_COLUMNS 60

const struct world_environment *
environment_find(const struct environment_view *v)
{
	return world_environment(session_world(v->session), v->org, v->app, v->env);
}

/* --- rows --- */

/* Values are cut at their end, names in the middle. */
static void
draw_cell(const struct environment_view *v, struct canvas *c, size_t column, enum style style,
	  const char *text)
{
	char *shown = cut_text(text, v->columns.width[column], column == 2 ? CUT_END : CUT_MIDDLE);

	canvas_move(c, c->row, v->columns.at[column]);
	canvas_untrusted_bytes(c, style, shown, 0);
	free(shown);
}

/* In the last column of what is not understood stands why. */
static void
draw_last(struct canvas *c, const struct untrusted *text, const struct untrusted *problem)
{
	char *words = words_of_problem(problem);

	canvas_untrusted_bytes(c, words ? STYLE_DANGER : STYLE_DIM,
			       words ? words : untrusted_raw(text), 0);
	free(words);
}

/* Where there is little room, none is not worth a column; of pods they are said below. */
static bool
has_restarts_column(const struct world_environment *e, const struct canvas *c)
{
	bool has = c->width >= NARROW_COLUMNS;

	for (size_t i = 0; i < e->runtime.count; i++)
		has = has || (e->runtime.modules[i].restarts > 0 &&
			      e->runtime.modules[i].brief_count == 0);
	return has;
}

static void
draw_dot(struct canvas *c, enum runtime_status status)
{
	switch (status) {
	case RUNTIME_RUNNING: case RUNTIME_SUCCEEDED: canvas_glyph(c, STYLE_OK, GLYPH_DOT); break;
	case RUNTIME_FAILED: canvas_glyph(c, STYLE_DANGER, GLYPH_CROSS); break;
	case RUNTIME_UNKNOWN: canvas_glyph(c, STYLE_DIM, GLYPH_RING); break;
	default: canvas_glyph(c, STYLE_WARN, GLYPH_HALF); break;
	}
	canvas_text(c, STYLE_NORMAL, " ");
}

static void
draw_workload(const struct environment_view *v, const struct world_environment *e, struct canvas *c,
	      size_t i)
{
	const struct runtime_module *m = &e->runtime.modules[i];
	const char *reference = e->set ? set_module_image(e->set, untrusted_raw(&m->module)) : NULL;
	char *label, *restarts;

	draw_dot(c, m->status);
	draw_cell(v, c, 0, STYLE_STRONG, untrusted_raw(&m->module));
	label = image_label(reference ? reference : "");
	draw_cell(v, c, 1, STYLE_NORMAL, label);
	free(label);
	canvas_move(c, c->row, v->columns.at[2]);
	canvas_text(c, STYLE_NORMAL, words_of_pods(m).text);
	if (has_restarts_column(e, c)) {
		restarts = xasprintf(ngettext("%d restart", "%d restarts",
					      (unsigned long)m->restarts), m->restarts);
		draw_cell(v, c, 3, m->restarts ? STYLE_WARN : STYLE_DIM, restarts);
		free(restarts);
	}
	canvas_move(c, c->row, v->columns.at[4]);
	label = m->problem.raw ? words_of_problem(&m->problem) : words_of_workload(m);
	canvas_untrusted_bytes(c, m->problem.raw ? STYLE_DANGER : STYLE_DIM, label, 0);
	free(label);
}

static void
draw_resource(const struct environment_view *v, const struct world_environment *e, struct canvas *c,
	      size_t i)
{
	const struct active_resource *r = &e->resources[i];
	bool active = active_resource_status(r) == RESOURCE_ACTIVE;
	const char *name;
	json_t *value;

	(void)v;
	canvas_glyph(c, active ? STYLE_OK : STYLE_WARN, active ? GLYPH_DOT : GLYPH_HALF);
	canvas_text(c, STYLE_NORMAL, " ");
	draw_cell(v, c, 0, STYLE_STRONG, untrusted_raw(&r->res_id));
	draw_cell(v, c, 1, STYLE_NORMAL, untrusted_raw(&r->type));
	canvas_move(c, c->row, v->columns.at[2]);
	if (r->problem.raw)
		draw_last(c, &r->problem, &r->problem);
	json_object_foreach(r->outputs, name, value) {
		char *text = json_text(value, 0);

		canvas_untrusted_bytes(c, STYLE_DIM, name, 0);
		canvas_text(c, STYLE_DIM, " ");
		canvas_untrusted_bytes(c, STYLE_NORMAL,
				       json_is_string(value) ? json_string_value(value)
				       : text		     ? text
							     : "",
				       0);
		canvas_text(c, STYLE_DIM, "  ");
		free(text);
	}
}

/* Where it comes from is what decides whether it can be changed here. */
static void
draw_value(const struct environment_view *v, const struct world_environment *e, struct canvas *c,
	   size_t i)
{
	const struct shared_value *value = details_value(v->details, i);
	bool own = untrusted_is(&value->source, "env");

	(void)e;
	draw_cell(v, c, 0, STYLE_STRONG, untrusted_raw(&value->key));
	draw_cell(v, c, 1, own ? STYLE_AHEAD : STYLE_DIM, own ? _("environment") : _("application"));
	canvas_move(c, c->row, v->columns.at[2]);
	if (value->is_secret)
		canvas_text(c, STYLE_DIM, _("a secret, never shown"));
	else
		draw_cell(v, c, 2, STYLE_NORMAL, untrusted_raw(&value->value));
	canvas_move(c, c->row, v->columns.at[3]);
	draw_last(c, &value->description, &value->problem);
}

/* Which one runs is marked: after a failure it is not the newest. */
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
	const char *comment = untrusted_raw(&d->comment), *runs = _("  running");
	char *people;
	bool here = e && untrusted_equal(&d->id, &e->running.id);
	struct canvas room;
	char age[16];

	clock_age(age, clock_wall_ms() - d->created_at);
	canvas_glyph(c, looks[d->status].style, looks[d->status].glyph);
	canvas_format(c, STYLE_NORMAL, " %-5s", age);
	draw_cell(v, c, 1, STYLE_NORMAL, untrusted_raw(&d->created_by));
	draw_cell(v, c, 2, STYLE_DIM, untrusted_raw(&d->id));
	canvas_move(c, c->row, v->columns.at[3]);
	if (d->problem.raw) {
		draw_last(c, &d->comment, &d->problem);
		return;
	}
	/* Which one runs is said even where the comment has to be cut for it. */
	room = *c;
	room.width -= here ? text_columns(runs) : 0;
	people = xstrndup(comment, comment_people_length(comment));
	canvas_text(&room, STYLE_NORMAL, people);
	free(people);
	c->column = room.column;
	if (here)
		canvas_text(c, STYLE_OK, runs);
}

/* --- tabs --- */

/* The ids by which the cursor stays on its row when rows come and go. */
static void
id_of_workload(const void *data, size_t row, struct buf *out)
{
	(void)buf_puts(out, untrusted_raw(&environment_find(data)->runtime.modules[row].module));
}

/* With its type: a workload may have two resources of one name. */
static void
id_of_resource(const void *data, size_t row, struct buf *out)
{
	const struct active_resource *resource = &environment_find(data)->resources[row];

	(void)buf_printf(out, "%s %s", untrusted_raw(&resource->type),
			 untrusted_raw(&resource->res_id));
}

static void
id_of_value(const void *data, size_t row, struct buf *out)
{
	(void)buf_puts(
		out,
		untrusted_raw(&details_value(((const struct environment_view *)data)->details, row)
				       ->key));
}

static void
id_of_deployment(const void *data, size_t row, struct buf *out)
{
	const struct details *details = ((const struct environment_view *)data)->details;

	(void)buf_puts(out, untrusted_raw(&details_deployment(details, row)->id));
}

static const struct {
	const char *title;		/* N_() */
	const char *none;		/* N_() */
	void (*draw)(const struct environment_view *v, const struct world_environment *e,
		     struct canvas *c, size_t i);
	list_id *id;
} tabs[TAB_COUNT] = {
	[TAB_WORKLOADS] = {N_("Workloads"), N_("Nothing runs here."), draw_workload,
			   id_of_workload},
	[TAB_RESOURCES] = {N_("Resources"), N_("It has no resources."), draw_resource,
			   id_of_resource},
	[TAB_VALUES] = {N_("Shared values"), N_("It has no shared values."), draw_value,
			id_of_value},
	[TAB_DEPLOYMENTS] = {N_("Deployments"), N_("Nothing was ever deployed here."),
			     draw_deployment, id_of_deployment},
};

/* NULL: it could be read, or nothing was asked. */
static const struct error *
why_unreadable(const struct world_environment *e, enum world_part part)
{
	const struct knowledge *known = e ? world_known(e, part) : NULL;

	return known && known->state == KNOWLEDGE_UNREADABLE ? knowledge_why(known) : NULL;
}

/* Where nothing was deployed, nobody is asked what runs and what it has. */
static bool
is_bare(const struct world_environment *e)
{
	return !e->environment.last_deploy.id.raw && !e->environment.problem.raw;
}

/* Whether it is known what there is; *error: why it is not, or NULL. */
static bool
is_known(const struct environment_view *v, const struct world_environment *e,
	 const struct error **error)
{
	*error = NULL;
	switch (v->tab) {
	case TAB_WORKLOADS:
		*error = why_unreadable(e, WORLD_RUNTIME);
		return e && (is_bare(e) || world_is_known(e, WORLD_RUNTIME));
	case TAB_RESOURCES:
		*error = why_unreadable(e, WORLD_RESOURCES);
		return e && (is_bare(e) || knowledge_has_content(world_known(e, WORLD_RESOURCES)));
	case TAB_VALUES:
		*error = details_values_error(v->details);
		return details_values_known(v->details);
	default:
		*error = details_deployments_error(v->details);
		return details_deployments_known(v->details);
	}
}

/* --- what the cursor is on --- */

static struct list *
list_of(struct view *view)
{
	struct environment_view *v = (struct environment_view *)view;

	return &v->lists[v->tab];
}

/* All four lists, also those that are not seen: a tab must be right when it is opened. */
static void
changed(struct view *view, struct ui *ui)
{
	struct environment_view *v = (struct environment_view *)view;
	const struct world_environment *e = environment_find(v);

	list_update(&v->lists[TAB_WORKLOADS], e ? e->runtime.count : 0);
	list_update(&v->lists[TAB_RESOURCES], e ? e->resource_count : 0);
	list_update(&v->lists[TAB_VALUES], details_value_count(v->details));
	list_update(&v->lists[TAB_DEPLOYMENTS], details_deployment_count(v->details));
	environment_drop_marks(v, ui);
}

/* --- drawing --- */

/* On a narrow screen only the open tab has its name. */
static void
draw_tabs(const struct environment_view *v, struct canvas *c)
{
	canvas_move(c, 0, 1);
	for (int i = 0; i < TAB_COUNT; i++) {
		enum style style = i == (int)v->tab ? STYLE_SELECTED : STYLE_DIM;

		if (c->width >= 60 || i == (int)v->tab) {
			canvas_format(c, style, " %d ", i + 1);
			canvas_text(c, style, _(tabs[i].title));
			canvas_text(c, style, " ");
		} else {
			canvas_format(c, style, " %d ", i + 1);
		}
		canvas_text(c, STYLE_NORMAL, " ");
	}
}

/* A row parts the tabs from their rows, where there is room or it says where all this runs. */
static bool
has_place_row(const struct world_environment *e, const struct canvas *canvas)
{
	return canvas->height >= (e && e->runtime.cluster.raw ? 6 : 14);
}

static void
draw_place(const struct world_environment *e, struct canvas *c)
{
	char *place = e && has_place_row(e, c) ? words_of_place(&e->runtime) : NULL;

	canvas_move(c, 1, 3);
	if (place && text_columns(place) > c->width - c->column) {
		free(place);
		place = words_of_place_short(&e->runtime);
	}
	if (place)
		canvas_untrusted_bytes(c, STYLE_DIM, place, 0);
	free(place);
}

/* The widest of each column; of the last one as much as there is room for. */
static void
measure(struct environment_view *v, const struct world_environment *e, size_t first, size_t end,
	const struct canvas *c)
{
	struct cut_columns *columns = &v->columns;

	*columns = (struct cut_columns){0};
	for (size_t i = first; i < end; i++) {
		if (v->tab == TAB_WORKLOADS) {
			const char *module = untrusted_raw(&e->runtime.modules[i].module);
			const char *reference = e->set ? set_module_image(e->set, module) : NULL;
			char *label = reference ? image_label(reference) : xstrdup("");
			char *words = words_of_workload(&e->runtime.modules[i]);

			cut_columns_measure(columns, 0, module);
			cut_columns_measure(columns, 1, label);
			cut_columns_measure(columns, 2, _("%d of %d"));
			if (has_restarts_column(e, c))
				cut_columns_measure(columns, 3,
						    ngettext("%d restart", "%d restarts", 10));
			cut_columns_measure(columns, 4, words);
			free(words);
			free(label);
		} else if (v->tab == TAB_RESOURCES) {
			cut_columns_measure(columns, 0, untrusted_raw(&e->resources[i].res_id));
			cut_columns_measure(columns, 1, untrusted_raw(&e->resources[i].type));
			cut_columns_measure(columns, 2,
					    "host web.production.localhost  port 12345");
		} else if (v->tab == TAB_VALUES) {
			const struct shared_value *value = details_value(v->details, i);

			cut_columns_measure(columns, 0, untrusted_raw(&value->key));
			cut_columns_measure(columns, 1, _("application"));
			cut_columns_measure(columns, 1, _("environment"));
			cut_columns_measure(columns, 2,
					    value->is_secret ? _("a secret, never shown")
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
fit(struct view *view, struct ui *ui, const struct canvas *canvas)
{
	struct environment_view *v = (struct environment_view *)view;
	struct list *list = list_of(view);
	int top = 1 + has_place_row(environment_find(v), canvas), rows = canvas->height - top;

	(void)ui;
	list_fit(list, top, rows);
	/* A long list is measured by what is seen of it. */
	if (list->count <= MEASURED_MAX)
		measure(v, environment_find(v), 0, list->count, canvas);
	else
		measure(v, environment_find(v), list->first, list_end(list), canvas);
	list_fit(list, top, rows - environment_note_fit(v, canvas, rows));
}

static void
draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	const struct environment_view *v = (const struct environment_view *)view;
	const struct world_environment *e = environment_find(v);
	const struct list *list = &v->lists[v->tab];
	const struct error *error;
	bool known = is_known(v, e, &error);
	struct canvas rows = canvas_sub(canvas, 1 + has_place_row(e, canvas), 0, canvas->height,
					canvas->width);
	struct viewport part = list_part(list);

	draw_tabs(v, canvas);
	draw_place(e, canvas);
	ui_in_sight(ui, &part);
	for (size_t i = list->first; i < list_end(list); i++) {
		canvas_move(&rows, (int)(i - list->first), 0);
		canvas_text(&rows, STYLE_KEY, environment_is_marked(v, e, i) ? "*" : " ");
		canvas_text(&rows, STYLE_KEY, i == list->at ? (rows.ascii ? "> " : "▸ ") : "  ");
		tabs[v->tab].draw(v, e, &rows, i);
	}
	canvas_move(&rows, list->count > 0 && list->count < list->rows ? (int)list->count + 1 : 0,
		    3);
	if (error && error->kind != ERROR_NONE)
		canvas_paragraph(&rows, STYLE_DANGER, error->text, 3);
	else if (list->count == 0)
		canvas_text(&rows, STYLE_DIM, known ? _(tabs[v->tab].none) : _("? not known yet"));
	environment_note_draw(v, &rows, (int)list->rows);
}

static void
subject(const struct view *view, struct ui *ui, char *out, size_t size)
{
	const struct environment_view *v = (const struct environment_view *)view;
	const struct world_environment *e = environment_find(v);

	(void)ui;
	snprintf(out, size, "%.60s%s", e ? untrusted_raw(&e->environment.name) : v->env,
		 e && e->clone_of ? _(" (a clone)") : "");
}

/* --- the view --- */

static void
click(struct view *view, struct ui *ui, const struct canvas *canvas, int row, int column)
{
	(void)canvas;
	(void)column;
	if (row == 0)
		environment_run_next_tab(view, ui);
	else
		(void)list_click(list_of(view), row);
}

static void
close_view(struct view *view)
{
	struct environment_view *v = (struct environment_view *)view;

	details_close(v->details);
	for (int i = 0; i < TAB_COUNT; i++)
		list_clear(&v->lists[i]);
	free(v->note.text);
	(void)row_marks_clear(&v->marks);
	free(v->org);
	free(v->app);
	free(v->env);
	free(v);
}

const struct view_ops environment_view_ops = {
	.title = N_("Environment"), .keys = environment_keys, .fit = fit, .draw = draw, .subject = subject,
	.list = list_of, .click = click, .changed = changed, .close = close_view,
};

struct view *
environment_view_new(struct ui *ui, const char *org, const char *app, const char *env)
{
	struct environment_view *v = xcalloc(1, sizeof(*v));

	v->view.ops = &environment_view_ops;
	v->org = xstrdup(org);
	v->app = xstrdup(app);
	v->env = xstrdup(env);
	v->session = ui_session(ui);
	v->details = details_open(ui_session(ui), org, app, env);
	for (int i = 0; i < TAB_COUNT; i++)
		list_init(&v->lists[i], tabs[i].id, v);
	changed(&v->view, ui);
	return &v->view;
}
