/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Ranges of addresses: "10.244.0.0/16", "fd00::/64". */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_CIDR_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_CIDR_H

#include <stdbool.h>

struct kube_cidr {
	int family;			/* AF_INET, AF_INET6 */
	unsigned char address[16];	/* in the order of the network */
	unsigned bits;
};

/* false: it is no such text. */
bool kube_cidr_parse(struct kube_cidr *out, const char *text);
/* Each address of the inner one is of the outer one; the same range is. */
bool kube_cidr_has(const struct kube_cidr *outer, const struct kube_cidr *inner);

#endif
