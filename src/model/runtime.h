/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What runs in an environment, in the second of the two forms that the API has: workloads with
 * their controllers, pods and containers.  Rules of nouns.h.
 */
#ifndef SIDESTAGE_MODEL_RUNTIME_H
#define SIDESTAGE_MODEL_RUNTIME_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct error;

/* Of a workload, and of all that it consists of; each level has words of its own for them. */
enum runtime_status {
	RUNTIME_UNKNOWN, RUNTIME_RUNNING, RUNTIME_SUCCEEDED, RUNTIME_STARTING, RUNTIME_FAILED,
	RUNTIME_STOPPED,
	RUNTIME_PARTLY		/* some of it failed; a workload that is read has STARTING for it */
};
/* A workload's word for it, as on the wire. */
const char *runtime_status_word(enum runtime_status status);

/* Of a change that was made here in what somebody else keeps: whether that one has it, too. */
enum runtime_owner {
	RUNTIME_OWNER_NOT_ASKED,		/* nothing was changed */
	RUNTIME_OWNER_UNKNOWN,			/* it is not known, or not yet */
	RUNTIME_OWNER_LACKS_IT,			/* the owner's next apply or sync would undo it */
	RUNTIME_OWNER_HAS_IT
};

/* Since when it runs, or why it does not. */
struct runtime_state {
	struct untrusted reason;	/* one word: "CrashLoopBackOff" */
	struct untrusted message;	/* more of that */
	int64_t exit_code, signal;	/* of one that ended */
	int64_t started_at, finished_at;	/* wall ms; 0: it is not said */
	bool is_there;
};
/* One of them is there, or none. */
struct runtime_states {
	struct runtime_state running, waiting, terminated;
	bool is_there;
};
struct runtime_container {
	struct untrusted name;
	bool ready;
	int64_t restart_count;
	enum runtime_status status;
	struct runtime_states state;
	struct runtime_states last_state; /* `terminated`, for which it was restarted */
};
struct runtime_pod {
	struct untrusted name, node;	/* node: of a cluster */
	int64_t created_at;		/* wall ms; 0: it is not said */
	enum runtime_status status;
	int64_t revision;
	struct runtime_container *containers;
	size_t container_count;
};
struct runtime_controller {
	struct untrusted id;		/* its key */
	struct untrusted kind, message;
	json_t *reasons; /* the message as [code and parameters] (model/error-codes.h), or NULL */
	enum runtime_status status;
	int64_t replicas, revision;
	struct runtime_pod *pods;
	size_t pod_count;
};
/* One of its containers. */
struct runtime_brief_container {
	struct untrusted name;
	struct untrusted reason;	/* why it does not run: "CrashLoopBackOff" */
	struct untrusted message;	/* more of that, where its workload does not say it */
	struct untrusted last_end;	/* how it ended before it was restarted */
	int64_t last_end_at;		/* wall ms; 0: it was not, or it is not said */
	int restarts;
	bool is_ready, runs;
};
/* A pod of a cluster, in short. */
struct runtime_brief {
	struct untrusted name, node;
	struct untrusted state;	/* "CrashLoopBackOff"; of a pod that is ready nothing */
	int64_t created_at;	/* wall ms */
	int restarts;
	enum runtime_status status;	/* its phase */
	bool is_unknown, is_ready;
	struct runtime_brief_container *containers;
	size_t container_count, ready_count;
};
/* How a workload of a cluster is reached. */
struct runtime_address {
	int64_t port;			/* of its service */
	struct untrusted address; /* "http://...", on the platform's machine; NULL: none, and why */
	struct untrusted command; /* which makes one on the machine where it is typed */
	struct untrusted message; /* of what was read in the language of this program */
	json_t *reasons;	/* the message as [code and parameters], or NULL */
};
struct runtime_module {
	struct untrusted module;	/* its key */
	enum runtime_status status;
	struct runtime_controller *controllers;
	size_t controller_count;
	struct runtime_address *addresses;
	size_t address_count;
	enum runtime_owner owner;	/* of what was changed in it */

	/* what was read, in short */
	struct untrusted message;	/* of its first controller that has one */
	bool is_of_owner;		/* which says that its owner lacks a change of it */
	bool is_not_read;		/* or that nobody looks at its namespace now */
	int pods_ready, pods_wanted;
	int restarts;
	struct untrusted last_end;	/* how one of its containers ended last, before a restart */
	int64_t last_end_at;		/* wall ms; 0: none did, or it is not said */
	struct runtime_brief *briefs;	/* of its pods, where it runs in a cluster */
	size_t brief_count;
	struct untrusted problem;
};
struct runtime {
	struct untrusted namespace;
	struct untrusted cluster;	/* as the operator calls it; NULL: it is not said */
	struct runtime_module *modules;	/* what was read is ordered by name */
	size_t count;
};

/* Fails only when the whole answer makes no sense; a module that does not has its own `problem`. */
int runtime_decode(struct runtime *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
/* Forgets the controllers: what they say in short stays. */
void runtime_shorten(struct runtime *runtime);
/* Forgets the addresses, which are of another machine than ours; the commands stay. */
void runtime_forget_addresses(struct runtime *runtime);
json_t *runtime_encode(const struct runtime *runtime);
void runtime_clear(struct runtime *runtime);

#endif
