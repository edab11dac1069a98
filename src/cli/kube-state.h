/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is kept on this machine of one context of one kubeconfig: a directory for its platform, and
 * what the person said of the cluster the last time, which holds until they say something else.
 */
#ifndef SIDESTAGE_CLI_KUBE_STATE_H
#define SIDESTAGE_CLI_KUBE_STATE_H

#include <jansson.h>

#include <stdbool.h>

struct arguments;
struct error;

struct kube_state {
	char *paths;			/* of the kubeconfig, absolute, with ':' between */
	char *context;
	char *directory;
	char *name;			/* short, and of no other directory: "kube-0123abcd" */
	json_t *kept;			/* {"namespaces": [...], "all": true, "selector": "...",
					 * "groups": {namespace: application}} */
};

/* context NULL: the current one.  Nothing is written.  kube_state_clear() it in any case.
 * 0, or -1 with err. */
int kube_state_open(struct kube_state *state, const char *context, struct error *err)
	__attribute__((warn_unused_result));
void kube_state_clear(struct kube_state *state);
/* What the options say now; what they do not say stays.  0, or -1 with ERROR_INPUT. */
int kube_state_take(struct kube_state *state, const struct arguments *arguments, struct error *err)
	__attribute__((warn_unused_result));
/* Whether anything is kept of it. */
bool kube_state_is_there(const struct kube_state *state);
/* Writes it into the directory, which is there.  0 or -1. */
int kube_state_keep(const struct kube_state *state, struct error *err)
	__attribute__((warn_unused_result));
/* Removes all that is kept.  Nobody may use it any more.  0 or -1. */
int kube_state_remove(const struct kube_state *state, struct error *err)
	__attribute__((warn_unused_result));

#endif
