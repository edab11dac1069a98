/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The view of a review from inside: its state, and what is where in the room that it has. */
#ifndef SIDESTAGE_UI_VIEWS_REVIEW_STATE_H
#define SIDESTAGE_UI_VIEWS_REVIEW_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "ui/canvas.h"
#include "ui/view.h"
#include "ui/views/contents.h"
#include "ui/views/decide-values.h"
#include "ui/views/decide.h"
#include "ui/widgets/difference.h"
#include "ui/widgets/field.h"
#include "ui/widgets/list.h"
#include "ui/widgets/viewport.h"

struct set;

#define REVIEW_SETTLE_MS 400	/* from when the end was seen until the approving key counts */
#define REVIEW_DEED_MAX 160

enum review_focus { IN_DIFFERENCE, IN_REASON, IN_NAME, IN_FINDINGS };

/* Where everything stands, as fitted last. */
struct review_layout {
	bool sends;			/* what is sent stands below the difference, not above it */
	int foot; /* rows below the rule under the difference; 0: no rule either */
	int fields;			/* of them for what is to be typed */
	struct canvas whole;		/* what all of it is in */
	int room;			/* rows for the head and the difference */
	int words_row, words_rows;	/* of the changes */
	int findings_row;		/* in the head: of the first finding */
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
	const struct set *judged;	/* the `since` that the difference was made with */
	char deed[REVIEW_DEED_MAX];	/* what Enter does in the last field */
	struct key field_keys[4];	/* the rows while one is in a field */
	struct contents contents;	/* instead when there is no difference */
	struct difference difference;
	struct decide decide;		/* while conflicts wait for choices */
	struct decide_values values;	/* while values do */
	enum review_focus focus;
	struct list findings;		/* the cursor is on one of them in IN_FINDINGS */
	const struct review *listed;	/* whose those are; borrowed, looked up again each time */
	struct field reason, name;
};

#endif
