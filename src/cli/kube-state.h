/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is kept on this machine of one context of one kubeconfig, a directory for its platform, and
 * which namespaces the options name: without any that of the context alone, whatever was looked at
 * before.
 */
#ifndef SIDESTAGE_CLI_KUBE_STATE_H
#define SIDESTAGE_CLI_KUBE_STATE_H

#include <stdbool.h>

struct arguments;
struct error;

struct kube_state {
	char *paths;			/* of the kubeconfig, absolute, with ':' between */
	char *context;
	char *directory;
	char *name;			/* short, and of no other directory: "kube-0123abcd" */
	char *namespace;		/* of the context */
	/* What the options say: */
	bool is_asked;			/* anything; else what runs already is joined as it is */
	char *namespaces;		/* "shop,shop-db"; "*": all of them */
	char *selector;			/* NULL: every workload */
};

/* context NULL: the current one.  Nothing is written.  kube_state_clear() it in any case.
 * 0, or -1 with err. */
int kube_state_open(struct kube_state *state, const char *context, struct error *err)
	__attribute__((warn_unused_result));
void kube_state_clear(struct kube_state *state);
/* A label of a DNS name, as the API server takes it. */
bool kube_state_is_namespace(const char *name);
/* Takes what the options say, all of which are checked.  0, or -1 with ERROR_INPUT. */
int kube_state_take(struct kube_state *state, const struct arguments *arguments, struct error *err)
	__attribute__((warn_unused_result));
/* Whether anything is kept of it. */
bool kube_state_is_there(const struct kube_state *state);
/* Removes all that is kept.  Nobody may use it any more.  0 or -1. */
int kube_state_remove(const struct kube_state *state, struct error *err)
	__attribute__((warn_unused_result));

#endif
