/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Names as Kubernetes takes them: labels of DNS (RFC 1123), at most 63 characters.  What does not
 * fit is mapped, always to the same: other characters become '-', and what was changed or is too
 * long is cut to 54 characters, '-', and 8 hexadecimal digits of the SHA-256 of what it stands for.
 * Also the labels and annotations that this platform writes.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_NAMES_H
#define SIDESTAGE_PLATFORM_DRIVERS_KUBERNETES_CLUSTER_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#define KUBE_NAME_MAX 63
#define KUBE_CRONJOB_NAME_MAX 52	/* its jobs have 11 characters more */

/* On each object that we make. */
#define KUBE_LABEL_MANAGED "app.kubernetes.io/managed-by"	/* KUBE_MANAGED_BY */
#define KUBE_LABEL_NAME "app.kubernetes.io/name"		/* the workload's object name */
#define KUBE_LABEL_MODULE "sidestage.dev/workload"	/* the same, and what selects its pods */
#define KUBE_MANAGED_BY "sidestage"
/* What it is that was copied from where a clone was made of: "secret". */
#define KUBE_LABEL_COPY "sidestage.dev/copy"
/* Whole, on objects and pods: the id as it is. */
#define KUBE_NOTE_MODULE "sidestage.dev/workload-id"
/* On namespaces. */
#define KUBE_NOTE_DEPLOYMENT "sidestage.dev/deployment" /* id of the last one; not on objects, of
							 * which one that does not change is as
							 * it was after a deployment */
#define KUBE_NOTE_SPACE "sidestage.dev/environment"	/* "org/app/env" */
#define KUBE_NOTE_PLATFORM "sidestage.dev/platform"	/* the id of the daemon's state */
/* Of the daemons of several people, each with a state of its own, that share their clones: an
 * environment has one name among them whatever their organization is called. */
#define KUBE_SHARED_PLATFORM "kube"
#define KUBE_NOTE_PREFIX "sidestage.dev/"
#define KUBE_NOTE_MADE "sidestage.dev/made"		/* driver_home.made, and */
#define KUBE_NOTE_ORIGIN "sidestage.dev/origin"		/* .origin, */
#define KUBE_NOTE_OWNER "sidestage.dev/owner"		/* .made_by */
#define KUBE_NOTE_RECORD "sidestage.dev/record"		/* another whenever the record is */

/* kubectl's note of the whole object as it was applied, which may be as large as that. */
#define KUBE_NOTE_APPLIED "kubectl.kubernetes.io/last-applied-configuration"

/* The level of pod security that a namespace enforces, and what one of ours has unless its
 * definition says another. */
#define KUBE_LABEL_POD_SECURITY "pod-security.kubernetes.io/enforce"
#define KUBE_BASELINE "baseline"
#define KUBE_PRIVILEGED "privileged"

/* The name of an object for `text`, unique for `whole` (NULL: the text itself); free() it.  It
 * begins with a letter, as that of a Service must (RFC 1035). */
char *kube_name(const char *text, const char *whole, size_t max);
/* The namespace of "org/app/env" when no definition says another: "APP-ENV". */
char *kube_namespace_name(const char *space);
/* "APP/ENV" of "ORG/APP/ENV". */
const char *kube_space_tail(const char *space);
/* Whether a namespace can be called so. */
bool kube_name_is_valid(const char *name);
/* Whether a Secret, a ServiceAccount or a claim can be called so: such with dots between. */
bool kube_subdomain_is_valid(const char *name);

#endif
