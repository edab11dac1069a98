/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The embedded platform of a context of the kubeconfig. */
#ifndef SIDESTAGE_CLI_EMBEDDED_KUBE_H
#define SIDESTAGE_CLI_EMBEDDED_KUBE_H

struct embedded;
struct error;
struct kube_state;

enum embedded_kube_way {
	EMBEDDED_KUBE_JOIN,		/* one that reads what is asked for, or start one */
	EMBEDDED_KUBE_ALONE,		/* nobody else may look */
	EMBEDDED_KUBE_AGAIN		/* it has ended: as it was started */
};

/* As embedded_start(). */
int embedded_kube_start(struct embedded *embedded, const struct kube_state *state,
			enum embedded_kube_way way, struct error *err)
	__attribute__((warn_unused_result));

#endif
