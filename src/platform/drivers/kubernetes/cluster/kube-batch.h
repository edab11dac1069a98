/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Requests side by side, some at once and the rest as those are answered.  Each of them may be sent
 * again: while the cluster gives no answer they are, for as long as whoever asks is patient.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_KUBE_BATCH_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_KUBE_BATCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "platform/drivers/kubernetes/cluster/cluster.h"

struct kube_batch;

#define KUBE_BATCH_PATIENCE_MS 60000

struct kube_batch_options {
	struct kube_cluster *cluster;
	int64_t patience_ms;		/* with a cluster that gives no answer; 0: that minute */
	bool in_order;			/* each when the one before was answered */
	bool only_metadata;		/* of lists */
	/* That one, from 0, has been answered, or nobody will.  The batch is not freed here. */
	void (*answered)(void *data, size_t index, const struct kube_reply *reply);
	/* That one is about to be sent, for the first time.  NULL: nobody wants to know. */
	void (*sends)(void *data, size_t index);
	/* No answer yet, and it is sent again: why.  NULL: nobody wants to know. */
	void (*waits)(void *data, const struct error *why);
	/* All have; from the loop, also when there are none.  The batch may be freed here. */
	void (*ended)(void *data);
	void *data;
};

struct kube_batch *kube_batch_new(const struct kube_batch_options *options);
/* What is under way is dropped, and nobody is called; NULL is fine. */
void kube_batch_free(struct kube_batch *batch);

/* Takes the path (kube_path(); it may have a query); before it starts. */
void kube_batch_add(struct kube_batch *batch, enum kube_verb verb, char *path, const json_t *body,
		    bool dry_run);
void kube_batch_start(struct kube_batch *batch);
/* No more are sent, and `answered` is not called for them; `ended` is called when those that were
 * sent have been answered. */
void kube_batch_stop(struct kube_batch *batch);

/* Nothing came that says what the cluster did: it is down, or asks to be asked later. */
bool kube_reply_is_absent(const struct kube_reply *reply);

#endif
