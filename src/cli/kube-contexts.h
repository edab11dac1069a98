/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The contexts of the person's kubeconfig, as far as a command line names them: merged as kubectl
 * does.  Whom they lead to and who we are there is sidestaged's to read and to refuse.
 */
#ifndef SIDESTAGE_CLI_KUBE_CONTEXTS_H
#define SIDESTAGE_CLI_KUBE_CONTEXTS_H

#include <stddef.h>

struct error;

struct kube_contexts {
	char *paths;			/* absolute, with ':' between, as in KUBECONFIG */
	char **names;			/* of all files, each once */
	char **namespaces;		/* of each the one that it chooses; "": none */
	size_t count;
	char *current;			/* current-context; NULL: none of the files has one */
};

/* Those of KUBECONFIG, else ~/.kube/config.  kube_contexts_clear() them in any case.
 * 0, or -1 with err: ERROR_NOT_FOUND where there is no such file, else the file that is wrong. */
int kube_contexts_read(struct kube_contexts *out, struct error *err)
	__attribute__((warn_unused_result));
void kube_contexts_clear(struct kube_contexts *contexts);
/* name NULL: the current one.  Borrowed; NULL with ERROR_NOT_FOUND, which names those there are. */
const char *kube_contexts_find(const struct kube_contexts *contexts, const char *name,
			       struct error *err);
/* The namespace of one that was found; borrowed. */
const char *kube_contexts_namespace(const struct kube_contexts *contexts, const char *name);

#endif
