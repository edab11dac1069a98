/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A session: one platform, one store, the world, and the operations under way; and the
 * one wait of the program.  ui/ and cli/ own a session and turn it.
 */
#ifndef SIDESTAGE_FLOW_SESSION_H
#define SIDESTAGE_FLOW_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct session;
struct error;
struct knowledge;
struct world;
struct store;
struct api;
struct flow;
struct loop;

/*
 * Where a fresh token comes from when the one that was given is refused.  begin() starts to fetch:
 * a descriptor that becomes readable, or -1 with err.  Then advance() is called: 1 with the token
 * (free() it), 0 when more is to come, -1 with err; it is over unless 0.  cancel() ends it early.
 */
struct token_source {
	int (*begin)(void *data, struct error *err);
	int (*advance)(void *data, char **token, struct error *err);
	void (*cancel)(void *data);
	void *data;
};

struct session_options {
	const char *url;		/* "http://localhost" (with socket) or "https://host"; required */
	const char *socket;		/* Unix socket path; NULL: TCP */
	const char *token;		/* NULL: none is sent */
	const struct token_source *token_source; /* outlives the session; NULL: there is no other token */
	const char *ca_file;		/* trusted certificates; NULL: the system's */
	bool allow_http;		/* the token may go in clear to another machine */
	const char *context;		/* shown in the header: "embedded", "team", ... */
	const char *history_path;	/* history.db */
	const char *cache_path;		/* cache.db */
	const char *const *protect;	/* NULL-terminated types or ids; NULL: {"production"} */
	bool read_only;			/* refuses every change before the wire */
	bool all_protected;		/* each change, also of a clone, asks as for a protected environment */
	const char *only_org;		/* NULL: all organizations */
	bool offline;			/* from the cache alone: the platform is not asked */
	int64_t clone_life_ms;		/* how long a clone is meant to live; 0: no end is set */
};

/* Opens the store, fills the world from the cache, starts the first reads.  A history that cannot be
 * used is no reason not to look: see session_history_problem().  NULL with err. */
struct session *session_new(const struct session_options *options, struct error *err);
/* Abandons what is in flight (the journal keeps it); NULL is fine. */
void session_free(struct session *session);

/*
 * Waits until one of fds (read side) is ready, the network has something, a timer is due,
 * or timeout_ms passed (-1: no limit), then advances everything.  ready[i] is set for each
 * fd; a hang-up or an error counts as ready.  Returns true when the world or a flow changed.
 * Callbacks run only in here.  A descriptor is not to be closed, and its number used for another,
 * between two turns that both name it.
 */
bool session_turn(struct session *session, const int *fds, bool *ready, size_t count,
		  int timeout_ms);

const struct world *session_world(const struct session *session);
struct store *session_store(struct session *session);
struct api *session_api(struct session *session);
const char *session_context(const struct session *session);
/* The base URL, and the socket if any: what the cache is kept under. */
const char *session_address(const struct session *session);
/* What names the platform in the history, whatever its address (store_platform_at()).  Borrowed
 * until the next turn: the platform may say another name. */
const char *session_platform(const struct session *session);
bool session_read_only(const struct session *session);
/* A sentence for people: the history cannot be used, so nothing can be changed; NULL: it can.  It
 * holds foreign text. */
const char *session_history_problem(const struct session *session);
/* 0, or -1 with err: nothing may be changed in this session. */
int session_check_changes(const struct session *session, struct error *err)
	__attribute__((warn_unused_result));
bool session_all_protected(const struct session *session);
/* How long a clone that is made now is meant to live; 0: no end is set. */
int64_t session_clone_life(const struct session *session);
bool session_is_protected(const struct session *session, const char *env_id, const char *env_type);
/* Somebody is there; see watch_attend(). */
void session_attend(struct session *session);
/* Which application is watched closely (runtime, resources, 1 s while deploying). */
void session_focus(struct session *session, const char *org, const char *app);
/* Reads everything again now. */
void session_refresh(struct session *session);

/*
 * What a command needs to know before it can answer, for session_settled().  All but the first
 * two are asked of the focused application alone (session_focus()).
 */
enum session_need {
	NEED_APPLICATIONS = 1 << 0,	/* the lists of organizations and applications */
	NEED_ENVIRONMENTS = 1 << 1,
	NEED_SETS = 1 << 2,		/* of what runs */
	NEED_RUNTIME = 1 << 3,
	NEED_RESOURCES = 1 << 4,
	NEED_ERRORS = 1 << 5,		/* of deployments that failed */
	NEED_VERSIONS = 1 << 6,		/* that exist in the organization */
	NEED_USER = 1 << 7,
	NEED_CLONES = 1 << 8		/* where clones come from that were made elsewhere */
};

/*
 * Whether each of these questions has been answered, or has failed, since then (steady ms; 0: since
 * the start): waiting longer gives nothing new.  org or app NULL: of all.  What does not change by
 * itself (sets, who we are) may be older.
 */
bool session_settled(const struct session *session, const char *org, const char *app,
		     unsigned needs, int64_t since);
/* Why nobody knows of some environment of the focused application whether it is a clone; NULL: of
 * each it is known, or will be.  Borrowed until the next turn. */
const struct error *session_clones_error(const struct session *session);
/* Borrowed until the next turn: the first of these that could not be read, from the whole to its
 * parts; NULL: all of them that were asked could.  Its `why` is the reason to tell. */
const struct knowledge *session_unreadable(const struct session *session, const char *org,
					   const char *app, unsigned needs);

/* The flows of this session, newest first; those that ended stay until dismissed. */
size_t session_flow_count(const struct session *session);
struct flow *session_flow(const struct session *session, size_t i);
struct flow *session_flow_by_id(const struct session *session, const char *operation_id);

/* For the files of flow/ only: the loop that session_turn() turns. */
struct loop *session_loop(struct session *session);
/* The walk of flow/world/watch.c again now: something that it reads from the store has changed. */
void session_look_again(struct session *session);
void session_add_flow(struct session *session, struct flow *flow);
void session_drop_flow(struct session *session, struct flow *flow);
void session_changed(struct session *session);	/* makes this turn return true */

#endif
