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

#include "flow/context/context.h"
#include "flow/verbs/flows.h"

struct error;
struct knowledge;
struct session;
struct token_source;

struct platform_keeper;

struct session_options {
	const char *url; /* "http://localhost" (with socket) or "https://host"; required */
	const char *socket;		/* Unix socket path; NULL: TCP */
	const char *token;		/* NULL: none is sent */
	const struct token_source
		*token_source;		/* outlives the session; NULL: there is no other token */
	const char *ca_file;		/* trusted certificates; NULL: the system's */
	bool allow_http;		/* the token may go in clear to another machine */
	const char *context;		/* shown in the header: "embedded", "team", ... */
	const char *remark;		/* for people, beside it: "not confined"; NULL: none */
	const char *history_path;	/* history.db */
	const char *cache_path;		/* cache.db */
	const char *const *protect;	/* NULL-terminated types or ids; NULL: {"production"} */
	bool read_only;			/* refuses every change before the wire */
	/* Environments that are to need no protection from now on, and that are to need it again:
	 * session_protect_as_asked().  NULL: as it was. */
	const char *const *waive, *const *protect_again;
	bool all_protected; /* each change, also of a clone, asks as for a protected environment */
	const char *only_org;		/* NULL: all organizations */
	bool offline;			/* from the cache alone: the platform is not asked */
	int64_t clone_ttl_ms;		/* the time to live of a new clone; 0: no end is set */
	const struct platform_keeper *keeper;	/* copied; NULL: the platform is not ours */
};

/* Opens the store, fills the world from the cache, starts the first reads.  A history that cannot
 * be used is no reason not to look: see session_history_problem().  NULL with err. */
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

/* Protects as the options asked, and remembers it, when it is known that all that they name are
 * shown; until then it waits.  0, or -1 with err, once: ERROR_NOT_FOUND, and nothing was done (a
 * name that nobody was shown would be unprotected when it appears), or ERROR_STORE. */
int session_protect_as_asked(struct session *session, struct error *err);
/* Somebody is there; see watch_attend(). */
void session_attend(struct session *session);
/* Whether that was a moment ago. */
bool session_is_attended(const struct session *session);
/* Which application is watched closely (runtime, resources, 1 s while deploying). */
void session_focus(struct session *session, const char *org, const char *app);
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

#endif
