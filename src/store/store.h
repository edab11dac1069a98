/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The client's two SQLite files.  history.db holds what must never be lost: the journal
 * of operations and their steps, with the way back of each; it is written durably, before
 * the first request of an operation and after each step.  cache.db holds what can be
 * fetched again: sets by id, and the last answers for the first board; it may be deleted or
 * damaged at any time and is then made anew, also while it is open.
 *
 * Several programs may use the same files at once.  `url` is what names the platform: in the
 * history its key (store_platform_at()), whatever its address; in the cache the address.
 */
#ifndef SIDESTAGE_STORE_STORE_H
#define SIDESTAGE_STORE_STORE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct error;
struct store;

/* Makes what is missing (files 0600; the folders must be there or are made 0700) and brings
 * older schemas up to date.  NULL with ERROR_STORE: history.db cannot be opened, is damaged,
 * or is from a newer program (it stays as it was).  A bad cache is never an error. */
struct store *store_open(const char *history_path, const char *cache_path, struct error *err);
void store_close(struct store *store);	/* NULL is fine */
/*
 * After store_open() failed (`why`): what can be read all the same.  A history.db that is good but
 * cannot be written is read; else an empty one in memory stands for it, and lists of operations are
 * an error, not empty.  No operation can begin.  The file stays as it is.  NULL with err: there is
 * no memory for even that.
 */
struct store *store_open_without_history(const char *history_path, const char *cache_path,
					 const struct error *why, struct error *err)
	__attribute__((warn_unused_result));

/* --- cache: never fails loudly; what is not there is asked for again --- */

/* The set's JSON as it came from the platform.  New reference, or NULL: not cached. */
json_t *store_get_set(struct store *store, const char *url, const char *org, const char *app,
		      const char *set_id);
/* Without effect when it cannot be written. */
void store_put_set(struct store *store, const char *url, const char *org, const char *app,
		   const char *set_id, const json_t *set);
/* Raw bodies of the last answers, e.g. by url + path; free() it.  NULL: not cached.
 * read_at (NULL is fine): wall ms of when it was put. */
char *store_cache_get(struct store *store, const char *key, size_t *length, int64_t *read_at);
/* As above; what was put longest ago goes when there are too many. */
void store_cache_put(struct store *store, const char *key, const char *body, size_t length);
void store_cache_drop(struct store *store, const char *key);

/* --- which platform it is --- */

/* An address is a URL, and with a socket "URL unix:PATH".  What names the platform there as long
 * as it does not say which one it is: "example.com", "localhost:8080", "unix:/run/x"; free() it. */
char *store_platform_key(const char *address);
/* The key of the platform that answered there last; free() it.  NULL with err (ERROR_STORE): that
 * cannot be read, and under any other key the history would look empty. */
char *store_platform_at(struct store *store, const char *address, struct error *err);
/* The platform there says that it is this one (Sidestage-Platform): what was written under the
 * address alone is its own from now on.  Its key, free() it; NULL with err, and nothing changed. */
char *store_platform_seen(struct store *store, const char *address, const char *identity,
			  struct error *err);

/* --- journal and history --- */

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
	char *id; /* of struct step in flow/verbs/verbs.h; NULL: a record of the first release */
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
	struct operation_step *steps;
	size_t step_count;
};
/* Frees what store_* filled; the struct is zero then. */
void operation_clear(struct operation *operation);

/* Writes operation and steps; durable when it returns 0.  -1 with ERROR_STORE. */
int store_operation_begin(struct store *store, const struct operation *operation,
			  struct error *err) __attribute__((warn_unused_result));
/* Writes everything that can change after begin: state, ended_at, reason, delta_id,
 * deployment_id, error, and the step at `step` (SIZE_MAX: no step changed).  Durable.  Who
 * ended an operation gives up the claim to it. */
int store_operation_update(struct store *store, const struct operation *operation, size_t step,
			   struct error *err) __attribute__((warn_unused_result));
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

/*
 * What store_history_list() does with `find`, in pieces of a few milliseconds each, the newest
 * first, however long the history is.  after, limit, unfinished and unwatched do not count.
 */
struct store_search;
/* Borrows the store; the texts of the query are copied.  Finds nothing that is written later. */
struct store_search *store_search_new(struct store *store, const struct history_query *query);
void store_search_free(struct store_search *search);	/* NULL is fine */
/* Looks through the next piece, and adds what it finds to the list, which stays newest first.  1:
 * there is more to look through; 0: that was all; -1 with ERROR_STORE. */
int store_search_step(struct store_search *search, struct operation_list *list, struct error *err)
	__attribute__((warn_unused_result));
int store_search_done(const struct store_search *search); /* how much was looked through, of 1000 */

/* The newest that was done and undid this operation; operation_clear() it.  -1: ERROR_NOT_FOUND or
 * ERROR_STORE. */
int store_operation_undone_by(struct store *store, const char *id, struct operation *out,
			      struct error *err) __attribute__((warn_unused_result));

/* Who works on an unfinished operation: true when this program now owns it, false when
 * another living program does.  Released when the operation ends or the program does. */
bool store_operation_claim(struct store *store, const char *id);
/* Gives up a claim before the operation has ended; without one it does nothing. */
void store_operation_release(struct store *store, const char *id);
/* Whether another living program works on it; changes nothing. */
bool store_operation_is_claimed(const struct store *store, const char *id);

/* --- where a clone comes from --- */

struct clone_origin {
	char *origin;			/* id of the environment it was cloned from */
	char *deployment_id, *set_id;	/* what that ran when it was cloned */
	char *operation_id;
	int64_t cloned_at;		/* wall ms */
	int64_t expires_at;		/* wall ms; 0: never */
};
/* 0; -1 with ERROR_NOT_FOUND when env is no clone made here, or ERROR_STORE. */
int store_clone_origin(struct store *store, const char *url, const char *org, const char *app,
		       const char *env, struct clone_origin *out, struct error *err)
	__attribute__((warn_unused_result));
/* Frees the texts. */
void clone_origin_clear(struct clone_origin *origin);
int store_put_clone_origin(struct store *store, const char *url, const char *org,
			   const char *app, const char *env, const struct clone_origin *origin,
			   struct error *err) __attribute__((warn_unused_result));
/* After a discard.  A missing one is fine. */
int store_drop_clone_origin(struct store *store, const char *url, const char *org,
			    const char *app, const char *env, struct error *err)
	__attribute__((warn_unused_result));

struct clone_record {
	char *org, *app, *env;
	struct clone_origin origin;
	bool has_expiry; /* whether it expires is known here: it does, or it was made here without
			  */
};
struct clone_list {
	struct clone_record *items;
	size_t count;
};
/* Every clone of the platform, by org, app, env.  0, or -1 with ERROR_STORE; clone_list_clear(). */
int store_clone_list(struct store *store, const char *url, struct clone_list *list,
		     struct error *err) __attribute__((warn_unused_result));
/* Frees the records. */
void clone_list_clear(struct clone_list *list);

/* --- what a person says is done of a hotfix (no platform knows it) --- */

struct mark {
	struct untrusted step;		/* for machines: "reproduce" */
	struct untrusted who, note;	/* absent: unknown, none */
	int64_t at;			/* wall ms */
};
struct mark_list {
	struct mark *items;
	size_t count;
};
/* story: whatever names the hotfix for good.  Replaces the step's mark if there is one. */
int store_put_mark(struct store *store, const char *url, const char *org, const char *app,
		   const char *story, const struct mark *mark, struct error *err)
	__attribute__((warn_unused_result));
/* A missing one is fine. */
int store_drop_mark(struct store *store, const char *url, const char *org, const char *app,
		    const char *story, const char *step, struct error *err)
	__attribute__((warn_unused_result));
/* By step.  0, or -1 with ERROR_STORE; mark_list_clear() it. */
int store_mark_list(struct store *store, const char *url, const char *org, const char *app,
		    const char *story, struct mark_list *list, struct error *err)
	__attribute__((warn_unused_result));
/* Frees the marks. */
void mark_list_clear(struct mark_list *list);

/* --- how a person likes an application to be shown --- */

/* name is for machines: "board".  Replaces what there is. */
int store_put_setting(struct store *store, const char *url, const char *org, const char *app,
		      const char *name, const char *value, struct error *err)
	__attribute__((warn_unused_result));
/* free() it.  NULL: there is none, or, with err set (ERROR_STORE), it cannot be read. */
char *store_get_setting(struct store *store, const char *url, const char *org, const char *app,
			const char *name, struct error *err);

/* --- the board as it was --- */

/*
 * What was known of one environment from `at` on, until the next moment of it.  Texts are owned
 * and foreign; "" for what is not there.  status "gone": the environment is no longer there.
 */
struct board_moment {
	char *env, *name, *type;
	char *origin;			/* env it was cloned from; "": no clone of ours */
	char *deployment_id, *set_id;	/* what ran; "": nothing, or not known */
	char *status;			/* of its last deployment: "succeeded", ...; "": none */
	int64_t at;			/* wall ms when it was seen, not when it came to be */
};
struct moment_list {
	struct board_moment *items;
	size_t count;
};
/* Frees the moments. */
void moment_list_clear(struct moment_list *list);

/*
 * Writes those of the moments that tell another thing of their environment than the one before
 * did; one that is older than what is known is not written.  What may go, goes: moments that
 * another one of the same environment followed more than MOMENT_DAYS ago, and, of what one
 * application has beyond MOMENT_MAX, the oldest that were followed.  What is known last of an
 * environment stays.  All or nothing; -1 with ERROR_STORE.
 */
#define MOMENT_DAYS 90
#define MOMENT_MAX 5000
int store_put_moments(struct store *store, const char *url, const char *org, const char *app,
		      const struct board_moment *moments, size_t count, struct error *err)
	__attribute__((warn_unused_result));
/* What was known at a time: the last moment of each environment until then; by env.  Those
 * that were gone then are not in it.  0 or -1 with ERROR_STORE; moment_list_clear() it. */
int store_moments_at(struct store *store, const char *url, const char *org, const char *app,
		     int64_t at, struct moment_list *list, struct error *err)
	__attribute__((warn_unused_result));
/* The time of the next moment of the application before (or after) `at`; 0: there is none; -1 with
 * ERROR_STORE. */
int64_t store_moment_before(struct store *store, const char *url, const char *org,
			    const char *app, int64_t at, struct error *err);
int64_t store_moment_after(struct store *store, const char *url, const char *org,
			   const char *app, int64_t at, struct error *err);

#endif
