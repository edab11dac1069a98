/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a cluster adds to the objects that people give it: what it keeps there for itself, and the
 * fields that it fills in.  A field that a person wrote with the default's value cannot be told
 * from one that was filled in; leaving it out means the same.
 */
#ifndef SIDESTAGE_MODEL_MANIFEST_FILLED_H
#define SIDESTAGE_MODEL_MANIFEST_FILLED_H

#include <jansson.h>
#include <stdbool.h>

/* Takes it out of an object, which has lists.  Of a Secret only what it is called stays. */
void manifest_strip(json_t *object);
/* Whether the object is of one of the API server's own groups, whose fields and defaults are
 * known. */
bool manifest_is_built_in(const json_t *object);

#endif
