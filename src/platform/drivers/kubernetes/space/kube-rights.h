/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whether we may do all that a deployment needs, as the cluster itself says. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_RIGHTS_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_RIGHTS_H

#include <stddef.h>

struct kube_batch;
struct kube_reply;

/* Adds a question for each right in that namespace, which need not be there. */
void kube_rights_ask(struct kube_batch *batch, const char *namespace);
/* Of the answer to one of them: "create deployments.apps"; free() it.  NULL: we have the right, or
 * it was not answered. */
char *kube_rights_missing(const struct kube_reply *reply);

#endif
