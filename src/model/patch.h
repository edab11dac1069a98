/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The operations of JSON Patch (RFC 6902) that the wire knows: add, remove, replace. */
#ifndef SIDESTAGE_MODEL_PATCH_H
#define SIDESTAGE_MODEL_PATCH_H

#include <jansson.h>
#include <stddef.h>

struct error;

enum patch_op { PATCH_ADD, PATCH_REMOVE, PATCH_REPLACE };

struct patch_step {
	enum patch_op op;
	char *path;		/* a JSON Pointer; the patch's own */
	json_t *value;		/* a reference to what nobody changes; NULL: it removes */
};

/* As it goes over the wire: "add". */
const char *patch_op_name(enum patch_op op);

/* Operations in their order.  Zeros are an empty one; patch_clear() it. */
struct patch {
	struct patch_step *steps;
	size_t count, room;
};

/* From an array of {op, path, value}; other members are ignored.  0, or -1 with ERROR_INPUT that
 * names the index of the one that is wrong; move, copy and test are refused by name. */
int patch_decode(struct patch *patch, const json_t *operations, struct error *err)
	__attribute__((warn_unused_result));
/* The array, a new reference; the values in it are copies. */
json_t *patch_encode(const struct patch *patch);
/* Frees the steps; the struct is an empty patch then. */
void patch_clear(struct patch *patch);
/* One step more, at the end.  Takes the reference to value (NULL for PATCH_REMOVE alone). */
void patch_add(struct patch *patch, enum patch_op op, const char *path, json_t *value);
/* Those of another one too. */
void patch_append(struct patch *patch, const struct patch *more);

/*
 * Applies the operations to a copy of `document`.  New reference, or NULL with ERROR_INPUT that
 * names the index of the failing operation; nothing is applied then.
 */
json_t *patch_apply(const json_t *document, const struct patch *patch, struct error *err);
/* The same of a patch as it comes over the wire. */
json_t *patch_apply_encoded(const json_t *document, const json_t *operations, struct error *err);
/* Leaf operations that turn `from` into `to`, in the order of their paths; arrays that
 * differ are replaced whole.  Empty when equal.  The values in it are those of `to`, not copies. */
void patch_between(struct patch *patch, const json_t *from, const json_t *to);
/* The same as it goes over the wire. */
json_t *patch_between_encoded(const json_t *from, const json_t *to);

#endif
