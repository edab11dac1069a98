/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Which Secrets the pods of a clone need: a set has none, so whatever its objects refer to is named
 * here with where it comes from.  Unless spec.secrets says otherwise that is the Secret of the same
 * name where the workload was found:
 *
 *	"secrets": {"NAME": "leave-out", "NAME": {"as": "OTHER"}, "NAME": {"data": {KEY: text}}}
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
#include "platform/drivers/kubernetes/objects/stand-in.h"

#define LEAVE_OUT "leave-out"

/* --- what refers to one --- */

static const struct reference_member {
	const char *member;		/* an object, or an array of them */
	const char *name;		/* its member with the name */
} members[] = {
	{"imagePullSecrets", "name"},
	{"nodePublishSecretRef", "name"},
	{"secret", "name"},		/* of a projected volume */
	{"secret", "secretName"},
	{"secretKeyRef", "name"},
	{"secretRef", "name"},
};

/* {name: whether somebody needs it}. */
static void
note_reference(json_t *needed, const json_t *reference, const char *name, bool is_optional)
{
	const char *text = kube_read_text(reference, name);
	bool may_lack = is_optional || json_is_true(json_object_get(reference, "optional"));

	if (*text && (!may_lack || !json_object_get(needed, text)))
		json_object_set_new(needed, text, json_boolean(!may_lack));
}

/* Without one to pull images by, an image may be there all the same. */
static void
note_member(json_t *needed, const char *key, const json_t *value)
{
	bool is_to_pull = strcmp(key, "imagePullSecrets") == 0;
	const json_t *item;
	size_t i;

	for (size_t k = 0; k < sizeof(members) / sizeof(members[0]); k++) {
		if (strcmp(members[k].member, key) != 0)
			continue;
		if (json_is_object(value))
			note_reference(needed, value, members[k].name, is_to_pull);
		json_array_foreach(value, i, item)
			note_reference(needed, item, members[k].name, is_to_pull);
	}
}

static void
note_references(json_t *needed, const json_t *value, int depth)
{
	const char *key;
	json_t *child;
	size_t i;

	if (depth >= JSON_DEPTH_MAX)
		return;
	json_object_foreach((json_t *)(uintptr_t)value, key, child) {
		note_member(needed, key, child);
		note_references(needed, child, depth + 1);
	}
	json_array_foreach((json_t *)(uintptr_t)value, i, child)
		note_references(needed, child, depth + 1);
}

/* What of a route is called so is not its pods'. */
static bool
has_references(const json_t *object)
{
	static const char *const without[] = {"Ingress", "HTTPRoute", "ConfigMap", "Service"};

	for (size_t i = 0; i < sizeof(without) / sizeof(without[0]); i++)
		if (kube_read_is(object, "kind", without[i]))
			return false;
	return true;
}

/* --- where each comes from --- */

static struct kube_secret *
add_secret(struct kube_workload *w, const char *name, bool is_required)
{
	struct kube_objects *out = w->out;
	struct kube_secret *added;

	out->secrets = xreallocarray(out->secrets, out->secret_count + 1, sizeof(*out->secrets));
	added = &out->secrets[out->secret_count++];
	*added = (struct kube_secret){.name = xstrdup(name),
				      .module = xstrdup(w->declared->module),
				      .is_required = is_required};
	return added;
}

static void
say(struct kube_workload *w, const char *code, bool is_warning,
    const struct error_parameters *parameters)
{
	struct error said;

	error_code_set(&said, parameters);
	kube_objects_note(w->out, w->declared->module, code, &said);
	w->out->notes[w->out->note_count - 1].is_warning = is_warning;
}

#define SAY(w, word, is_warning, ...)                                                             \
	say((w), (word), (is_warning), &(const struct error_parameters){.code = __VA_ARGS__})

static void
leave(struct kube_workload *w, const char *name, bool is_required)
{
	if (is_required)
		SAY(w, "secret-missing", true, CODE_CLONE_SECRET_MISSING, .name = name,
		    .workload = w->declared->module);
	else
		SAY(w, "secret", false, CODE_CLONE_SECRET_LEFT_OUT, .name = name);
}

static int
refuse(const struct kube_workload *w, const char *name, struct error *err)
{
	return error_set_code(err, CODE_CLONE_SECRET_INVALID, .name = name,
			      .workload = w->declared->module);
}

/* What a person has typed, or made of values. */
static int
take_data(struct kube_workload *w, const char *name, const json_t *data, bool is_required,
	  struct error *err)
{
	const char *key;
	json_t *text;

	if (!json_is_object(data))
		return refuse(w, name, err);
	json_object_foreach((json_t *)(uintptr_t)data, key, text)
		if (!json_is_string(text))
			return refuse(w, name, err);
	add_secret(w, name, is_required)->data = json_deep_copy(data);
	SAY(w, "secret", false, CODE_CLONE_SECRET_TYPED, .name = name);
	return 0;
}

static int
take_copy(struct kube_workload *w, const struct stand_in_facts *facts, const char *name,
	  const char *source, bool is_required, struct error *err)
{
	const char *origin = facts ? facts->origin : NULL;

	if (!kube_subdomain_is_valid(source))
		return refuse(w, name, err);
	if (!origin) {
		leave(w, name, is_required);
		return 0;
	}
	add_secret(w, name, is_required)->source = xstrdup(source);
	if (strcmp(name, source) == 0)
		SAY(w, "secret", false, CODE_CLONE_SECRET_COPIED, .name = name,
		    .namespace = origin);
	else
		SAY(w, "secret", false, CODE_CLONE_SECRET_OTHER, .name = name, .words = source,
		    .namespace = origin);
	return 0;
}

static int
take(struct kube_workload *w, const struct stand_in_facts *facts, const char *name,
     bool is_required, struct error *err)
{
	const json_t *wish = json_object_get(json_object_get(w->spec, "secrets"), name);
	const char *word = json_string_value(wish), *other = json_member_string(wish, "as");

	if (!wish)
		return take_copy(w, facts, name, name, is_required, err);
	if (word && strcmp(word, LEAVE_OUT) == 0) {
		leave(w, name, is_required);
		return 0;
	}
	if (other)
		return take_copy(w, facts, name, other, is_required, err);
	if (json_object_get(wish, "data"))
		return take_data(w, name, json_object_get(wish, "data"), is_required, err);
	return refuse(w, name, err);
}

int
kube_add_secrets(struct kube_workload *w, const struct stand_in_facts *facts, size_t from,
		 struct error *err)
{
	json_t *needed = json_object();
	const char **names;
	int ret = 0;

	for (size_t i = from; i < w->out->count; i++)
		if (has_references(w->out->items[i].object))
			note_references(needed, w->out->items[i].object, 0);
	names = kube_sorted_keys(needed);
	for (size_t i = 0; ret == 0 && names[i]; i++)
		ret = take(w, facts, names[i], json_is_true(json_object_get(needed, names[i])),
			   err);
	free(names);
	json_decref(needed);
	return ret;
}

void
kube_secret_clear(struct kube_secret *secret)
{
	free(secret->name);
	free(secret->module);
	free(secret->source);
	json_decref(secret->data);
}
