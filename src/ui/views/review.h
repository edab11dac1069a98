/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the files of the review share: its state, and what is where in the room that it has. */
#ifndef SIDESTAGE_UI_VIEWS_REVIEW_H
#define SIDESTAGE_UI_VIEWS_REVIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ui/canvas.h"
#include "ui/view.h"
#include "ui/views/contents.h"
#include "ui/views/decide-values.h"
#include "ui/views/decide.h"
#include "ui/widgets/difference.h"
#include "ui/widgets/field.h"
#include "ui/widgets/viewport.h"

struct review;
struct review_finding;
struct set;

#define REVIEW_SETTLE_MS 400	/* from when the end was seen until the approving key counts */
#define REVIEW_DEED_MAX 160

enum review_focus { IN_DIFFERENCE, IN_REASON, IN_NAME, IN_FINDINGS };

/* Where everything stands, as fitted last. */
struct review_layout {
	bool sends;			/* what is sent stands below the difference, not above it */
	int foot; /* rows below the rule under the difference; 0: no rule either */
	int fields;			/* of them for what is to be typed */
	int room;			/* rows for the head and the difference */
	int words_row, words_rows;	/* of the changes */
	int finding_row, finding_rows;	/* of the finding under the cursor; in the head */
	struct canvas middle;		/* of the difference */
	struct viewport part;		/* of it that is in sight */
	bool at_end;			/* its end is */
};

struct review_view {
	struct view view;
	char *id;			/* of the operation; the flow is looked up by it */
	bool shown;			/* the review stands on the screen, since it was made */
	struct review_layout layout;
	int head_rows, head_top; /* what stands above it scrolls: its rows, and how many are gone;
				    0: it stays */
	int64_t end_seen_at;	 /* steady ms: the end of the difference stood there; 0: not yet */
	char *moved;		 /* what moved while it was open, in words; NULL: nothing did */
	struct set *since; /* what ran there when it was looked at last; NULL: nothing moved */
	char deed[REVIEW_DEED_MAX];	/* what Enter does in the last field */
	struct key field_keys[4];	/* the rows while one is in a field */
	struct contents contents;	/* instead when there is no difference */
	struct difference difference;
	struct decide decide;		/* while conflicts wait for choices */
	struct decide_values values;	/* while values do */
	enum review_focus focus;
	size_t finding;			/* the one that the cursor is on, in IN_FINDINGS */
	struct field reason, name;
};

/* NULL: the session has dismissed it. */
struct flow *review_flow(const struct review_view *r, struct ui *ui);
/* What is reviewed; NULL: it is not there yet, or not any more. */
const struct review *review_of(const struct review_view *r, struct ui *ui);
/* What a clone will be, or what a discarded environment is; NULL: not known. */
const struct set *review_contents(const struct review *review, struct ui *ui);
/* Whether the middle is the whole of what is made or removed, and not the exact diff. */
bool review_shows_contents(const struct review *review, struct ui *ui);
/* Something is to be typed before it is approved. */
bool review_asks(const struct review *review);
/* How many rows that takes, with the line above. */
int review_field_rows(const struct review *review);
/* What ran there, or will. */
struct set *review_looked_at(const struct review *review);
/* How many rows the changes in words may have. */
int review_words_room(const struct canvas *canvas);
/* After others changed what runs, the difference says whose each line is.  What else they changed
 * (values that were not deployed yet) is in it with what this changes, and is called nobody's. */
void review_set_difference(struct review_view *r, const struct review *review);
/* Whether the end of the difference was seen, or stands there now. */
bool review_end_is_seen(const struct review_view *r);
/* Why the review cannot be approved now; NULL: it can.  With keys in braces. */
const char *review_why_not(const struct review_view *r);
/* Afterwards it waits to be read again. */
void review_read_again(struct review_view *r);
/* Closes it; what was not approved is cancelled. */
void review_leave(struct review_view *r, struct ui *ui);

/* view_ops' fit and draw. */
void review_fit(struct view *view, struct ui *ui, const struct canvas *canvas);
void review_draw(const struct view *view, struct ui *ui, struct canvas *canvas);

/* The keys, those of the mode that it is in, and what rows without a function do. */
extern const struct key review_keys[];
const struct key *review_mode(const struct view *view, struct ui *ui);
void review_act(struct view *view, struct ui *ui, enum action action);
/* After something changed: what Enter does in a field. */
void review_name_deed(struct review_view *r, const struct review *review);

/* Lets a person write another text for what the finding is in, in the clone. */
void
review_change_finding(struct review_view *r, struct ui *ui, const struct review_finding *finding);

#endif
