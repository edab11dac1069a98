/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a deployment changes of objects that somebody else made, and the JSON Patch (RFC 6902) of
 * one for the object as it is now.  Pure: no request is made.
 *
 * A change is the difference of two kept objects (model/manifests.h): the one that was found or
 * deployed last, and the one that is to be.  Its fields are the reviewed ones.  The patch tests the
 * uid, the generation where the kind has one, and the value that each of these fields has; what
 * others changed beside them stays as it is.  A field that is not what was reviewed any more has
 * moved.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_ADOPTED_ADOPTED_PATCH_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_ADOPTED_ADOPTED_PATCH_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct error;

/* Of one object. */
struct adopted_change {
	char *key;			/* "Deployment/web" (manifest_key()) */
	json_t *before, *after;		/* kept objects; NULL: it is new; it goes */
	json_t *object;			/* as an API server takes it: `after`, else `before` */
};
struct adopted_changes {
	struct adopted_change *items;
	size_t count;
};
/* Of two specs of the profile "sidestage/manifests" whose placeholders are resolved; NULL: there
 * was, or is, none.  0, or -1 with ERROR_INPUT. */
int adopted_changes_make(const json_t *before, const json_t *after, struct adopted_changes *out,
			 struct error *err);
void adopted_changes_clear(struct adopted_changes *changes);
/* The same the other way; borrows all of it. */
struct adopted_change adopted_change_reverse(const struct adopted_change *change);

struct adopted_patch {
	json_t *operations;	/* with the tests first; empty: the object is so already */
	/* [{"path": "spec.replicas", "pointer": "/spec/replicas", "from": 1, "to": 2}], the reviewed
	 * fields that it changes; from, to: as they are kept, missing where there is nothing. */
	json_t *fields;
	json_t *result;		/* the object with them */
};
/* For an object that is there before and after.  0, or -1 with ERROR_STALE that names the field
 * that moved, or ERROR_INPUT. */
int adopted_patch_make(const struct adopted_change *change, const json_t *live,
		       struct adopted_patch *out, struct error *err);
void adopted_patch_clear(struct adopted_patch *patch);
/* For one that goes: it is still what was reviewed.  0, or -1 as above. */
int adopted_patch_check(const struct adopted_change *change, const json_t *live, struct error *err);

/* That removes the manager's entry, made by updates, from metadata.managedFields, so that what it
 * changed is nobody's; new reference.  NULL: there is none. */
json_t *adopted_release(const json_t *live, const char *manager);

/* An object as it is kept, but with nothing escaped: as in a spec whose placeholders are resolved.
 * New reference; NULL with ERROR_INPUT. */
json_t *adopted_keep(const json_t *live, struct error *err);
/* Two values of a field of such objects; either may be NULL, nothing.  Images are the same whether
 * or not a digest is said. */
bool adopted_is_same(const json_t *a, const json_t *b);
/* A value for people, as JSON, but for a string; bounded.  free() it. */
char *adopted_value_words(const json_t *value);
/* "/spec/template/spec/containers/web/image" as "containers[web].image", where `object` is a kept
 * one or has lists; free() it. */
char *adopted_field_words(const json_t *object, const char *pointer);

#endif
