/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A row has one line, and why a workload does not run may need five.  What does not fit into the
 * last column of the selected row stands below the list, in as many lines as it needs; the list
 * keeps a row at least.  So do the pods of a workload in a cluster, behind its words.  What is
 * longer still is turned like pages.
 */
#include "config.h"

#include "ui/views/environment-note.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xmalloc.h"
#include "flow/world/details.h"
#include "flow/world/words.h"
#include "flow/world/world.h"
#include "model/comment.h"
#include "model/runtime.h"
#include "model/shared-value.h"
#include "ui/canvas.h"
#include "ui/views/environment-pods.h"
#include "ui/views/environment-state.h"
#include "ui/views/environment.h"
#include "ui/widgets/viewport.h"

#define NOTE_COLUMN 3

/* The last column of a tab. */
static const size_t last_columns[TAB_COUNT] = {
	[TAB_WORKLOADS] = 4, [TAB_RESOURCES] = 2, [TAB_VALUES] = 3, [TAB_DEPLOYMENTS] = 3,
};

/* What stands there of the row, where it is a text; *problem: it was not understood. */
static char *
text_of(const struct environment_view *v, const struct world_environment *e, size_t i,
	bool *problem)
{
	const struct untrusted *text = NULL, *why = NULL;
	size_t length;
	char *words;

	*problem = false;
	switch (v->tab) {
	case TAB_WORKLOADS:
		why = &e->runtime.modules[i].problem;
		if (!why->raw)
			return words_of_workload(&e->runtime.modules[i]);
		break;
	case TAB_RESOURCES: why = &e->resources[i].problem; break;
	case TAB_VALUES:
		text = &details_value(v->details, i)->description;
		why = &details_value(v->details, i)->problem;
		break;
	default:
		text = &details_deployment(v->details, i)->comment;
		why = &details_deployment(v->details, i)->problem;
	}
	words = words_of_problem(why);
	*problem = words != NULL;
	if (words || !text)
		return words;
	length = v->tab == TAB_DEPLOYMENTS ? comment_people_length(untrusted_raw(text))
					   : strlen(untrusted_raw(text));
	return xstrndup(untrusted_raw(text), length);
}

/* The workload whose pods stand below its words; NULL: none. */
static const struct runtime_module *
module_of(const struct environment_view *v)
{
	const struct world_environment *e = environment_find(v);
	const struct list *list = &v->lists[v->tab];

	return v->tab == TAB_WORKLOADS && e && list->at < e->runtime.count
		       ? &e->runtime.modules[list->at]
		       : NULL;
}

/* Of another row, or another text of the same, one begins at its beginning. */
static void
take_text(struct environment_note *note, char *text)
{
	if (!text || !note->text || strcmp(text, note->text) != 0)
		note->top = 0;
	free(note->text);
	note->text = text;
}

/* The words take what they need, since nothing else says them; pods leave half of the room to the
 * list. */
static int
most_rows(const struct list *list, int words, int rows)
{
	int half = rows / 2, listed = list->count < (size_t)half ? (int)list->count : half;
	int most = rows - 1 - (listed > 1 ? listed : 1);

	if (words > most)
		most = words;
	return most < rows - 2 ? most : rows - 2;
}

int
environment_note_fit(struct environment_view *v, const struct canvas *canvas, int rows)
{
	const struct world_environment *e = environment_find(v);
	const struct runtime_module *module = module_of(v);
	const struct list *list = &v->lists[v->tab];
	struct environment_note *note = &v->note;
	bool has_row = list->at < list->count && (e || v->tab > TAB_RESOURCES);
	char *text = has_row ? text_of(v, e, list->at, &note->is_problem) : NULL;
	int words;

	if (text &&
	    text_columns(text) <= canvas->width - v->columns.at[last_columns[v->tab]]) {
		free(text);
		text = NULL;
	}
	take_text(note, text);
	words = text ? canvas_paragraph_rows(text, canvas->width - NOTE_COLUMN) : 0;
	note->length = words;
	if (module)
		note->length += environment_pods_rows(module, canvas->width - NOTE_COLUMN);
	/* A rule above it, and a row of the list. */
	note->rows = most_rows(list, words, rows);
	if (note->rows > note->length)
		note->rows = note->length;
	if (note->rows <= 0)
		note->length = note->rows = 0;
	if (note->top >= note->length || note->length <= note->rows)
		note->top = 0;
	return note->rows > 0 ? note->rows + 1 : 0;
}

void
environment_note_draw(const struct environment_view *v, struct canvas *canvas, int row)
{
	const struct environment_note *note = &v->note;
	const struct viewport part = {(size_t)note->top, (size_t)note->rows, (size_t)note->length};
	struct canvas below = canvas_sub(canvas, row + 1, NOTE_COLUMN, note->rows, canvas->width);
	const struct runtime_module *module = module_of(v);
	int words = note->text ? canvas_paragraph_rows(note->text, below.width) : 0;

	if (note->rows == 0)
		return;
	canvas_hline(canvas, row);
	viewport_draw(&part, canvas, row);
	canvas_move(&below, -note->top, 0);
	if (note->text)
		(void)canvas_paragraph(&below, note->is_problem ? STYLE_DANGER : STYLE_NORMAL,
				       note->text, note->length);
	canvas_move(&below, words - note->top, 0);
	if (module)
		environment_pods_draw(module, &below);
}

bool
environment_note_is_long(const struct environment_view *v)
{
	return v->note.length > v->note.rows;
}

void
environment_note_turn(struct environment_view *v)
{
	v->note.top += v->note.rows;
	if (v->note.top >= v->note.length)
		v->note.top = 0;
}
