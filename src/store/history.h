/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Operations as they are kept, and lists of them.  `url` is what names the platform: its key
 * (store/platforms.h), whatever its address.
 */
#ifndef SIDESTAGE_STORE_HISTORY_H
#define SIDESTAGE_STORE_HISTORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct error;
struct store;

enum operation_state {
	OPERATION_PREPARED,	/* approved; nothing was sent that changes anything */
	OPERATION_RUNNING,	/* something may have been sent */
	OPERATION_DONE,
	OPERATION_FAILED,
	OPERATION_ABANDONED,	/* given up on by a person; error says why */
	OPERATION_UNWATCHED,	/* everything was sent, and the platform goes on unwatched: how it
				 * ended is written when it is seen (flow/verbs/interrupted.h) */
	OPERATION_INTERRUPTED	/* never in the file: PREPARED or RUNNING, and no program works on
				 * it (interrupted_mark()) */
};
/* "running": for machines, and as kept in the file. */
const char *operation_state_name(enum operation_state state);

enum record_step_state { RECORD_TODO, RECORD_ACTIVE, RECORD_DONE, RECORD_FAILED };

/*
 * One step as it is kept.  All texts but `id` and `name` are foreign.  A record of the first
 * release has no ids: its steps are told apart by an untranslated text alone, so they can be
 * shown, but never be matched with the steps of this program.
 */
struct operation_step {
	char *id; /* of struct step in flow/verbs/verb.h; NULL: a record of the first release */
	char *name;		/* of such a record; else NULL */
	enum record_step_state state;
	int64_t started_at, ended_at;	/* wall ms; 0: not yet */
	struct untrusted detail;
};

/*
 * One operation as it is kept; every text is foreign (the file is a file from outside).
 * raw NULL is "absent".  operation_clear() frees what store_* filled.
 */
struct operation {
	struct untrusted id;		/* UUID version 7, so ids sort by time */
	struct untrusted verb;		/* flow_verb_name() */
	struct untrusted url;		/* the platform's key */
	struct untrusted address;	/* at which it was reached */
	struct untrusted context, org, app, env, source, env_name, env_type;
	struct untrusted who;		/* as the platform knows us; absent: unknown */
	struct untrusted reason;
	struct untrusted summary;	/* "web 1.4.2 → 1.4.3" */
	struct untrusted request; /* JSON with a version: what was asked for, to make it again */
	enum operation_state state;
	int64_t created_at, ended_at;	/* wall ms; ended_at 0: not yet */
	struct untrusted from_deployment, from_set, to_set;	/* pinned by the review */
	struct untrusted source_deployment;	/* CLONE: what was cloned; PROMOTE: the clone's */
	struct untrusted delta_id;	/* made by us; absent: none yet */
	struct untrusted deployment_id;	/* made by us; absent: none yet */
	struct untrusted undo;		/* JSON delta (PlainDelta): from to_set back to from_set */
	struct untrusted way_back;	/* one line: "web image → 1.4.2" */
	struct untrusted undoes;	/* id of the operation that this one undoes */
	struct untrusted error;		/* sentence; absent: none */
	struct untrusted error_kind;	/* error_kind_name() of it; absent: unknown, or none */
	struct operation_step *steps;
	size_t step_count;
};
/* Frees what store_* filled; the struct is zero then. */
void operation_clear(struct operation *operation);

/* 0, or -1: ERROR_NOT_FOUND or ERROR_STORE. */
int store_operation_get(struct store *store, const char *id, struct operation *out,
			struct error *err) __attribute__((warn_unused_result));

struct operation_list {
	struct operation *items;
	size_t count;
};
/* Frees the operations and their steps. */
void operation_list_clear(struct operation_list *list);

/* What store_history_list() shall give; NULL members match everything. */
struct history_query {
	const char *url, *org, *app, *env;	/* env: as target or as source */
	const char *verb;
	/* As a person types: words parted by blanks, all of which occur, in any case, somewhere in
	 * what an operation says: verb, app, environment and its name and type, source, user,
	 * reason, summary (workloads, versions), way back, error, deployment id, state, details
	 * of steps.  No character means anything else.  Only the first 32 words and the first KiB
	 * of it count. */
	const char *find;
	const char *before;		/* only operations older than this id (for paging) */
	const char *after; /* those that came next after this id: "" the oldest; not with find */
	bool unfinished;		/* only PREPARED and RUNNING */
	bool unwatched;			/* only UNWATCHED */
	size_t limit;			/* 0: 500 */
};
/* Newest first, with their steps.  0, or -1 with ERROR_STORE; operation_list_clear() it. */
int store_history_list(struct store *store, const struct history_query *query,
		       struct operation_list *list, struct error *err)
	__attribute__((warn_unused_result));
/* The newest that was done and undid this operation; operation_clear() it.  -1: ERROR_NOT_FOUND or
 * ERROR_STORE. */
int store_operation_undone_by(struct store *store, const char *id, struct operation *out,
			      struct error *err) __attribute__((warn_unused_result));

#endif
