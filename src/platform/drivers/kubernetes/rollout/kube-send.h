/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is sent of a deployment, and what the cluster answers. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_ROLLOUT_KUBE_SEND_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_ROLLOUT_KUBE_SEND_H

#include <stdbool.h>

struct kube_rollout;

/* A dry run of all items, or those of the stage that have no answer yet.  When all are answered
 * ended() is called with the rollout: what was refused is in its problems, and it says whether what
 * was read is outdated. */
void kube_rollout_send(struct kube_rollout *rollout, bool dry_run, void (*ended)(void *data));

#endif
