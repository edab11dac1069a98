/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Round by round: an owner may have one itself. */
#include "config.h"

#include "platform/drivers/kubernetes/survey/survey-owners.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/kube-batch.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"

#define ROUNDS_MAX 3
#define PATIENCE_MS 10000
#define OWNERS_MAX 500		/* of a round; what makes more has many of each kind */

struct kube_owners {
	struct kube_owners_options options;
	struct kube_batch *batch;
	json_t *asked;			/* array of {"namespace", "uid", "object"}, of this round */
	json_t *known;			/* {uid: true}: read, or asked for */
	int rounds;
};

void
kube_owners_free(struct kube_owners *owners)
{
	if (!owners)
		return;
	kube_batch_free(owners->batch);
	json_decref(owners->asked);
	json_decref(owners->known);
	json_decref(owners->options.objects);
	free(owners);
}

bool
kube_owners_is_custom(const char *api_version)
{
	const char *slash = strchr(api_version, '/');

	return slash && memchr(api_version, '.', (size_t)(slash - api_version));
}

/* --- answers --- */

static void
take_owner(void *data, size_t index, const struct kube_reply *reply)
{
	struct kube_owners *owners = data;
	const json_t *asked = json_array_get(owners->asked, index);
	const char *uid = kube_read_text(asked, "uid");
	json_t *objects = json_object_get(owners->options.objects,
					  kube_read_text(asked, "namespace"));

	if (reply->err.kind == ERROR_NONE && strcmp(kube_read_uid(reply->body), uid) == 0)
		json_array_append_new(objects, json_deep_copy(reply->body));
	else if (reply->err.kind != ERROR_NONE && reply->status != 404 && owners->options.refused)
		owners->options.refused(owners->options.data,
					kube_read_text(asked, "namespace"),
					kube_read_text(asked, "object"), reply);
}

/* --- rounds --- */

static void
ask_for(struct kube_owners *owners, const char *namespace, const json_t *owner)
{
	const char *version = kube_read_text(owner, "apiVersion"),
		   *kind = kube_read_text(owner, "kind"), *name = kube_read_text(owner, "name"),
		   *uid = kube_read_text(owner, "uid");
	char *path, *object;

	if (!owner || !kube_owners_is_custom(version) || json_object_get(owners->known, uid) ||
	    json_array_size(owners->asked) >= OWNERS_MAX)
		return;
	json_object_set_new(owners->known, uid, json_true());
	path = kube_path(version, kind, namespace, name);
	if (!path)
		return;
	object = xasprintf("%s/%s", kind, name);
	json_array_append_new(owners->asked, json_pack("{s:s, s:s, s:s}", "namespace", namespace,
						       "uid", uid, "object", object));
	free(object);
	kube_batch_add(owners->batch, KUBE_GET, path, NULL, false);
}

static void end_round(void *data);

static void
start_round(struct kube_owners *owners)
{
	const json_t *object;
	const char *namespace;
	json_t *objects;
	size_t i;

	owners->batch = kube_batch_new(&(struct kube_batch_options){
		.cluster = owners->options.cluster,
		.patience_ms = PATIENCE_MS,
		.answered = take_owner,
		.ended = end_round,
		.data = owners,
	});
	json_array_clear(owners->asked);
	json_object_foreach(owners->options.objects, namespace, objects)
		json_array_foreach(objects, i, object)
			ask_for(owners, namespace, kube_read_controller(object));
	kube_batch_start(owners->batch);
}

static void
end_round(void *data)
{
	struct kube_owners *owners = data;

	kube_batch_free(owners->batch);
	owners->batch = NULL;
	if (json_array_size(owners->asked) > 0 && ++owners->rounds < ROUNDS_MAX)
		start_round(owners);
	else
		owners->options.ended(owners->options.data);
}

struct kube_owners *
kube_owners_read(const struct kube_owners_options *options)
{
	struct kube_owners *owners = xcalloc(1, sizeof(*owners));

	owners->options = *options;
	json_incref(owners->options.objects);
	owners->asked = json_array();
	owners->known = json_object();
	start_round(owners);
	return owners;
}
