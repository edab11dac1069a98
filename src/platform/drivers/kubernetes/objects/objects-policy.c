/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A NetworkPolicy for the pods of a workload of a clone: they reach all but the namespace that it
 * was made of, unless spec.reaches_origin says that they may.
 *
 * Policies only allow, and what one allows no other takes away.  So pods that a policy of the set
 * limits already are left to that one, or ours would let them out.  An address is none of a
 * namespace: those of the cluster's pods are taken out by the ranges of its nodes, where these are
 * known; else those that the original's pods have now.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/objects/objects-parts.h"
#include "platform/drivers/kubernetes/objects/stand-in-private.h"
#include "platform/drivers/kubernetes/objects/stand-in.h"

static bool
has_all(const json_t *labels, const json_t *wanted)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)wanted, key, value)
		if (!json_same_text(json_object_get(labels, key), value))
			return false;
	return true;
}

/* Whether a policy of the set says where these pods may go.  An expression may choose any. */
static bool
is_limited(const struct stand_in_facts *facts, const json_t *labels)
{
	const json_t *selector;
	size_t i;

	json_array_foreach(facts->limited, i, selector)
		if (json_object_get(selector, "matchExpressions") ||
		    has_all(labels, json_object_get(selector, "matchLabels")))
			return true;
	return false;
}

static json_t *
everywhere_else(const struct stand_in_facts *facts)
{
	json_t *inner = json_pack("{s:{s:[{s:s, s:s, s:[s]}]}}", "namespaceSelector",
				  "matchExpressions", "key", "kubernetes.io/metadata.name",
				  "operator", "NotIn", "values", facts->origin);
	json_t *four = json_array(), *six = json_array(), *range;
	size_t i;

	json_array_foreach(facts->pod_ranges, i, range)
		json_array_append(strchr(json_string_value(range), ':') ? six : four, range);
	return json_pack("[{s:[o]}, {s:[{s:{s:s, s:o}}, {s:{s:s, s:o}}]}]", "to", inner, "to",
			 "ipBlock", "cidr", "0.0.0.0/0", "except", four, "ipBlock", "cidr", "::/0",
			 "except", six);
}

static void
add_policy(struct kube_workload *w, const struct stand_in_facts *facts)
{
	char *text = xasprintf("%s-not-to-origin", w->name);
	char *name = kube_name(text, NULL, KUBE_NAME_MAX);
	json_t *object = kube_object_new(w, "networking.k8s.io/v1", "NetworkPolicy", name, NULL,
					 NULL);

	json_object_set_new(object, "spec",
			    json_pack("{s:{s:o}, s:[s], s:o}", "podSelector", "matchLabels",
				      kube_selector(w), "policyTypes", "Egress", "egress",
				      everywhere_else(facts)));
	kube_objects_add(w, KUBE_STAGE_PARTS, object);
	free(name);
	free(text);
}

/* The labels of its pods: of the first that has some; NULL: it has none. */
static const json_t *
labels_of_pods(const struct kube_workload *w, size_t from)
{
	for (size_t i = from; i < w->out->count; i++) {
		const json_t *template = kube_read_template(w->out->items[i].object);

		if (w->out->items[i].is_workload && template)
			return stand_in_metadata(template, "labels");
	}
	return NULL;
}

void
kube_add_policy(struct kube_workload *w, const struct stand_in_facts *facts, size_t from)
{
	const json_t *labels = labels_of_pods(w, from);
	bool is_free = json_is_true(json_object_get(w->spec, "reaches_origin"));
	bool is_left = facts && labels && is_limited(facts, labels);
	struct error said;

	if (!facts || !facts->origin || !labels)
		return;
	if (!is_free && !is_left)
		add_policy(w, facts);
	if (is_free || is_left)
		error_set_code(&said, CODE_CLONE_REACHES_ORIGIN, .namespace = facts->origin,
			       .workload = w->declared->module);
	else
		error_set_code(&said, CODE_CLONE_NOT_TO_ORIGIN, .namespace = facts->origin,
			       .workload = w->declared->module);
	kube_objects_note(w->out, w->declared->module, "network", &said);
	w->out->notes[w->out->note_count - 1].is_warning = is_free || is_left;
}
