/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the pods of an object refer to by its name: pure. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SURVEY_SURVEY_REFERS_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SURVEY_SURVEY_REFERS_H

#include <jansson.h>

/* {"ConfigMap/settings": true, "Secret/db": true, "PersistentVolumeClaim/data": true,
 * "ServiceAccount/web": true} of the specification of a pod; new reference. */
json_t *kube_survey_references(const json_t *pod_spec);

#endif
