/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Every clone of an organization: those of the local record, and those that others made,
 * which are told by their first deployment: it began from a deployment of another
 * environment.  When a clone ends is in the local record, or in what others noted of it; nothing
 * ever deletes it.
 */
#ifndef SIDESTAGE_FLOW_CLONES_H
#define SIDESTAGE_FLOW_CLONES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct clones;
struct error;
struct session;

/* What it has that its origin lacks: what a promotion would bring there. */
enum clone_work { CLONE_WORK_UNKNOWN, CLONE_WORK_NONE, CLONE_WORK_SOME };

struct clone {
	char *org, *app, *env;
	struct untrusted name, who;
	char *origin, *deployment_id, *set_id;	/* NULL: from where is not known */
	bool is_recorded;			/* that it has an end, or was given none */
	bool is_ours;				/* made here, and nobody else's since */
	bool is_deleting;
	bool is_stuck;				/* it could not be deleted yet */
	int64_t created_at;			/* wall ms */
	int64_t expires_at;			/* wall ms; 0: no end is set */
	enum clone_work work;
	size_t changes, conflicts; /* SOME: how many leaves; conflicts are among them */
	char *work_words;			/* foreign: "web 1.4.2 → 1.4.3" */
	char *work_key;				/* the sets that this was made of */
};

/* org NULL: all organizations.  Call clones_update() before the first look. */
struct clones *clones_open(struct session *session, const char *org);
void clones_close(struct clones *clones);	/* NULL is fine */
/* Anew from the world and the record; to be called whenever the session has changed. */
void clones_update(struct clones *clones);
/* The soonest end first, then those without an end, oldest first.  Borrowed until the next
 * update. */
size_t clones_count(const struct clones *clones);
/* i below clones_count(). */
const struct clone *clones_get(const struct clones *clones, size_t i);
/* How many environments cannot be told yet: their history was not read. */
size_t clones_untold(const struct clones *clones);

/* All that can be read of them was: waiting longer gives nothing new. */
bool clones_is_settled(const struct clones *clones);
/* Why something could not be read; NULL: all could.  Borrowed until the session's next turn. */
const struct error *clones_error(const struct clones *clones);

/* Sets or takes away (0) the end of a clone; one of others is written down by that.  -1 with err:
 * where it is from is not known, ERROR_STORE. */
int clones_set_end(struct session *session, const struct clone *clone, int64_t expires_at,
		   struct error *err) __attribute__((warn_unused_result));

#endif
