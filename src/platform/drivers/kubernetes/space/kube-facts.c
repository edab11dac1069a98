/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Lists, side by side; one that goes on is asked for in the next round. */
#include "config.h"

#include "platform/drivers/kubernetes/space/kube-facts.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/manifest-filled.h"
#include "model/manifests.h"
#include "net/url.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/cluster/cidr.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/kube-batch.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/objects/facts-hosts.h"
#include "platform/drivers/kubernetes/objects/facts-images.h"
#include "platform/drivers/kubernetes/objects/objects.h"
#include "platform/drivers/kubernetes/objects/stand-in.h"
#include "platform/drivers/kubernetes/space/kube-space.h"

#define PAGE 500
#define PAGES_MAX 200
#define ADDRESSES_MAX 500
#define SERVED_WITHIN_MS 2000	/* else all kinds are asked for, also those that are not there */

enum where { IN_CLONE, IN_CLONE_MADE, IN_ORIGIN, EVERYWHERE, WHERE_SERVED, OF_CLUSTER };

static void take_host(struct kube_facts *facts, const char *kind, const json_t *object);
static void take_pinned(struct kube_facts *facts, const char *kind, const json_t *object);
static void take_pod(struct kube_facts *facts, const char *kind, const json_t *object);
static void take_clone_pod(struct kube_facts *facts, const char *kind, const json_t *object);
static void take_node(struct kube_facts *facts, const char *kind, const json_t *object);

static const struct fact_list {
	const char *api_version, *kind;
	enum where where;
	void (*take)(struct kube_facts *facts, const char *kind, const json_t *object);
} lists[] = {
	{"apps/v1", "Deployment", IN_CLONE, take_pinned},
	{"apps/v1", "StatefulSet", IN_CLONE, take_pinned},
	{"apps/v1", "DaemonSet", IN_CLONE, take_pinned},
	{"batch/v1", "CronJob", IN_CLONE, take_pinned},
	{"v1", "Pod", IN_CLONE_MADE, take_clone_pod},
	{"v1", "Pod", IN_ORIGIN, take_pod},
	{"networking.k8s.io/v1", "Ingress", EVERYWHERE, take_host},
	{"gateway.networking.k8s.io/v1", "HTTPRoute", WHERE_SERVED, take_host},
	{"gateway.networking.k8s.io/v1", "GRPCRoute", WHERE_SERVED, take_host},
	{"gateway.networking.k8s.io/v1", "TLSRoute", WHERE_SERVED, take_host},
	{"gateway.networking.k8s.io/v1alpha2", "TLSRoute", WHERE_SERVED, take_host},
	{"networking.istio.io/v1beta1", "VirtualService", WHERE_SERVED, take_host},
	{"route.openshift.io/v1", "Route", WHERE_SERVED, take_host},
	{"v1", "Service", EVERYWHERE, take_host},
	{"v1", "Node", OF_CLUSTER, take_node},
};
#define LISTS (sizeof(lists) / sizeof(lists[0]))

struct kube_facts {
	struct kube_facts_options options;
	char *namespace, *origin;
	bool has_routes, has_custom;
	json_t *served;			/* {"gateway.networking.k8s.io/v1": true}; NULL: unknown */
	struct kube_batch *batch;
	size_t asked[LISTS];		/* the lists of this round */
	size_t asked_count, rounds;
	char *next[LISTS];		/* where it goes on; NULL: it does not */
	json_t *hosts, *refused, *limited, *reaching, *bound, *pod_ranges, *pod_addresses;
	struct facts_images images;
	bool are_hosts_known, failed;
	struct error err;
	struct stand_in_facts known;
};

void
kube_facts_free(struct kube_facts *facts)
{
	if (!facts)
		return;
	kube_batch_free(facts->batch);
	for (size_t i = 0; i < LISTS; i++)
		free(facts->next[i]);
	json_decref(facts->served);
	json_decref(facts->hosts);
	json_decref(facts->refused);
	json_decref(facts->limited);
	json_decref(facts->reaching);
	json_decref(facts->bound);
	json_decref(facts->pod_ranges);
	json_decref(facts->pod_addresses);
	facts_images_clear(&facts->images);
	free(facts->namespace);
	free(facts->origin);
	free(facts);
}

const struct stand_in_facts *
kube_facts_known(const struct kube_facts *facts)
{
	return facts ? &facts->known : NULL;
}

const json_t *
kube_facts_refused(const struct kube_facts *facts)
{
	return facts ? facts->refused : NULL;
}

bool
kube_facts_are_needed(const struct driver_deployment *deployment)
{
	for (size_t i = 0; i < deployment->count; i++)
		if (manifests_is(deployment->workloads[i].profile))
			return true;
	return false;
}

/* --- what is taken --- */

static void
take_host(struct kube_facts *facts, const char *kind, const json_t *object)
{
	const char *namespace = kube_read_text(kube_read_metadata(object), "namespace");

	if (strcmp(namespace, facts->namespace) != 0)
		facts_take_hosts(facts->hosts, kind, object, namespace);
}

static void
take_pinned(struct kube_facts *facts, const char *kind, const json_t *object)
{
	facts_take_pinned(&facts->images, kind, object);
}

/* The machine's own are not only its. */
static void
take_addresses(struct kube_facts *facts, const json_t *pod)
{
	const json_t *address;
	size_t i;

	if (json_is_true(json_object_get(json_object_get(pod, "spec"), "hostNetwork")))
		return;
	json_array_foreach(json_object_get(json_object_get(pod, "status"), "podIPs"), i, address) {
		const char *ip = kube_read_text(address, "ip");
		char *range = xasprintf("%s/%d", ip, strchr(ip, ':') ? 128 : 32);

		if (*ip && json_array_size(facts->pod_addresses) < ADDRESSES_MAX)
			json_array_append_new(facts->pod_addresses, json_string(range));
		free(range);
	}
}

static void
take_pod(struct kube_facts *facts, const char *kind, const json_t *object)
{
	(void)kind;
	facts_take_pod(&facts->images, object);
	take_addresses(facts, object);
}

/* What an operator made: a resume must not start another program. */
static void
take_clone_pod(struct kube_facts *facts, const char *kind, const json_t *object)
{
	(void)kind;
	facts_take_clone_pod(&facts->images, object);
}

static void
take_node(struct kube_facts *facts, const char *kind, const json_t *object)
{
	const json_t *range;
	size_t i;

	(void)kind;
	json_array_foreach(json_object_get(json_object_get(object, "spec"), "podCIDRs"), i, range)
		if (json_is_string(range))
			json_array_append(facts->pod_ranges, (json_t *)(uintptr_t)range);
}

/* Without all lists of routes nobody knows which hosts are free. */
static void
note_refusal(struct kube_facts *facts, const struct fact_list *list,
	     const struct kube_reply *reply)
{
	if (reply->status == 404)
		return;
	if (reply->status != 403) {
		facts->failed = true;
		facts->err = reply->err;
		kube_batch_stop(facts->batch);
		return;
	}
	json_array_append_new(facts->refused, json_string(reply->err.text));
	if (list->where == EVERYWHERE || list->where == WHERE_SERVED)
		facts->are_hosts_known = false;
}

static void
take_list(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_facts *facts = data;
	size_t which = facts->asked[index], i;
	const json_t *item;
	const char *next;

	if (reply->err.kind != ERROR_NONE) {
		if (!facts->failed)
			note_refusal(facts, &lists[which], reply);
		return;
	}
	json_array_foreach(json_object_get(reply->body, "items"), i, item)
		lists[which].take(facts, lists[which].kind, item);
	next = json_member_string(json_object_get(reply->body, "metadata"), "continue");
	if (next && *next)
		facts->next[which] = xstrdup(next);
}

/* --- what is asked --- */

static bool
is_wanted(const struct kube_facts *facts, const struct fact_list *list)
{
	switch (list->where) {
	case IN_CLONE:
		return true;
	case IN_CLONE_MADE:
		return facts->has_custom;
	case EVERYWHERE:
		return facts->has_routes;
	case WHERE_SERVED:
		return facts->has_routes &&
		       (!facts->served || json_object_get(facts->served, list->api_version));
	default:
		return facts->origin != NULL;
	}
}

static char *
path_of(const struct kube_facts *facts, size_t which)
{
	const struct fact_list *list = &lists[which];
	bool is_in_clone = list->where == IN_CLONE || list->where == IN_CLONE_MADE;
	const char *namespace = is_in_clone		   ? facts->namespace
				: list->where == IN_ORIGIN ? facts->origin
							   : NULL;
	char *path = kube_path(list->api_version, list->kind, namespace, NULL);
	struct buf text;

	buf_init(&text, 64 * 1024);
	(void)buf_printf(&text, "%s?limit=%d", path, PAGE);
	if (facts->next[which]) {
		(void)buf_puts(&text, "&continue=");
		url_append_escaped(&text, facts->next[which]);
	}
	free(path);
	return buf_take(&text);
}

static void
report_wait(void *data, const struct error *why)
{
	struct kube_facts *facts = data;

	if (facts->options.waits)
		facts->options.waits(facts->options.data, why);
}

static void end_round(void *data);
static void start_round(struct kube_facts *facts);

/* --- what the cluster has --- */

static void
take_served(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_facts *facts = data;
	const json_t *group, *version;
	size_t i, k;

	(void)index;
	if (reply->err.kind != ERROR_NONE)
		return;
	facts->served = json_object();
	json_array_foreach(json_object_get(reply->body, "groups"), i, group)
		json_array_foreach(json_object_get(group, "versions"), k, version)
			json_object_set_new(facts->served,
					    kube_read_text(version, "groupVersion"), json_true());
}

static void
end_served(void *data)
{
	start_round(data);
}

/* To whom a right is missing the cluster does not say whether there is such a kind at all. */
static void
read_served(struct kube_facts *facts)
{
	facts->batch = kube_batch_new(&(struct kube_batch_options){
		.cluster = facts->options.cluster,
		.patience_ms = SERVED_WITHIN_MS,
		.answered = take_served,
		.waits = report_wait,
		.ended = end_served,
		.data = facts,
	});
	kube_batch_add(facts->batch, KUBE_GET, xstrdup("/apis"), NULL, false);
	kube_batch_start(facts->batch);
}

/* --- rounds --- */

static void
start_round(struct kube_facts *facts)
{
	bool is_first = facts->rounds++ == 0;

	facts->asked_count = 0;
	kube_batch_free(facts->batch);
	facts->batch = kube_batch_new(&(struct kube_batch_options){
		.cluster = facts->options.cluster,
		.patience_ms = facts->options.patience_ms,
		.answered = take_list,
		.waits = report_wait,
		.ended = end_round,
		.data = facts,
	});
	for (size_t i = 0; i < LISTS; i++) {
		if (is_first ? !is_wanted(facts, &lists[i]) : !facts->next[i])
			continue;
		facts->asked[facts->asked_count++] = i;
		kube_batch_add(facts->batch, KUBE_GET, path_of(facts, i), NULL, false);
		free(facts->next[i]);
		facts->next[i] = NULL;
	}
	kube_batch_start(facts->batch);
}

/* Who may not list nodes knows at least those of the original's pods, and where the network has
 * other ranges than its nodes say. */
static void
join_addresses(struct kube_facts *facts)
{
	size_t ranges = json_array_size(facts->pod_ranges), i, k;
	const json_t *address;

	json_array_foreach(facts->pod_addresses, i, address) {
		struct kube_cidr one, range;
		bool is_known = !kube_cidr_parse(&one, json_string_value(address));

		for (k = 0; k < ranges && !is_known; k++)
			is_known = kube_cidr_parse(&range, json_string_value(json_array_get(
								   facts->pod_ranges, k))) &&
				   kube_cidr_has(&range, &one);
		if (!is_known)
			json_array_append(facts->pod_ranges, (json_t *)(uintptr_t)address);
	}
}

static void
finish(struct kube_facts *facts)
{
	join_addresses(facts);
	facts->known = (struct stand_in_facts){
		.origin = facts->origin,
		.hosts = facts->are_hosts_known ? facts->hosts : NULL,
		.images = facts_images_known(&facts->images),
		.by_image = facts->images.by_image,
		.seen = facts->images.seen,
		.limited = facts->limited,
		.reaching = facts->reaching,
		.bound = facts->bound,
		.pod_ranges = facts->pod_ranges,
	};
	facts->options.ended(facts->options.data, facts->failed ? &facts->err : NULL);
}

static void
end_round(void *data)
{
	struct kube_facts *facts = data;
	bool goes_on = false;

	kube_batch_free(facts->batch);
	facts->batch = NULL;
	for (size_t i = 0; i < LISTS; i++)
		goes_on |= facts->next[i] != NULL;
	if (goes_on && !facts->failed && facts->rounds < PAGES_MAX)
		start_round(facts);
	else
		finish(facts);
}

static void
count(void *data, const char *pointer, const char *list, const char *name,
      const json_t *container)
{
	(void)pointer, (void)list, (void)name, (void)container;
	++*(size_t *)data;
}

static void
append_or_empty(json_t *list, json_t *value)
{
	json_array_append_new(list, value ? json_incref(value) : json_object());
}

static void
take_object(struct kube_facts *facts, const json_t *kept, bool is_reaching)
{
	struct error ignored;
	json_t *object = manifest_object(kept, &ignored);
	json_t *pods = is_reaching ? facts->reaching : facts->bound;
	json_t *labels = json_object_get(kube_read_metadata(kube_read_template(object)), "labels");
	json_t *selector = json_object_get(json_object_get(object, "spec"), "podSelector");
	size_t containers = 0;

	facts->has_routes |= facts_has_hosts(kept);
	if (stand_in_limits_egress(object))
		append_or_empty(facts->limited, selector);
	if (object)
		manifest_each_container(object, count, &containers);
	facts->has_custom |= object && !manifest_is_built_in(object);
	if (manifest_pod_spec(object))
		append_or_empty(pods, labels);
	else if (containers > 0)
		json_array_append_new(pods, json_null());
	json_decref(object);
}

/* What the deployment itself says: whether anything of it has hosts, so that those of others have
 * to be known, which pods are limited, and which may reach the origin. */
static void
look_at_set(struct kube_facts *facts, const struct driver_deployment *deployment)
{
	for (size_t i = 0; i < deployment->count; i++) {
		const json_t *spec = deployment->workloads[i].spec;
		const json_t *manifests = json_object_get(spec, "manifests");
		const char *key;
		json_t *object;

		json_object_foreach((json_t *)(uintptr_t)manifests, key, object)
			take_object(facts, object,
				    json_is_true(json_object_get(spec, "reaches_origin")));
	}
}

struct kube_facts *
kube_facts_read(const struct kube_facts_options *options)
{
	struct kube_facts *facts = xcalloc(1, sizeof(*facts));

	facts->options = *options;
	facts->namespace = xstrdup(options->space->namespace);
	facts->origin = xstrdup_or_null(options->space->origin);
	facts->limited = json_array();
	facts->reaching = json_array();
	facts->bound = json_array();
	facts->pod_ranges = json_array();
	facts->pod_addresses = json_array();
	look_at_set(facts, options->deployment);
	facts->hosts = json_object();
	facts->refused = json_array();
	facts->are_hosts_known = facts->has_routes;
	facts_images_init(&facts->images);
	if (facts->has_routes)
		read_served(facts);
	else
		start_round(facts);
	return facts;
}
