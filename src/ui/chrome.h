/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The insides of the screen, for ui.c and chrome.c only: what it is, and what stands around the
 * view on top.
 */
#ifndef SIDESTAGE_UI_CHROME_H
#define SIDESTAGE_UI_CHROME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "flow/world/world.h"
#include "ui/canvas.h"
#include "ui/ui.h"
#include "ui/view.h"
#include "ui/views/operation.h"
#include "ui/widgets/viewport.h"

#define VIEWS_MAX 12
#define KEYED_TEXTS 4
#define KEYED_MAX 512

struct ui {
	struct session *session;
	const struct ui_options *options;
	struct view *views[VIEWS_MAX];
	size_t count;
	struct view *closing[VIEWS_MAX];
	size_t closing_count;
	char message[768];
	enum style message_style;
	bool dirty, quit, ascii, beside;
	enum action unanswered;	/* of the last key: does the picture change by it? */
	const struct view_ops *asked;	/* what it was pressed in: another one is an answer */
	bool unfocused;		/* the person looks at another window */
	size_t running;		/* operations, in the turn before */
	int64_t drawn_at;
	int64_t draw_again_at;	/* steady ms; 0: nothing is to change by itself */
	enum world_link link;	/* in the turn before */
	bool said_link;		/* the message is why there is none */
	struct canvas fitted;	/* the room that the view on top was fitted to, */
	uint64_t fitted_revision;	/* and of the world */
	struct viewport in_sight;	/* of what the view on top shows */
	char keyed[KEYED_TEXTS][KEYED_MAX];	/* what ui_keyed() gave last */
	size_t keyed_next;
	struct undo_offer offer;	/* until the next key */
};

/* How many operations send and wait. */
size_t ui_count_running(const struct ui *ui);

/* The first row: where one is, on which platform, and what goes on there. */
void chrome_header(struct ui *ui, struct canvas *screen);
/* "OFFLINE" alone leaves a person guessing: the reason becomes what was said last, once. */
void chrome_say_link(struct ui *ui);
/* What was said last, on as many rows as it needs, up to four, above the keys. */
void chrome_message(const struct ui *ui, struct canvas *screen);
int chrome_message_rows(const struct ui *ui, int columns);	/* at least 1, for the rule */
/* The rule that stands there when nothing is said. */
void chrome_rule(const struct ui *ui, struct canvas *line);
/* The last row: the keys of the view, as many as fit. */
void chrome_keys(struct ui *ui, struct canvas *bar);
void chrome_too_small(struct canvas *screen);
/* Of the terminal's window. */
void chrome_title(struct ui *ui);

#endif
