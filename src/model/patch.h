/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The operations of JSON Patch (RFC 6902) that the wire knows: add, remove, replace. */
#ifndef SIDESTAGE_MODEL_PATCH_H
#define SIDESTAGE_MODEL_PATCH_H

#include <jansson.h>

struct error;

/*
 * Applies an array of operations to a copy of `document`.  New reference, or NULL with
 * ERROR_INPUT that names the index of the failing operation; nothing is applied then.
 * move, copy and test are refused by name.
 */
json_t *patch_apply(const json_t *document, const json_t *operations, struct error *err);
/* Leaf operations that turn `from` into `to`, in the order of their paths; arrays that
 * differ are replaced whole.  Empty array when equal.  New reference; the values in it are those of
 * `to`, not copies. */
json_t *patch_between(const json_t *from, const json_t *to);
/* Checks shape only (array of {op, path, value}).  0 or -1. */
int patch_check(const json_t *operations, struct error *err) __attribute__((warn_unused_result));

#endif
