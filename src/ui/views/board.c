/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The board: workloads down, environments across, and how each version stands to the
 * baseline.  The cursor is an environment and a workload by id, so that what comes and goes
 * under it never moves it to something else.
 */
#include "config.h"

#include <curses.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "flow/flow.h"
#include "flow/session.h"
#include "flow/words.h"
#include "flow/world.h"
#include "model/changes.h"
#include "model/image.h"
#include "model/set.h"
#include "ui/canvas.h"
#include "ui/terminal.h"
#include "ui/view.h"

#define TREE_COLUMNS 24
#define LABEL_COLUMNS 13
#define CELL_COLUMNS_MIN 15
#define CELL_COLUMNS_MAX 24
#define MODULES_MAX 200

struct board_view {
	struct view view;
	char *org, *app;
	char *env, *module;	/* the cursor; NULL: the first */
	char *baseline;		/* NULL: the first protected one */
	char *followed;		/* the operation whose clone took the cursor */
	bool in_tree;		/* the arrows choose an application */
};

static const struct key keys[] = {
	{'C', "C", ACTION_CLONE, N_("clone"), N_("Clone the environment of the cursor.")},
	{'V', "V", ACTION_VERSION, N_("version"), N_("Change the version of the workload.")},
	{'D', "D", ACTION_DEPLOY, N_("deploy"), N_("Deploy again what the environment holds.")},
	{'d', "d", ACTION_DIFF, N_("diff"), N_("Compare the environment with the baseline.")},
	{'P', "P", ACTION_PROMOTE, N_("promote"), N_("Take a clone's changes to where it came from.")},
	{'U', "U", ACTION_UNDO, N_("undo"), N_("Undo the last deployment made here.")},
	{'X', "X", ACTION_DISCARD, N_("discard"), N_("Delete a clone and everything that is its own.")},
	{'l', "l", ACTION_LOGS, N_("logs"), N_("Show what the workload writes.")},
	{'/', "/", ACTION_FIND, N_("find"), N_("Find an environment, a workload or an application.")},
	{'h', "h", ACTION_HISTORY, N_("history"), N_("Show what has been done.")},
	{'?', "?", ACTION_HELP, N_("help"), NULL},
	{KEY_BASE + KEY_LEFT, "Left", ACTION_LEFT, NULL, N_("To the environment on the left.")},
	{KEY_BASE + KEY_RIGHT, "Right", ACTION_RIGHT, NULL, N_("To the environment on the right.")},
	{KEY_BASE + KEY_UP, "Up", ACTION_UP, NULL, N_("To the workload above.")},
	{KEY_BASE + KEY_DOWN, "Down", ACTION_DOWN, NULL, N_("To the workload below.")},
	{'k', "k", ACTION_UP, NULL, NULL},
	{'j', "j", ACTION_DOWN, NULL, NULL},
	{'g', "g", ACTION_FIRST, NULL, N_("To the first environment.")},
	{'G', "G", ACTION_LAST, NULL, N_("To the last environment.")},
	{'\t', "Tab", ACTION_PANE, NULL, N_("To the applications, and back.")},
	{'\r', "Enter", ACTION_OPEN, N_("open"), N_("The environment from near; in the applications: to this board.")},
	{27, NULL, ACTION_BACK, NULL, NULL},
	{'b', "b", ACTION_BASELINE, NULL, N_("Make this environment the baseline.")},
	{'p', "p", ACTION_PROGRESS, NULL, N_("Return to the newest operation.")},
	{'y', "y", ACTION_COPY, NULL, N_("Copy the address under the cursor, or the image.")},
	{'R', "R", ACTION_REFRESH, NULL, N_("Read everything again now.")},
	{'q', "q", ACTION_QUIT, NULL, N_("Quit.")},
	{0, NULL, ACTION_NONE, NULL, NULL},
};

/* --- what is under the cursor ---------------------------------------------------------- */

struct sight {
	const struct world *world;
	const struct world_application *app;
	const struct world_environment *env, *baseline;	/* NULL: there is none */
	size_t column;
	const char *modules[MODULES_MAX];		/* of all environments, sorted */
	size_t module_count, row;
};

static int
compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void
add_modules(struct sight *s, const struct set *set)
{
	const char *name;
	json_t *module;

	json_object_foreach(set_modules(set), name, module) {
		bool known = false;

		for (size_t i = 0; i < s->module_count; i++)
			known = known || strcmp(s->modules[i], name) == 0;
		if (!known && s->module_count < MODULES_MAX)
			s->modules[s->module_count++] = name;
	}
}

static const char *
env_id(const struct world_environment *e)
{
	return untrusted_raw(&e->environment.id);
}

static struct sight
look(const struct board_view *b, struct ui *ui)
{
	struct sight s = {.world = session_world(ui_session(ui))};

	if (b->org && b->app)
		s.app = world_application(s.world, b->org, b->app);
	if (!s.app || s.app->count == 0)
		return s;
	for (size_t i = 0; i < s.app->count; i++) {
		const struct world_environment *e = &s.app->environments[i];

		if (b->env && strcmp(env_id(e), b->env) == 0)
			s.column = i;
		if (b->baseline ? strcmp(env_id(e), b->baseline) == 0
				: e->is_protected && !s.baseline)
			s.baseline = e;
		if (e->set)
			add_modules(&s, e->set);
	}
	s.env = &s.app->environments[s.column];
	if (!s.baseline)
		s.baseline = &s.app->environments[0];
	qsort(s.modules, s.module_count, sizeof(s.modules[0]), compare_names);
	for (size_t i = 0; i < s.module_count; i++)
		if (b->module && strcmp(s.modules[i], b->module) == 0)
			s.row = i;
	return s;
}

static void
replace(char **place, const char *value)
{
	char *copy = value ? xstrdup(value) : NULL;

	free(*place);
	*place = copy;
}

/* --- drawing --------------------------------------------------------------------------- */

static void
draw_tree(const struct board_view *b, const struct world *world, struct canvas *c)
{
	int row = 1;

	canvas_at(c, 0, 1);
	canvas_ours(c, b->in_tree ? STYLE_KEY : STYLE_STRONG, _("Organizations"));
	for (size_t i = 0; i < world->count; i++) {
		const struct world_organization *o = &world->organizations[i];
		bool open = b->org && untrusted_is(&o->organization.id, b->org);

		canvas_at(c, row++, 1);
		canvas_glyph(c, STYLE_DIM, open ? GLYPH_OPEN : GLYPH_CLOSED);
		canvas_ours(c, STYLE_NORMAL, " ");
		canvas_foreign(c, STYLE_NORMAL, &o->organization.id, c->width - 4);
		for (size_t k = 0; open && k < o->count; k++) {
			bool here = b->app && untrusted_is(&o->applications[k].application.id, b->app);
			struct canvas line = canvas_part(c, row++, 0, 1, c->width - 1);

			enum style style = !here ? STYLE_NORMAL : b->in_tree ? STYLE_SELECTED : STYLE_STRONG;

			if (here && b->in_tree)
				canvas_fill_row(&line, STYLE_SELECTED);
			canvas_at(&line, 0, 3);
			canvas_glyph(&line, here ? style : STYLE_FAINT, here ? GLYPH_CLOSED : GLYPH_MIDDLE);
			canvas_at(&line, 0, 5);
			canvas_foreign(&line, style, &o->applications[k].application.id, line.width - 6);
		}
	}
}

static const struct { enum glyph glyph; enum style style; } moods[] = {
	[MOOD_QUIET] = {GLYPH_RING, STYLE_DIM}, [MOOD_GOOD] = {GLYPH_DOT, STYLE_OK},
	[MOOD_BUSY] = {GLYPH_HALF, STYLE_WARN}, [MOOD_BAD] = {GLYPH_CROSS, STYLE_DANGER},
};

/* Where the matrix has its columns; low and narrow screens fold. */
struct grid {
	int label, cell, head;	/* columns, columns, rows */
	size_t first, fit;	/* environments that are shown */
	bool foot;
	int rows;		/* of workloads */
	size_t top;		/* the first workload that is shown */
};

static struct grid
lay_out(const struct sight *s, const struct canvas *c)
{
	struct grid g = {.label = c->width < 60 ? 9 : LABEL_COLUMNS, .head = c->height < 14 ? 2 : 4};
	int room = c->width - g.label;

	g.fit = room >= 2 * CELL_COLUMNS_MIN ? (size_t)(room / CELL_COLUMNS_MIN) : 1;
	/* Wide cells are easier to read: no more columns than there are, or than stand at ease. */
	if (g.fit > s->app->count)
		g.fit = s->app->count;
	if (g.fit > 2 && room / (int)g.fit < 18)
		g.fit--;
	g.cell = room / (int)g.fit;
	if (g.cell > CELL_COLUMNS_MAX)
		g.cell = CELL_COLUMNS_MAX;
	g.first = s->column >= g.fit ? s->column - g.fit + 1 : 0;
	g.foot = c->height >= g.head + 5;
	g.rows = c->height - g.head - 1 - (g.foot ? 2 : 0);
	g.top = (int)s->row >= g.rows ? s->row - (size_t)g.rows + 1 : 0;
	return g;
}

static void
draw_head(struct canvas *all, int x, const struct grid *g, const struct world_environment *e,
	  bool selected)
{
	struct canvas head = canvas_part(all, 0, x, g->head, g->cell - 1), *c = &head;
	const struct deployment *shown = e->running.id.raw ? &e->running : &e->environment.last_deploy;
	struct state_words state = words_of_environment(e);
	char age[16] = "";

	canvas_at(c, 0, 0);
	canvas_foreign(c, e->is_protected ? STYLE_DANGER : selected ? STYLE_KEY : STYLE_STRONG,
		       &e->environment.name, c->width - 2);
	if (e->is_protected) {
		canvas_ours(c, STYLE_DANGER, " ");
		canvas_glyph(c, STYLE_DANGER, GLYPH_SQUARE);
	}
	if (g->head > 2) {
		canvas_at(c, 1, 0);
		canvas_foreign(c, STYLE_DIM, &e->environment.type, 0);
		if (e->clone_of) {
			canvas_ours(c, STYLE_DIM, " ");
			canvas_glyph(c, STYLE_DIM, GLYPH_MIDDLE);
			canvas_ours(c, STYLE_DIM, _(" clone"));
		}
		canvas_at(c, 2, 0);
		if (shown->id.raw) {
			clock_age(age, clock_wall_ms() - shown->created_at);
			canvas_format(c, STYLE_DIM, "%-4s ", age);
			canvas_foreign(c, STYLE_DIM, &shown->created_by, 0);
		}
	}
	canvas_at(c, g->head - 1, 0);
	canvas_glyph(c, moods[state.mood].style, moods[state.mood].glyph);
	canvas_ours(c, STYLE_DIM, " ");
	canvas_ours(c, state.mood == MOOD_GOOD ? STYLE_DIM : moods[state.mood].style, state.text);
	if (world_is_primed(&e->environment, &e->running))
		canvas_ours(c, STYLE_DANGER, _(" primed"));
}

static enum style
standing_style(enum standing standing)
{
	switch (standing) {
	case STANDING_AHEAD: return STYLE_AHEAD;
	case STANDING_BEHIND: return STYLE_WARN;
	case STANDING_OTHER: case STANDING_ONLY_HERE: case STANDING_MISSING: return STYLE_OTHER;
	default: return STYLE_DIM;
	}
}

static void
draw_cell(const struct sight *s, struct canvas *c, int row, int x, int columns,
	  const struct world_environment *e, const char *module, bool selected)
{
	const char *reference = e->set ? set_module_image(e->set, module) : NULL;
	struct canvas cell = canvas_part(c, row, x, 1, columns - 2);
	int sign_column = columns - 4 < 14 ? columns - 4 : 14;
	enum standing standing = words_standing(e, s->baseline, module);
	enum style style = selected ? STYLE_SELECTED
			   : standing == STANDING_SAME ? STYLE_DIM : STYLE_NORMAL;

	if (selected)
		canvas_fill_row(&cell, STYLE_SELECTED);
	canvas_at(&cell, 0, 0);
	if (!e->set) {
		canvas_ours(&cell, style, "?");
	} else if (!set_module(e->set, module)) {
		canvas_glyph(&cell, selected ? STYLE_SELECTED : STYLE_FAINT, GLYPH_MIDDLE);
	} else {
		struct image image;

		image_parse(&image, reference ? reference : "");
		canvas_bytes(&cell, style, image.version[0] ? image.version : "-",
			     sign_column - 1);
		image_clear(&image);
	}
	canvas_at(&cell, 0, sign_column);
	canvas_ours(&cell, selected ? STYLE_SELECTED : standing_style(standing), words_sign(standing));
}

static void
draw_resources(struct canvas *c, int row, int x, int columns, const struct world_environment *e)
{
	struct canvas cell = canvas_part(c, row, x, 1, columns - 2);
	const char *name;
	json_t *value;

	canvas_at(&cell, 0, 0);
	if (!e->set)
		return;
	json_object_foreach(set_shared(e->set), name, value) {
		canvas_bytes(&cell, STYLE_DIM, name, 10);
		canvas_ours(&cell, STYLE_DIM, " ");
	}
}

static void
draw_to_promote(struct canvas *c, int row, int x, const struct sight *s,
		const struct world_environment *e)
{
	const struct world_environment *origin = NULL;
	struct changes changes;

	for (size_t i = 0; e->clone_of && i < s->app->count; i++)
		if (strcmp(env_id(&s->app->environments[i]), e->clone_of) == 0)
			origin = &s->app->environments[i];
	if (!origin || !origin->set || !e->set)
		return;
	changes_between(&changes, origin->set, e->set);
	canvas_at(c, row, x);
	if (changes.count > 0)
		canvas_format(c, STYLE_AHEAD, ngettext("%zu change", "%zu changes", changes.count),
			      changes.count);
	else
		canvas_ours(c, STYLE_DIM, _("nothing"));
	changes_clear(&changes);
}

/* What the rows' signs are measured by. */
static void
draw_corner(const struct sight *s, const struct grid *g, struct canvas *c)
{
	canvas_at(c, 0, 0);
	canvas_ours(c, STYLE_STRONG, _("Workload"));
	if (g->head <= 2)
		return;
	canvas_at(c, 1, 0);
	canvas_ours(c, STYLE_DIM, _("compared to"));
	canvas_at(c, 2, 0);
	canvas_foreign(c, STYLE_NORMAL, &s->baseline->environment.name, g->label - 2);
}

static int
draw_matrix(const struct sight *s, struct canvas *c)
{
	struct grid g = lay_out(s, c);
	int row = g.head + 1;

	draw_corner(s, &g, c);
	for (size_t i = g.first; i < s->app->count && i - g.first < g.fit; i++)
		draw_head(c, g.label + (int)(i - g.first) * g.cell, &g, &s->app->environments[i],
			  i == s->column);
	canvas_rule(c, g.head);
	for (size_t m = g.top; m < s->module_count && row < g.head + 1 + g.rows; m++, row++) {
		canvas_at(c, row, 0);
		canvas_bytes(c, m == s->row ? STYLE_STRONG : STYLE_NORMAL, s->modules[m], g.label - 1);
		for (size_t i = g.first; i < s->app->count && i - g.first < g.fit; i++)
			draw_cell(s, c, row, g.label + (int)(i - g.first) * g.cell, g.cell,
				  &s->app->environments[i], s->modules[m],
				  i == s->column && m == s->row);
	}
	if (g.first > 0 || g.first + g.fit < s->app->count) {
		canvas_at(c, g.head, c->width - 10);
		canvas_format(c, STYLE_DIM, _(" %zu of %zu "), s->column + 1, s->app->count);
	}
	if (!g.foot)
		return row;
	if (c->height > row + 2)
		row++;
	for (size_t i = g.first; i < s->app->count && i - g.first < g.fit; i++) {
		int x = g.label + (int)(i - g.first) * g.cell;

		draw_resources(c, row, x, g.cell, &s->app->environments[i]);
		draw_to_promote(c, row + 1, x, s, &s->app->environments[i]);
	}
	canvas_at(c, row, 0);
	canvas_ours(c, STYLE_DIM, g.label < LABEL_COLUMNS ? _("needs") : _("resources"));
	canvas_at(c, row + 1, 0);
	canvas_ours(c, STYLE_DIM, g.label < LABEL_COLUMNS ? _("promote") : _("to promote"));
	return row + 2;
}

static void
label(struct canvas *c, int *row, const char *text)
{
	canvas_at(c, ++*row, 2);
	canvas_ours(c, STYLE_DIM, text);
	canvas_at(c, *row, LABEL_COLUMNS);
}

/* Where the workload can be reached; NULL: nowhere.  Foreign text; free() it. */
static char *
address_of(const struct world_environment *e, const char *module)
{
	char *wanted = xasprintf("modules.%s.externals.", module), *address = NULL;

	for (size_t i = 0; i < e->resource_count && !address; i++) {
		const struct active_resource *r = &e->resources[i];
		const char *host = json_string_value(json_object_get(r->outputs, "host"));
		json_int_t port = json_integer_value(json_object_get(r->outputs, "port"));

		if (untrusted_is(&r->type, "dns") && host &&
		    strncmp(untrusted_raw(&r->res_id), wanted, strlen(wanted)) == 0)
			address = xasprintf("http://%s:%d", host, (int)port);
	}
	free(wanted);
	return address;
}

static void
draw_address(struct canvas *c, int *row, const struct world_environment *e, const char *module)
{
	char *address = address_of(e, module);

	if (address) {
		label(c, row, _("address"));
		canvas_link(c, STYLE_NORMAL, address);
	}
	free(address);
}

static void
draw_pods(struct canvas *c, int *row, const struct world_environment *e, const char *module)
{
	for (size_t i = 0; i < e->runtime.count; i++) {
		const struct runtime_module *m = &e->runtime.modules[i];

		if (!untrusted_is(&m->module, module))
			continue;
		label(c, row, _("pods"));
		canvas_format(c, STYLE_NORMAL, _("%d of %d"), m->pods_ready, m->pods_wanted);
		canvas_format(c, m->restarts ? STYLE_WARN : STYLE_DIM, _("   restarts %d   "), m->restarts);
		canvas_foreign(c, STYLE_DIM, &m->message, 0);
	}
}

static void
draw_failed(struct canvas *c, int *row, const struct world_environment *e)
{
	if (e->environment.last_deploy.status != DEPLOYMENT_FAILED ||
	    !e->environment.last_deploy.id.raw)
		return;
	for (size_t i = 0; i < e->error_count; i++) {
		label(c, row, _("failed"));
		canvas_foreign(c, STYLE_DANGER, &e->errors[i].object_id, 20);
		canvas_ours(c, STYLE_DANGER, ": ");
		canvas_foreign(c, STYLE_DANGER, &e->errors[i].summary, 0);
		if (!e->errors[i].message.raw || !*e->errors[i].message.raw)
			continue;
		label(c, row, _("output"));
		*row += canvas_paragraph(c, STYLE_NORMAL, untrusted_raw(&e->errors[i].message), 5) - 1;
	}
}

static void
draw_detail(const struct sight *s, struct canvas *c)
{
	const struct world_environment *e = s->env;
	const struct deployment *d = &e->environment.last_deploy;
	const char *module = s->module_count ? s->modules[s->row] : NULL;
	char age[16], *comment;
	int row = 1;

	canvas_rule(c, 0);
	canvas_at(c, 1, 0);
	if (module) {
		canvas_bytes(c, STYLE_STRONG, module, 30);
		canvas_ours(c, STYLE_DIM, _(" in "));
	}
	canvas_foreign(c, STYLE_STRONG, &e->environment.name, 40);
	if (e->clone_of) {
		canvas_ours(c, STYLE_DIM, _("   clone of "));
		canvas_bytes(c, STYLE_DIM, e->clone_of, 40);
	}
	draw_failed(c, &row, e);
	if (module && e->set && set_module_image(e->set, module)) {
		label(c, &row, _("image"));
		canvas_bytes(c, STYLE_NORMAL, set_module_image(e->set, module), 0);
		draw_address(c, &row, e, module);
		draw_pods(c, &row, e, module);
	}
	if (d->id.raw) {
		clock_age(age, clock_wall_ms() - d->created_at);
		label(c, &row, _("deployed"));
		canvas_format(c, STYLE_NORMAL, _("%s ago "), age);
		canvas_ours(c, STYLE_DIM, _("by "));
		canvas_foreign(c, STYLE_NORMAL, &d->created_by, 20);
		canvas_ours(c, STYLE_DIM, "   ");
		comment = xstrndup(untrusted_raw(&d->comment),
				   flow_comment_length(untrusted_raw(&d->comment)));
		canvas_bytes(c, STYLE_DIM, comment, 60);
		free(comment);
	}
	if (world_is_primed(&e->environment, &e->running)) {
		label(c, &row, _("primed"));
		canvas_ours(c, STYLE_DANGER, _("the next deployment starts from another one than the last"));
	}
	if (e->read_at && clock_wall_ms() - e->read_at > 15000) {
		clock_age(age, clock_wall_ms() - e->read_at);
		label(c, &row, _("read"));
		canvas_format(c, STYLE_WARN, _("%s ago; it may be different by now"), age);
	}
}

static void
draw_nothing(const struct sight *s, struct canvas *c)
{
	canvas_at(c, 2, 2);
	if (s->world->link == WORLD_OFFLINE) {
		canvas_ours(c, STYLE_DANGER, _("The platform cannot be read."));
		canvas_at(c, 4, 2);
		canvas_bytes(c, STYLE_NORMAL, s->world->link_error.text, 0);
		canvas_at(c, 6, 2);
		canvas_ours(c, STYLE_DIM, _("It is tried again by itself; R tries now, Q quits."));
	} else if (s->world->link == WORLD_CONNECTING) {
		canvas_ours(c, STYLE_DIM, _("Reading the platform …"));
	} else {
		canvas_ours(c, STYLE_DIM, _("There is no environment here."));
	}
}

/* Where the matrix is: right of the applications, above the detail. */
static struct canvas
matrix_part(const struct canvas *canvas, int tree)
{
	struct canvas part = canvas_part(canvas, 0, tree + 1, canvas->height, canvas->width - tree - 1);

	if (part.height >= 20)
		part.height -= 7;
	return part;
}

static int
tree_columns(const struct canvas *canvas)
{
	return canvas->width >= 100 ? TREE_COLUMNS : 0;
}

static void
draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	const struct board_view *b = (const struct board_view *)view;
	struct sight s = look(b, ui);
	struct canvas part, detail;
	int tree = tree_columns(canvas), used;

	if (tree) {
		part = canvas_part(canvas, 0, 0, canvas->height, tree);
		draw_tree(b, s.world, &part);
		canvas_side(&part, tree - 1);
	}
	detail = canvas_part(canvas, 0, tree + 1, canvas->height, canvas->width - tree - 1);
	if (!s.env) {
		draw_nothing(&s, &detail);
		return;
	}
	if (b->in_tree && !tree) {
		draw_tree(b, s.world, canvas);
		return;
	}
	part = matrix_part(canvas, tree);
	used = draw_matrix(&s, &part) + (detail.height >= 24);
	if (detail.height - used >= 2) {
		detail = canvas_part(&detail, used, 0, detail.height - used, detail.width);
		draw_detail(&s, &detail);
	}
}

static void
subject(const struct view *view, struct ui *ui, char *out, size_t size)
{
	const struct board_view *b = (const struct board_view *)view;

	if (b->org && b->app)
		snprintf(out, size, "%s %s %s", b->org, theme_glyph(GLYPH_CLOSED, ui_ascii(ui)), b->app);
}

/* --- actions --------------------------------------------------------------------------- */

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

/* The record that the clone's prompt works on: made when it opens, whatever moves below. */
struct clone_request {
	char *org, *app, *source;
	struct ui *ui;
};

static const char *
check_clone(void *data, const char *text)
{
	const struct clone_request *r = data;

	if (!ids_is_name(text))
		return _("2 to 50 lower-case letters, digits and single dashes inside, please.");
	if (world_environment(session_world(ui_session(r->ui)), r->org, r->app, text))
		return _("This name is taken.");
	return NULL;
}

static void
clone_named(void *data, struct ui *ui, const char *text)
{
	const struct clone_request *r = data;
	struct flow_request request = {
		.verb = FLOW_CLONE, .org = r->org, .app = r->app, .env = text, .source = r->source,
	};
	struct error err = {0};
	struct flow *flow = flow_new(ui_session(ui), &request, &err);

	if (flow)
		ui_replace(ui, review_view_new(flow));
	else
		ui_say_error(ui, &err);
}

static void
drop_clone(void *data)
{
	struct clone_request *r = data;

	free(r->org);
	free(r->app);
	free(r->source);
	free(r);
}

/* hotfix-1, or the first number that is free. */
static char *
free_name(const struct world_application *app)
{
	for (int n = 1;; n++) {
		char *name = xasprintf("hotfix-%d", n);
		bool taken = false;

		for (size_t i = 0; i < app->count; i++)
			taken = taken || strcmp(env_id(&app->environments[i]), name) == 0;
		if (!taken)
			return name;
		free(name);
	}
}

static void
act_clone(struct board_view *b, struct ui *ui, const struct sight *s)
{
	struct clone_request *r = xcalloc(1, sizeof(*r));
	char *name = free_name(s->app);
	struct prompt prompt = {
		.title = N_("Clone"), .label = N_("Name of the clone"),
		.note = N_("It gets its own database, ports and processes; its type is development."),
		.initial = name, .check = check_clone, .done = clone_named,
		.drop = drop_clone, .data = r,
	};

	*r = (struct clone_request){xstrdup(b->org), xstrdup(b->app), xstrdup(env_id(s->env)), ui};
	ui_push(ui, prompt_view_new(&prompt));
	free(name);
}

static void
act_version(struct board_view *b, struct ui *ui, const struct sight *s)
{
	const char *module = s->module_count ? s->modules[s->row] : NULL;
	const char *image = module && s->env->set ? set_module_image(s->env->set, module) : NULL;

	if (image)
		ui_push(ui, picker_view_new(ui, b->org, b->app, env_id(s->env), module, image));
	else
		ui_say(ui, _("This workload does not run in this environment, or that is not known."));
}

static void
act_deploy(struct board_view *b, struct ui *ui, const struct sight *s)
{
	start(ui, &(struct flow_request){
		.verb = FLOW_DEPLOY, .org = b->org, .app = b->app, .env = env_id(s->env)});
}

static void
act_undo(struct board_view *b, struct ui *ui, const struct sight *s)
{
	start(ui, &(struct flow_request){
		.verb = FLOW_UNDO, .org = b->org, .app = b->app, .env = env_id(s->env)});
}

static void
act_discard(struct board_view *b, struct ui *ui, const struct sight *s)
{
	start(ui, &(struct flow_request){
		.verb = FLOW_DISCARD, .org = b->org, .app = b->app, .env = env_id(s->env)});
}

static void
act_promote(struct board_view *b, struct ui *ui, const struct sight *s)
{
	if (!s->env->clone_of) {
		ui_say(ui, _("Only a clone made here can be promoted; the cursor is on none."));
		return;
	}
	start(ui, &(struct flow_request){
		.verb = FLOW_PROMOTE, .org = b->org, .app = b->app, .env = s->env->clone_of,
		.source = env_id(s->env)});
}

static void
act_diff(struct board_view *b, struct ui *ui, const struct sight *s)
{
	struct view *view;

	if (s->env == s->baseline) {
		ui_say(ui, _("This is the baseline itself; move to another environment."));
		return;
	}
	view = compare_view_new(b->org, b->app, env_id(s->baseline), env_id(s->env));
	view->ops->changed(view, ui);
	ui_push(ui, view);
}

static void
act_progress(struct board_view *b, struct ui *ui, const struct sight *s)
{
	(void)b;
	(void)s;
	if (session_flow_count(ui_session(ui)) > 0)
		ui_push(ui, progress_view_new(session_flow(ui_session(ui), 0)));
	else
		ui_say(ui, _("No operation has run yet."));
}

static void
act_baseline(struct board_view *b, struct ui *ui, const struct sight *s)
{
	(void)ui;
	replace(&b->baseline, env_id(s->env));
}

static void
act_open(struct board_view *b, struct ui *ui, const struct sight *s)
{
	ui_push(ui, environment_view_new(ui, b->org, b->app, env_id(s->env)));
}

static void
act_logs(struct board_view *b, struct ui *ui, const struct sight *s)
{
	const char *module = s->module_count ? s->modules[s->row] : NULL;

	/* A workload that is not in this environment writes nothing here: then all of them. */
	if (module && s->env->set && !set_module(s->env->set, module))
		module = NULL;
	ui_push(ui, logs_view_new(ui, b->org, b->app, env_id(s->env), module));
}

static void
act_copy(struct board_view *b, struct ui *ui, const struct sight *s)
{
	const char *module = s->module_count ? s->modules[s->row] : NULL;
	const char *image = module && s->env->set ? set_module_image(s->env->set, module) : NULL;
	char *address = module ? address_of(s->env, module) : NULL;
	char *shown = text_printable(address ? address : image ? image : "");

	(void)b;
	if (address || image)
		ui_copy(ui, address ? _("the address") : _("the image"), shown);
	else
		ui_say(ui, _("There is nothing to copy here: no address and no image."));
	free(shown);
	free(address);
}

/* Actions that need an environment under the cursor. */
static const struct {
	enum action action;
	void (*run)(struct board_view *b, struct ui *ui, const struct sight *s);
} env_actions[] = {
	{ACTION_CLONE, act_clone},     {ACTION_VERSION, act_version}, {ACTION_DEPLOY, act_deploy},
	{ACTION_UNDO, act_undo},       {ACTION_DISCARD, act_discard}, {ACTION_PROMOTE, act_promote},
	{ACTION_DIFF, act_diff},       {ACTION_BASELINE, act_baseline},
	{ACTION_PROGRESS, act_progress}, {ACTION_LOGS, act_logs},     {ACTION_OPEN, act_open},
	{ACTION_COPY, act_copy},
};

static void
move_to(struct board_view *b, const struct sight *s, long column, long row)
{
	long columns = (long)s->app->count, rows = (long)s->module_count;

	column = column < 0 ? 0 : column >= columns ? columns - 1 : column;
	row = row < 0 ? 0 : row >= rows ? rows - 1 : row;
	replace(&b->env, env_id(&s->app->environments[column]));
	if (rows > 0)
		replace(&b->module, s->modules[row]);
}

static void
open_application(struct board_view *b, struct ui *ui, const char *org, const char *app)
{
	replace(&b->org, org);
	replace(&b->app, app);
	replace(&b->env, NULL);
	replace(&b->module, NULL);
	replace(&b->baseline, NULL);
	session_focus(ui_session(ui), b->org, b->app);
}

/* What was found takes the cursor. */
static void
go(void *data, struct ui *ui, const struct goto_place *place)
{
	struct board_view *b = data;

	if (!b->org || !b->app || strcmp(b->org, place->org) != 0 || strcmp(b->app, place->app) != 0)
		open_application(b, ui, place->org, place->app);
	if (*place->env)
		replace(&b->env, place->env);
	if (*place->module)
		replace(&b->module, place->module);
	b->in_tree = false;
}

/* To the application before (-1) or behind (1), across organizations; none: stays. */
static void
step_application(struct board_view *b, struct ui *ui, const struct world *world, int step)
{
	const struct application *last = NULL;
	const char *last_org = NULL;
	bool take = false;

	for (size_t i = 0; i < world->count; i++) {
		const struct world_organization *o = &world->organizations[i];

		for (size_t k = 0; k < o->count; k++) {
			const struct application *a = &o->applications[k].application;
			bool here = b->org && b->app && untrusted_is(&o->organization.id, b->org) &&
				    untrusted_is(&a->id, b->app);

			if (take) {
				open_application(b, ui, untrusted_raw(&o->organization.id),
						 untrusted_raw(&a->id));
				return;
			}
			if (here && step < 0 && last)
				open_application(b, ui, last_org, untrusted_raw(&last->id));
			if (here && step < 0)
				return;
			take = here;
			last = a;
			last_org = untrusted_raw(&o->organization.id);
		}
	}
}

/* Keys while the applications have them.  false: it is the board's. */
static bool
act_in_tree(struct board_view *b, struct ui *ui, enum action action, const struct world *world)
{
	if (action == ACTION_UP || action == ACTION_DOWN)
		step_application(b, ui, world, action == ACTION_UP ? -1 : 1);
	else if (action == ACTION_RIGHT || action == ACTION_OPEN || action == ACTION_BACK ||
		 action == ACTION_PANE)
		b->in_tree = false;
	else
		return action == ACTION_LEFT;
	return true;
}

static void
act_anywhere(struct board_view *b, struct ui *ui, enum action action)
{
	if (action == ACTION_FIND)
		ui_push(ui, goto_view_new(ui, b->org, b->app, go, b));
	else if (action == ACTION_HISTORY)
		ui_push(ui, history_view_new(ui));
	else if (action == ACTION_HELP)
		ui_push(ui, help_view_new(&b->view));
	else if (action == ACTION_REFRESH)
		session_refresh(ui_session(ui));
	else if (action == ACTION_PANE)
		b->in_tree = true;
	else if (action == ACTION_BACK)
		ui_say(ui, _("This is the first screen; q quits, ? lists the keys."));
	else if (action == ACTION_QUIT)
		ui_quit(ui);
}

static void
act(struct view *view, struct ui *ui, enum action action)
{
	struct board_view *b = (struct board_view *)view;
	struct sight s = look(b, ui);
	long column = (long)s.column, row = (long)s.row;

	if (b->in_tree && act_in_tree(b, ui, action, s.world))
		return;
	for (size_t i = 0; i < sizeof(env_actions) / sizeof(env_actions[0]); i++) {
		if (env_actions[i].action != action)
			continue;
		if (s.env)
			env_actions[i].run(b, ui, &s);
		else
			ui_say(ui, _("There is no environment to do this with."));
		return;
	}
	act_anywhere(b, ui, action);
	if (!s.env)
		return;
	switch (action) {
	case ACTION_LEFT: move_to(b, &s, column - 1, row); break;
	case ACTION_RIGHT: move_to(b, &s, column + 1, row); break;
	case ACTION_UP: move_to(b, &s, column, row - 1); break;
	case ACTION_DOWN: move_to(b, &s, column, row + 1); break;
	case ACTION_FIRST: move_to(b, &s, 0, row); break;
	case ACTION_LAST: move_to(b, &s, (long)s.app->count - 1, row); break;
	default: break;
	}
}

/* The application in that row of the tree, as draw_tree() draws it. */
static void
click_tree(struct board_view *b, struct ui *ui, const struct world *world, int clicked)
{
	int row = 1;

	for (size_t i = 0; i < world->count; i++) {
		const struct world_organization *o = &world->organizations[i];
		bool open = b->org && untrusted_is(&o->organization.id, b->org);
		bool chosen = row++ == clicked && !open && o->count > 0;
		size_t which = 0;

		for (size_t k = 0; open && k < o->count; k++) {
			if (row++ == clicked) {
				chosen = true;
				which = k;
			}
		}
		if (chosen) {
			open_application(b, ui, untrusted_raw(&o->organization.id),
					 untrusted_raw(&o->applications[which].application.id));
			return;
		}
	}
}

static void
click(struct view *view, struct ui *ui, const struct canvas *canvas, int row, int column)
{
	struct board_view *b = (struct board_view *)view;
	struct sight s = look(b, ui);
	int tree = tree_columns(canvas);
	long x = (long)s.column, y = (long)s.row;
	struct canvas part;
	struct grid g;

	if (column < tree || (b->in_tree && !tree)) {
		click_tree(b, ui, s.world, row);
		return;
	}
	if (!s.env)
		return;
	part = matrix_part(canvas, tree);
	g = lay_out(&s, &part);
	column -= tree + 1 + g.label;
	if (row >= part.height)
		return;
	if (column >= 0 && (size_t)(column / g.cell) < g.fit)
		x = (long)g.first + column / g.cell;
	if (row > g.head && row < g.head + 1 + g.rows &&
	    g.top + (size_t)(row - g.head - 1) < s.module_count)
		y = (long)g.top + row - g.head - 1;
	b->in_tree = false;
	move_to(b, &s, x, y);
}

/* A clone that was asked for takes the cursor, once, as soon as it is there. */
static void
follow_clone(struct board_view *b, struct ui *ui, const struct world *world)
{
	struct session *session = ui_session(ui);
	struct flow *newest = session_flow_count(session) ? session_flow(session, 0) : NULL;
	const struct flow_request *request;

	if (!newest || flow_verb(newest) != FLOW_CLONE || flow_state(newest) < FLOW_RUNNING ||
	    (b->followed && strcmp(b->followed, flow_operation_id(newest)) == 0))
		return;
	request = flow_request(newest);
	if (!b->org || !b->app || strcmp(b->org, request->org) != 0 ||
	    strcmp(b->app, request->app) != 0 ||
	    !world_environment(world, request->org, request->app, request->env))
		return;
	replace(&b->env, request->env);
	replace(&b->followed, flow_operation_id(newest));
}

/* The first application there is, once there is one, unless one was asked for. */
static void
changed(struct view *view, struct ui *ui)
{
	struct board_view *b = (struct board_view *)view;
	const struct world *world = session_world(ui_session(ui));

	follow_clone(b, ui, world);
	if (b->org && b->app)
		return;
	for (size_t i = 0; i < world->count; i++) {
		const struct world_organization *o = &world->organizations[i];

		if (o->count == 0 || (b->org && !untrusted_is(&o->organization.id, b->org)))
			continue;
		replace(&b->org, untrusted_raw(&o->organization.id));
		replace(&b->app, untrusted_raw(&o->applications[0].application.id));
		session_focus(ui_session(ui), b->org, b->app);
		return;
	}
}

static void
close_view(struct view *view)
{
	struct board_view *b = (struct board_view *)view;

	free(b->org);
	free(b->app);
	free(b->env);
	free(b->module);
	free(b->baseline);
	free(b->followed);
	free(b);
}

static const struct view_ops ops = {
	.title = N_("Board"), .keys = keys, .draw = draw, .subject = subject, .act = act,
	.click = click, .changed = changed,
	.close = close_view,
};

struct view *
board_view_new(const char *org, const char *app)
{
	struct board_view *b = xcalloc(1, sizeof(*b));

	b->view.ops = &ops;
	replace(&b->org, org);
	replace(&b->app, app);
	return &b->view;
}
