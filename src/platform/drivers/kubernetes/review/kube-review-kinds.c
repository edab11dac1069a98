/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What else there is where a clone is made of, and no module has: pods and sets of pods that nobody
 * makes, and objects of kinds that others define.  Only what they are called is read:
 *
 *	GROUPS		/apis
 *	RESOURCES	the kinds of each group that is not the cluster's own
 *	LISTS		a page of each kind's metadata
 *
 * It is bounded in number and in time, and what was not looked at is said.
 */
#include "config.h"

#include "platform/drivers/kubernetes/review/kube-review-kinds.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "model/manifests.h"
#include "net/loop.h"
#include "net/url.h"
#include "platform/drivers/findings.h"
#include "platform/drivers/kubernetes/cluster/kube-batch.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"
#include "platform/drivers/kubernetes/review/kube-review-private.h"

#define GROUPS_MAX 100
#define KINDS_MAX 200
#define NAMES_MAX "50"
#define WORDS_MAX 600			/* bytes of a list in a sentence */
#define PATH_BYTES_MAX 4096
#define WITHIN_MS 3000			/* of the 8 s that a review has */

struct kube_review_kinds {
	json_t *asked;			/* of this round: what each request is about */
	json_t *kinds;			/* [{"version", "kind", "plural"}] */
	json_t *known;			/* {"Deployment/web": true}: modules have it */
	json_t *unread;			/* {"VirtualService.networking.istio.io": true} */
	bool is_cut;			/* not all kinds were looked at */
	struct loop_timer *timer;
	void (*ended)(void *data);
};

void
kube_review_kinds_free(struct kube_review_kinds *kinds)
{
	if (!kinds)
		return;
	loop_remove_timer(kinds->timer);
	json_decref(kinds->asked);
	json_decref(kinds->kinds);
	json_decref(kinds->known);
	json_decref(kinds->unread);
	free(kinds);
}

/* --- the end --- */

static void
find_unread(struct kube_review *r)
{
	struct buf words;
	struct error why;
	const char *kind;
	json_t *ignored;

	buf_init(&words, WORDS_MAX + 64);
	json_object_foreach(r->kinds->unread, kind, ignored) {
		(void)ignored;
		if (words.length + strlen(kind) > WORDS_MAX) {
			(void)buf_puts(&words, ", ...");
			break;
		}
		(void)buf_printf(&words, "%s%s", words.length > 0 ? ", " : "", kind);
	}
	error_set_code(&why, CODE_LEFT_KINDS_UNREAD, .namespace = r->space.origin,
		       .words = buf_str(&words));
	if (words.length > 0)
		kube_review_find(r, DEPLOY_WARNING, NULL, "forbidden", &why);
	buf_clear(&words);
}

static void
end_kinds(void *data)
{
	struct kube_review *r = data;
	struct error why;

	loop_remove_timer(r->kinds->timer);
	r->kinds->timer = NULL;
	find_unread(r);
	if (r->kinds->is_cut) {
		error_set_code(&why, CODE_LEFT_KINDS_CUT, .namespace = r->space.origin);
		kube_review_find(r, DEPLOY_WARNING, NULL, "kinds", &why);
	}
	r->kinds->ended(r);
}

static void
run_late(void *data)
{
	struct kube_review *r = data;

	r->kinds->timer = NULL;
	r->kinds->is_cut = true;
	kube_batch_free(r->batch);
	r->batch = NULL;
	end_kinds(r);
}

static void
start_round(struct kube_review *r, bool only_metadata,
	    void (*answered)(void *data, size_t index, const struct kube_reply *reply),
	    void (*ended)(void *data))
{
	kube_batch_free(r->batch);
	r->batch = kube_batch_new(&(struct kube_batch_options){
		.cluster = r->driver->cluster,
		.patience_ms = WITHIN_MS,
		.only_metadata = only_metadata,
		.answered = answered,
		.ended = ended,
		.data = r,
	});
	json_decref(r->kinds->asked);
	r->kinds->asked = json_array();
}

/* --- LISTS --- */

/* "VirtualService.networking.istio.io", as a key in a set begins; free() it. */
static char *
type_of(const json_t *kind)
{
	json_t *object = json_pack("{s:O, s:O, s:{s:s}}", "apiVersion",
				   json_object_get(kind, "version"), "kind",
				   json_object_get(kind, "kind"), "metadata", "name", "-");
	char *key = manifest_key(object);

	json_decref(object);
	if (key)
		key[strlen(key) - 2] = '\0';
	return key ? key : xstrdup(kube_read_text(kind, "kind"));
}

/* What something makes that is there, it makes again; or that is itself in no module, and said. */
static bool
is_left(const struct kube_review *r, const char *type, const json_t *object)
{
	char *key = xasprintf("%s/%s", type, kube_read_name(object));
	bool is = json_array_size(json_object_get(kube_read_metadata(object), "ownerReferences")) ==
			  0 && !json_object_get(r->kinds->known, key);

	free(key);
	return is;
}

static void
find_left(struct kube_review *r, const json_t *kind, const char *type, int count,
	  const char *names)
{
	const char *called = kube_read_text(kind, "kind");
	char *object = count == 1 ? xasprintf("%s/%s", called, names)
				  : xasprintf("%s (%d)", called, count);
	struct error why;

	error_set_code(&why, CODE_LEFT_KIND, .type = type, .number = count, .words = names);
	findings_add(r->findings, DEPLOY_LEFT, &(struct finding_subject){NULL, object}, "left",
		     &why);
	free(object);
}

static void
take_list(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_review *r = data;
	const json_t *kind = json_array_get(r->kinds->asked, index), *item;
	const json_t *metadata = json_object_get(reply->body, "metadata");
	char *type = type_of(kind);
	struct buf names;
	int count = 0;
	size_t i;

	if (reply->err.kind != ERROR_NONE && reply->status != 404)
		json_object_set_new(r->kinds->unread, type, json_true());
	buf_init(&names, WORDS_MAX + 64);
	json_array_foreach(json_object_get(reply->body, "items"), i, item) {
		const char *name = kube_read_name(item);

		if (!is_left(r, type, item))
			continue;
		count++;
		if (names.length + strlen(name) <= WORDS_MAX)
			(void)buf_printf(&names, "%s%s", names.length > 0 ? ", " : "", name);
	}
	if (count > 0) {
		count += kube_read_count(metadata, "remainingItemCount", 0);
		find_left(r, kind, type, count, buf_str(&names));
	}
	buf_clear(&names);
	free(type);
}

static char *
list_path(const struct kube_review *r, const json_t *kind)
{
	const char *version = kube_read_text(kind, "version");
	struct buf path;

	buf_init(&path, PATH_BYTES_MAX);
	(void)buf_printf(&path, "%s/%s/namespaces/", strchr(version, '/') ? "/apis" : "/api",
			 version);
	url_append_escaped(&path, r->space.origin);
	(void)buf_puts(&path, "/");
	url_append_escaped(&path, kube_read_text(kind, "plural"));
	(void)buf_puts(&path, "?limit=" NAMES_MAX);
	return buf_take(&path);
}

static void
start_lists(void *data)
{
	struct kube_review *r = data;
	json_t *kind;
	size_t i;

	start_round(r, true, take_list, end_kinds);
	json_array_foreach(r->kinds->kinds, i, kind) {
		json_array_append(r->kinds->asked, kind);
		kube_batch_add(r->batch, KUBE_GET, list_path(r, kind), NULL, false);
	}
	kube_batch_start(r->batch);
}

/* --- RESOURCES --- */

static bool
may_list(const json_t *resource)
{
	const json_t *verb;
	size_t i;

	json_array_foreach(json_object_get(resource, "verbs"), i, verb)
		if (json_is_string(verb) && strcmp(json_string_value(verb), "list") == 0)
			return true;
	return false;
}

static void
add_kind(struct kube_review_kinds *kinds, const char *version, const char *kind, const char *plural)
{
	if (json_array_size(kinds->kinds) < KINDS_MAX)
		json_array_append_new(kinds->kinds, json_pack("{s:s, s:s, s:s}", "version", version,
							      "kind", kind, "plural", plural));
	else
		kinds->is_cut = true;
}

static void
take_resources(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_review *r = data;
	const char *version = json_string_value(json_array_get(r->kinds->asked, index));
	const json_t *resource;
	size_t i;

	if (reply->err.kind != ERROR_NONE && reply->status != 404)
		r->kinds->is_cut = true;
	json_array_foreach(json_object_get(reply->body, "resources"), i, resource) {
		const char *plural = kube_read_text(resource, "name");

		if (json_is_true(json_object_get(resource, "namespaced")) && *plural &&
		    !strchr(plural, '/') && may_list(resource))
			add_kind(r->kinds, version, kube_read_text(resource, "kind"), plural);
	}
}

/* --- GROUPS --- */

/* Of the cluster's own groups all kinds are known; and some others only show what is measured, or
 * what could be installed, as if there were such objects in each namespace. */
static bool
is_looked_at(const char *group, const char *version)
{
	static const char *const shown[] = {"metrics.k8s.io", "custom.metrics.k8s.io",
					    "external.metrics.k8s.io",
					    "packages.operators.coreos.com"};
	json_t *kind = json_pack("{s:s, s:s}", "version", version, "kind", "Any");
	char *type = type_of(kind);
	bool is = strcmp(type, "Any") != 0;

	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		is = is && strcmp(shown[i], group) != 0;
	free(type);
	json_decref(kind);
	return is;
}

static void
take_groups(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_review *r = data;
	const json_t *group;
	size_t i;

	(void)index;
	if (reply->err.kind != ERROR_NONE)
		r->kinds->is_cut = true;
	json_array_foreach(json_object_get(reply->body, "groups"), i, group) {
		const char *version = kube_read_text(json_object_get(group, "preferredVersion"),
						     "groupVersion");

		if (!*version || !is_looked_at(kube_read_text(group, "name"), version))
			continue;
		if (json_array_size(r->kinds->kinds) < GROUPS_MAX)
			json_array_append_new(r->kinds->kinds, json_string(version));
		else
			r->kinds->is_cut = true;
	}
}

/* "groups" of this round are the next one's requests. */
static void
start_resources(void *data)
{
	struct kube_review *r = data;
	json_t *versions = r->kinds->kinds, *version;
	size_t i;

	r->kinds->kinds = json_array();
	add_kind(r->kinds, "v1", "Pod", "pods");
	add_kind(r->kinds, "v1", "ReplicationController", "replicationcontrollers");
	add_kind(r->kinds, "apps/v1", "ReplicaSet", "replicasets");
	start_round(r, false, take_resources, start_lists);
	json_array_foreach(versions, i, version) {
		json_array_append(r->kinds->asked, version);
		kube_batch_add(r->batch, KUBE_GET,
			       xasprintf("/apis/%s", json_string_value(version)), NULL, false);
	}
	json_decref(versions);
	kube_batch_start(r->batch);
}

/* --- beginning --- */

static void
note_known(struct kube_review *r)
{
	for (size_t i = 0; i < r->kept.count; i++) {
		const char *key;
		json_t *object;

		json_object_foreach(json_object_get(r->kept.workloads[i].spec, "manifests"), key,
				    object) {
			(void)object;
			json_object_set_new(r->kinds->known, key, json_true());
		}
	}
}

void
kube_review_kinds(struct kube_review *r, void (*ended)(void *data))
{
	r->kinds = xcalloc(1, sizeof(*r->kinds));
	r->kinds->kinds = json_array();
	r->kinds->known = json_object();
	r->kinds->unread = json_object();
	r->kinds->ended = ended;
	r->kinds->timer = loop_add_timer(r->driver->base.loop, WITHIN_MS, run_late, r);
	note_known(r);
	start_round(r, false, take_groups, start_resources);
	kube_batch_add(r->batch, KUBE_GET, xstrdup("/apis"), NULL, false);
	kube_batch_start(r->batch);
}
