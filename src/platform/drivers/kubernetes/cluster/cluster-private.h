/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A cluster and its connections from inside, for cluster.c and kube-pass.c. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_CLUSTER_PRIVATE_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_CLUSTER_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/drivers/kubernetes/cluster/cluster.h"

struct http_client;
struct kube_identity;
struct kube_pass;

/* The connections of one client certificate. */
struct kube_link {
	struct kube_link *next;
	struct http_client *requests, *streams;
	struct http_client *passes; /* NULL: nothing was handed on yet */
	uint64_t generation;
	bool is_retired;
	size_t uses;
};

struct kube_cluster {
	struct loop *loop;
	struct kube_access *access;
	struct kube_link *links;
	struct kube_request *newest;
	struct kube_pass *passes;
	struct loop_task *sweep;
	struct kube_deadlines deadlines;
	unsigned identity_number;	/* how many were refused */
	size_t sent;
	int64_t heard_at;		/* steady ms */
};

/* The one in use; another certificate retires it.  To be released. */
struct kube_link *kube_link_use(struct kube_cluster *cluster, const struct kube_identity *identity);
void kube_link_release(struct kube_cluster *cluster, struct kube_link *link);
/* That of the link for what is handed on, so many at once. */
struct http_client *kube_link_passes(struct kube_cluster *cluster, struct kube_link *link,
				     const struct kube_identity *identity, unsigned at_once);
/* false with err: the token may not go there in clear. */
bool kube_identity_may_go(const struct kube_cluster *cluster, const struct kube_identity *identity,
			  struct error *err);
/* Drops it without calling anybody. */
void kube_pass_free(struct kube_pass *pass);

#endif
