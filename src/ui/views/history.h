/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the history share: its state and what a row of it is. */
#ifndef SIDESTAGE_UI_VIEWS_HISTORY_H
#define SIDESTAGE_UI_VIEWS_HISTORY_H

#include <stdbool.h>
#include <stddef.h>

#include "compare/changes.h"
#include "store/store.h"
#include "ui/theme.h"
#include "ui/view.h"
#include "ui/views/stories.h"
#include "ui/widgets/field.h"

struct canvas;

/* An operation, or (is_story) the line above those of a story. */
struct history_row {
	bool is_story;
	size_t at;		/* the operation, or the story */
};

struct history_view {
	struct view view;
	struct operation_list list;	/* newest first */
	struct stories stories;
	bool *found;			/* for each operation: it matches what is looked for */
	size_t found_count;
	char **folded;			/* ids of the first operations of folded stories */
	size_t folded_count;
	struct history_row *rows;	/* oldest first */
	size_t row_count, selected;
	size_t first, rows_shown;	/* as last drawn */
	struct field find;
	bool finding;			/* the field has the keys */
	struct changes changes;		/* of the selected operation; empty: none, or not known */
	bool changes_known;
	char *changes_of;		/* its id */
};

/* NULL: the row is a story's, or there is none. */
const struct operation *history_selected(const struct history_view *h);
/* The operation that took this one back, or NULL. */
const struct operation *history_undone_by(const struct history_view *h, const struct operation *o);
bool history_is_folded(const struct history_view *h, size_t story);
/* The first row that is shown and how many fit; the list begins at `top`. */
size_t history_lay_out(const struct history_view *h, const struct canvas *canvas, int *top,
		       size_t *rows);
void history_draw(const struct view *view, struct ui *ui, struct canvas *canvas);
/* Text from elsewhere, at most `columns` (0: to the edge), with every word of `find` that occurs
 * in it in another style; case is ignored as the store ignores it. */
void history_mark(struct canvas *canvas, enum style plain, enum style found, const char *text,
		  const char *find, int columns);

#endif
