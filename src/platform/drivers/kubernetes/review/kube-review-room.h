/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The room that a new clone's namespace has. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_REVIEW_KUBE_REVIEW_ROOM_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_REVIEW_KUBE_REVIEW_ROOM_H

struct kube_review;
struct kube_review_room;

/* ROOM reads what the namespace of a new clone gets of that of its origin, and what its pods have
 * to share; from the loop. */
void kube_review_room(struct kube_review *review, void (*ended)(void *data));
void kube_review_room_free(struct kube_review_room *room);	/* NULL is fine */

#endif
