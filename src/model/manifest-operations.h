/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The JSON Patch (RFC 6902) between two manifests, as whoever keeps them in a file can take it. */
#ifndef SIDESTAGE_MODEL_MANIFEST_OPERATIONS_H
#define SIDESTAGE_MODEL_MANIFEST_OPERATIONS_H

#include <jansson.h>

/* That leads from an object with lists to another: the smallest operations, which take nothing away
 * that a file with more in it has, and which tests refuse where they do not fit; new reference.
 * order: {pointer of a list in the kept object (manifests.h): [merge keys]}, the order of lists for
 * which it is not that of `from`; NULL: of none is it known. */
json_t *manifest_operations(const json_t *from, const json_t *to, const json_t *order);

#endif
