/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the namespace of a new clone gets of that of its origin, and whether its pods have room
 * there: their requests, summed, beside the quotas and what the nodes have free.  What may not be
 * read is not known, and of a cluster with more pods than come at once nobody counts them.
 */
#include "config.h"

#include "platform/drivers/kubernetes/review/kube-review-room.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/manifests.h"
#include "model/quantity.h"
#include "platform/drivers/kubernetes/adopted/kube-carry.h"
#include "platform/drivers/kubernetes/cluster/kube-batch.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/review/kube-review-private.h"

#define PODS_MAX "500"
#define WORDS_MAX 2048
#define MEBI (INT64_C(1) << 20)
#define GIBI_SHOWN 10			/* from so many on nobody reads the rest */

/* The answers, in the order in which they are asked for. */
enum { NODES = KUBE_CARRY_ANSWERS, PODS };

struct amount {
	int64_t cpu;			/* thousandths of one */
	int64_t memory;			/* bytes */
};

struct kube_review_room {
	/* {label: text}, {annotation: text}; [ResourceQuota or LimitRange]: copied */
	json_t *labels, *notes, *limits;
	struct amount nodes, used;
	int node_count;
	bool are_nodes_known, are_pods_known;
	void (*ended)(void *data);
};

void
kube_review_room_free(struct kube_review_room *room)
{
	if (!room)
		return;
	json_decref(room->labels);
	json_decref(room->notes);
	json_decref(room->limits);
	free(room);
}

/* --- amounts --- */

static int64_t
add(int64_t one, int64_t other)
{
	return one > INT64_MAX - other ? INT64_MAX : one + other;
}

static void
add_amount(struct amount *sum, const struct amount *more)
{
	sum->cpu = add(sum->cpu, more->cpu);
	sum->memory = add(sum->memory, more->memory);
}

static void
raise_amount(struct amount *most, int64_t cpu, int64_t memory)
{
	most->cpu = cpu > most->cpu ? cpu : most->cpu;
	most->memory = memory > most->memory ? memory : most->memory;
}

/* Of {"cpu": "250m", "memory": "64Mi"}; what is not there stays. */
static void
read_amount(const json_t *list, struct amount *out)
{
	(void)quantity_parse(kube_read_text(list, "cpu"), &out->cpu);
	(void)quantity_parse_whole(kube_read_text(list, "memory"), &out->memory);
}

/* "cpu 250m, memory 64Mi", as in a manifest, in every language; free() it. */
static char *
amount_words(const struct amount *amount)
{
	int64_t mebis = amount->memory / MEBI + (amount->memory % MEBI > 0);
	bool is_large = mebis >= GIBI_SHOWN * 1024;

	return xasprintf("cpu %lld%s, memory %lld%s",
			 (long long)(amount->cpu % 1000 ? amount->cpu : amount->cpu / 1000),
			 amount->cpu % 1000 ? "m" : "",
			 (long long)(is_large ? mebis / 1024 : mebis), is_large ? "Gi" : "Mi");
}

/* What a LimitRange gives to a container that says nothing. */
static void
read_defaults(const json_t *limits, struct amount *out)
{
	const json_t *object, *limit;
	size_t i, k;

	json_array_foreach(limits, i, object)
		json_array_foreach(json_object_get(json_object_get(object, "spec"), "limits"), k,
				   limit) {
			if (!kube_read_is(limit, "type", "Container"))
				continue;
			read_amount(json_object_get(limit, "default"), out);
			read_amount(json_object_get(limit, "defaultRequest"), out);
		}
}

/* A limit is a request where there is none. */
static struct amount
amount_of_container(const json_t *container, const struct amount *defaults)
{
	const json_t *resources = json_object_get(container, "resources");
	struct amount amount = *defaults;

	read_amount(json_object_get(resources, "limits"), &amount);
	read_amount(json_object_get(resources, "requests"), &amount);
	return amount;
}

/* As the scheduler counts.  A container that begins before the others needs no room beside them,
 * only beside the sidecars that have begun before it; those stay. */
static struct amount
amount_of_pod(const json_t *spec, const struct amount *defaults)
{
	struct amount start = {0}, sum = {0}, one;
	const json_t *container;
	size_t i;

	json_array_foreach(json_object_get(spec, "initContainers"), i, container) {
		one = amount_of_container(container, defaults);
		if (kube_read_is(container, "restartPolicy", "Always"))
			add_amount(&sum, &one);
		else
			raise_amount(&start, add(sum.cpu, one.cpu), add(sum.memory, one.memory));
	}
	json_array_foreach(json_object_get(spec, "containers"), i, container) {
		one = amount_of_container(container, defaults);
		add_amount(&sum, &one);
	}
	raise_amount(&sum, start.cpu, start.memory);
	return sum;
}

/* How many pods of it run at the same time. */
static int
count_pods(const struct kube_review_room *room, const json_t *object)
{
	if (kube_read_is(object, "kind", "DaemonSet"))
		return room->node_count > 0 ? room->node_count : 1;
	if (kube_read_is(object, "kind", "Deployment") ||
	    kube_read_is(object, "kind", "StatefulSet"))
		return kube_read_count(json_object_get(object, "spec"), "replicas", 1);
	return 0;
}

static struct amount
amount_of_clone(const struct kube_review *r)
{
	struct amount sum = {0}, defaults = {0};

	read_defaults(r->room->limits, &defaults);
	for (size_t i = 0; i < r->count; i++) {
		const json_t *object = r->items[i].object;
		int count = count_pods(r->room, object);
		struct amount pod = amount_of_pod(manifest_pod_spec(object), &defaults);

		for (int k = 0; k < count; k++)
			add_amount(&sum, &pod);
	}
	return sum;
}

/* --- what is found --- */

static void
find_carried(struct kube_review *r)
{
	const struct kube_review_room *room = r->room;
	const json_t *object;
	const char *label;
	json_t *value;
	struct error why;
	struct buf words;
	size_t i;

	buf_init(&words, WORDS_MAX);
	json_object_update(room->labels, room->notes);
	json_object_foreach(room->labels, label, value)
		(void)buf_printf(&words, "%s%s=%s", words.length > 0 ? ", " : "", label,
				 json_string_value(value) ? json_string_value(value) : "");
	json_array_foreach(room->limits, i, object)
		(void)buf_printf(&words, "%s%s/%s", words.length > 0 ? ", " : "",
				 kube_read_text(object, "kind"), kube_read_name(object));
	if (words.length > 0) {
		error_set_code(&why, CODE_CLONE_NAMESPACE_CARRIED, .namespace = r->space.origin,
			       .words = buf_str(&words));
		kube_review_find(r, DEPLOY_NOTE, NULL, "carried", &why);
	}
	buf_clear(&words);
}

/* "requests.cpu" and "cpu" mean the same. */
static bool
is_over(const json_t *hard, const struct amount *wanted)
{
	struct amount most = {.cpu = INT64_MAX, .memory = INT64_MAX};

	read_amount(hard, &most);
	(void)quantity_parse(kube_read_text(hard, "requests.cpu"), &most.cpu);
	(void)quantity_parse_whole(kube_read_text(hard, "requests.memory"), &most.memory);
	return wanted->cpu > most.cpu || wanted->memory > most.memory;
}

static void
find_over_quota(struct kube_review *r, const struct amount *wanted, const char *words)
{
	const json_t *object;
	struct error why;
	size_t i;

	json_array_foreach(r->room->limits, i, object) {
		if (!kube_read_is(object, "kind", "ResourceQuota") ||
		    !is_over(json_object_get(json_object_get(object, "spec"), "hard"), wanted))
			continue;
		error_set_code(&why, CODE_CLONE_OVER_QUOTA, .amount = words,
			       .name = kube_read_name(object));
		kube_review_find(r, DEPLOY_WARNING, NULL, "requests", &why);
	}
}

static void
find_requests(struct kube_review *r)
{
	const struct kube_review_room *room = r->room;
	struct amount wanted = amount_of_clone(r);
	struct amount left = {
		.cpu = room->nodes.cpu > room->used.cpu ? room->nodes.cpu - room->used.cpu : 0,
		.memory = room->nodes.memory > room->used.memory
				  ? room->nodes.memory - room->used.memory : 0,
	};
	char *words = amount_words(&wanted), *free_words = amount_words(&left);
	bool is_known = room->are_nodes_known && room->are_pods_known;
	bool fits = wanted.cpu <= left.cpu && wanted.memory <= left.memory;
	struct error why;

	if (is_known)
		error_set_code(&why, fits ? CODE_CLONE_REQUESTS : CODE_CLONE_REQUESTS_TOO_MUCH,
			       .amount = words, .room = free_words);
	else
		error_set_code(&why, CODE_CLONE_REQUESTS_ALONE, .amount = words);
	if (wanted.cpu > 0 || wanted.memory > 0)
		kube_review_find(r, is_known && !fits ? DEPLOY_WARNING : DEPLOY_NOTE, NULL,
				 "requests", &why);
	find_over_quota(r, &wanted, words);
	free(words);
	free(free_words);
}

/* --- asking --- */

/* Whether pods come to it. */
static bool
is_open(const json_t *node)
{
	const json_t *ready = kube_read_condition(node, "Ready");

	return (!ready || kube_read_is(ready, "status", "True")) &&
	       !json_is_true(json_object_get(json_object_get(node, "spec"), "unschedulable"));
}

static void
take_node(struct kube_review_room *room, const json_t *node)
{
	struct amount amount = {0};

	if (!is_open(node))
		return;
	read_amount(json_object_get(json_object_get(node, "status"), "allocatable"), &amount);
	add_amount(&room->nodes, &amount);
	room->node_count++;
}

static void
take_pod(struct kube_review_room *room, const json_t *pod)
{
	const json_t *spec = json_object_get(pod, "spec"), *status = json_object_get(pod, "status");
	struct amount none = {0}, amount = amount_of_pod(spec, &none);

	if (*kube_read_text(spec, "nodeName") && !kube_read_is(status, "phase", "Succeeded") &&
	    !kube_read_is(status, "phase", "Failed"))
		add_amount(&room->used, &amount);
}

/* The clone does without it then, and nobody could tell why it runs otherwise. */
static void
find_unread(struct kube_review *r, const struct kube_reply *reply)
{
	struct error why;

	if (reply->err.kind == ERROR_NONE || reply->status == 404)
		return;
	error_set_code(&why, CODE_CLUSTER_SAYS, .reason = reply->err.text);
	kube_review_find(r, DEPLOY_WARNING, NULL, "forbidden", &why);
}

static void
take_answer(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_review *r = data;
	struct kube_review_room *room = r->room;
	const json_t *item;
	size_t i;

	if (index < KUBE_CARRY_ANSWERS) {
		find_unread(r, reply);
		kube_carry_take(index, reply, r->space.namespace, room->labels, room->notes,
				room->limits);
		return;
	}
	if (reply->err.kind != ERROR_NONE)
		return;
	json_array_foreach(json_object_get(reply->body, "items"), i, item)
		if (index == NODES)
			take_node(room, item);
		else
			take_pod(room, item);
	if (index == NODES)
		room->are_nodes_known = room->nodes.cpu > 0;
	else
		room->are_pods_known = !*kube_read_text(json_object_get(reply->body, "metadata"),
							"continue");
}

static void
end_room(void *data)
{
	struct kube_review *r = data;

	find_carried(r);
	find_requests(r);
	r->room->ended(r);
}

void
kube_review_room(struct kube_review *r, void (*ended)(void *data))
{
	char *pods = kube_path("v1", "Pod", NULL, NULL);

	r->room = xcalloc(1, sizeof(*r->room));
	r->room->labels = json_object();
	r->room->notes = json_object();
	r->room->limits = json_array();
	r->room->ended = ended;
	kube_review_batch(r, take_answer, end_room);
	kube_carry_ask(r->batch, r->space.origin);
	kube_batch_add(r->batch, KUBE_GET, kube_path("v1", "Node", NULL, NULL), NULL, false);
	kube_batch_add(r->batch, KUBE_GET, xasprintf("%s?limit=" PODS_MAX, pods), NULL, false);
	kube_batch_start(r->batch);
	free(pods);
}
