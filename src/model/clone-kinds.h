/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Kinds of objects in a cluster that a clone of others' objects never has, each between blanks. */
#ifndef SIDESTAGE_MODEL_CLONE_KINDS_H
#define SIDESTAGE_MODEL_CLONE_KINDS_H

#include <stdbool.h>

#define CLONE_KINDS_CLUSTER_WIDE \
	" Namespace Node PersistentVolume ClusterRole ClusterRoleBinding StorageClass "           \
	"PriorityClass IngressClass CustomResourceDefinition MutatingWebhookConfiguration "       \
	"ValidatingWebhookConfiguration ValidatingAdmissionPolicy "                               \
	"ValidatingAdmissionPolicyBinding APIService RuntimeClass ClusterIssuer GatewayClass "
/* What makes others ask for certificates, write into DNS or deploy something. */
#define CLONE_KINDS_ACTORS \
	" Certificate CertificateRequest Issuer Order Challenge DNSEndpoint Application "         \
	"ApplicationSet AppProject Kustomization HelmRelease HelmRepository HelmChart "           \
	"GitRepository OCIRepository Bucket ImageUpdateAutomation Gateway "
#define CLONE_KIND_AUTOSCALER \
	" HorizontalPodAutoscaler VerticalPodAutoscaler ScaledObject ScaledJob "
#define CLONE_KIND_BUDGET " PodDisruptionBudget "
#define CLONE_KIND_JOB " Job "		/* unless a person wants it to run */

/* `kinds` is one of those above. */
bool clone_kinds_have(const char *kinds, const char *kind);
/* It is of any of them. */
bool clone_kind_stays(const char *kind);

#endif
