/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Whether a cluster answers at all.  A server that hangs accepts what is sent, and what was asked
 * of it ends only by its deadline, which fits the slowest answer.  So while somebody looks, or
 * something is under way, one that has said nothing for some seconds is asked for its version:
 * after ten seconds at most it is known.  That fails nothing; it is only said.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_PULSE_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_PULSE_H

#include <stdbool.h>
#include <stdint.h>

struct error;
struct kube_driver;
struct kube_pulse;

struct kube_pulse *kube_pulse_new(struct kube_driver *driver);
void kube_pulse_free(struct kube_pulse *pulse);	/* before the cluster; NULL is fine */
/* Somebody wants to know. */
void kube_pulse_use(struct kube_pulse *pulse);
/* It does not answer: err says for how long, and why; it is ERROR_NO_REPLY. */
bool kube_pulse_is_silent(const struct kube_pulse *pulse, struct error *err);
/* Where it is silent, and an error says only that an answer is missing, says that instead. */
void kube_pulse_explain(const struct kube_pulse *pulse, struct error *err);
/* Wall ms since when it is silent; INT64_MAX: it is not. */
int64_t kube_pulse_silent_since(const struct kube_pulse *pulse);
/* Another number whenever that is to be said anew. */
uint64_t kube_pulse_state(const struct kube_pulse *pulse);

#endif
