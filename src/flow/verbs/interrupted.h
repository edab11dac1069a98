/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Interrupted operations: approved, begun, and left by a program that was killed or whose
 * machine stopped.  Only a person goes on with one (flow/verbs/resume.h), or gives
 * it up; looking at them changes nothing on the platform.  What another living
 * program works on is not interrupted.  (An automatic rollback that the review of its
 * operation approved would be the one thing that may go on by itself; there is none.)
 *
 * Besides, the records of operations that ended unwatched are corrected here: what became of
 * them is asked of the platform and written down.  So is that of an interrupted deletion whose
 * environment is gone: nothing of it is left to resume.
 */
#ifndef SIDESTAGE_FLOW_VERBS_INTERRUPTED_H
#define SIDESTAGE_FLOW_VERBS_INTERRUPTED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/knowledge.h"
#include "flow/verbs/resume.h"
#include "store/history.h"

struct interrupted;
struct session;

/* What the platform says of the deed: the deployment, the deletion. */
enum interrupted_deed {
	DEED_UNKNOWN,		/* not asked, or no answer: see `asked` */
	DEED_NOT_DONE,
	DEED_GOING_ON,
	DEED_DONE,
	DEED_FAILED
};

struct interrupted_operation {
	struct operation record;	/* as the journal has it */
	enum interrupted_kind kind;
	size_t step;			/* the first one that is not done; step_count: all are */
	struct knowledge asked;		/* of the platform */
	enum interrupted_deed deed;
	bool moved;			/* somebody else changed the environment since the review */
	char *now; /* what the platform says, in a sentence; "" until it did; foreign */
};

/* Reads the journal; nothing is asked yet.  Never NULL. */
struct interrupted *interrupted_open(struct session *session);
/* Questions that are under way are given up. */
void interrupted_close(struct interrupted *interrupted);	/* NULL is fine */
/* Reads the journal again; what was asked of operations that are still there stays.  When the
 * history cannot be read the list is as it was. */
void interrupted_update(struct interrupted *interrupted);
/* Why the last look at the history failed, so that the list is as it was before; NULL: it did not.
 * Borrowed until the next. */
const struct error *interrupted_error(const struct interrupted *interrupted);
/* Asks the platform about all of them, from session_turn() on; the session changes as answers
 * come.  Asked again: only what could not be read. */
void interrupted_ask(struct interrupted *interrupted);
void interrupted_ask_again(struct interrupted *interrupted);	/* all of it */
/* Every question was answered, or failed. */
bool interrupted_is_settled(const struct interrupted *interrupted);
/* There is nothing to ask either: no interrupted operation, and no record to correct. */
bool interrupted_is_empty(const struct interrupted *interrupted);
/* There are records to correct. */
bool interrupted_has_records(const struct interrupted *interrupted);
/* Of the last update. */
size_t interrupted_count(const struct interrupted *interrupted);
/* Oldest first.  Borrowed until the next update. */
const struct interrupted_operation *
interrupted_get(const struct interrupted *interrupted, size_t i);
/* By the whole id, or by a beginning that only one has.  NULL: none, or several. */
const struct interrupted_operation *interrupted_find(const struct interrupted *interrupted,
						     const char *id);

/* For a list that is shown: what is unfinished, and no living program works on, has the state
 * INTERRUPTED from then on. */
void interrupted_mark(struct session *session, struct operation_list *list);

/* "promotion of hotfix-1 to production": of any record, also of one with an unknown verb; free()
 * it.  Foreign text. */
char *interrupted_title(const struct operation *record);
/* The name of a step for people, translated: by its id, else the text of a first release. */
const char *flow_record_step_name(const struct operation *record, size_t i);
/* For machines: "resumable", "expired", "first-release", "not-ours"; "not-done", "done", ... */
const char *interrupted_kind_name(enum interrupted_kind kind);
const char *interrupted_deed_name(enum interrupted_deed deed);

#endif
