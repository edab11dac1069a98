/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A set as one environment has it: with what its placeholders stand for there.  By the same
 * table of forms as the platform's (reference.h), so that two environments can be compared by
 * what really reaches their workloads.
 */
#ifndef SIDESTAGE_COMPARE_EFFECTIVE_H
#define SIDESTAGE_COMPARE_EFFECTIVE_H

#include <jansson.h>
#include <stddef.h>

#include "model/reference.h"

struct error;
struct set;

struct effective_source {
	struct reference_context context;
	const json_t *
		values; /* {KEY: text}; of a secret something that is as equal or different as it */
	const json_t *outputs;	/* {res_id: {OUT: value}} */
};

/* A new set, or NULL with err (its texts would be too long).  A placeholder that has no value
 * here stays as it is written, and is counted in *unknown. */
struct set *effective_set(const struct set *set, const struct effective_source *source,
			  size_t *unknown, struct error *err);

#endif
