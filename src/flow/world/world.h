/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The last known state of the platform, with the age of every part (promise 5).
 * Only flow/world/watch.c changes it; views read it.  Identify things by id, never by index:
 * entries come and go between two turns of the loop.
 */
#ifndef SIDESTAGE_FLOW_WORLD_WORLD_H
#define SIDESTAGE_FLOW_WORLD_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/knowledge.h"
#include "flow/world/adoption.h"
#include "flow/world/unpromoted.h"
#include "model/nouns.h"
#include "model/runtime.h"

struct set;
struct values;

/* What is asked of one environment besides its place in the list; see world_known(). */
enum world_part {
	WORLD_SET,		/* what runs, and its set; absent: nothing was ever deployed */
	WORLD_FROM_SET,
	WORLD_VALUES,		/* those that it runs with; absent: nothing was ever deployed */
	WORLD_RUNTIME,
	WORLD_RESOURCES,
	WORLD_ERRORS,
	WORLD_PART_COUNT
};

struct world_environment {
	struct environment environment;	/* its `problem`: what of its answer is not understood */
	/* What runs: the newest succeeded deployment; id.raw NULL: none or not known yet. */
	struct deployment running;
	struct set
		*set; /* of `running`; for a clone never deployed, of from_deploy; NULL: unknown */
	/* The other half of what runs: the shared values of that deployment, or the newest ones
	 * where it names no version; NULL: unknown.  Owned. */
	struct values *values;
	struct set *from_set;	/* of from_deploy: the base of the next deployment; NULL: unknown */
	struct runtime runtime; /* as it was last read, however long ago: see WORLD_RUNTIME */
	struct active_resource *resources;
	size_t resource_count;
	struct deployment_error *errors; /* of last_deploy when it failed */
	size_t error_count;
	bool is_past; /* from moments.h: as it was; nothing that runs is known of it */
	bool is_protected;		/* type or id matches `protect` */
	char *clone_of; /* owned id of the environment it was cloned from; NULL: not a clone of ours
			 */
	char *clone_set_id; /* owned set id at the time of cloning; NULL when not a clone */
	char *clone_deployment_id;	/* owned; the origin's that goes with it; NULL: not known */
	struct set *clone_set;		/* of that id; NULL: unknown */
	struct unpromoted unpromoted;	/* of a clone: what is not promoted yet */
	int64_t clone_expires_at;	/* wall ms; 0: no end was set, or it is not known: */
	bool clone_has_expiry;		/* whether it expires is known here */
	int64_t read_at;		/* wall ms of the last good answer; 0: never */
	uint64_t revision;		/* grows with every change: views redraw by it */
	struct knowledge *parts;	/* for world_known(); NULL: nothing was asked */
};

struct world_application {
	struct application application;
	struct world_environment
		*environments; /* in board order: development types, ..., protected, then clones */
	size_t count;
	struct knowledge known;		/* of the list of environments */
	struct untrusted
		problem; /* entries that cannot be shown, since they have no id; raw NULL: none */
};

struct world_organization {
	struct organization organization;
	struct world_application *applications;	/* by name */
	size_t count;
	struct artefact_version *versions;	/* every known artefact version, any order */
	size_t version_count;
	struct knowledge versions_known;
	struct world_adoption adoption;
	struct knowledge adoption_known; /* unreadable, too, when the platform cannot read it */
	struct knowledge known;		/* of the list of applications */
	struct untrusted problem;	/* as that of an application */
};

enum world_link { WORLD_CONNECTING, WORLD_ONLINE, WORLD_OFFLINE };

struct world {
	struct world_organization *organizations;
	size_t count;
	struct knowledge known;		/* of the list of organizations */
	struct untrusted problem;	/* as that of an application */
	enum world_link link;
	struct error link_error;	/* why OFFLINE, e.g. ERROR_ACCESS: the token was refused */
	int64_t latency_ms;		/* of the last answer; -1: none yet */
	int64_t answered_at;		/* wall ms of the last answer of any kind; 0: none yet */
	int64_t silent_ms; /* a request has waited that long, and no byte has come; 0: no wait worth
			      a word */
	struct untrusted user;		/* who the platform says we are; raw NULL: unknown */
	struct untrusted user_id;	/* the same by id, as it names who made something */
	bool is_remote;	/* the platform's machine is another one: its own addresses lead nowhere */
	uint64_t revision;
	uint64_t moved;			/* grows when a list is replaced, also by an equal one: what
					 * points into the former one is to be worked out again */
};

/* Whether this is the name or the id of who we are; false where that is not known. */
bool world_is_user(const struct world *world, const char *name);
/* Borrowed; NULL when it is not there. */
const struct world_organization *world_organization(const struct world *world, const char *org);
/* NULL when the organization or the application is not there. */
const struct world_application *world_application(const struct world *world, const char *org,
						  const char *app);
const struct world_environment *world_environment(const struct world *world, const char *org,
						  const char *app, const char *env);

/* Of which application an environment is by now that was one of `app`: one that was found in a
 * cluster may be another's since.  Borrowed. */
const char *world_application_now(const struct world *world, const char *org, const char *app,
				  const char *env);
/* It was found in a cluster: it is not ours to delete. */
bool world_is_adopted(const struct world *world, const char *org, const char *env);
/* Its namespace was adopted before, and nobody looks at it now. */
bool world_is_not_read(const struct world_environment *e);
/* What a cluster is being looked through for is not in its lists yet; org NULL: of any. */
bool world_is_adopting(const struct world *world, const char *org);

/* Never NULL. */
const struct knowledge *world_known(const struct world_environment *environment,
				    enum world_part part);
/* It could not be read, and not merely because the platform is away, which is said once. */
bool world_is_trouble(const struct world *world, const struct knowledge *known);
/* The last answer about it was good: nothing of it is a guess. */
bool world_is_known(const struct world_environment *environment, enum world_part part);

/* A new reference to the set that it runs, with its values when they are known; NULL: unknown. */
struct set *world_shown(const struct world_environment *environment);

/* Its next deployment would not start from what runs: somebody set another base (promise 2).
 * A failed deployment alone does not do that. */
bool world_is_primed(const struct environment *environment, const struct deployment *running);

#endif
