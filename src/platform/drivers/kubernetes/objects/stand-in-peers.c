/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Rules of a clone about whom it reaches.  Policies only allow, and what one allows no other takes
 * away: so each that a clone gets allows what it does but for the namespace that the clone was made
 * of, and rules for all destinations become rules for all others.
 *
 * An address is none of a namespace.  Those of the cluster's pods are taken out by the ranges of
 * its nodes, where these are known; else those that the original's pods have now; and where nobody
 * knows, those that networks of pods mostly have.
 */
#include "config.h"

#include "platform/drivers/kubernetes/objects/stand-in-peers.h"

#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "model/json.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/cluster/cidr.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/cluster/selector.h"
#include "platform/drivers/kubernetes/objects/objects-parts.h"
#include "platform/drivers/kubernetes/objects/stand-in-private.h"
#include "platform/drivers/kubernetes/objects/stand-in.h"

#define NAMESPACE_LABEL "kubernetes.io/metadata.name"

/* --- whom a policy is about --- */

bool
stand_in_limits_egress(const json_t *policy)
{
	const json_t *spec = json_object_get(policy, "spec"), *type;
	const json_t *types = json_object_get(spec, "policyTypes");
	size_t i;

	if (!kube_read_is(policy, "kind", "NetworkPolicy"))
		return false;
	json_array_foreach(types, i, type)
		if (json_is_string(type) && strcmp(json_string_value(type), "Egress") == 0)
			return true;
	return json_array_size(types) == 0 &&
	       json_array_size(json_object_get(spec, "egress")) > 0;
}

static bool
selects_one(const json_t *selector, const json_t *pods)
{
	const json_t *labels;
	size_t i;

	json_array_foreach(pods, i, labels)
		if (json_is_null(labels) || kube_selects(selector, labels))
			return true;
	return false;
}

/* All pods that it selects may: it is left as it is for them. */
static bool
is_acknowledged(const struct stand_in_facts *facts, const json_t *selector)
{
	return selects_one(selector, facts->reaching) && !selects_one(selector, facts->bound);
}

/* --- its own name --- */

/* In place: "In" of an expression, or the value of the label. */
static void
rename_peer(json_t *selector, const char *from, const char *to)
{
	static const char label[] = NAMESPACE_LABEL;
	json_t *labels = json_object_get(selector, "matchLabels"), *expression, *value;
	size_t i, k;

	if (kube_read_is(labels, label, from))
		json_object_set_new(labels, label, json_string(to));
	json_array_foreach(json_object_get(selector, "matchExpressions"), i, expression) {
		json_t *values = json_object_get(expression, "values");

		if (!kube_read_is(expression, "key", label))
			continue;
		json_array_foreach(values, k, value)
			if (json_is_string(value) && strcmp(json_string_value(value), from) == 0)
				json_array_set_new(values, k, json_string(to));
	}
}

static void
rename_peers(json_t *rules, const char *list, const char *from, const char *to)
{
	const json_t *rule, *peer;
	size_t i, k;

	json_array_foreach(rules, i, rule)
		json_array_foreach(json_object_get(rule, list), k, peer)
			rename_peer(json_object_get(peer, "namespaceSelector"), from, to);
}

/* --- all but the origin --- */

static json_t *
not_the_origin(const struct stand_in_facts *facts)
{
	return json_pack("{s:s, s:s, s:[s]}", "key", NAMESPACE_LABEL, "operator", "NotIn", "values",
			 facts->origin);
}

/* Where pods may be, of which some may be the original's. */
static json_t *
ranges_of(const struct stand_in_facts *facts)
{
	static const char *const usual[] = {
		"10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7",
	};
	json_t *ranges;

	if (json_array_size(facts->pod_ranges) > 0)
		return json_deep_copy(facts->pod_ranges);
	ranges = json_array();
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++)
		json_array_append_new(ranges, json_string(usual[i]));
	return ranges;
}

static bool
is_covered(const json_t *except, const struct kube_cidr *range)
{
	const json_t *one;
	size_t i;

	json_array_foreach(except, i, one) {
		struct kube_cidr outer;

		if (json_is_string(one) && kube_cidr_parse(&outer, json_string_value(one)) &&
		    kube_cidr_has(&outer, range))
			return true;
	}
	return false;
}

/* false: nothing of it is certain not to be a pod of the original. */
static bool
narrow_block(const json_t *ranges, json_t *block)
{
	json_t *except = json_object_get(block, "except"), *one;
	struct kube_cidr whole, range;
	size_t i;

	if (!kube_cidr_parse(&whole, kube_read_text(block, "cidr")))
		return false;
	if (!json_is_array(except)) {
		except = json_array();
		json_object_set_new(block, "except", except);
	}
	json_array_foreach(ranges, i, one) {
		if (!kube_cidr_parse(&range, json_string_value(one)))
			continue;
		if (kube_cidr_has(&range, &whole))
			return false;
		if (kube_cidr_has(&whole, &range) && !is_covered(except, &range))
			json_array_append(except, one);
	}
	return true;
}

json_t *
stand_in_elsewhere(const struct stand_in_facts *facts)
{
	json_t *peers = json_pack("[{s:{s:[o]}}, {s:{s:s}}, {s:{s:s}}]", "namespaceSelector",
				  "matchExpressions", not_the_origin(facts), "ipBlock", "cidr",
				  "0.0.0.0/0", "ipBlock", "cidr", "::/0");
	json_t *ranges = ranges_of(facts);

	for (size_t i = 1; i < 3; i++)
		(void)narrow_block(ranges, json_object_get(json_array_get(peers, i), "ipBlock"));
	json_decref(ranges);
	return peers;
}

/* --- a policy --- */

static void
narrow_selector(const struct stand_in_facts *facts, json_t *selector)
{
	json_t *expressions = json_object_get(selector, "matchExpressions");

	if (!json_is_array(expressions)) {
		expressions = json_array();
		json_object_set_new(selector, "matchExpressions", expressions);
	}
	json_array_append_new(expressions, not_the_origin(facts));
}

/* Peers that cannot be narrowed go; false: none is left. */
static bool
narrow_peers(const struct stand_in_facts *facts, const json_t *ranges, json_t *peers,
	     json_t *details)
{
	for (size_t i = json_array_size(peers); i-- > 0;) {
		json_t *peer = json_array_get(peers, i);
		json_t *selector = json_object_get(peer, "namespaceSelector"),
		       *block = json_object_get(peer, "ipBlock");

		if (selector)
			narrow_selector(facts, selector);
		if (!block || narrow_block(ranges, block))
			continue;
		stand_in_add_detail(details, kube_read_text(block, "cidr"));
		json_array_remove(peers, i);
	}
	return json_array_size(peers) > 0;
}

static bool
narrow_rules(const struct stand_in_facts *facts, json_t *rules, json_t *details)
{
	json_t *ranges = ranges_of(facts);
	size_t before = json_object_size(details);

	for (size_t i = json_array_size(rules); i-- > 0;) {
		json_t *rule = json_array_get(rules, i), *peers = json_object_get(rule, "to");

		if (json_array_size(peers) == 0)
			json_object_set_new(rule, "to", stand_in_elsewhere(facts));
		else if (!narrow_peers(facts, ranges, peers, details))
			json_array_remove(rules, i);
	}
	json_decref(ranges);
	return json_object_size(details) > before;
}

/* A policy that names its own namespace means its own. */
enum stand_in_result
stand_in_own_peers(const struct stand_in_view *view, json_t *object, json_t *details)
{
	const struct stand_in_facts *facts = view->facts;
	const char *own = view->workload->namespace;
	json_t *spec = json_object_get(object, "spec"), *egress = json_object_get(spec, "egress");

	if (!facts->origin)
		return STAND_IN_SAME;
	rename_peers(json_object_get(spec, "ingress"), "from", facts->origin, own);
	rename_peers(egress, "to", facts->origin, own);
	if (!stand_in_limits_egress(object) ||
	    is_acknowledged(facts, json_object_get(spec, "podSelector")))
		return STAND_IN_SAME;
	return narrow_rules(facts, egress, details) ? STAND_IN_CHANGED : STAND_IN_SAME;
}
