/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The shared values that a set, or a part of one, uses. */
#ifndef SIDESTAGE_COMPARE_VALUES_USED_H
#define SIDESTAGE_COMPARE_VALUES_USED_H

#include <jansson.h>

#include "compare/values.h"

struct set;

/* How what one workload (or any other part of a set) uses of both compares: the strongest of
 * DIFFERS, MISSING, UNKNOWN, SAME.  NULL: these values are not known. */
enum value_relation values_compare_used(const json_t *part, const struct values *a,
					const struct values *b);

/* The keys that the part uses and whose values differ, or are on one side alone: a JSON array.
 * New reference. */
json_t *values_differing(const json_t *part, const struct values *a, const struct values *b);

/* Each key of a ${values.KEY} in the set, once, in order: a JSON array.  New reference. */
json_t *values_used_by(const struct set *set);

#endif
