/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A small file that others replace while we run: a token, a certificate, a key. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_CREDENTIAL_FILE_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_CREDENTIAL_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

struct error;

struct kube_file {
	char *path;			/* NULL: there is none */
	size_t max;			/* bytes */
	char *text;			/* NULL: not read yet */
	struct stat as_read;
};

/* The whole text of a regular file; free() it.  NULL with err: it cannot be read, is longer than
 * max or has a NUL. */
char *kube_file_text(const char *path, size_t max, struct error *err);

/* Copies the path. */
void kube_file_init(struct kube_file *file, const char *path, size_t max);
void kube_file_clear(struct kube_file *file);
/*
 * Reads it when it is another than the one that was read, or `anyhow`; *changed is set to true
 * when the text is another.  0; also when it cannot be read but could be once, since who replaces
 * a file may take it away first.  -1 with err: it never could.
 */
int kube_file_refresh(struct kube_file *file, bool anyhow, bool *changed, struct error *err);

#endif
