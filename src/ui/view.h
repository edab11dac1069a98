/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a view is, and what views may ask of the screen.  Only files of ui/ include this. */
#ifndef SIDESTAGE_UI_VIEW_H
#define SIDESTAGE_UI_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/actions.h"

struct canvas;
struct error;
struct flow;
struct list;
struct session;
struct ui;
struct ui_contexts;
struct view;
struct viewport;

/* One kind of screen. */
struct view_ops {
	const char *title;			/* N_() */
	const struct key *keys;			/* ended by key 0 */
	/* The room that there is: before it is drawn in another one than last, and after whatever
	 * changed the world or the view.  Lists are scrolled here, columns measured.  NULL: nothing
	 * depends on it. */
	void (*fit)(struct view *view, struct ui *ui, const struct canvas *canvas);
	/* Changes nothing: drawn again, it is the same picture, but for what the clock changes. */
	void (*draw)(const struct view *view, struct ui *ui, struct canvas *canvas);
	/* What the header says behind the title; foreign.  NULL: nothing. */
	void (*subject)(const struct view *view, struct ui *ui, char *out, size_t size);
	/* What rows without a function move in, and what a click selects in.  NULL: there is no
	 * list. */
	struct list *(*list)(struct view *view);
	/* Where there is no list but a text that is scrolled: what rows without a function do. */
	void (*act)(struct view *view, struct ui *ui, enum action action);
	/* After each of its keys: what follows from it.  NULL: nothing does. */
	void (*acted)(struct view *view, struct ui *ui);
	/* Takes every key first; true: it was mine.  NULL for views without fields. */
	bool (*type)(struct view *view, struct ui *ui, int key);
	/* A click at a place of the canvas that was drawn on.  NULL: it selects in the list. */
	void (*click)(struct view *view, struct ui *ui, const struct canvas *canvas, int row,
		      int column);
	/* The button went down in one column and up in another one of that row or near it. */
	void (*drag)(struct view *view, struct ui *ui, const struct canvas *canvas, int row,
		     int from, int to);
	/* The wheel, down 1 or up -1.  NULL: as the keys Down and Up, where the view has them. */
	void (*wheel)(struct view *view, struct ui *ui, int by);
	void (*changed)(struct view *view,
			struct ui *ui); /* the world or a flow did; may be NULL */
	/* The rows that count in the mode that it is in, instead of those of the table for the same
	 * actions: what they do, and what the key bar shows; the keys are those that the actions
	 * are bound to.  A row without a function does what the table's does.  Without ACTION_HELP
	 * '?' is text.  NULL, or to return NULL: the table's count. */
	const struct key *(*mode)(const struct view *view, struct ui *ui);
	/* What may wait until the picture stands; called after each.  NULL: nothing may. */
	void (*drawn)(struct view *view, struct ui *ui);
	/* What was typed before it stood on the screen is dropped: it may change something at once,
	 * and nobody has read it yet.  Other views take it, since hands are faster than a line. */
	bool unseen_keys_dropped;
	bool takes_text;	/* every character goes into its field, and is no key */
	void (*close)(struct view *view);	/* frees it */
};

struct view {
	const struct view_ops *ops;
};

/* What every view knows. */
extern const struct key ui_everywhere_keys[];
/* For tables of keys. */
void ui_run_back(struct view *view, struct ui *ui);
/* For view_ops' mode: while one types what is to be found. */
extern const struct key ui_finding_keys[];

/* For views. */
struct session *ui_session(struct ui *ui);
/* No glyph beyond ASCII may be drawn (--ascii). */
bool ui_ascii(const struct ui *ui);
/* Differences are shown side by side, where there is room: as the person left it last. */
bool ui_beside(const struct ui *ui);
/* From now on, in all views. */
void ui_set_beside(struct ui *ui, bool beside);
void ui_push(struct ui *ui, struct view *view);		/* takes it */
void ui_pop(struct ui *ui);				/* closes the top at the end of the turn */
void ui_replace(struct ui *ui, struct view *view);	/* pop, then push */
/* The text with the key that is bound to it in place of each "{action}": in the view on top, in
 * every view, or on the board.  The text itself when there is none in it; else good for the next
 * three calls.  ui_say() does this to its format. */
const char *ui_keyed(struct ui *ui, const char *text) __attribute__((format_arg(2)));
/* The same for a text that is no format: there a key "%" is not doubled. */
const char *ui_keyed_text(struct ui *ui, const char *text);
/* One sentence above the keys, in the place of the one before; text from elsewhere in it is
 * sanitised. */
void ui_say(struct ui *ui, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* What was said is not so any more; nothing happens when it is not what was said last. */
void ui_retract(struct ui *ui, const char *text);
/* The error's sentence, as one that went wrong. */
void ui_say_error(struct ui *ui, const struct error *err);
/* While it draws: what part of the view's list or text is in sight.  Said above the keys. */
void ui_in_sight(struct ui *ui, const struct viewport *part);
/* While it draws: the picture will be another one after so many ms, whatever happens until then. */
void ui_draw_again(struct ui *ui, int64_t in_ms);
/* The view on top changed by itself, in `drawn`: it is fitted and drawn again. */
void ui_view_changed(struct ui *ui);
/* Says that it is done, and that the next key, if it is the one for it, rolls it back: in whatever
 * view the person is then. */
void ui_offer_undo(struct ui *ui, const struct flow *flow);
/* The view that has the keys. */
const struct view *ui_top(const struct ui *ui);
/* The screen ends after this turn. */
void ui_quit(struct ui *ui);
/* Ends the screen on this platform and goes to that of the list; -1 with err (ERROR_CONFLICT) while
 * an operation runs here. */
int ui_go_to_context(struct ui *ui, size_t context, struct error *err);
/* NULL: this platform is the only one that is known. */
const struct ui_contexts *ui_contexts(const struct ui *ui);
void ui_refresh(struct ui *ui);				/* everything is asked for again now */
/* To the clipboard of the person's terminal, and says so: "Copied the address: ...".  The text
 * is printable, since it is pasted elsewhere, often into a shell; lines may be parted. */
void ui_copy(struct ui *ui, const char *what, const char *text);
/* Does what a key for the action would do in the view on top. */
void ui_do(struct ui *ui, enum action action);
/* The keys of a kind of view, and those that every view knows, as they are bound. */
const struct key *ui_keys(const struct ui *ui, const struct view_ops *view);
const struct key *ui_common_keys(const struct ui *ui);

#endif
