/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The exact difference of two sets, to be read whole (a long line is wrapped): in one column or
 * side by side, each workload or resource to be folded, or alone, and found in by typing.  Where
 * one is stays where it is when the way it is shown changes.
 */
#ifndef SIDESTAGE_UI_WIDGETS_DIFFERENCE_H
#define SIDESTAGE_UI_WIDGETS_DIFFERENCE_H

#include <stdbool.h>
#include <stddef.h>

#include "compare/changes.h"
#include "compare/diff.h"
#include "ui/widgets/find.h"
#include "ui/widgets/viewport.h"

struct canvas;
struct set;

struct difference_row;

/* Who changed a line: it became so on the way to `between`, or from there on, or both. */
enum difference_side { SIDE_OURS, SIDE_THEIRS, SIDE_BOTH };

struct difference {
	struct set *from, *to;		/* owned; NULL: nothing to show yet */
	struct set *between; /* owned; what others made of `from` meanwhile; NULL: nothing */
	enum difference_side *sides;	/* of each line of the diff, while `between` is there */
	struct diff diff;
	struct difference_row *rows;	/* of what is shown */
	size_t row_count;
	size_t top;			/* row */
	size_t top_line; /* of that row, which may be wrapped: the first that is seen */
	bool beside, whole;		/* side by side; with all unchanged lines */
	bool *closed;			/* by the object's number */
	bool *opened;			/* folds, by the number of their line */
	size_t objects;
	long only;			/* an object's number; -1: all */
	struct find find;		/* from the row that was at the top */
	int height, width;		/* of the room that it has */
	size_t whole_rows;		/* of that, how many are seen to their ends */
	bool at_end;			/* the last of all is */
	bool narrow;			/* it was too narrow to be side by side */
};

/* Zeroed memory is an empty one.  Takes references of its own; the same two again change
 * nothing. */
void difference_set(struct difference *difference, struct set *from, struct set *to);
/* Whether each line that changes can be said to be somebody's: not where a line that others wrote
 * is changed again, since it is in neither set. */
bool difference_has_sides(const struct set *from, const struct set *between, const struct set *to);
/* The same with what others changed meanwhile: from -> between is theirs, between -> to is ours,
 * and each changed line says whose it is. */
void difference_set_between(struct difference *difference, struct set *from, struct set *between,
			    struct set *to);
void difference_clear(struct difference *difference);
/* The room that there is, before it is drawn in it. */
void
difference_fit(struct difference *difference, const struct ui *ui, const struct canvas *canvas);
void difference_draw(const struct difference *difference, struct ui *ui, struct canvas *canvas);
/* What part of it has room. */
struct viewport difference_in_sight(const struct difference *difference);
/* Something is folded away by hand, or only one workload or resource is shown. */
bool difference_is_partial(const struct difference *difference);
/* Moves, folds, finds ... */
void difference_act(struct difference *difference, struct ui *ui, enum action action);
/* A click in a row of the canvas that was drawn on opens a fold, or folds a workload. */
void difference_click(struct difference *difference, int row);
/* Goes to change i of those that the difference is of, whatever is folded. */
void difference_show(struct difference *difference, const struct changes *changes, size_t i);
/* A key while something is being found; false: it is not. */
bool difference_type(struct difference *difference, struct ui *ui, int key);

/* The keys of all that, for the tables of views, which say what each part of them needs (NULL:
 * nothing). */
#define DIFFERENCE_MOVE_KEYS(...) \
	{'j', "j", ACTION_DOWN, N_("down"), N_("Scroll the diff down."), NULL, {__VA_ARGS__}}, \
	{'k', "k", ACTION_UP, N_("up"), N_("Scroll the diff up."), NULL, {__VA_ARGS__}}, \
	{KEY_BASE + KEY_DOWN, NULL, ACTION_DOWN, .help = NULL}, \
	{KEY_BASE + KEY_UP, NULL, ACTION_UP, .help = NULL}, \
	{KEY_BASE + KEY_PPAGE, "PgUp", ACTION_PAGE_UP, NULL, NULL, NULL, {__VA_ARGS__}}, \
	{KEY_BASE + KEY_NPAGE, "PgDn", ACTION_PAGE_DOWN, NULL, NULL, NULL, {__VA_ARGS__}}, \
	{'U' & 0x1f, "Ctrl-U", ACTION_PAGE_UP, .help = NULL}, \
	{'D' & 0x1f, "Ctrl-D", ACTION_PAGE_DOWN, .help = NULL}, \
	{'g', "g", ACTION_FIRST, NULL, NULL, NULL, {__VA_ARGS__}}, \
	{'G', "G", ACTION_LAST, NULL, NULL, NULL, {__VA_ARGS__}}
#define DIFFERENCE_NEXT_KEYS(...) \
	{'n', "n", ACTION_NEXT, N_("next change"), NULL, NULL, {__VA_ARGS__}}, \
	{'N', "N", ACTION_PREVIOUS, NULL, NULL, NULL, {__VA_ARGS__}}
#define DIFFERENCE_FIND_KEYS(...) \
	{'/', "/", ACTION_FIND, N_("find"), N_("Find in the diff by typing; Esc forgets it."), NULL, {__VA_ARGS__}}
#define DIFFERENCE_FOLD_KEYS(...) \
	{'s', "s", ACTION_SIDE_BY_SIDE, N_("side by side"), NULL, NULL, {__VA_ARGS__}}, \
	{' ', "Space", ACTION_FOLD, NULL, NULL, NULL, {__VA_ARGS__}}, \
	{'f', "f", ACTION_UNFOLD, NULL, NULL, NULL, {__VA_ARGS__}}, \
	{'w', "w", ACTION_ONLY, NULL, NULL, NULL, {__VA_ARGS__}}, \
	{'c', "c", ACTION_DIFF_CONTEXT, NULL, NULL, NULL, {__VA_ARGS__}}

#endif
