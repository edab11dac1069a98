/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A deployment set: all configuration that does not depend on the environment.  Immutable; its id
 * is the unpadded base64url SHA-256 of its canonical content {modules, shared, version, and other
 * members except "id"}; the empty set's id is "0".
 */
#ifndef SIDESTAGE_MODEL_SET_H
#define SIDESTAGE_MODEL_SET_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct error;
struct set;

/* The empty set. */
struct set *set_new(void);
/* From a wire body.  The shape is checked (modules: object of objects with profile, spec,
 * externals; shared: object of {type,...}); missing modules or shared count as empty.  A
 * body whose "id" is given and differs from the computed one is accepted (another
 * platform hashes otherwise): set_id() then is the given one.  NULL with ERROR_INPUT. */
struct set *set_decode(const json_t *body, struct error *err);
/* The same; what of the set equals a part of `like` (NULL: none) is that very part.  Sets of one
 * application are mostly alike, and then it takes no memory, and comparing it no time. */
struct set *set_decode_like(const json_t *body, const struct set *like, struct error *err);
/* The same of a body that is given away, whole and also on failure: nothing is copied. */
struct set *set_take(json_t *body, struct error *err);
/* Sets are shared: each reference ends with set_unref(). */
struct set *set_ref(struct set *set);
void set_unref(struct set *set);	/* NULL is fine */
/* New reference: {id, version, modules, shared, ...}. */
json_t *set_encode(const struct set *set);
/* New reference: {version, modules, shared, ...} for set_take().  Members of modules and shared may
 * be added, removed and replaced; each is the set's own and must not change. */
json_t *set_body(const struct set *set);
/* Borrowed, and what another body may be read like; never change it. */
json_t *set_content(const struct set *set);
/* Unpadded base64url of 32 bytes, "0", or what another platform gave.  Borrowed. */
const char *set_id(const struct set *set);
/* Borrowed objects; never change them. */
json_t *set_modules(const struct set *set);
json_t *set_shared(const struct set *set);
/* Borrowed; NULL when there is no such workload. */
json_t *set_module(const struct set *set, const char *module);
/* The image of the module's first container by name, of objects of a cluster that of
 * manifests_image_path(); NULL when it has none.  Borrowed. */
const char *set_module_image(const struct set *set, const char *module);
/* JSON pointer within the module of that image, e.g. "/spec/containers/web/image"; free() it. */
char *set_module_image_path(const struct set *set, const char *module);
/* The same of the image that one of that reference takes the place of: the image above, unless
 * another container alone runs an image of its name.  free() it; NULL: it has none. */
char *set_module_image_path_for(const struct set *set, const char *module, const char *reference);
/* {name: container} of the module, wherever its profile has them; of objects of a cluster also
 * init containers.  New reference; empty: it has none, or there is no such workload. */
json_t *set_module_containers(const struct set *set, const char *module);
/*
 * The same set, shown with the values that it has in an environment: {KEY: text}, a reference
 * that is taken over.  They are no part of the set (its id, its encoding and whether it equals
 * another one are those of `set`), but changes_between() and diff_between() compare them too.
 */
struct set *set_with_values(const struct set *set, json_t *values);
/* Borrowed; NULL when it is shown without values. */
json_t *set_values(const struct set *set);
/* Any string of zeros names the empty set. */
bool set_id_is_empty(const char *id);
/* Equal content, whatever their ids. */
bool set_equal(const struct set *a, const struct set *b);

#endif
