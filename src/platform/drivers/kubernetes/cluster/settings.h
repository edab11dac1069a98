/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is known of a cluster and of us before anything is asked: taken from a kubeconfig
 * (kubeconfig.h), from the pod that this runs in, or given inline.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_SETTINGS_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_SETTINGS_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/drivers/kubernetes/cluster/access.h"

#define KUBE_TOKEN_MAX (64u * 1024)	/* bytes */
#define KUBE_PEM_MAX (1024u * 1024)
#define KUBE_SERVICE_ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount"

/* A credential plugin: client.authentication.k8s.io/v1 or v1beta1. */
struct kube_exec {
	char *command;			/* a path, or a name to look for in PATH */
	char **arguments;		/* NULL at the end; without the command */
	char **environment;		/* "NAME=value", NULL at the end; beside the daemon's */
	char *api_version;
	char *info;			/* KUBERNETES_EXEC_INFO */
	char *install_hint;		/* NULL: none */
};

struct kube_settings {
	struct kube_target target;
	/* NULL: none.  A file is read again when it has changed, and wins over the text. */
	char *token, *token_file;
	char *certificate, *certificate_file, *key, *key_file;
	struct kube_exec *exec;
};

/* Both fill `out`, which kube_settings_clear() frees, also when they fail.  0, or -1. */
int kube_settings_in_cluster(struct kube_settings *out, const char *folder, struct error *err);
int kube_settings_inline(struct kube_settings *out, const struct kube_access_options *options,
			 struct error *err);
void kube_settings_clear(struct kube_settings *settings);

/* 0, or -1 with the sentence: `member` is what it is called where it comes from. */
int kube_check_certificate(const char *member, const char *pem, struct error *err);
int kube_check_key(const char *member, const char *pem, struct error *err);
int kube_check_token(const char *token, struct error *err);
/* The address without a slash at its end; free() it.  NULL with err: it is none, or goes in clear
 * to another machine (loopback_too: to this one, too). */
char *kube_check_server(const char *server, bool loopback_too, struct error *err);

/* Wiped before it is freed.  NULL is fine. */
void kube_free_secret(char *text);

#endif
