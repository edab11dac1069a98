/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Of two Ingresses for one host the controller takes whichever it likes, so a clone that asks for
 * the host of Production would get its visitors.  Before anything is applied all routes of the
 * cluster are listed, in every namespace; where that is not allowed, those that this daemon is
 * about to apply are known at least.
 *
 * What a space claims while its rollout is under way no other one gets: both would find it free.
 */
#include "config.h"

#include "platform/drivers/kubernetes/rollout/kube-hosts.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "net/url.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/kube-batch.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/rollout/kube-rollout.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"

#define PAGE 500
#define PAGES_MAX 200

static const struct host_kind {
	const char *api_version, *kind;
} kinds[] = {
	{"networking.k8s.io/v1", "Ingress"},
	{"gateway.networking.k8s.io/v1", "HTTPRoute"},
};
#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

static void list_kind(struct kube_rollout *r, size_t which, const char *next);

/* --- the hosts of an object --- */

static bool
has_host(const json_t *object, const char *host)
{
	const json_t *spec = json_object_get(object, "spec"), *item;
	size_t i;

	json_array_foreach(json_object_get(spec, "rules"), i, item) {
		const char *text = json_member_string(item, "host");

		if (text && strcmp(text, host) == 0)
			return true;
	}
	json_array_foreach(json_object_get(spec, "hostnames"), i, item) {
		const char *text = json_string_value(item);

		if (text && strcmp(text, host) == 0)
			return true;
	}
	return false;
}

/* Of one of ours, which has one; NULL: it is no route. */
static const char *
host_of(const json_t *object)
{
	const json_t *spec = json_object_get(object, "spec");
	const char *kind = json_member_string(object, "kind");

	if (strcmp(kind, "Ingress") == 0)
		return json_member_string(json_array_get(json_object_get(spec, "rules"), 0),
					  "host");
	return strcmp(kind, "HTTPRoute") == 0
		       ? json_string_value(json_array_get(json_object_get(spec, "hostnames"), 0))
		       : NULL;
}

static const char *
path_of(const json_t *object)
{
	const json_t *rule = json_array_get(
		json_object_get(json_object_get(object, "spec"), "rules"), 0);
	const json_t *paths = json_object_get(json_object_get(rule, "http"), "paths");
	const json_t *match = json_array_get(json_object_get(rule, "matches"), 0);

	return paths ? json_member_string(json_array_get(paths, 0), "path")
		     : json_member_string(json_object_get(match, "path"), "value");
}

/* --- who has one --- */

static void
blame(struct kube_rollout *r, const struct kube_item *item, const char *host, const char *space,
      const char *namespace)
{
	struct error why;

	if (space)
		error_set_code(&why, CODE_ROUTE_HOST_TAKEN, .host = host, .space = space,
			       .namespace = namespace);
	else
		error_set_code(&why, CODE_ROUTE_HOST_TAKEN_BY_OTHERS, .host = host,
			       .namespace = namespace);
	kube_rollout_blame(r, item->object->module, "host-taken", &why, NULL);
}

/* Two of this deployment with one host and one path. */
static void
check_own(struct kube_rollout *r)
{
	json_t *seen = json_object();
	struct error why;

	for (size_t i = 0; i < r->count; i++) {
		const json_t *object = r->items[i].object->object;
		const char *host = host_of(object), *path = host ? path_of(object) : NULL;
		char *key = path ? xasprintf("%s%s", host, path) : NULL;
		const char *other = key ? json_member_string(seen, key) : NULL;

		if (other) {
			error_set_code(&why, CODE_ROUTE_TWICE, .host = host, .path = path,
				       .workload = other);
			kube_rollout_blame(r, r->items[i].object->module, "host-taken", &why, NULL);
		} else if (key) {
			json_object_set_new(seen, key, json_string(r->items[i].object->module));
		}
		free(key);
	}
	json_decref(seen);
}

/* Others of this daemon, which may not have applied theirs yet. */
static void
check_claims(struct kube_rollout *r)
{
	for (const struct kube_space *space = r->driver->spaces; space; space = space->next) {
		if (space == r->space || !space->hosts)
			continue;
		for (size_t i = 0; i < r->count; i++) {
			const char *host = host_of(r->items[i].object->object);

			if (host && json_object_get(space->hosts, host))
				blame(r, &r->items[i], host, space->name, space->namespace);
		}
	}
}

static void
check_object(struct kube_rollout *r, const json_t *object)
{
	const json_t *metadata = json_object_get(object, "metadata");
	const char *namespace = json_member_string(metadata, "namespace");
	const char *space = json_member_string(json_object_get(metadata, "annotations"),
					       KUBE_NOTE_SPACE);

	if (!namespace || strcmp(namespace, r->space->namespace) == 0)
		return;
	for (size_t i = 0; i < r->count; i++) {
		const char *host = host_of(r->items[i].object->object);

		if (host && has_host(object, host))
			blame(r, &r->items[i], host, space, namespace);
	}
}

/* --- all of the cluster --- */

static void
take_list(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_rollout *r = data;
	const json_t *object;
	const char *next;
	size_t i;

	(void)index;
	json_array_foreach(json_object_get(reply->body, "items"), i, object)
		check_object(r, object);
	next = json_member_string(json_object_get(reply->body, "metadata"), "continue");
	free(r->hosts_next);
	r->hosts_next = next && *next ? xstrdup(next) : NULL;
	if (reply->err.kind != ERROR_NONE && reply->status != 404)
		log_line(LOG_PRIORITY_WARNING, "hosts of other namespaces are not known", "space",
			 r->space->name, "error", reply->err.text, NULL);
}

static void
end_list(void *data)
{
	struct kube_rollout *r = data;
	char *next = r->hosts_next;

	r->hosts_next = NULL;
	r->hosts_pages++;
	if (r->cancelled)
		kube_rollout_go_on(r);
	else if (next && r->hosts_pages < PAGES_MAX)
		list_kind(r, r->hosts_kind, next);
	else if (r->hosts_kind + 1 < KINDS)
		list_kind(r, r->hosts_kind + 1, NULL);
	else
		kube_rollout_go_on(r);
	free(next);
}

static void
list_kind(struct kube_rollout *r, size_t which, const char *next)
{
	struct kube_batch *batch = kube_rollout_batch(r, 1, take_list, end_list);
	char *path = kube_path(kinds[which].api_version, kinds[which].kind, NULL, NULL);
	struct buf text;

	r->hosts_kind = which;
	buf_init(&text, 64 * 1024);
	buf_printf(&text, "%s?limit=%d", path, PAGE);
	if (next) {
		buf_puts(&text, "&continue=");
		url_append_escaped(&text, next);
	}
	free(path);
	kube_batch_add(batch, KUBE_GET, buf_take(&text), NULL, false);
	kube_batch_start(batch);
}

void
kube_hosts_check(struct kube_rollout *r, void (*ended)(struct kube_rollout *rollout))
{
	json_t *hosts = json_object();

	for (size_t i = 0; i < r->count; i++) {
		const char *host = host_of(r->items[i].object->object);

		if (host)
			json_object_set_new(hosts, host, json_true());
	}
	r->then = ended;
	check_own(r);
	check_claims(r);
	if (json_object_size(hosts) == 0 || r->problems.count > 0) {
		json_decref(hosts);
		ended(r);
		return;
	}
	json_decref(r->space->hosts);
	r->space->hosts = hosts;
	list_kind(r, 0, NULL);
}
