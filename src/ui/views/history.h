/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the history share: its state and what a row of it is. */
#ifndef SIDESTAGE_UI_VIEWS_HISTORY_H
#define SIDESTAGE_UI_VIEWS_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compare/changes.h"
#include "store/history.h"
#include "ui/theme.h"
#include "ui/view.h"
#include "ui/views/stories.h"
#include "ui/widgets/field.h"
#include "ui/widgets/list.h"

struct canvas;

/* An operation, or (is_story) the line above those of a story. */
struct history_row {
	bool is_story;
	size_t at;		/* the operation, or the story */
};

struct history_view {
	struct view view;
	/* Newest first: the window, which is a part of the history without a gap, and behind it
	 * what was found in what is older. */
	struct operation_list list;
	size_t window_count;
	bool has_older, has_newer;	/* than the window */
	struct stories stories;
	bool *found;			/* for each operation: it matches what is looked for */
	size_t found_count;
	struct store_search *search;	/* NULL: all was looked through */
	size_t found_room;		/* no more are looked for now */
	int looked_through;		/* of 1000 */
	char **folded;			/* ids of the first operations of folded stories */
	size_t folded_count;
	struct history_row *rows;	/* oldest first */
	size_t row_count;
	struct list cursor;		/* on one of them, and which are in sight */
	struct field find;
	bool finding;			/* the field has the keys */
	struct changes changes;		/* of the selected operation; empty: none, or not known */
	bool changes_known;
	char *changes_of;		/* its id */
	int64_t undone_at;		/* when it was undone, wall ms; 0: it was not */
	bool undone_unread;		/* whether it was could not be read, and that was said */
	char *noticed; /* the newest operation that ran while this was open; NULL: none */
};

/* NULL: the row is a story's, or there is none. */
const struct operation *history_selected(const struct history_view *h);
/* Whether only the story's own line is shown. */
bool history_is_folded(const struct history_view *h, size_t story);
/* view_ops' fit and draw. */
void history_fit(struct view *view, struct ui *ui, const struct canvas *canvas);
void history_draw(const struct view *view, struct ui *ui, struct canvas *canvas);
/* Text from elsewhere, at most `columns` (0: to the edge), with every word of `find` that occurs
 * in it in another style; case is ignored as the store ignores it. */
void history_mark(struct canvas *canvas, enum style plain, enum style found, const char *text,
		  const char *find, int columns);

/* Of history.c, after the list changed. */
void history_make_rows(struct history_view *h);

/* --- history-read.c: what is at hand.  The cursor is the caller's affair. --- */

/* As many as there were, at least a page. */
void history_read_newest(struct history_view *h, struct ui *ui);
/* The other end of the history, by the same measure. */
void history_read_oldest(struct history_view *h, struct ui *ui);
/* This operation and those beside it, unless it is at hand. */
void history_read_around(struct history_view *h, struct ui *ui, const char *id);
/* Whether there were some.  Not while words are looked for. */
bool history_read_older(struct history_view *h, struct ui *ui);
bool history_read_newer(struct history_view *h, struct ui *ui);

/* There are words in the field. */
bool history_is_looking_for(const struct history_view *h);
/* Looks for them from the newest on, a little at once; without words all is shown again. */
void history_look_for(struct history_view *h, struct ui *ui);
/* What was found is dropped, and the window shown again. */
void history_stop_looking(struct history_view *h);
/* There is something to do for history_look_on(), which does one piece: whether it found any. */
bool history_is_looking(const struct history_view *h);
bool history_look_on(struct history_view *h, struct ui *ui);
/* More than was found; false: nothing more is there, or it is looked for already. */
bool history_look_further(struct history_view *h);

#endif
