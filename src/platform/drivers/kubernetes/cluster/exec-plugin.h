/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A credential plugin is run: a program that prints an ExecCredential.  It has no terminal, is
 * ended when it takes too long, and nothing that it prints is shown but its errors.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_EXEC_PLUGIN_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_EXEC_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

struct error;
struct kube_exec;
struct kube_plugin;
struct loop;

#define KUBE_PLUGIN_TIMEOUT_MS 60000

struct kube_credential {
	char *token;			/* NULL: none */
	char *certificate, *key;	/* PEM; both or none */
	int64_t expires_ms;		/* wall clock; INT64_MAX: never */
};
void kube_credential_clear(struct kube_credential *credential);
/* What a plugin printed.  0, or -1 with err, which has nothing of it. */
int kube_credential_decode(struct kube_credential *out, const char *bytes, size_t length,
			   const struct kube_exec *exec, struct error *err);

/*
 * Never calls within this call; then once, unless it is stopped.  The credential is for the callee
 * to keep or clear; NULL: err says why there is none.  `exec` is borrowed; the loop must have taken
 * the signals.  timeout_ms 0: the usual.
 */
struct kube_plugin *kube_plugin_start(struct loop *loop, const struct kube_exec *exec,
				      int timeout_ms,
				      void (*done)(void *data, struct kube_credential *credential,
						   const struct error *err),
				      void *data);
void kube_plugin_stop(struct kube_plugin *plugin);	/* NULL is fine */

#endif
