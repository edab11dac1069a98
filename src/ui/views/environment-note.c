/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A row has one line, and why a workload does not run may need five.  What does not fit into the
 * last column of the selected row stands below the list, in as many lines as it needs; the list
 * keeps a row at least.  What is longer still is turned like pages.
 */
#include "config.h"

#include "ui/views/environment-note.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xmalloc.h"
#include "flow/world/comment.h"
#include "flow/world/details.h"
#include "flow/world/words.h"
#include "flow/world/world.h"
#include "model/shared-value.h"
#include "ui/canvas.h"
#include "ui/views/environment-state.h"
#include "ui/views/environment.h"
#include "ui/widgets/viewport.h"

#define NOTE_COLUMN 3

/* The last column of a tab. */
static const size_t last_columns[TAB_COUNT] = {
	[TAB_WORKLOADS] = 4, [TAB_RESOURCES] = 2, [TAB_VALUES] = 3, [TAB_DEPLOYMENTS] = 3,
};

/* What is said of a workload, and of its pods. */
static char *
text_of_workload(const struct runtime_module *m)
{
	char *text = words_of_workload(m);

	for (size_t i = 0; i < m->brief_count; i++) {
		char *pod = words_of_pod(&m->briefs[i]), *more;

		more = *text ? xasprintf("%s; %s", text, pod) : xstrdup(pod);
		free(text);
		free(pod);
		text = more;
	}
	return text;
}

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
			return text_of_workload(&e->runtime.modules[i]);
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

/* They stand in no column. */
static bool
has_pods(const struct environment_view *v, const struct world_environment *e, size_t i)
{
	return v->tab == TAB_WORKLOADS && e->runtime.modules[i].brief_count > 0;
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

int
environment_note_fit(struct environment_view *v, const struct canvas *canvas, int rows)
{
	const struct world_environment *e = environment_find(v);
	const struct list *list = &v->lists[v->tab];
	struct environment_note *note = &v->note;
	bool has_row = list->at < list->count && (e || v->tab > TAB_RESOURCES);
	char *text = has_row ? text_of(v, e, list->at, &note->is_problem) : NULL;

	if (text && !has_pods(v, e, list->at) &&
	    text_columns(text) <= canvas->width - v->columns.at[last_columns[v->tab]]) {
		free(text);
		text = NULL;
	}
	take_text(note, text);
	note->length = text ? canvas_paragraph_rows(text, canvas->width - NOTE_COLUMN) : 0;
	/* A rule above it, and a row of the list. */
	note->rows = note->length < rows - 2 ? note->length : rows - 2;
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
	struct canvas below = canvas_sub(canvas, row + 1, 0, note->rows, canvas->width);

	if (note->rows == 0)
		return;
	canvas_hline(canvas, row);
	viewport_draw(&part, canvas, row);
	canvas_move(&below, -note->top, NOTE_COLUMN);
	(void)canvas_paragraph(&below, note->is_problem ? STYLE_DANGER : STYLE_NORMAL, note->text,
			       note->length);
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
