/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a cluster's refusal of an object is. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_REFUSAL_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_SPACE_KUBE_REFUSAL_H

#include <stdbool.h>

struct kube_reply;

/* What it is called where people and programs read it: "admission", "quota", "conflict". */
const char *kube_refusal_code(const struct kube_reply *reply);
/* By now the object is another than the one that a patch, or a deletion, was made for; is_there: it
 * was there then. */
bool kube_refusal_is_outdated(const struct kube_reply *reply, bool is_there);
/* It is not tried then; others may still be refused when it is applied. */
bool kube_refuses_dry_runs(const struct kube_reply *reply);

#endif
