/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a namespace says of all that runs in it, and a clone's namespace has as well: labels and
 * annotations by which pods are let in or changed (pod security, meshes), quotas and limits.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_ADOPTED_KUBE_CARRY_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_ADOPTED_KUBE_CARRY_H

#include <jansson.h>
#include <stddef.h>

struct kube_batch;
struct kube_reply;

enum {KUBE_CARRY_ANSWERS = 3};	/* the labels, and each kind of what is made */

/* Asks for all of it: adds so many requests. */
void kube_carry_ask(struct kube_batch *batch, const char *origin);
/* One of these answers, by its place: labels and annotations are added to `labels` and `notes`,
 * where they are not yet, and what is to be made in `namespace` to the array `objects`.  What could
 * not be read is left out. */
void kube_carry_take(size_t index, const struct kube_reply *reply, const char *namespace,
		     json_t *labels, json_t *notes, json_t *objects);

#endif
