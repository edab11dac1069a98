/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The view of the history from inside: what is at hand of it, and what a row is. */
#ifndef SIDESTAGE_UI_VIEWS_HISTORY_STATE_H
#define SIDESTAGE_UI_VIEWS_HISTORY_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "compare/changes.h"
#include "store/history.h"
#include "ui/view.h"
#include "ui/views/stories.h"
#include "ui/widgets/field.h"
#include "ui/widgets/list.h"

struct store_search;

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

#endif
