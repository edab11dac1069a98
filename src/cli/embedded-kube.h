/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The embedded platform of a context of the kubeconfig. */
#ifndef SIDESTAGE_CLI_EMBEDDED_KUBE_H
#define SIDESTAGE_CLI_EMBEDDED_KUBE_H

#include <stdbool.h>

struct embedded;
struct error;
struct kube_state;

/* As embedded_start(), strictly, and alone where that is asked for; what the state says is kept
 * once the platform runs with it. */
int embedded_kube_start(struct embedded *embedded, const struct kube_state *state, bool is_alone,
			struct error *err) __attribute__((warn_unused_result));

#endif
