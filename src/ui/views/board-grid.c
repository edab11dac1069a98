/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Where the matrix of the board has its columns and rows: it folds with the screen. */
#include "config.h"

#include "ui/canvas.h"
#include "ui/views/board.h"
#include "ui/widgets/viewport.h"

#define CELL_COLUMNS_MIN 15
#define CELL_COLUMNS_MAX 24

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
scroll_columns(struct grid *g, const struct board_view *b, const struct sight *s)
{
	size_t moving, count, at, first, base = 0;

	/* However many are pinned, one moves with the cursor. */
	g->pinned = s->pinned < g->fit ? s->pinned : g->fit - 1;
	moving = g->fit - g->pinned;
	count = s->column_count - g->pinned;
	at = s->column > g->pinned ? s->column - g->pinned : 0;
	first = viewport_first(b->drawn_first, at, moving, count);
	while (base < s->column_count && s->columns[base] != s->baseline)
		base++;
	if (moving > 1 && base >= g->pinned && base < s->column_count &&
	    (base < g->pinned + first || base >= g->pinned + first + moving)) {
		g->kept = base;
		g->kept_at = base < g->pinned + first ? -1 : 1;
		first = viewport_first(b->drawn_first, at, moving - 1, count);
	}
	g->first = g->pinned + first;
}

struct grid
board_lay_out(const struct board_view *b, const struct sight *s, const struct canvas *c)
{
	int cell = board_cell(b);
	struct grid g = {.label = c->width < 60 ? 9 : LABEL_COLUMNS, .head = c->height < 14 ? 2 : 4};
	int room = c->width - g.label;

	if (cell > 0) {
		g.cell = cell < room ? cell : room;
		g.fit = (size_t)(room / g.cell) < s->column_count ? (size_t)(room / g.cell) : s->column_count;
	} else {
		fit_columns(&g, s->column_count, room);
	}
	scroll_columns(&g, b, s);
	g.foot = c->height >= g.head + 5;
	g.rows = c->height - g.head - 1 - (g.foot ? 2 : 0);
	g.top = viewport_first(b->drawn_top, s->row, g.rows > 0 ? (size_t)g.rows : 0, s->module_count);
	return g;
}
