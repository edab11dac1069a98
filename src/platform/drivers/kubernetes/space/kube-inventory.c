/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One list for each kind, side by side; a list that goes on is asked for in the next round.  A
 * kind that the cluster does not have is one of which there are none.
 */
#include "config.h"

#include "platform/drivers/kubernetes/space/kube-inventory.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/meta.h"
#include "platform/drivers/kubernetes/cluster/kube-batch.h"
#include "platform/drivers/kubernetes/cluster/names.h"

#define PAGE 500
#define OBJECTS_MAX 20000
/* Without Secrets that were copied: what is in them is read once, to be copied. */
#define SELECTOR                                                                                  \
	"labelSelector=app.kubernetes.io%2Fmanaged-by%3Dsidestage%2C%21sidestage.dev%2Fcopy"

static const struct inventory_kind {
	const char *api_version, *kind;
	bool is_optional;	/* who may not list them has made none */
	bool is_others;		/* we write it only as somebody else wrote it */
} usual[] = {
	{"v1", "ServiceAccount", false, false},
	{"v1", "ConfigMap", false, false},
	{"v1", "Secret", false, false},
	{"v1", "Service", false, false},
	{"apps/v1", "Deployment", false, false},
	{"batch/v1", "Job", false, false},
	{"batch/v1", "CronJob", false, false},
	{"policy/v1", "PodDisruptionBudget", false, false},
	{"networking.k8s.io/v1", "Ingress", false, false},
	{"gateway.networking.k8s.io/v1", "HTTPRoute", true, false},
	{"apps/v1", "StatefulSet", true, true},
	{"apps/v1", "DaemonSet", true, true},
	{"rbac.authorization.k8s.io/v1", "Role", true, true},
	{"rbac.authorization.k8s.io/v1", "RoleBinding", true, true},
	{"networking.k8s.io/v1", "NetworkPolicy", true, true},
	{"v1", "PersistentVolumeClaim", true, true},
};
#define USUAL (sizeof(usual) / sizeof(usual[0]))
#define MORE_MAX 100
#define KINDS_MAX (USUAL + MORE_MAX)

struct kube_inventory {
	struct kube_inventory_options options;
	char *namespace;
	struct inventory_kind kinds[KINDS_MAX];
	size_t count;
	char *names[MORE_MAX];		/* of kinds beside the usual ones */
	size_t name_count;
	struct kube_batch *batch;
	size_t asked[KINDS_MAX];	/* the kinds of this round */
	size_t asked_count;
	char *next[KINDS_MAX];		/* where its list goes on; NULL: it does not */
	json_t *objects;
	bool failed;
	struct error err;
};

bool
kube_inventory_is_data(const json_t *object)
{
	const char *kind = json_member_string(object, "kind");

	return kind && strcmp(kind, "PersistentVolumeClaim") == 0;
}

void
kube_inventory_free(struct kube_inventory *inventory)
{
	if (!inventory)
		return;
	kube_batch_free(inventory->batch);
	for (size_t i = 0; i < inventory->count; i++)
		free(inventory->next[i]);
	for (size_t i = 0; i < inventory->name_count; i++)
		free(inventory->names[i]);
	json_decref(inventory->objects);
	free(inventory->namespace);
	free(inventory);
}

/* Items of a list do not say what they are. */
static void
take_item(struct kube_inventory *inventory, const struct inventory_kind *kind, json_t *item)
{
	const char *name = json_member_string(json_object_get(item, "metadata"), "name");
	char *path = name ? kube_path(kind->api_version, kind->kind, inventory->namespace, name)
			  : NULL;

	if (path && json_object_size(inventory->objects) < OBJECTS_MAX) {
		json_t *object = json_copy(item), *metadata = json_object_get(item, "metadata");

		json_object_set_new(object, "metadata", json_copy(metadata));
		kube_meta_drop_applied(object);
		json_object_set_new(object, "apiVersion", json_string(kind->api_version));
		json_object_set_new(object, "kind", json_string(kind->kind));
		json_object_set_new(inventory->objects, path, object);
	}
	free(path);
}

static void
take_list(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_inventory *inventory = data;
	size_t which = inventory->asked[index], i;
	const char *next;
	json_t *item;

	if (reply->err.kind != ERROR_NONE) {
		bool is_none = reply->status == 404 ||
			       (reply->status == 403 && inventory->kinds[which].is_optional);

		if (!is_none && !inventory->failed) {
			inventory->failed = true;
			inventory->err = reply->err;
			kube_batch_stop(inventory->batch);
		}
		return;
	}
	json_array_foreach(json_object_get(reply->body, "items"), i, item)
		take_item(inventory, &inventory->kinds[which], item);
	next = json_member_string(json_object_get(reply->body, "metadata"), "continue");
	if (next && *next)
		inventory->next[which] = xstrdup(next);
}

/* A token of the cluster's own may have any character. */
static void
put_encoded(struct buf *out, const char *text)
{
	for (; *text; text++) {
		unsigned char c = (unsigned char)*text;
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			     (c >= '0' && c <= '9') || strchr("-._~", c);

		buf_printf(out, plain ? "%c" : "%%%02X", c);
	}
}

static char *
list_path(const struct kube_inventory *inventory, size_t which)
{
	char *path = kube_path(inventory->kinds[which].api_version,
			       inventory->kinds[which].kind, inventory->namespace, NULL);
	struct buf text;

	if (!path)
		return NULL;
	buf_init(&text, 64 * 1024);
	buf_printf(&text, "%s?%s&limit=%d", path, SELECTOR, PAGE);
	if (inventory->next[which]) {
		buf_puts(&text, "&continue=");
		put_encoded(&text, inventory->next[which]);
	}
	free(path);
	return buf_take(&text);
}

static void
report_wait(void *data, const struct error *why)
{
	struct kube_inventory *inventory = data;

	if (inventory->options.waits)
		inventory->options.waits(inventory->options.data, why);
}

static void end_round(void *data);

static void
start_round(struct kube_inventory *inventory, bool is_first)
{
	inventory->asked_count = 0;
	inventory->batch = kube_batch_new(&(struct kube_batch_options){
		.cluster = inventory->options.cluster,
		.patience_ms = inventory->options.patience_ms,
		.answered = take_list,
		.waits = report_wait,
		.ended = end_round,
		.data = inventory,
	});
	for (size_t i = 0; i < inventory->count; i++) {
		bool is_known = !inventory->kinds[i].is_others || inventory->options.others;
		bool is_wanted = is_first ? is_known : inventory->next[i] != NULL;
		char *path = is_wanted ? list_path(inventory, i) : NULL;

		free(inventory->next[i]);
		inventory->next[i] = NULL;
		if (!path)
			continue;
		inventory->asked[inventory->asked_count++] = i;
		kube_batch_add(inventory->batch, KUBE_GET, path, NULL, false);
	}
	kube_batch_start(inventory->batch);
}

static void
end_round(void *data)
{
	struct kube_inventory *inventory = data;
	bool goes_on = false;

	kube_batch_free(inventory->batch);
	inventory->batch = NULL;
	for (size_t i = 0; i < inventory->count; i++)
		goes_on |= inventory->next[i] != NULL;
	if (!inventory->failed && json_object_size(inventory->objects) >= OBJECTS_MAX) {
		inventory->failed = true;
		error_set_code(&inventory->err, CODE_NAMESPACE_TOO_FULL,
			       .namespace = inventory->namespace, .max = OBJECTS_MAX);
	}
	if (goes_on && !inventory->failed)
		start_round(inventory, false);
	else
		inventory->options.ended(inventory->options.data,
					 inventory->failed ? NULL : inventory->objects,
					 inventory->failed ? &inventory->err : NULL);
}

static bool
is_usual(const char *api_version, const char *kind)
{
	for (size_t i = 0; i < USUAL; i++)
		if (strcmp(usual[i].api_version, api_version) == 0 &&
		    strcmp(usual[i].kind, kind) == 0)
			return true;
	return false;
}

static void
add_kinds(struct kube_inventory *inventory, const json_t *more)
{
	const char *key;
	json_t *value;

	memcpy(inventory->kinds, usual, sizeof(usual));
	inventory->count = USUAL;
	json_object_foreach((json_t *)(uintptr_t)more, key, value) {
		char *name = xstrdup(key), *blank = strchr(name, ' ');

		if (blank)
			*blank = '\0';
		if (!blank || is_usual(name, blank + 1) || inventory->name_count >= MORE_MAX) {
			free(name);
			continue;
		}
		inventory->names[inventory->name_count++] = name;
		inventory->kinds[inventory->count++] = (struct inventory_kind){
			name, blank + 1, true, true};
	}
}

struct kube_inventory *
kube_inventory_read(const struct kube_inventory_options *options)
{
	struct kube_inventory *inventory = xcalloc(1, sizeof(*inventory));

	inventory->options = *options;
	inventory->namespace = xstrdup(options->namespace);
	inventory->objects = json_object();
	add_kinds(inventory, options->more);
	start_round(inventory, true);
	return inventory;
}
