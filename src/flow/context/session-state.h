/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A session from inside, for the files that are one: context.c, verbs/flows.c and session.c. */
#ifndef SIDESTAGE_FLOW_CONTEXT_SESSION_STATE_H
#define SIDESTAGE_FLOW_CONTEXT_SESSION_STATE_H

#include "flow/context/context.h"

#include <jansson.h>
#include <stddef.h>

struct flow;
struct keeper;
struct loop_fd;
struct notes;
struct origins;
struct poll;
struct renewal;
struct watch;

#define TURN_FDS_MAX 16

/* A descriptor of the caller's. */
struct input {
	int fd;
	struct loop_fd *watch;
	bool ready;
};

struct session {
	struct loop *loop;
	struct input inputs[TURN_FDS_MAX];
	size_t input_count;
	struct api *api;
	struct store *store;
	struct world *world;
	struct watch *watch;
	struct origins *origins;
	struct notes *notes;		/* of clones */
	struct flow **flows;		/* newest first; owned */
	size_t flow_count;
	char *context, *remark;
	char *address;			/* the URL, and the socket if any */
	char *platform;			/* its key in the store */
	char *identity;			/* what it says that it is; NULL: nothing yet */
	char **protect;			/* NULL-terminated */
	json_t *waived;			/* {env: true}: protection.h */
	json_t *asked;			/* {env: whether to waive}, by options; NULL: nothing */
	bool read_only, all_protected;
	int64_t clone_ttl_ms;
	char *history_problem;		/* NULL: there is none */
	struct renewal *renewal;	/* of the token; NULL: there is no source */
	struct keeper *keeper;		/* NULL: the platform is not ours */
	/* of what lies above: session_look_again(), session_refresh() */
	void (*look_again)(struct session *session);
	void (*refresh)(struct session *session);
	struct poll *polls;		/* of the views that are open; not owned */
	bool changed;
};

#endif
