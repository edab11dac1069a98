/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A request that is handed on through the API server to something behind it, as it is, with who we
 * are beside it; the API server takes that off.  The answer comes as it comes.  A refusal of the
 * API server's own (a metav1.Status) is told from an answer of what is behind it, and is an error.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_KUBE_PASS_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_KUBE_PASS_H

#include <stdbool.h>
#include <stddef.h>

struct error;
struct kube_cluster;
struct kube_pass;

struct kube_pass_options {
	const char *method;
	const char *path;		/* whole, encoded, no "." or ".." in it */
	const char *const *headers;	/* "Name: value", NULL at the end; copied */
	const char *body;		/* copied; NULL: none */
	size_t length;
	/* The answer begins; `head` is for http_reply_header(), valid within the call.  Neither
	 * here nor in `piece` may it be cancelled. */
	void (*begun)(void *data, long status, const char *head);
	void (*piece)(void *data, const char *bytes, size_t length);
	/* Once, the last.  err NULL: the answer is whole; else why there is none (begun was not
	 * called), or why it ended early. */
	void (*done)(void *data, const struct error *err);
	void *data;
};
struct kube_pass *kube_pass_send(struct kube_cluster *cluster,
				 const struct kube_pass_options *options);
/* In `piece`: no more for now. */
void kube_pass_pause(struct kube_pass *pass);
void kube_pass_continue(struct kube_pass *pass);
void kube_pass_cancel(struct kube_pass *pass);	/* NULL, and in its own callback, is fine */

#endif
