/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A list that is found in by typing: a field, the items that match what stands in it, best first,
 * and the one that is selected, which is known by its id and not by its row.
 */
#ifndef SIDESTAGE_UI_WIDGETS_FINDER_H
#define SIDESTAGE_UI_WIDGETS_FINDER_H

#include <stdbool.h>
#include <stddef.h>

#include "ui/widgets/field.h"
#include "ui/widgets/list.h"

struct buf;
struct canvas;

struct finder_item {
	/* In the finder's pieces; foreign.  text is what is found in; note "": ask
	 * finder.describe. */
	const char *id, *text, *note;
	bool here;			/* marked with "=": what stands now */
};

struct finder {
	struct field find;
	struct finder_item *items;
	size_t count, capacity;
	struct finder_piece *pieces;	/* what the items' words are in */
	int widest, widest_note;	/* columns of the widest text, and of the notes given */
	size_t to_come;			/* items that will be added before anything is typed */
	/* What matches each beginning of what was typed, from none of it: what is taken back is
	 * there already.  Of the last one `matches` and match_count are copies. */
	struct finder_level *levels;
	size_t level_count;
	const struct finder_match *matches;
	struct list list;		/* of the matches */
	int top;			/* the row of the canvas where the field stands */
	char *clicked; /* id of what a click selected, if nothing was typed since; else NULL */
	/* Appends the note of an item that was added without one, when it is drawn; NULL: there are
	 * none.  With `data`. */
	void (*describe)(const void *data, const char *id, struct buf *note);
	const void *data;
};

/* What a click did: nothing stands there, it selected, or it did so on what another had
 * selected. */
enum finder_click { FINDER_MISSED, FINDER_SELECTED, FINDER_AGAIN };

/* Before anything else; the finder stays where it is. */
void finder_init(struct finder *finder);
/* Frees the items and what was found; finder_init() makes it usable again. */
void finder_clear(struct finder *finder);
/* Between these the items are given anew, in the order that equally good ones keep.  Copies. */
void finder_begin(struct finder *finder);
void
finder_add(struct finder *finder, const char *id, const char *text, const char *note, bool here);
void finder_end(struct finder *finder);
/* A key of the field, after the first finder_end(): the best match is selected again. */
bool finder_type(struct finder *finder, int key);
/* The cursor goes to the item; typing takes it to the best match again. */
void finder_select(struct finder *finder, const char *id);
/* The room of the view, whose first `top` rows are not the finder's. */
void finder_fit(struct finder *finder, const struct canvas *canvas, int top);
/* A click in a row of the view's canvas selects what stands there. */
enum finder_click finder_click(struct finder *finder, int row);
/* Borrowed; NULL when nothing matches. */
const struct finder_item *finder_selected(const struct finder *finder);
/* The field in the first row, the matches below; `none` is said when there are none. */
void
finder_draw(const struct finder *finder, struct ui *ui, struct canvas *canvas, const char *none);

#endif
