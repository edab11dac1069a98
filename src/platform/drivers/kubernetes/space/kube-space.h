/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A space is a namespace: what is known of it is what watches see.  They are there while somebody
 * looks or something is under way, and end some time after that.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_SPACE_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_SPACE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "platform/drivers/kubernetes/verdict/verdict.h"

struct driver_home;
struct driver_status;
struct error;
struct kube_aftermath;
struct kube_driver;
struct kube_marks;
struct kube_reach;
struct kube_watch;
struct loop_timer;
struct redact;

enum kube_watched {
	KUBE_DEPLOYMENTS, KUBE_REPLICA_SETS, KUBE_PODS, KUBE_JOBS, KUBE_CRON_JOBS,
	/* Where there is what somebody else wrote. */
	KUBE_STATEFUL_SETS, KUBE_DAEMON_SETS,
	/* What one may be unable to read, and do without. */
	KUBE_EVENTS, KUBE_CLAIMS, KUBE_SERVICES,
	KUBE_WATCHED
};

/* Something that is under way in a space, one at a time. */
struct kube_operation {
	void (*free)(struct kube_operation *operation);	/* drops it; its task is not touched */
	void (*changed)(struct kube_operation *operation);	/* what is seen; NULL: no matter */
};

struct kube_space {
	struct kube_driver *driver;
	struct kube_space *next;
	struct kube_space *beside;	/* the next one with the same hash of its name */
	char *name;			/* "org/app/env" */
	char *namespace;
	json_t *labels;			/* of the namespace; NULL: none */
	json_t *notes;			/* annotations of it that others read; NULL: none */
	bool is_adopted;		/* somebody else filled it (driver_home) */
	bool is_first;			/* this daemon has made nothing of it */
	char *origin;			/* of a clone of such a one; NULL: it is none */
	char *made, *made_by;		/* as driver_home has them */
	bool has_manifests;		/* what somebody else wrote was deployed to it */
	json_t *found;	/* adopted: {"Deployment/web": module} (kube-found.h); NULL: not known */
	struct kube_marks *marks;	/* adopted: what is seen, with the modules; NULL: not yet */
	uint64_t declared, declared_at;	/* at that state */
	bool is_followed;		/* adopted: somebody asks what is declared */
	char *selector;			/* by which they do; NULL: by none */
	char *pod_security;		/* the level that it has now; NULL: not known, or none */
	struct kube_operation *operation;	/* NULL: nothing is under way */
	/* {module: [text]}, of what was applied last: not to be seen in what is printed.  NULL: it
	 * is not known yet. */
	json_t *secrets;
	json_t *hosts;	/* {host: true}, which a rollout is about to take; NULL: none */

	struct kube_aftermath *aftermath;	/* of what was changed last; NULL: nothing was */
	struct kube_reach *reach;	/* NULL: no Service was seen yet */
	struct kube_watch *watches[KUBE_WATCHED];
	bool is_removed;		/* it is being: nothing is watched */
	uint64_t state;			/* another one with each change */
	int64_t used_at;		/* steady ms */
	struct loop_timer *idle;	/* until it is looked whether anybody still looks */
	struct loop_timer *notice;	/* the operation is about to hear of changes */
};

/* NULL: nothing was asked of it. */
struct kube_space *kube_space_find(const struct kube_driver *driver, const char *name);
/* Makes it; home NULL: as it is, or the usual one. */
struct kube_space *kube_space_open(struct kube_driver *driver, const char *name,
				   const struct driver_home *home);
void kube_space_free(struct kube_space *space);

/* The namespace, as the cluster has it. */
void kube_space_note_namespace(struct kube_space *space, const json_t *object);
/* The level of pod security that it has, or will have when it is made. */
const char *kube_space_pod_security(const struct kube_space *space);

/* Whether there may be objects of kinds that we do not make ourselves. */
bool kube_space_has_others(const struct kube_space *space);

/* Somebody looks. */
void kube_space_use(struct kube_space *space);
/* The same, but not at one that is not read (kube_driver.unread). */
void kube_space_attend(struct kube_space *space);
/* What is under way is over: frees it. */
void kube_space_end(struct kube_space *space);
/* The namespace goes: nothing of it is watched any more. */
void kube_space_close(struct kube_space *space);

/* Whatever is under way looks again, soon. */
void kube_space_notice(struct kube_space *space);
/* All that is seen is listed anew within so many ms; kube_watch_refresh(). */
void kube_space_refresh(struct kube_space *space, int64_t within_ms);
/* What waits for a change is not to wait for an event that is lost; kube_watch_keep_fresh(). */
void kube_space_keep_fresh(struct kube_space *space);
/* Steady ms: all that has to be known is at least as new. */
int64_t kube_space_listed_at(const struct kube_space *space);

/* All that has to be known is.  false with err: why not; kind ERROR_NONE: it comes. */
bool kube_space_is_seen(const struct kube_space *space, struct error *err);
/* What was seen then (wall ms) still counts as what runs now, though nothing is seen. */
bool kube_space_is_recent(int64_t seen_at);
/* Borrowed, until the loop's next turn. */
void kube_space_seen(struct kube_space *space, struct kube_seen *out);
void kube_space_observe(struct kube_space *space, struct driver_status *out);
uint64_t kube_space_state(struct kube_space *space);
/* Of an adopted one, which somebody follows with that selector: kube_found_declared() of what is
 * seen already; nothing is watched for it. */
uint64_t kube_space_declared(struct kube_space *space, const char *selector);

/* A text without the secrets of that module; free() it. */
char *kube_space_redact(const struct kube_space *space, const char *module, const char *text);

#endif
