/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A context of one or several kubeconfigs, read as kubectl reads them: of several files the first
 * that has a name, or a current-context, wins; one that is missing is passed over.  What cannot be
 * used here (passwords, auth-provider, impersonation, TLS that is not verified) is refused and
 * never passed over.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_KUBECONFIG_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_KUBECONFIG_H

#include <jansson.h>
#include <stddef.h>

struct error;
struct kube_exec;
struct kube_settings;

/* A file: where in it something is wrong is said with its line. */
struct kubeconfig_file {
	const char *path;
	json_t *value, *lines;
};
/* An entry of it: users "oncall", and what it holds. */
struct kubeconfig_entry {
	const struct kubeconfig_file *file;
	const char *list, *name;
	const json_t *value;		/* NULL: it holds nothing */
	char at[64];			/* as a JSON pointer: "/users/3/user" */
};

/* paths: with ':' between; NULL: KUBECONFIG, else ~/.kube/config.  context NULL: current-context.
 * Fills `out`, which kube_settings_clear() frees, also when it fails.  0, or -1 with ERROR_INPUT
 * that names file, line and entry, or ERROR_NOT_FOUND: there is none of the files. */
int kubeconfig_read(struct kube_settings *out, const char *paths, const char *context,
		    struct error *err);
/* What is read when `paths` are given: these, or the usual ones; free() it.  NULL with err. */
char *kubeconfig_paths(const char *paths, struct error *err);
/* As kubeconfig_read(), of bytes after which there is a NUL. */
int kubeconfig_decode(struct kube_settings *out, const char *path, const char *bytes, size_t length,
		      const char *context, struct error *err);

/* --- for kubeconfig-exec.c --- */

/* "FILE:LINE: users \"oncall\": member: " before what err says.  Returns -1. */
int kubeconfig_blame(const struct kubeconfig_entry *entry, const char *member, struct error *err);
/* Absent, null and "" are NULL; free() it. */
int kubeconfig_text(const struct kubeconfig_entry *entry, const char *member, char **out,
		    struct error *err);
/* A path is relative to its file. */
char *kubeconfig_path(const struct kubeconfig_entry *entry, const char *path);
/* `exec` of a user, which is there.  NULL with err. */
struct kube_exec *kubeconfig_exec(const struct kubeconfig_entry *user,
				  const struct kubeconfig_entry *cluster,
				  const struct kube_settings *settings, struct error *err);

#endif
