/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Whose a field of an object is that somebody else made, and what becomes of it when it is changed
 * behind their back: by the manager in metadata.managedFields and by the marks that reconcilers
 * leave on what they keep.  Pure.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_ADOPTED_FIELD_OWNER_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_ADOPTED_FIELD_OWNER_H

#include <jansson.h>

#include "model/error-codes.h"

struct pointer;

/* What they do with a change that is not theirs. */
enum owner_habit {
	OWNER_NONE,		/* nobody owns it */
	OWNER_SYNCS,		/* put it back at the next sync */
	OWNER_UPGRADES,		/* set it again with the next upgrade */
	OWNER_APPLIES,		/* put it back with the next apply of the old manifest */
	OWNER_SCALES,		/* set it all the time, as an autoscaler does */
	OWNER_RECONCILES,	/* may put it back at any time, as operators do */
	OWNER_WRITES		/* somebody set it once */
};

struct field_owner {
	char *name;			/* "Argo CD (application shop)"; NULL: nobody */
	enum owner_habit habit;
};
/* Of the field of `live` that a kept object (model/manifests.h) has at this pointer. */
struct field_owner field_owner_find(const json_t *live, const struct pointer *field);
/* The same by its manager alone: whoever wrote it last. */
struct field_owner field_owner_manager(const json_t *live, const struct pointer *field);
/* What the owner's kubectl applied last from its side, as an object; new reference.  NULL: nothing.
 * Its fields are no manager's where they were the same already. */
json_t *field_owner_applied(const json_t *live);
/* Of the object: whoever applied it last, or keeps it.  Nobody where it was only written once. */
struct field_owner field_owner_of_object(const json_t *live);
void field_owner_clear(struct field_owner *owner);

/* The sentence about a field, "containers[web].image", for a review; CODE of habit OWNER_NONE:
 * there is none, and false is given. */
bool field_owner_tell(const struct field_owner *owner, const char *object, const char *path,
		      struct error *out);

#endif
