/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What makes a workload of a cluster run more pods, fewer, none, or new ones: operations of JSON
 * Patch below a module of the profile "sidestage/manifests" (manifests.h), as a delta has them.
 * Each is a new reference; an empty array: there is nothing to change.
 */
#ifndef SIDESTAGE_MODEL_MANIFEST_SCALE_H
#define SIDESTAGE_MODEL_MANIFEST_SCALE_H

#include <jansson.h>
#include <stdbool.h>

/* Each of its objects that has a number of pods has that one. */
json_t *manifests_scale(const json_t *module, int count);
/* None of its objects has pods, and no schedule begins any.  A DaemonSet and a Job have no such
 * switch. */
json_t *manifests_pause(const json_t *module);
/* Its pods are replaced, as `kubectl rollout restart` does it; `at` is a date-time of RFC 3339. */
json_t *manifests_restart(const json_t *module, const char *at);

/* It has an object that has a number of pods; pods that can be replaced. */
bool manifests_can_scale(const json_t *module);
bool manifests_can_restart(const json_t *module);
/* The autoscaler that sets the number; borrowed; NULL: none does. */
const char *manifests_scaler(const json_t *module);

#endif
