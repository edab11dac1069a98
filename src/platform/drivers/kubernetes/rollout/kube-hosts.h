/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Hosts are whose they are: no environment takes one that another namespace of the cluster has. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_ROLLOUT_KUBE_HOSTS_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_ROLLOUT_KUBE_HOSTS_H

struct kube_rollout;

/* Problems of those workloads of the rollout whose host is taken; then ended() is called.  Asks
 * nothing where no workload has a route. */
void kube_hosts_check(struct kube_rollout *rollout, void (*ended)(struct kube_rollout *rollout));

#endif
