/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the pods of an object refer to by its name, and whose labels select them: pure. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SURVEY_SURVEY_REFERS_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SURVEY_SURVEY_REFERS_H

#include <jansson.h>
#include <stdbool.h>

/* {"ConfigMap/settings": true, "Secret/db": true, "PersistentVolumeClaim/data": true,
 * "ServiceAccount/web": true} of the specification of a pod; new reference. */
json_t *kube_survey_references(const json_t *pod_spec);
/* A LabelSelector ({"matchLabels", "matchExpressions"}); an empty one selects all, and NULL
 * nothing. */
bool kube_survey_selects(const json_t *selector, const json_t *labels);

#endif
