/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a clone gets of what somebody else runs in a cluster, in the parts that a person reads: what
 * is cloned, what is different in the clone, what is not cloned, and where its Secrets come from.
 * The platform says it (struct deploy_review); before a clone is asked for, what was found says the
 * first and the third.
 */
#ifndef SIDESTAGE_FLOW_VERBS_CLONE_PARTS_H
#define SIDESTAGE_FLOW_VERBS_CLONE_PARTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct deploy_finding;
struct deploy_review;
struct set;

enum clone_part {
	CLONE_DIFFERENT,		/* so that it acts on nothing outside */
	CLONE_SECRETS,
	CLONE_NOT_CLONED,
	CLONE_NAMESPACE,		/* what its namespace gets of the original's */
	CLONE_REQUESTS,			/* of all its pods, and whether they fit */
	CLONE_PARTS			/* a finding of none of these */
};
/* "different", "not cloned": translated. */
const char *clone_part_label(enum clone_part part);
enum clone_part clone_part_of(const struct deploy_finding *finding);
/* All findings of the part in few words, "1 replica, schedules suspended", each once; foreign.
 * NULL: it has none.  free() it. */
char *clone_part_words(const struct deploy_review *outlook, enum clone_part part);
/* It says what becomes of the Secret of that name. */
bool clone_secret_is(const struct deploy_finding *finding, const char *name);
/* Of the first Secret that its pods need; foreign; free() it.  NULL: they need none. */
char *clone_first_secret(const struct deploy_review *outlook);
/* Whether any part has a finding. */
bool clone_has_parts(const struct deploy_review *outlook);

/* {"Deployment": ["api", "web"]}, of the objects that the set holds: those that are cloned, or those
 * of kinds that never are; new reference. */
json_t *clone_objects_of_set(const struct set *set, bool are_cloned);
/* The same with what runs before all else; new reference. */
json_t *clone_objects_ordered(const json_t *objects);
/* "5 objects: Deployment 2, Service 2, ConfigMap"; foreign.  NULL: there are none.  free() it. */
char *clone_objects_words(const json_t *objects);
/* "api, web"; foreign; free() it. */
char *clone_object_names(const json_t *names);

#endif
