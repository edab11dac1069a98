/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a path of the API server is about, for sentences.  kube_path() (cluster.h), which makes
 * paths, stands beside it. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_KINDS_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_KINDS_H

#include <stdbool.h>

#define KUBE_SUBJECT_SIZE 300

struct kube_subject {
	/* As rights name it: "deployments.apps", "pods/log"; of what is not an object, its path. */
	char resource[KUBE_SUBJECT_SIZE];
	char object[KUBE_SUBJECT_SIZE];		/* "deployments/web", "pods" */
	char namespace[KUBE_SUBJECT_SIZE];	/* "": none */
	bool is_collection;
};
/* Never fails; what is too long is cut.  A query is no part of it. */
void kube_subject_read(const char *path, struct kube_subject *out);

#endif
