/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One hotfix as a story: clone, reproduce, fix, verify, promote, clean up, carry.  What was
 * done here is in the journal; what others did is told by the platform's deployments; that
 * somebody has seen the bug and has seen it gone, no machine knows: people mark it.
 */
#ifndef SIDESTAGE_FLOW_HOTFIX_H
#define SIDESTAGE_FLOW_HOTFIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "compare/carry.h"

struct error;
struct flow_request;
struct hotfix;
struct session;

enum hotfix_step_id {
	HOTFIX_CLONE, HOTFIX_REPRODUCE, HOTFIX_FIX, HOTFIX_VERIFY, HOTFIX_PROMOTE,
	HOTFIX_CLEAN_UP, HOTFIX_CARRY, HOTFIX_STEP_COUNT
};

enum hotfix_state {
	HOTFIX_TODO, HOTFIX_NOW, HOTFIX_DONE,
	HOTFIX_SKIPPED		/* for people to mark, and what comes after it is done */
};

struct hotfix_step {
	enum hotfix_state state;
	bool is_busy;			/* an operation for it runs */
	bool has_failed;		/* the last try */
	int64_t at;			/* wall ms of its end, or of the last try; 0: not begun */
	int64_t took;			/* ms; -1: not known.  Of a mark: since the step before */
	struct untrusted who;		/* absent: not known */
	struct untrusted detail; /* what was done: "web 1.4.2 → 1.4.3"; absent: nothing to say */
	struct untrusted note;		/* a reason, a note, an error; absent: none */
};

/* How another environment stands to the fix. */
struct hotfix_other {
	char *env;			/* its id */
	struct untrusted name;
	bool is_known; /* else nothing was promoted, or what runs there is not known */
	struct carry carry;
};

/* env: the clone, which need not be there any more. */
struct hotfix *hotfix_open(struct session *session, const char *org, const char *app,
			   const char *env);
void hotfix_close(struct hotfix *hotfix);	/* NULL is fine */
/* Anew from the journal, the marks and the world; whenever the session has changed. */
void hotfix_update(struct hotfix *hotfix);

/* All borrowed until the next update. */
const struct hotfix_step *hotfix_step(const struct hotfix *hotfix, enum hotfix_step_id step);
/* The step that is to be done next; HOTFIX_STEP_COUNT: the story is over. */
enum hotfix_step_id hotfix_now(const struct hotfix *hotfix);
/* The id of the clone, as it was given to hotfix_open(). */
const char *hotfix_env(const struct hotfix *hotfix);
const char *hotfix_origin(const struct hotfix *hotfix);	/* NULL: not known */
bool hotfix_clone_exists(const struct hotfix *hotfix);
bool hotfix_is_known(const struct hotfix *hotfix);	/* false: no clone, or not read yet */
/* All that can be read of it was: waiting longer gives nothing new. */
bool hotfix_is_settled(const struct hotfix *hotfix);
/* What was promoted is somebody else's, and whether that one has it was not seen, or not yet: a
 * platform that has just started looks for it. */
bool hotfix_owner_is_unknown(const struct hotfix *hotfix);
/* Why something could not be read; NULL: all could.  Borrowed until the session's next turn. */
const struct error *hotfix_error(const struct hotfix *hotfix);
int64_t hotfix_began_at(const struct hotfix *hotfix);	/* wall ms; 0: not known */
size_t hotfix_other_count(const struct hotfix *hotfix);
const struct hotfix_other *hotfix_other(const struct hotfix *hotfix, size_t i);

/* Whether it is for people to say that the step is done. */
bool hotfix_is_marked_by_hand(enum hotfix_step_id step);
/* Says so (note NULL or "": none), or takes it back.  -1 with err. */
int hotfix_mark(struct hotfix *hotfix, enum hotfix_step_id step, const char *note,
		struct error *err) __attribute__((warn_unused_result));
/* The mark goes; what it said is not kept. */
int hotfix_unmark(struct hotfix *hotfix, enum hotfix_step_id step, struct error *err)
	__attribute__((warn_unused_result));
/* What flow_new() takes to carry the fix to that environment; borrowed texts.  -1 with err. */
int hotfix_carry_request(const struct hotfix *hotfix, const char *env, struct flow_request *request,
			 struct error *err) __attribute__((warn_unused_result));

/* The clone of the newest hotfix that was begun here in the application; free() it.  NULL:
 * there is none, or, with err, that cannot be read. */
char *hotfix_newest(struct session *session, const char *org, const char *app, struct error *err);

#endif
