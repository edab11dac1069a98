/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a cluster makes of an object that it was given: its admission may change or extend it. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_REVIEW_KUBE_CHANGES_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_REVIEW_KUBE_CHANGES_H

#include <jansson.h>

/*
 * [[PATH, WORDS]...], a new reference: the fields of `given` that `taken` has otherwise, and the
 * elements with a name that it has besides ("spec.template.spec.containers[proxy]"), but those that
 * `before` has as well (NULL: nothing was there).  WORDS are what `taken` has there, as JSON; of a
 * container that it has besides, its image; "" where it has nothing.  Amounts of resources that mean
 * the same are the same, and of a Secret nothing is said.  At most KUBE_CHANGES_MAX.
 */
#define KUBE_CHANGES_MAX 20
json_t *kube_changes(const json_t *given, const json_t *taken, const json_t *before);

#endif
