/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How a cluster is reached and as whom: what a kubeconfig says (KUBECONFIG may name several, merged
 * as kubectl does: the first that has a thing wins), or what a pod finds in
 * /var/run/secrets/kubernetes.io/serviceaccount, or what the operator's definition holds inline.
 *
 * TLS is always verified: insecure-skip-tls-verify is refused.  A token of a file is read again
 * when the file has changed, one of an exec plugin (client.authentication.k8s.io/v1 and v1beta1) is
 * asked for again when it has expired or was refused.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_ACCESS_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_ACCESS_H

#include <stdbool.h>
#include <stdint.h>

struct error;
struct kube_access;
struct loop;

struct kube_access_options {
	/* Paths with ':' between; NULL: KUBECONFIG, else ~/.kube/config. */
	const char *kubeconfig;
	const char *context;		/* NULL: current-context */
	bool in_cluster;		/* then neither of the two is used */
	/* Inline, PEM and text; server NULL: as above.  Only https. */
	const char *server, *ca, *token, *certificate, *key;
	const char *service_account;	/* the folder in a pod; NULL: the usual */
	int plugin_timeout_ms;		/* 0: 60000 */
};

/* Reads the files; runs nothing.  NULL with ERROR_INPUT that names file, line and entry, or
 * ERROR_NOT_FOUND, ERROR_SYSTEM. */
struct kube_access *kube_access_new(struct loop *loop, const struct kube_access_options *options,
				    struct error *err);
/* Not from a callback.  NULL is fine; waiters are not called. */
void kube_access_free(struct kube_access *access);

/* The files that say who we are (kubeconfigs, tokens, keys), or the folder of a pod's account: what
 * nobody else may read.  NULL at the end; free() the list and each of it. */
char **kube_access_files(const struct kube_access_options *options);

/* What does not change while it lives. */
struct kube_target {
	char *server;			/* "https://192.0.2.10:6443", no slash at its end */
	char *ca;			/* PEM; NULL: the system's */
	char *tls_server_name;		/* NULL: the host of the server */
	char *proxy;			/* NULL: none, whatever the environment's variables say */
	char *namespace;		/* of the context; NULL: none */
	char *context, *user;		/* for sentences: as the file calls them; NULL: none */
};
const struct kube_target *kube_access_target(const struct kube_access *access);

/* Who we are, for one request. */
struct kube_identity {
	const char *token;		/* NULL: none */
	const char *certificate, *key;	/* PEM; NULL: none */
	uint64_t generation;	/* another number when certificate or key are others */
};
struct kube_identity_request;
/*
 * `done` is called once from the loop, never within this call, with an identity that is valid
 * within the call, or with err.  A plugin that is running is waited for by all who ask.
 * `refused`: the one that was given last got a 401; a new one is fetched where that is possible,
 * but for one that came within the last second: it is given again, since many requests with the
 * one before may be refused together.
 */
struct kube_identity_request *
kube_access_identity(struct kube_access *access, bool refused,
		     void (*done)(void *data, const struct kube_identity *identity,
				  const struct error *err),
		     void *data);
/* NULL, and in its own callback, is fine. */
void kube_access_cancel(struct kube_identity_request *request);

#endif
