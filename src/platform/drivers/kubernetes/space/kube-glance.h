/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is told of an adopted space that nobody looks at closely, in a cluster of many. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_GLANCE_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_GLANCE_H

#include <stdbool.h>
#include <stdint.h>

struct driver_status;
struct error;
struct kube_space;

/* It has no watches of its own, and gets none by being shown: its cluster is watched as a whole
 * (wide.h), or more of its spaces are watched already than there are to be. */
bool kube_glance_is_enough(const struct kube_space *space);
/* What the watches of the whole say counts now. */
bool kube_glance_is_used(const struct kube_space *space);

/* Rows, and their age, as kube_space_observe(); false with err: they are old. */
bool kube_glance_observe(const struct kube_space *space, struct driver_status *out,
			 struct error *err);
/* Another number whenever that gives something else. */
uint64_t kube_glance_state(const struct kube_space *space);
/* kube_space_declared(), 0: it comes; false: it is not known here. */
bool kube_glance_declared(const struct kube_space *space, uint64_t *out);

#endif
