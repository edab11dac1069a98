/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What all parts of a session share: which platform, as whom, with which store and loop, and what
 * may be changed there.  It is the lowest room of flow/: of the world and of what watches it, it
 * knows the names alone.
 */
#ifndef SIDESTAGE_FLOW_CONTEXT_CONTEXT_H
#define SIDESTAGE_FLOW_CONTEXT_CONTEXT_H

#include <stdbool.h>
#include <stdint.h>

struct api;
struct error;
struct loop;
struct session;
struct store;
struct world;

/* The world as it was last read.  Borrowed; it changes only within session_turn(). */
const struct world *session_world(const struct session *session);
/* The session's own, as is the api: they end with it. */
struct store *session_store(struct session *session);
struct api *session_api(struct session *session);
/* The name of the context for the header: "embedded", "team".  Borrowed. */
const char *session_context(const struct session *session);
/* What people should know of the platform besides; "": nothing.  Borrowed. */
const char *session_remark(const struct session *session);
/* The base URL, and the socket if any: what the cache is kept under. */
const char *session_address(const struct session *session);
/* What names the platform in the history, whatever its address (store_platform_at()).  Borrowed
 * until the next turn: the platform may say another name. */
const char *session_platform(const struct session *session);
/* Nothing may be changed here (--read-only). */
bool session_read_only(const struct session *session);
/* A sentence for people: the history cannot be used, so nothing can be changed; NULL: it can.  It
 * holds foreign text. */
const char *session_history_problem(const struct session *session);
/* 0, or -1 with err: nothing may be changed in this session. */
int session_check_changes(const struct session *session, struct error *err)
	__attribute__((warn_unused_result));
/* Every change asks for a reason and a name, whichever environment it is of. */
bool session_all_protected(const struct session *session);
/* The time to live of a clone that is made now; 0: no end is set. */
int64_t session_clone_ttl(const struct session *session);
/* By its id or its type (`protect`), unless that was waived here (protection.h). */
bool session_is_protected(const struct session *session, const char *env_id, const char *env_type);
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

/* The loop that session_turn() turns. */
struct loop *session_loop(struct session *session);
/* What is watched is looked through again now: something that comes from the store has changed. */
void session_look_again(struct session *session);
void session_changed(struct session *session);	/* makes this turn return true */

#endif
