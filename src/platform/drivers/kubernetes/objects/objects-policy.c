/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A NetworkPolicy for the pods of a workload of a clone: they reach all but the namespace that it
 * was made of, unless spec.reaches_origin says that they may.
 *
 * Policies only allow, and what one allows no other takes away.  So pods that a policy of the set
 * limits already are left to that one, which is narrowed (stand-in-peers.c), or ours would let them
 * out.  Those of an operator's resource have labels that only the operator knows.
 */
#include "config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/manifests.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/cluster/selector.h"
#include "platform/drivers/kubernetes/objects/objects-parts.h"
#include "platform/drivers/kubernetes/objects/stand-in-peers.h"
#include "platform/drivers/kubernetes/objects/stand-in-private.h"
#include "platform/drivers/kubernetes/objects/stand-in.h"

/* Labels that nobody knows only one for all pods selects for certain. */
static bool
selects(const json_t *selector, const json_t *labels)
{
	return json_is_null(labels)
		       ? json_object_size(json_object_get(selector, "matchLabels")) == 0 &&
				 json_array_size(json_object_get(selector, "matchExpressions")) == 0
		       : kube_selects(selector, labels);
}

/* Whether a policy of the set says where these pods may go. */
static bool
is_limited(const struct stand_in_facts *facts, const json_t *labels)
{
	const json_t *selector;
	size_t i;

	json_array_foreach(facts->limited, i, selector)
		if (selects(selector, labels))
			return true;
	return false;
}

static void
add_policy(struct kube_workload *w, const struct stand_in_facts *facts)
{
	char *text = xasprintf("%s-not-to-origin", w->name);
	char *name = kube_name(text, NULL, KUBE_NAME_MAX);
	json_t *object = kube_object_new(w, "networking.k8s.io/v1", "NetworkPolicy", name, NULL,
					 NULL);

	json_object_set_new(object, "spec",
			    json_pack("{s:{s:o}, s:[s], s:[{s:o}]}", "podSelector", "matchLabels",
				      kube_selector(w), "policyTypes", "Egress", "egress", "to",
				      stand_in_elsewhere(facts)));
	kube_objects_add(w, KUBE_STAGE_PARTS, object);
	free(name);
	free(text);
}

static void
count(void *data, const char *pointer, const char *list, const char *name,
      const json_t *container)
{
	(void)pointer, (void)list, (void)name, (void)container;
	++*(size_t *)data;
}

/* The labels of its pods: of the first that has some; json_null(): an operator chooses them; NULL:
 * it has none. */
static const json_t *
labels_of_pods(const struct kube_workload *w, size_t from)
{
	size_t containers = 0;

	for (size_t i = from; i < w->out->count; i++) {
		const json_t *object = w->out->items[i].object;

		if (w->out->items[i].is_workload && kube_read_template(object))
			return stand_in_metadata(kube_read_template(object), "labels");
		manifest_each_container(object, count, &containers);
	}
	return containers > 0 ? json_null() : NULL;
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
	if (!is_free && !is_left && !json_is_null(labels))
		add_policy(w, facts);
	else if (!is_left)
		is_free = true;
	if (is_free)
		error_set_code(&said, CODE_CLONE_REACHES_ORIGIN, .namespace = facts->origin,
			       .workload = w->declared->module);
	else
		error_set_code(&said, CODE_CLONE_NOT_TO_ORIGIN, .namespace = facts->origin,
			       .workload = w->declared->module);
	kube_objects_note(w->out, w->declared->module, "network", &said);
	w->out->notes[w->out->note_count - 1].is_warning = is_free;
}
