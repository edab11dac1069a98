/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How long to wait before a cluster is asked again. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_BACKOFF_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_BACKOFF_H

#include <stdint.h>

/* Anywhere in [0, max]: clients that failed together must not come back together. */
int64_t kube_jitter(int64_t max);
/* After so many failures in a row: 0.2 s, doubled up to 10 s; of that, half and a part of the other
 * half.  ms. */
int64_t kube_backoff(int failures);

#endif
