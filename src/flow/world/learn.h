/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What an answer of the platform changes in the world.  An answer that makes no sense as a whole
 * is -1 with err, and the world as it was; of a list each entry stands for itself: an odd one is
 * there with its `problem`, and the rest is read.  Revisions grow only when something differs
 * from what was known.  How old it is and whether it could be read is for watch.c to note.
 */
#ifndef SIDESTAGE_FLOW_WORLD_LEARN_H
#define SIDESTAGE_FLOW_WORLD_LEARN_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/ids.h"

struct clone_list;
struct error;
struct session;
struct store;
struct world;
struct world_application;
struct world_environment;

/* Which part of the world; NULL where it goes less deep. */
struct learn_place {
	struct session *session;	/* for `protect` and the record of clones */
	const char *org, *app, *env, *id;
	const char *only_org;		/* NULL: all organizations */
};

/* 0, or -1: it is not a list, or longer than anything we believe; `what` are its entries. */
int learn_check_list(const json_t *body, size_t max, const char *what, struct error *err);

typedef int learn_body(struct world *world, const struct learn_place *place, const json_t *body,
		       int64_t read_at, struct error *err);

learn_body learn_user, learn_organizations, learn_applications, learn_versions;
learn_body learn_environments, learn_running, learn_errors, learn_runtime, learn_resources;
learn_body learn_values, learn_adoption;

/* What the cache has under that key, entry by entry: a long list is what a start waits for.  true:
 * it was learnt, and digest and *read_at (wall ms) are its own. */
typedef bool learn_stored(struct world *world, const struct learn_place *place,
			  struct store *store, const char *key,
			  char digest[IDS_SHA256_B64_SIZE], int64_t *read_at);
learn_stored learn_stored_applications;

/* The same answer as before: only ages change. */
void learn_same_environments(struct world *world, const struct learn_place *place,
			     int64_t read_at);

/* Which environments of the application are clones made here; orders them anew when one is. */
void learn_clones(struct world *world, const struct learn_place *place,
		  const struct clone_list *clones);

/* Whether each of its environments is protected now; orders them anew when one has changed. */
void learn_protection(struct world *world, const struct session *session,
		      struct world_application *application);

/* Both revisions grow. */
void learn_touch(struct world *world, struct world_environment *environment);
/* Ids of the sets that the environment's two members should hold; "" when none. */
const char *learn_set_id(const struct world_environment *environment);
/* Of from_deploy: the base of the next deployment. */
const char *learn_from_set_id(const struct world_environment *environment);

#endif
