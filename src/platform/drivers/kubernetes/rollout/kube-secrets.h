/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The Secrets that a clone's pods need are copied from the namespace that it was made of, from
 * object to object: they are in no set, no state, no log and no error, and what is read of one is
 * gone when it has been written.  They carry a label of their own, by which no inventory reads them
 * again.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_ROLLOUT_KUBE_SECRETS_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_ROLLOUT_KUBE_SECRETS_H

struct kube_rollout;

/* Those that the parts of the rollout name; then ended() is called, and what could not be copied is
 * among the problems. */
void kube_secrets_copy(struct kube_rollout *rollout, void (*ended)(struct kube_rollout *rollout));
void kube_secrets_forget(struct kube_rollout *rollout);

#endif
