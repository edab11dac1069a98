/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How the Services of a space are reached from this machine: each by a door (reach-door.h), as
 * long as the Service is there and this platform may use the API server's proxy (services/proxy);
 * else by a command that a person types.  A door is not closed because nobody looks.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_REACH_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_REACH_H

#include <jansson.h>

struct driver_addresses;
struct kube_space;

/* The Services as they are seen now, {key: object}, borrowed. */
void kube_reach_update(struct kube_space *space, const json_t *services);
/* Somebody looks: a right that was missing is asked for again, now and then. */
void kube_reach_look(struct kube_space *space);
void kube_reach_tell(struct kube_space *space, struct driver_addresses *out);
/* All doors; the space is gone, or is another namespace now. */
void kube_reach_close(struct kube_space *space);

#endif
