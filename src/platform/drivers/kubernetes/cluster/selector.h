/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Label selectors, as the API has them. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_SELECTOR_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_SELECTOR_H

#include <jansson.h>
#include <stdbool.h>

/* A LabelSelector ({"matchLabels", "matchExpressions"}); an empty one selects all, and NULL
 * nothing. */
bool kube_selects(const json_t *selector, const json_t *labels);

#endif
