/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What makes a workload run more pods, fewer, none, or new ones: operations of JSON Patch below its
 * module, as a delta has them.  Each is a new reference; an empty array: it is so already, or the
 * workload has nothing of the kind.
 *
 * Of objects of a cluster (manifests.h) it is a field of each object; of what says in our own words
 * what runs, one of the workload.  A clone of such objects has one pod of each unless its workload
 * says more ("spec/replicas"), so that is the field there.
 */
#ifndef SIDESTAGE_MODEL_WORKLOAD_SCALE_H
#define SIDESTAGE_MODEL_WORKLOAD_SCALE_H

#include <jansson.h>
#include <stdbool.h>

struct error;
struct set;

json_t *workload_scale(const json_t *module, int count, bool is_clone);
/* It has no pods, and no schedule begins any.  A DaemonSet and a Job have no such switch. */
json_t *workload_pause(const json_t *module);
/* Its pods are replaced, as `kubectl rollout restart` does it; `at` is a date-time of RFC 3339. */
json_t *workload_restart(const json_t *module, const char *at);

/* It has a number of pods; that, or a schedule; objects whose pods can be replaced. */
bool workload_can_scale(const json_t *module);
bool workload_can_pause(const json_t *module);
bool workload_can_restart(const json_t *module);
/* How many it is to have, of several objects the first one's; -1: it has no such number, or a
 * placeholder stands for it. */
int workload_count(const json_t *module, bool is_clone);
/* The numbers that a clone of objects was given, and its pause, belong to it alone: its module with
 * those of the one that it was made of, sharing the rest.  Of our own profiles that is the pause
 * alone.  What the origin does not have keeps its own.  New reference; NULL: it has them. */
json_t *workload_with_count_of(const json_t *module, const json_t *origin);
/* The same of all workloads of a set; the names of those that had others are appended to `names`
 * (NULL: nobody wants them).  New reference, `set` itself where none had; NULL with err. */
struct set *workload_counts_of(struct set *set, const struct set *origin, json_t *names,
			       struct error *err);
/* The autoscaler that sets the number; borrowed; NULL: none does. */
const char *workload_scaler(const json_t *module);

#endif
