/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What of a namespace a clone cannot carry, or gets in another way, and what is the cluster's own
 * affair: pure. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SURVEY_SURVEY_LEFT_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SURVEY_SURVEY_LEFT_H

#include <jansson.h>
#include <stdbool.h>

struct error;

/* The cluster makes it in each namespace, or somebody keeps a state in it: no declaration. */
bool kube_survey_is_of_cluster(const json_t *object);
/* Made for a pod of a StatefulSet of these objects, which makes it again. */
bool kube_survey_is_claim_of_set(const json_t *objects, const json_t *claim);

/* Each puts {"object", "why", "reason"} into the list: why in English, reason by
 * error_codes_encode(). */
void kube_survey_leave(json_t *left, const char *object, const struct error *why);
/* What of a workload stays, with what its pods refer to (survey-refers.h). */
void kube_survey_leave_of(json_t *left, const json_t *workload, const json_t *refers);
/* The same of an object that is no workload. */
void kube_survey_leave_part(json_t *left, const json_t *object);

#endif
