/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a cluster makes of an object that it was given: its admission may change or extend it. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_KUBE_CHANGES_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_KUBE_CHANGES_H

#include <jansson.h>

/*
 * [[PATH, WORDS]...], a new reference: the fields of `given` that `taken` has otherwise, and the
 * containers that `taken` alone has ("spec.template.spec.containers[proxy]").  WORDS are what it has
 * there, as JSON; "" where it has nothing.  What `before` has as well is left out: it is no news;
 * NULL: nothing was there.  Amounts that mean the same are the same, and of a Secret nothing is
 * said.  At most KUBE_CHANGES_MAX.
 */
#define KUBE_CHANGES_MAX 20
json_t *kube_changes(const json_t *given, const json_t *taken, const json_t *before);

#endif
