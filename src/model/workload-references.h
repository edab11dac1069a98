/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Placeholders of a set that can have a value nowhere: written wrongly, of a form that there is
 * not, or of a resource or workload that the set does not declare; and mounts of volumes that it
 * does not.  Whether a shared value is
 * there, and an output, is only known where the set is deployed.
 */
#ifndef SIDESTAGE_MODEL_WORKLOAD_REFERENCES_H
#define SIDESTAGE_MODEL_WORKLOAD_REFERENCES_H

#include <jansson.h>

#include "model/workload-check.h"

struct set;

/* Reports each of a workload, with `meant` as it is written; "" is what is shared, with paths below
 * "shared". */
void workload_references_check(const struct set *set, const char *workload,
			       workload_report *report, void *data);

/* The shared values that a set's workloads and resources refer to: {KEY: "web: /spec/..."}, where
 * first.  New reference. */
json_t *set_values_used(const struct set *set);

#endif
