/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is known of one part of the platform, and how: it was read (when), it is not there, or it
 * could not be read (why).  What was known before a read failed is kept by its owner; `at` still
 * says how old that is.  Nothing that could not be read is ever shown as equal, empty or absent.
 */
#ifndef SIDESTAGE_BASE_KNOWLEDGE_H
#define SIDESTAGE_BASE_KNOWLEDGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum knowledge_state {
	KNOWLEDGE_NONE,		/* not asked yet, or no answer yet */
	KNOWLEDGE_KNOWN,
	KNOWLEDGE_ABSENT,	/* the platform says that it is not there */
	KNOWLEDGE_UNREADABLE	/* the last question failed: `why` */
};

struct knowledge {
	enum knowledge_state state;
	int64_t at; /* wall ms of the last good answer, also while UNREADABLE; 0: never */
	/* Owned; NULL unless UNREADABLE: read it by knowledge_why().  Boards hold tens of thousands
	 * of these, and an error has room for a long text. */
	struct error *why;
};

void knowledge_clear(struct knowledge *knowledge);	/* to NONE */
/* Why it is UNREADABLE; of kind NONE otherwise.  Borrowed; never NULL. */
const struct error *knowledge_why(const struct knowledge *knowledge);

/* What the last answer says.  true: the state or the reason is another than before (an age alone
 * is no change). */
bool knowledge_set_known(struct knowledge *knowledge, int64_t at);
/* As above; a clear "not there" is an answer, so its time is noted. */
bool knowledge_set_absent(struct knowledge *knowledge, int64_t at);
/* As above, but `at` stays: a failure says nothing about when the content was read. */
bool knowledge_set_unreadable(struct knowledge *knowledge, const struct error *why);
/* One of these by the error of an answer: none, not found, or anything else. */
bool knowledge_set_answer(struct knowledge *knowledge, const struct error *answer, int64_t at);
/* From a cache: what was known at that time, and nothing was asked since.  Changes nothing else
 * than NONE. */
void knowledge_set_remembered(struct knowledge *knowledge, int64_t at);

/* The platform has answered or failed to: waiting longer gives nothing new. */
bool knowledge_is_settled(const struct knowledge *knowledge);
/* There is something to show, whatever its age. */
bool knowledge_has_content(const struct knowledge *knowledge);
/* The last answer was good: nothing here is a guess. */
bool knowledge_is_current(const struct knowledge *knowledge);

/* "known", "absent", "unreadable", "unknown": for machines (--json), never translated. */
const char *knowledge_state_name(enum knowledge_state state);
/* One sentence for people, "" when it is known: "could not be read (last read 5m ago): WHY".  The
 * age comes first, since a long reason may be cut.  free() it; `why` is foreign text: sanitise
 * before showing. */
char *knowledge_text(const struct knowledge *knowledge, int64_t now);

#endif
