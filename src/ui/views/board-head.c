/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The head of a column has two rows in a low window, four else, and one more where environments run
 * in clusters; the last is always how it does.
 */
#include "config.h"

#include "ui/views/board-head.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "flow/world/words.h"
#include "flow/world/world.h"
#include "ui/canvas.h"
#include "ui/views/board-grid.h"
#include "ui/views/board-model.h"
#include "ui/widgets/cut.h"

static const struct { enum glyph glyph; enum style style; } moods[] = {
	[MOOD_QUIET] = {GLYPH_RING, STYLE_DIM}, [MOOD_GOOD] = {GLYPH_DOT, STYLE_OK},
	[MOOD_BUSY] = {GLYPH_HALF, STYLE_WARN}, [MOOD_BAD] = {GLYPH_CROSS, STYLE_DANGER},
};

static bool
has_place_row(const struct grid *g)
{
	return g->place == PLACE_WHOLE || g->place == PLACE_CLUSTER;
}

static void
draw_name(struct canvas *c, const struct grid *g, const struct world_environment *e, bool selected)
{
	char *name = cut_text(untrusted_raw(&e->environment.name), c->width - 2, g->heads);

	canvas_move(c, 0, 0);
	canvas_untrusted_bytes(c, e->is_protected ? STYLE_DANGER
				  : selected	  ? STYLE_KEY
						  : STYLE_STRONG,
			       name, 0);
	if (e->is_protected) {
		canvas_text(c, STYLE_DANGER, " ");
		canvas_glyph(c, STYLE_DANGER, GLYPH_SQUARE);
	}
	free(name);
}

static void
draw_kind(struct canvas *c, const struct world_environment *e)
{
	canvas_move(c, 1, 0);
	canvas_untrusted(c, STYLE_DIM, &e->environment.type, 0);
	if (e->clone_of) {
		canvas_text(c, STYLE_DIM, " ");
		canvas_glyph(c, STYLE_DIM, GLYPH_MIDDLE);
		canvas_text(c, STYLE_DIM, _(" clone"));
	}
}

static void
draw_deployed(struct canvas *c, const struct world_environment *e)
{
	const struct deployment *shown = e->running.id.raw ? &e->running
							   : &e->environment.last_deploy;
	char age[16];

	if (!shown->id.raw)
		return;
	canvas_move(c, 2, 0);
	clock_age(age, clock_wall_ms() - shown->created_at);
	canvas_format(c, STYLE_DIM, "%-4s ", age);
	canvas_untrusted(c, STYLE_DIM, &shown->created_by, 0);
}

/* "?" is what is not known, a dot what is not there, as in the rows below. */
static void
draw_place(struct canvas *c, const struct grid *g, const struct world_environment *e)
{
	char *whole = g->place == PLACE_WHOLE ? words_of_place_short(&e->runtime) : NULL;

	canvas_move(c, 3, 0);
	if (e->runtime.cluster.raw)
		canvas_untrusted_bytes(c, STYLE_DIM, whole ? whole : e->runtime.cluster.raw, 0);
	else if (knowledge_has_content(world_known(e, WORLD_RUNTIME)))
		canvas_text(c, STYLE_DIM, _("not in a cluster"));
	else if (e->environment.last_deploy.id.raw)
		canvas_text(c, STYLE_DIM, "?");
	else
		canvas_glyph(c, STYLE_FAINT, GLYPH_MIDDLE);
	free(whole);
}

static void
draw_state(struct canvas *c, const struct grid *g, const struct world_environment *e)
{
	struct state_words state = words_of_environment(e);

	canvas_move(c, g->head - 1, 0);
	canvas_glyph(c, moods[state.mood].style, moods[state.mood].glyph);
	canvas_text(c, STYLE_DIM, " ");
	canvas_text(c, state.mood == MOOD_GOOD ? STYLE_DIM : moods[state.mood].style, state.text);
	if (world_is_primed(&e->environment, &e->running))
		canvas_text(c, STYLE_DANGER, _(" primed"));
	if (e->environment.waiting_count > 0 && !e->is_past)
		canvas_text(c, STYLE_WARN, _(" waiting"));
	if (g->place == PLACE_BESIDE && e->runtime.cluster.raw) {
		canvas_text(c, STYLE_DIM, " ");
		canvas_untrusted(c, STYLE_DIM, &e->runtime.cluster, 0);
	}
}

void
board_draw_head(struct canvas *matrix, int x, const struct grid *g,
		const struct world_environment *e, bool selected)
{
	struct canvas head = canvas_sub(matrix, 0, x, g->head, g->cell - 1);

	draw_name(&head, g, e, selected);
	if (g->head > 2) {
		draw_kind(&head, e);
		draw_deployed(&head, e);
	}
	if (has_place_row(g))
		draw_place(&head, g, e);
	draw_state(&head, g, e);
}

void
board_draw_corner(const struct board_model *s, const struct grid *g, struct canvas *matrix)
{
	char *baseline;

	canvas_move(matrix, 0, 0);
	canvas_text(matrix, STYLE_STRONG, _("Workload"));
	if (g->head <= 2)
		return;
	baseline = board_baseline_words(s);
	canvas_move(matrix, 1, 0);
	canvas_untrusted_bytes(matrix, STYLE_NORMAL, baseline, g->label - 1);
	free(baseline);
	canvas_move(matrix, 2, 0);
	canvas_text(matrix, STYLE_DIM, _("deployed"));
	if (!has_place_row(g))
		return;
	canvas_move(matrix, 3, 0);
	canvas_text(matrix, STYLE_DIM, _("runs in"));
}
