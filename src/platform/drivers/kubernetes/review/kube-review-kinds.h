/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a new clone leaves behind, by its kind. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_REVIEW_KUBE_REVIEW_KINDS_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_REVIEW_KUBE_REVIEW_KINDS_H

struct kube_review;
struct kube_review_kinds;

/* KINDS names what else is in the namespace that a new clone is made of; from the loop. */
void kube_review_kinds(struct kube_review *review, void (*ended)(void *data));
void kube_review_kinds_free(struct kube_review_kinds *kinds);	/* NULL is fine */

#endif
