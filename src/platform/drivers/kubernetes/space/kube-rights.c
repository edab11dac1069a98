/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A SelfSubjectAccessReview for each right: it writes nothing. */
#include "config.h"

#include "platform/drivers/kubernetes/space/kube-rights.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/kube-batch.h"

#define REVIEWS_PATH "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"

/* What is asked before a namespace is made: what no deployment can do without.  All rights are in
 * data/kubernetes/rbac.yaml. */
static const struct needed_right {
	const char *group, *resource, *verbs;
} rights[] = {
	{"", "namespaces", "get create delete"},
	{"", "serviceaccounts", "list create patch delete"},
	{"", "configmaps", "list create patch delete"},
	{"", "secrets", "list create patch delete"},
	{"", "services", "list create patch delete"},
	{"", "pods", "list watch"},
	{"", "pods/log", "get"},
	{"apps", "deployments", "list watch create patch delete"},
	{"apps", "replicasets", "list watch"},
	{"batch", "jobs", "list watch create patch delete"},
	{"batch", "cronjobs", "list watch create patch delete"},
	{"policy", "poddisruptionbudgets", "list create patch delete"},
	{"networking.k8s.io", "ingresses", "list"},
};

static json_t *
review_of(const char *namespace, const struct needed_right *right, const char *verb)
{
	const char *slash = strchr(right->resource, '/');
	char *resource = xstrndup(right->resource, strcspn(right->resource, "/"));
	bool is_in_none = strcmp(resource, "namespaces") == 0 && strcmp(verb, "create") == 0;
	json_t *attributes = json_pack("{s:s, s:s, s:s, s:s, s:s}", "namespace",
				       is_in_none ? "" : namespace, "verb", verb, "group",
				       right->group, "resource", resource, "subresource",
				       slash ? slash + 1 : "");

	if (strcmp(resource, "namespaces") == 0 && !is_in_none)
		json_object_set_new(attributes, "name", json_string(namespace));
	free(resource);
	return json_pack("{s:s, s:s, s:{s:o}}", "apiVersion", "authorization.k8s.io/v1", "kind",
			 "SelfSubjectAccessReview", "spec", "resourceAttributes", attributes);
}

void
kube_rights_ask(struct kube_batch *batch, const char *namespace)
{
	for (size_t i = 0; i < sizeof(rights) / sizeof(rights[0]); i++) {
		char *verbs = xstrdup(rights[i].verbs), *rest = verbs, *verb;

		while ((verb = strtok_r(rest, " ", &rest))) {
			json_t *review = review_of(namespace, &rights[i], verb);

			kube_batch_add(batch, KUBE_CREATE, xstrdup(REVIEWS_PATH), review, false);
			json_decref(review);
		}
		free(verbs);
	}
}

/* The answer says again what was asked. */
char *
kube_rights_missing(const struct kube_reply *reply)
{
	const json_t *asked = json_object_get(json_object_get(reply->body, "spec"),
					      "resourceAttributes");
	const char *verb = json_member_string(asked, "verb"),
		   *resource = json_member_string(asked, "resource"),
		   *sub = json_member_string(asked, "subresource"),
		   *group = json_member_string(asked, "group");

	if (reply->err.kind != ERROR_NONE ||
	    json_is_true(json_object_get(json_object_get(reply->body, "status"), "allowed")))
		return NULL;
	return xasprintf("%s %s%s%s%s%s", verb ? verb : "?", resource ? resource : "?",
			 sub && *sub ? "/" : "", sub ? sub : "", group && *group ? "." : "",
			 group ? group : "");
}
