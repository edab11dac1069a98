/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A row for each pod, as `kubectl get pods` has them; below it a line for each container that does
 * not run, or that ended before.  Where a window has no room for columns each pod is a sentence.
 */
#include "config.h"

#include "ui/views/environment-pods.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "flow/world/words.h"
#include "model/runtime.h"
#include "ui/canvas.h"
#include "ui/widgets/cut.h"

#define TABLE_COLUMNS_MIN 64	/* narrower than that, columns would only be marks of a cut */
#define NAME_COLUMN 2		/* behind the dot */
#define CONTAINER_COLUMN 4

enum column { COLUMN_NAME, COLUMN_PHASE, COLUMN_READY, COLUMN_RESTARTS, COLUMN_AGE, COLUMN_NODE,
	      COLUMN_COUNT };
struct pod_cells {
	char *text[COLUMN_COUNT];
};

static const char *const titles[COLUMN_COUNT] = {
	[COLUMN_NAME] = N_("pod"),	     [COLUMN_PHASE] = N_("phase"),
	[COLUMN_READY] = N_("ready"),	     [COLUMN_RESTARTS] = N_("restarts"),
	[COLUMN_AGE] = N_("age"),	     [COLUMN_NODE] = N_("node"),
};

static struct pod_cells
cells_of(const struct runtime_brief *pod)
{
	const char *node = untrusted_raw(&pod->node);
	char age[16];

	clock_age(age, clock_wall_ms() - pod->created_at);
	return (struct pod_cells){{
		[COLUMN_NAME] = xstrdup(untrusted_raw(&pod->name)),
		[COLUMN_PHASE] = xstrdup(words_of_status(pod->status)),
		[COLUMN_READY] = pod->is_unknown
					 ? xasprintf(_("? of %d"), (int)pod->container_count)
					 : xasprintf(_("%d of %d"), (int)pod->ready_count,
						     (int)pod->container_count),
		[COLUMN_RESTARTS] = xasprintf("%d", pod->restarts),
		[COLUMN_AGE] = xstrdup(age),
		[COLUMN_NODE] = xstrdup(*node ? node : _("none yet")),
	}};
}

static void
free_cells(struct pod_cells *cells)
{
	for (int i = 0; i < COLUMN_COUNT; i++)
		free(cells->text[i]);
}

static struct cut_columns
measure(const struct runtime_module *m, int room)
{
	struct cut_columns columns = {0};

	for (size_t k = 0; k < COLUMN_COUNT; k++)
		cut_columns_measure(&columns, k, _(titles[k]));
	for (size_t i = 0; i < m->brief_count; i++) {
		struct pod_cells cells = cells_of(&m->briefs[i]);

		for (size_t k = 0; k < COLUMN_COUNT; k++)
			cut_columns_measure(&columns, k, cells.text[k]);
		free_cells(&cells);
	}
	cut_columns_fit(&columns, NAME_COLUMN, room - NAME_COLUMN);
	return columns;
}

static void
draw_cell(struct canvas *c, const struct cut_columns *columns, size_t k, enum style style,
	  const char *text)
{
	char *shown = cut_text(text, columns->width[k], k == COLUMN_NAME ? CUT_MIDDLE : CUT_END);

	canvas_move(c, c->row, columns->at[k]);
	canvas_untrusted_bytes(c, style, shown, 0);
	free(shown);
}

static void
draw_dot(struct canvas *c, const struct runtime_brief *pod)
{
	if (pod->is_unknown)
		canvas_glyph(c, STYLE_DIM, GLYPH_RING);
	else if (pod->is_ready)
		canvas_glyph(c, STYLE_OK, GLYPH_DOT);
	else if (pod->status == RUNTIME_FAILED)
		canvas_glyph(c, STYLE_DANGER, GLYPH_CROSS);
	else
		canvas_glyph(c, STYLE_WARN, GLYPH_HALF);
}

static void
draw_pod(struct canvas *c, const struct cut_columns *columns, const struct runtime_brief *pod)
{
	struct pod_cells cells = cells_of(pod);

	draw_dot(c, pod);
	for (size_t k = 0; k < COLUMN_COUNT; k++)
		draw_cell(c, columns, k,
			  k == COLUMN_NAME				     ? STYLE_NORMAL
			  : k == COLUMN_PHASE && pod->status == RUNTIME_FAILED ? STYLE_DANGER
			  : k == COLUMN_RESTARTS && pod->restarts > 0	     ? STYLE_WARN
									     : STYLE_DIM,
			  cells.text[k]);
	free_cells(&cells);
}

/* The pen goes below it. */
static void
draw_sentence(struct canvas *c, int column, enum style style, const char *text)
{
	int row = c->row;

	canvas_move(c, row, column);
	(void)canvas_paragraph(c, style, text, c->height);
	canvas_move(c, row + canvas_paragraph_rows(text, c->width - column), 0);
}

static void
draw_containers(struct canvas *c, const struct runtime_brief *pod)
{
	for (size_t i = 0; i < pod->container_count; i++) {
		const struct runtime_brief_container *container = &pod->containers[i];
		char *words = words_of_container(pod, i);

		if (words)
			draw_sentence(c, CONTAINER_COLUMN,
				      container->is_ready ? STYLE_DIM : STYLE_WARN, words);
		free(words);
	}
}

void
environment_pods_draw(const struct runtime_module *m, struct canvas *canvas)
{
	bool is_table = canvas->width >= TABLE_COLUMNS_MIN;
	struct cut_columns columns = measure(m, canvas->width);

	if (m->brief_count > 0 && is_table) {
		for (size_t k = 0; k < COLUMN_COUNT; k++)
			draw_cell(canvas, &columns, k, STYLE_FAINT, _(titles[k]));
		canvas_move(canvas, canvas->row + 1, 0);
	}
	for (size_t i = 0; i < m->brief_count; i++) {
		const struct runtime_brief *pod = &m->briefs[i];
		char *words = is_table ? NULL : words_of_pod(pod);

		if (words) {
			draw_sentence(canvas, 0, STYLE_NORMAL, words);
		} else {
			draw_pod(canvas, &columns, pod);
			canvas_move(canvas, canvas->row + 1, 0);
		}
		free(words);
		draw_containers(canvas, pod);
	}
}

static int
container_rows(const struct runtime_brief *pod, int columns)
{
	int rows = 0;

	for (size_t i = 0; i < pod->container_count; i++) {
		char *words = words_of_container(pod, i);

		rows += words ? canvas_paragraph_rows(words, columns - CONTAINER_COLUMN) : 0;
		free(words);
	}
	return rows;
}

int
environment_pods_rows(const struct runtime_module *m, int columns)
{
	bool is_table = columns >= TABLE_COLUMNS_MIN;
	int rows = m->brief_count > 0 && is_table;

	for (size_t i = 0; i < m->brief_count; i++) {
		char *words = is_table ? NULL : words_of_pod(&m->briefs[i]);

		rows += words ? canvas_paragraph_rows(words, columns) : 1;
		rows += container_rows(&m->briefs[i], columns);
		free(words);
	}
	return rows;
}
