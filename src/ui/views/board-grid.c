/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Where the matrix of the board has its columns and rows: it folds with the screen.
 *
 * The order matters.  How many columns there are decides which of them are in sight, and
 * these how wide names and versions want to be; what is then left is shared out, and only at
 * the end is it known what has to be cut, and where best.
 */
#include "config.h"

#include "ui/views/board-grid.h"

#include <stdlib.h>
#include <string.h>

#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "flow/world/words.h"
#include "flow/world/world.h"
#include "model/image.h"
#include "model/set.h"
#include "ui/canvas.h"
#include "ui/views/board-arrange.h"
#include "ui/views/board-draw.h"
#include "ui/views/board-state.h"
#include "ui/widgets/viewport.h"

/* A name that can be told from another, and a version with its sign. */
#define CELL_COLUMNS_MIN 15
#define CELL_COLUMNS_MAX 24
#define VERSION_COLUMNS 13		/* before the sign, where nothing longer is there */
#define AFTER_VERSION 5			/* a blank, the sign, and what is between two columns */

/* Wide cells are easier to read: no more columns than there are, or than stand at ease. */
static void
fit_columns(struct grid *g, size_t count, int room)
{
	g->fit = room >= 2 * CELL_COLUMNS_MIN ? (size_t)(room / CELL_COLUMNS_MIN) : 1;
	if (g->fit > count)
		g->fit = count;
	if (g->fit > 2 && room / (int)g->fit < 18)
		g->fit--;
	g->cell = room / (int)g->fit;
	if (g->cell > CELL_COLUMNS_MAX)
		g->cell = CELL_COLUMNS_MAX;
}

/* From the place in the grid to the column of the model: pinned ones first, then those that
 * scroll, with the baseline kept at the side where it went out of sight. */
size_t
board_grid_column(const struct grid *g, size_t i)
{
	if (i < g->pinned)
		return i;
	if ((g->kept_at < 0 && i == g->pinned) || (g->kept_at > 0 && i == g->fit - 1))
		return g->kept;
	return g->first + i - g->pinned - (g->kept_at < 0);
}

/* Which columns move with the cursor, and the baseline beside them: a sign without what it is
 * measured by says little. */
static void
scroll_columns(struct grid *g, const struct board_view *b, const struct board_model *s)
{
	size_t moving, count, at, first, base = 0;

	/* However many are pinned, one moves with the cursor. */
	g->pinned = s->pinned < g->fit ? s->pinned : g->fit - 1;
	moving = g->fit - g->pinned;
	count = s->column_count - g->pinned;
	at = s->column > g->pinned ? s->column - g->pinned : 0;
	first = viewport_first(b->grid.first - b->grid.pinned, at, moving, count);
	while (base < s->column_count && s->columns[base] != s->baseline)
		base++;
	if (moving > 1 && base >= g->pinned && base < s->column_count &&
	    (base < g->pinned + first || base >= g->pinned + first + moving)) {
		g->kept = base;
		g->kept_at = base < g->pinned + first ? -1 : 1;
		first = viewport_first(b->grid.first - b->grid.pinned, at, moving - 1, count);
	}
	g->first = g->pinned + first;
}

static int
wider(int a, int b)
{
	return a > b ? a : b;
}

char *
board_baseline_words(const struct board_model *s)
{
	return xasprintf(_("vs %s"), untrusted_raw(&s->baseline->environment.name));
}

/* Of the names, and of what stands above and below them. */
static int
wanted_label(const struct board_model *s, const struct canvas *c)
{
	const char *const words[] = {_("Workload"), _("deployed"), _("resources"),
				     _("to promote")};
	const char *const short_words[] = {_("Workload"), _("needs"), _("promote")};
	int wanted = 0;

	if (c->width < 60)
		for (size_t i = 0; i < sizeof(short_words) / sizeof(short_words[0]); i++)
			wanted = wider(wanted, text_columns(short_words[i]));
	else
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			wanted = wider(wanted, text_columns(words[i]));
	if (c->width >= 60) {
		char *baseline = board_baseline_words(s);

		wanted = wider(wanted, text_columns(baseline) + 1);
		free(baseline);
	}
	for (size_t i = 0; i < s->module_count; i++)
		wanted = wider(wanted, text_columns(s->modules[i]) + 2);	/* with its mark */
	return wanted + 1;
}

static char *
version_in(const struct world_environment *e, const char *module)
{
	return e->set ? words_of_version(e->set, module) : NULL;
}

/* Of the versions of the columns that are shown. */
static int
wanted_version(const struct grid *g, const struct board_model *s)
{
	int wanted = VERSION_COLUMNS;

	for (size_t i = 0; i < g->fit; i++)
		for (size_t m = 0; m < s->module_count; m++) {
			char *version = version_in(s->columns[board_grid_column(g, i)],
						   s->modules[m]);

			wanted = wider(wanted, version ? text_columns(version) : 0);
			free(version);
		}
	return wanted;
}

/* Of where the environments run. */
static int
wanted_place(const struct grid *g, const struct board_model *s)
{
	int wanted = 0;

	for (size_t i = 0; i < g->fit; i++) {
		char *place = words_of_place_short(&s->columns[board_grid_column(g, i)]->runtime);

		wanted = wider(wanted, place ? text_columns(place) : 0);
		free(place);
	}
	return wanted;
}

/* Of the names of the environments, with their marks, and of where they run. */
static int
wanted_head(const struct grid *g, const struct board_model *s)
{
	int wanted = g->place == PLACE_WHOLE ? wanted_place(g, s) + 2 : 0;

	for (size_t i = 0; i < g->fit; i++) {
		const struct world_environment *e = s->columns[board_grid_column(g, i)];

		wanted = wider(wanted, text_columns(untrusted_raw(&e->environment.name)) + 4);
	}
	return wanted;
}

/* What is left when every column has what it needs at least goes to the names, then to the
 * versions; and where names are still cut, columns that are wider than they need give way. */
static void
use_room(struct grid *g, const struct board_model *s, const struct canvas *c, bool is_set)
{
	int fit = (int)g->fit, left = c->width - g->label - fit * g->cell;
	int label = wanted_label(s, c), version = wanted_version(g, s);
	int cell = wider(version + AFTER_VERSION, wanted_head(g, s));
	int spare = g->cell - wider(cell, CELL_COLUMNS_MIN);

	if (!is_set && spare > 0 && label - g->label > left) {
		int needed = (label - g->label - left + fit - 1) / fit;

		spare = needed < spare ? needed : spare;
		g->cell -= spare;
		left += spare * fit;
	}
	if (label > g->label && left > 0) {
		int more = label - g->label < left ? label - g->label : left;

		g->label += more;
		left -= more;
	}
	if (!is_set && cell > g->cell && left > 0)
		g->cell += left / fit < cell - g->cell ? left / fit : cell - g->cell;
	/* The namespaces are worth more than the second blank after the names. */
	if (!is_set && g->place == PLACE_WHOLE && wanted_place(g, s) == g->cell &&
	    c->width - (g->label - 1) >= fit * (g->cell + 1)) {
		g->label--;
		g->cell++;
	}
	g->version = version < g->cell - AFTER_VERSION ? version : g->cell - AFTER_VERSION;
}

/* In a low window only what tells one environment from another is worth the room. */
static enum grid_place
choose_place(const struct board_model *s, int head)
{
	const struct untrusted *first = NULL;
	bool differ = false;

	for (size_t i = 0; i < s->app->count; i++) {
		const struct untrusted *cluster = &s->app->environments[i].runtime.cluster;

		if (!cluster->raw)
			continue;
		differ = differ || (first && !untrusted_equal(first, cluster));
		first = cluster;
	}
	if (!first)
		return PLACE_NOWHERE;
	return head > 2 ? PLACE_WHOLE : differ ? PLACE_BESIDE : PLACE_NOWHERE;
}

/* A row of versions side by side, or a column of names, is to be told apart. */
static void
choose_cuts(struct grid *g, const struct board_model *s)
{
	size_t count = 0, rows = g->rows > 0 ? (size_t)g->rows : 0;
	char **versions = xcalloc(rows * g->fit + 1, sizeof(*versions));
	const char **heads = xcalloc(g->fit + 1, sizeof(*heads));

	if (g->top + rows > s->module_count)
		rows = s->module_count - g->top;
	for (size_t i = 0; i < g->fit; i++)
		heads[i] = untrusted_raw(&s->columns[board_grid_column(g, i)]->environment.name);
	g->heads = cut_choose(heads, g->fit, g->cell - 3);
	free(heads);
	g->names = cut_choose(s->modules + g->top, rows, g->label - 1);
	for (size_t m = 0; m < rows; m++)
		for (size_t i = 0; i < g->fit; i++) {
			char *version = version_in(s->columns[board_grid_column(g, i)],
						   s->modules[g->top + m]);
			size_t k = 0;

			while (version && k < count && strcmp(versions[k], version) != 0)
				k++;
			if (version && k == count && text_columns(version) > g->version)
				versions[count++] = version;
			else
				free(version);
		}
	g->versions = cut_choose((const char *const *)versions, count, g->version);
	while (count > 0)
		free(versions[--count]);
	free(versions);
}

struct grid
board_lay_out(struct board_view *b, const struct board_model *s, const struct canvas *c)
{
	int cell = board_cell(b);
	struct grid g = {.label = c->width < 60 ? 9 : LABEL_COLUMNS,
			 .head = c->height < 14 ? 2 : 4};
	int room = c->width > g.label ? c->width - g.label : 1;	/* clicks come in any window */

	g.place = choose_place(s, g.head);
	g.head += g.place == PLACE_WHOLE;
	if (cell > 0) {
		g.cell = cell < room ? cell : room;
		g.fit = (size_t)(room / g.cell) < s->column_count ? (size_t)(room / g.cell)
								  : s->column_count;
	} else {
		fit_columns(&g, s->column_count, room);
	}
	scroll_columns(&g, b, s);
	/* The values have a row where neither a workload nor what is under the cursor has to go for
	 * it; what they were is not known. */
	g.foot = c->height >= g.head + 5 ? 2 : 0;
	if (g.foot && !b->snapshot && c->height >= g.head + 1 + 3 + (int)s->module_count + 3)
		g.foot = 3;
	g.rows = c->height - g.head - 1 - g.foot;
	list_fit(&b->workloads, g.head + 1, g.rows);
	g.top = b->workloads.first;
	use_room(&g, s, c, cell > 0);
	if (g.place == PLACE_WHOLE && wanted_place(&g, s) >= g.cell)
		g.place = PLACE_CLUSTER;
	choose_cuts(&g, s);
	return g;
}
