/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How the board looks: the tree and the matrix; the pane below is board-pane.c's.
 *
 * Nothing is decided here.  Who stands where was laid out by board_fit() before, from the
 * model; drawing only reads, so a picture can be made again at any time.  Signs and words
 * come from flow/world/words.c, which the plain lines use as well.
 */
#include "config.h"

#include "ui/views/board-draw.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "compare/values.h"
#include "flow/world/moments.h"
#include "flow/world/words.h"
#include "flow/world/world.h"
#include "model/set.h"
#include "ui/canvas.h"
#include "ui/view.h"
#include "ui/views/board-arrange.h"
#include "ui/views/board-grid.h"
#include "ui/views/board-head.h"
#include "ui/views/board-model.h"
#include "ui/views/board-pane.h"
#include "ui/views/board-state.h"
#include "ui/views/board-tree.h"
#include "ui/widgets/viewport.h"

#define TREE_COLUMNS 24

/* Where a column is not the neighbour of the one before it. */
static void
draw_gaps(const struct grid *g, struct canvas *c, int rows)
{
	for (size_t i = 1; i < g->fit; i++) {
		struct canvas side = canvas_sub(c, 0, g->label + (int)i * g->cell - 2, rows, 1);

		if (i == g->pinned || board_grid_column(g, i) != board_grid_column(g, i - 1) + 1)
			canvas_vline(&side, 0);
	}
}

static void
draw_cut(struct canvas *c, enum style style, const char *text, int columns, enum cut where)
{
	char *shown = cut_text(text, columns, where);

	canvas_untrusted_bytes(c, style, shown, 0);
	free(shown);
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

/* Not: nothing was ever deployed. */
static bool
is_set_unknown(const struct world_environment *e)
{
	return !e->set && world_known(e, WORLD_SET)->state != KNOWLEDGE_ABSENT;
}

/* "?" is what is not known, a dot what is not there: the two must never look alike. */
static void
draw_cell(const struct board_model *s, const struct grid *g, struct canvas *c, int row, int x,
	  const struct world_environment *e, const char *module, bool selected)
{
	struct canvas cell = canvas_sub(c, row, x, 1, g->cell - 2);
	enum standing standing = words_standing(e, s->baseline, module);
	enum style style = selected ? STYLE_SELECTED
			   : standing == STANDING_SAME ? STYLE_DIM : STYLE_NORMAL;

	if (selected)
		canvas_fill_row(&cell, STYLE_SELECTED);
	canvas_move(&cell, 0, 0);
	if (is_set_unknown(e)) {
		canvas_text(&cell, style, "?");
	} else if (!e->set || !set_module(e->set, module)) {
		canvas_glyph(&cell, selected ? STYLE_SELECTED : STYLE_FAINT, GLYPH_MIDDLE);
	} else {
		char *version = words_of_version(e->set, module);

		draw_cut(&cell, style, version ? version : "-", g->version, g->versions);
		free(version);
	}
	canvas_move(&cell, 0, g->version + 1);
	canvas_text(&cell, selected ? STYLE_SELECTED : standing_style(standing),
		    words_sign(standing));
}

static void
draw_resources(struct canvas *c, int row, int x, int columns, const struct world_environment *e)
{
	struct canvas cell = canvas_sub(c, row, x, 1, columns - 2);
	const char *name;
	json_t *value;

	canvas_move(&cell, 0, 0);
	if (is_set_unknown(e))
		canvas_text(&cell, STYLE_DIM, "?");
	if (!e->set)
		return;
	json_object_foreach(set_shared(e->set), name, value) {
		canvas_untrusted_bytes(&cell, STYLE_DIM, name, 0);
		canvas_text(&cell, STYLE_DIM, " ");
	}
}

/* How many of the shared values the environment overrides. */
static void
draw_own_values(struct canvas *c, int row, int x, const struct world_environment *e)
{
	size_t own = 0;

	canvas_move(c, row, x);
	if (e->is_past || world_known(e, WORLD_VALUES)->state == KNOWLEDGE_ABSENT)
		return;
	if (!e->values) {
		canvas_text(c, STYLE_DIM, "?");
		return;
	}
	for (size_t i = 0; i < e->values->count; i++)
		own += e->values->items[i].of_env;
	if (own > 0)
		canvas_format(c, STYLE_DIM, ngettext("%zu override", "%zu overrides", own), own);
	else
		canvas_text(c, STYLE_DIM, _("no overrides"));
}

static void
draw_to_promote(struct canvas *c, int row, int x, const struct world_environment *e)
{
	if (!e->clone_of)
		return;
	canvas_move(c, row, x);
	if (!e->unpromoted.is_known)
		canvas_text(c, STYLE_DIM, _("unknown"));
	else if (e->unpromoted.changes == 0)
		canvas_text(c, STYLE_DIM, _("nothing"));
	else
		canvas_format(c, STYLE_AHEAD,
			      ngettext("%zu change", "%zu changes", e->unpromoted.changes),
			      e->unpromoted.changes);
}

/* On the rule: where one is among those that do not fit, and how many are left out. */
static void
draw_position(const struct board_model *s, const struct grid *g, struct canvas *c)
{
	char position[48] = "", hidden[48] = "";

	if (g->fit < s->column_count)
		snprintf(position, sizeof(position), _("%zu of %zu"), s->column + 1,
			 s->column_count);
	if (s->hidden > 0)
		snprintf(hidden, sizeof(hidden),
			 ngettext("%zu hidden", "%zu hidden", s->hidden), s->hidden);
	if (!*position && !*hidden)
		return;
	canvas_move(c, g->head, c->width - text_columns(position) - text_columns(hidden) -
				      (*position && *hidden ? 6 : 4));
	canvas_format(c, STYLE_DIM, " %s%s%s ", position, *position && *hidden ? ", " : "", hidden);
}

static void
draw_row(const struct board_view *b, const struct board_model *s, const struct grid *g,
	 struct canvas *c, int row, size_t m)
{
	bool marked = row_marks_has(&b->marks, s->modules[m]);

	canvas_move(c, row, 0);
	draw_cut(c, marked ? STYLE_KEY : m == s->row ? STYLE_STRONG : STYLE_NORMAL, s->modules[m],
		 g->label - (marked ? 3 : 1), g->names);
	if (marked)
		canvas_text(c, STYLE_KEY, " *");
	for (size_t i = 0; i < g->fit; i++) {
		size_t at = board_grid_column(g, i);

		draw_cell(s, g, c, row, g->label + (int)i * g->cell, s->columns[at], s->modules[m],
			  at == s->column && m == s->row);
	}
}

static int
draw_matrix(const struct board_view *b, const struct board_model *s, struct canvas *c)
{
	const struct grid g = b->grid;
	int row = g.head + 1;

	board_draw_corner(s, &g, c);
	for (size_t i = 0; i < g.fit; i++) {
		size_t at = board_grid_column(&g, i);

		board_draw_head(c, g.label + (int)i * g.cell, &g, s->columns[at], at == s->column);
	}
	canvas_hline(c, g.head);
	for (size_t m = g.top; m < s->module_count && row < g.head + 1 + g.rows; m++, row++)
		draw_row(b, s, &g, c, row, m);
	draw_position(s, &g, c);
	draw_gaps(&g, c, row);
	if (!g.foot)
		return row;
	if (c->height > row + g.foot)
		row++;
	for (size_t i = 0; i < g.fit; i++) {
		const struct world_environment *e = s->columns[board_grid_column(&g, i)];
		int x = g.label + (int)i * g.cell;

		draw_resources(c, row, x, g.cell, e);
		if (g.foot > 2)
			draw_own_values(c, row + 1, x, e);
		draw_to_promote(c, row + g.foot - 1, x, e);
	}
	canvas_move(c, row, 0);
	canvas_text(c, STYLE_DIM, c->width < 60 ? _("needs") : _("resources"));
	canvas_move(c, row + 1, 0);
	if (g.foot > 2)
		canvas_text(c, STYLE_DIM, _("values"));
	canvas_move(c, row + g.foot - 1, 0);
	canvas_text(c, STYLE_DIM, c->width < 60 ? _("promote") : _("to promote"));
	return row + g.foot;
}

/* Whether the platform has said that there is nothing. */
static bool
is_list_known(const struct board_view *b, const struct board_model *s)
{
	const struct world_organization *o = b->org ? world_organization(s->world, b->org) : NULL;

	if (b->snapshot)
		return true;
	for (size_t i = 0; !o && i < s->world->count; i++)
		if (!knowledge_is_current(&s->world->organizations[i].known))
			return false;
	return knowledge_is_current(s->app ? &s->app->known : o ? &o->known : &s->world->known);
}

/* Of a cluster that is looked through: what goes on, or why there is nothing. */
static void
draw_no_adoption(const struct world_adoption *adoption, struct canvas *c)
{
	char *text = adoption_nothing(adoption);
	int used;

	used = canvas_paragraph(c, STYLE_NORMAL, text, 3);
	canvas_move(c, 3 + used, 2);
	canvas_paragraph(c, STYLE_DIM,
			 adoption->state == ADOPTION_READING
				 ? _("Nothing is changed. Of Secrets only the names are read.")
			 : adoption->state == ADOPTION_FAILED
				 ? _("sidestage keeps trying.")
				 : _("Quit, and choose others with sidestage kube --namespace=NAME or "
				     "--all-namespaces. Workloads that start there later appear by themselves."),
			 3);
	free(text);
}

static void
draw_nothing(const struct board_view *b, const struct board_model *s, struct ui *ui,
	     struct canvas *c)
{
	int used;

	canvas_move(c, 2, 2);
	if (s->world->link == WORLD_OFFLINE || b->notice) {
		canvas_text(c, STYLE_DANGER, _("The platform cannot be read."));
		canvas_move(c, 4, 2);
		used = canvas_paragraph(c, STYLE_NORMAL, s->world->link == WORLD_OFFLINE ?
					s->world->link_error.text : b->notice, 4);
		canvas_move(c, 5 + used, 2);
		canvas_text(
			c, STYLE_DIM,
			ui_keyed_text(ui,
				_("sidestage keeps trying; {refresh} tries now, {quit} quits.")));
	} else if (board_adoption(b, s) && !b->app) {
		draw_no_adoption(board_adoption(b, s), c);
	} else if (!is_list_known(b, s)) {
		canvas_text(c, STYLE_DIM, _("Reading the platform …"));
	} else {
		canvas_paragraph(c, STYLE_DIM,
				 !b->app  ? _("This organization has no applications.")
				 : s->app ? _("This application has no environments.")
					  : ui_keyed_text(ui, _("This application is not there any "
							    "more; {find} finds others.")), 2);
	}
}

/* The pane below has seven rows where there are twenty in all; the board comes first. */
struct canvas
board_matrix_part(const struct canvas *canvas, int tree)
{
	struct canvas part = canvas_sub(canvas, 0, tree + 1, canvas->height,
					canvas->width - tree - 1);

	if (part.height >= 20)
		part.height -= 7;
	return part;
}

int
board_tree_columns(const struct canvas *canvas)
{
	return canvas->width >= 100 ? TREE_COLUMNS : 0;
}

/* What holds until somebody mends it is read whole where there is room for that. */
static int
lasting_rows(const struct board_view *b, const struct canvas *canvas)
{
	int rows = b->lasting ? canvas_paragraph_rows(b->lasting, canvas->width - 3) : 0;

	return canvas->height < 20 && rows > 1 ? 1 : rows < 4 ? rows : 4;
}

struct canvas
board_body(const struct board_view *b, const struct canvas *canvas)
{
	int rows = (b->snapshot || b->notice) + lasting_rows(b, canvas);

	return canvas_sub(canvas, rows, 0, canvas->height - rows, canvas->width);
}

/* Nobody shall take what was for what is. */
static void
draw_snapshot(const struct board_view *b, struct canvas *c)
{
	char stamp[CLOCK_STAMP_SIZE], ago[64];

	clock_local(stamp, moments_at(b->snapshot));
	clock_ago(ago, clock_wall_ms() - moments_at(b->snapshot));
	canvas_move(c, 0, 1);
	canvas_glyph(c, STYLE_WARN, GLYPH_RING);
	canvas_format(c, STYLE_WARN, _(" As it was %s"), stamp);
	canvas_format(c, STYLE_DIM, _("  %s; nothing can be changed here"), ago);
}

static void
draw_notice(struct canvas *c, int row, int rows, const char *notice)
{
	canvas_move(c, row, 1);
	canvas_text(c, STYLE_DANGER, "! ");
	canvas_paragraph(c, STYLE_WARN, notice, rows);
}

/* The applications have all of a screen that has no room for them beside the board. */
static bool
is_tree_alone(const struct board_view *b, int tree)
{
	return b->model.env && b->in_tree && !tree;
}

void
board_fit(struct view *view, struct ui *ui, const struct canvas *canvas)
{
	struct board_view *b = (struct board_view *)view;
	const struct board_model *s = board_model_update(b, ui);
	struct canvas body = board_body(b, canvas);
	int tree = board_tree_columns(canvas);
	struct canvas part = board_matrix_part(&body, tree);

	if (tree || is_tree_alone(b, tree))
		board_scroll_tree(b, body.height - 1);
	if (!s->env)
		return;
	b->grid = board_lay_out(b, s, &part);
	b->matrix_columns = part.width - b->grid.label;
}

void
board_draw(const struct view *view, struct ui *ui, struct canvas *canvas)
{
	const struct board_view *b = (const struct board_view *)view;
	const struct board_model *s = &b->model;
	struct canvas body = board_body(b, canvas);
	struct canvas part, detail;
	int tree = board_tree_columns(canvas), used;
	struct viewport workloads;

	if (b->snapshot)
		draw_snapshot(b, canvas);
	if (b->notice)
		draw_notice(canvas, 0, 1, b->notice);
	if (b->lasting)
		draw_notice(canvas, b->notice != NULL, lasting_rows(b, canvas), b->lasting);
	canvas = &body;
	if (tree) {
		part = canvas_sub(canvas, 0, 0, canvas->height, tree);
		board_draw_tree(b, &part);
		canvas_vline(&part, tree - 1);
	}
	detail = canvas_sub(canvas, 0, tree + 1, canvas->height, canvas->width - tree - 1);
	if (!s->env) {
		draw_nothing(b, s, ui, &detail);
		return;
	}
	if (is_tree_alone(b, tree)) {
		board_draw_tree(b, canvas);
		return;
	}
	part = board_matrix_part(canvas, tree);
	used = draw_matrix(b, s, &part) + (detail.height >= 24);
	workloads = list_part(&b->workloads);
	if (detail.height - used >= 2) {
		detail = canvas_sub(&detail, used, 0, detail.height - used, detail.width);
		board_draw_pane(s, &workloads, &detail);
	} else {
		ui_in_sight(ui, &workloads);
	}
}
