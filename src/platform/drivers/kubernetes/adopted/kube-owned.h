/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What of an object is ours, as the cluster itself keeps it (metadata.managedFields): applied again
 * it brings back exactly that, whatever was applied since, and touches nothing of anybody else.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_ADOPTED_KUBE_OWNED_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_ADOPTED_KUBE_OWNED_H

#include <jansson.h>

/* An object with apiVersion, kind, name and namespace, and with the fields that `manager` has
 * applied.  New reference; NULL: `live` is none. */
json_t *kube_owned(const json_t *live, const char *manager);

#endif
