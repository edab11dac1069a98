/* SPDX-License-Identifier: GPL-3.0-or-later */

#include "config.h"

#include "platform/drivers/kubernetes/adopted/kube-carry.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/error.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/kube-batch.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"

static const char *const kinds[] = {"ResourceQuota", "LimitRange"};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))
_Static_assert(KUBE_CARRY_ANSWERS == 1 + KINDS, "each request has its answer");

static bool
is_carried(const char *key)
{
	static const char *const prefixes[] = {
		"pod-security.kubernetes.io/", "istio-injection", "istio.io/", "kuma.io/",
		"linkerd.io/", "config.linkerd.io/", "consul.hashicorp.com/", "cilium.io/", "goldilocks.fairwinds.com/",
	};

	for (size_t i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (strncmp(key, prefixes[i], strlen(prefixes[i])) == 0)
			return true;
	return false;
}

void
kube_carry_ask(struct kube_batch *batch, const char *origin)
{
	kube_batch_add(batch, KUBE_GET, kube_path("v1", "Namespace", NULL, origin), NULL, false);
	for (size_t i = 0; i < KINDS; i++)
		kube_batch_add(batch, KUBE_GET, kube_path("v1", kinds[i], origin, NULL), NULL,
			       false);
}

/* member: "labels" or "annotations". */
static void
take_words(const json_t *namespace, const char *member, json_t *labels)
{
	const json_t *theirs = json_object_get(kube_read_metadata(namespace), member);
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)theirs, key, value)
		if (is_carried(key) && !json_object_get(labels, key))
			json_object_set(labels, key, value);
}

static void
take_objects(const char *kind, const json_t *list, const char *namespace, json_t *objects)
{
	const json_t *item;
	size_t i;

	json_array_foreach(json_object_get(list, "items"), i, item)
		if (json_object_get(item, "spec"))
			json_array_append_new(objects, json_pack(
				"{s:s, s:s, s:{s:s, s:s, s:{s:s, s:s}}, s:O}", "apiVersion", "v1",
				"kind", kind, "metadata", "name", kube_read_name(item), "namespace",
				namespace, "labels", KUBE_LABEL_MANAGED, KUBE_MANAGED_BY,
				KUBE_LABEL_COPY, "limits", "spec", json_object_get(item, "spec")));
}

void
kube_carry_take(size_t index, const struct kube_reply *reply, const char *namespace,
		json_t *labels, json_t *notes, json_t *objects)
{
	if (reply->err.kind != ERROR_NONE)
		return;
	if (index == 0) {
		take_words(reply->body, "labels", labels);
		take_words(reply->body, "annotations", notes);
	} else if (index <= KINDS) {
		take_objects(kinds[index - 1], reply->body, namespace, objects);
	}
}
