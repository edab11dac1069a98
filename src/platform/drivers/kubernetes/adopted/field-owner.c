/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A reconciler's mark counts before the manager of the field: whoever edited it last by hand, what
 * is in its repository is what it will be again.
 */
#include "config.h"

#include "platform/drivers/kubernetes/adopted/field-owner.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/merge-keys.h"
#include "model/pointer.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/cluster/object-read.h"

/* --- marks --- */

/* The first that an object has counts. */
static const struct owner_mark {
	bool is_label;			/* else an annotation */
	const char *key;
	const char *value;		/* NULL: any */
	const char *name, *what;	/* "Argo CD", and what it calls what it keeps; NULL: nothing */
	enum owner_habit habit;
} marks[] = {
	{false, "argocd.argoproj.io/tracking-id", NULL, "Argo CD", "application", OWNER_SYNCS},
	{true, "argocd.argoproj.io/instance", NULL, "Argo CD", "application", OWNER_SYNCS},
	{true, "kustomize.toolkit.fluxcd.io/name", NULL, "Flux", "kustomization", OWNER_SYNCS},
	{true, "helm.toolkit.fluxcd.io/name", NULL, "Flux", "release", OWNER_SYNCS},
	{false, "meta.helm.sh/release-name", NULL, "Helm", "release", OWNER_UPGRADES},
	{true, "app.kubernetes.io/managed-by", "Helm", "Helm", NULL, OWNER_UPGRADES},
};

static const char *
label_of(const json_t *object, const char *key)
{
	return kube_read_text(json_object_get(kube_read_metadata(object), "labels"), key);
}

/* A tracking id is "APPLICATION:group/Kind:namespace/name". */
static struct field_owner
of_mark(const struct owner_mark *mark, const char *value)
{
	int length = (int)strcspn(value, ":");

	if (!mark->what || length == 0)
		return (struct field_owner){xstrdup(mark->name), mark->habit};
	return (struct field_owner){
		xasprintf("%s (%s %.*s)", mark->name, mark->what, length, value), mark->habit};
}

static struct field_owner
find_mark(const json_t *live)
{
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		const struct owner_mark *mark = &marks[i];
		const char *value = mark->is_label ? label_of(live, mark->key)
						   : kube_read_note(live, mark->key);

		if (*value && (!mark->value || strcmp(value, mark->value) == 0))
			return of_mark(mark, value);
	}
	return (struct field_owner){0};
}

/* Whatever made the object and keeps it: an operator's custom resource. */
static struct field_owner
find_maker(const json_t *live)
{
	const json_t *maker = kube_read_controller(live);

	if (!maker)
		return (struct field_owner){0};
	return (struct field_owner){xasprintf("%s %s", kube_read_text(maker, "kind"),
					      kube_read_text(maker, "name")),
				    OWNER_RECONCILES};
}

json_t *
field_owner_applied(const json_t *live)
{
	const char *text = kube_read_note(live, KUBE_NOTE_APPLIED);
	struct error err;
	json_t *applied = *text ? json_decode(text, strlen(text), &err) : NULL;

	if (json_is_object(applied))
		return applied;
	json_decref(applied);
	return NULL;
}

/* --- managers --- */

/* By the beginning of what they call themselves; the first counts. */
static const struct owner_manager {
	const char *prefix, *name;	/* name NULL: as they call themselves */
	enum owner_habit habit;
} managers[] = {
	{"argocd", "Argo CD", OWNER_SYNCS},
	{"kustomize-controller", "Flux", OWNER_SYNCS},
	{"helm-controller", "Flux", OWNER_SYNCS},
	{"flux", "Flux", OWNER_SYNCS},
	{"fleet", "Fleet", OWNER_SYNCS},
	{"helm", "Helm", OWNER_UPGRADES},
	{"Helm", "Helm", OWNER_UPGRADES},
	{"terraform", "Terraform", OWNER_APPLIES},
	{"Terraform", "Terraform", OWNER_APPLIES},
	{"HashiCorp", "Terraform", OWNER_APPLIES},
	{"pulumi", "Pulumi", OWNER_APPLIES},
	{"kapp", "kapp", OWNER_APPLIES},
	{"before-first-apply", "kubectl", OWNER_APPLIES},
	{"kubectl-client-side-apply", "kubectl", OWNER_APPLIES},
	{"kubectl-last-applied", "kubectl", OWNER_APPLIES},
	{"kubectl-edit", "kubectl edit", OWNER_WRITES},
	{"kubectl-", "kubectl", OWNER_WRITES},
	{"kubectl", "kubectl", OWNER_APPLIES},
	{"vpa-", "a vertical autoscaler", OWNER_SCALES},
	{"keda", "KEDA", OWNER_SCALES},
	{"kube-controller-manager", "an autoscaler", OWNER_SCALES},
	{KUBE_MANAGER, KUBE_MANAGER, OWNER_WRITES},
};

/* Whether this entry of fieldsV1 is of that item, by its keys. */
static bool
is_item(const char *entry, const struct merge_key *row, const char *token)
{
	json_t *keys = strncmp(entry, "k:", 2) == 0 ? json_loads(entry + 2, 0, NULL) : NULL;
	char *text = keys ? merge_key_text(row, keys) : NULL;
	bool is = text && strcmp(text, token) == 0;

	free(text);
	json_decref(keys);
	return is;
}

static const json_t *
step_item(const json_t *fields, const struct merge_key *row, const char *token)
{
	const char *entry;
	json_t *below;

	json_object_foreach((json_t *)(uintptr_t)fields, entry, below)
		if (is_item(entry, row, token))
			return below;
	return NULL;
}

static const json_t *
step_member(const json_t *fields, const char *token)
{
	char *entry = xasprintf("f:%s", token);
	const json_t *below = json_object_get(fields, entry);

	free(entry);
	return below;
}

/* How many steps of the pointer an entry goes along; all of them: it owns the field.  One that ends
 * before owns all that is below. */
static bool
owns(const json_t *fields, const char *kind, const struct pointer *field)
{
	const struct merge_key *row = NULL;

	for (size_t i = 0; i < field->count; i++) {
		const json_t *below = row ? step_item(fields, row, field->tokens[i])
					  : step_member(fields, field->tokens[i]);

		if (!below)
			return false;
		if (json_object_size(below) == 0)
			return true;
		row = row ? NULL : merge_key_of(field->tokens[i], kind);
		fields = below;
	}
	return true;
}

static struct field_owner
of_manager(const json_t *entry)
{
	const char *manager = kube_read_text(entry, "manager");
	bool scales = kube_read_is(entry, "subresource", "scale");

	for (size_t i = 0; i < sizeof(managers) / sizeof(managers[0]); i++)
		if (strncmp(manager, managers[i].prefix, strlen(managers[i].prefix)) == 0)
			return (struct field_owner){xstrdup(managers[i].name), managers[i].habit};
	return (struct field_owner){xstrdup(manager), scales ? OWNER_SCALES : OWNER_RECONCILES};
}

/* Of several, as two who applied the same value are, the last. */
struct field_owner
field_owner_manager(const json_t *live, const struct pointer *field)
{
	const json_t *list = json_object_get(kube_read_metadata(live), "managedFields"), *entry;
	const char *kind = kube_read_text(live, "kind");
	const json_t *found = NULL;
	size_t i;

	json_array_foreach(list, i, entry)
		if (!kube_read_is(entry, "subresource", "status") &&
		    owns(json_object_get(entry, "fieldsV1"), kind, field))
			found = entry;
	return found ? of_manager(found) : (struct field_owner){0};
}

struct field_owner
field_owner_find(const json_t *live, const struct pointer *field)
{
	struct field_owner owner = field_owner_manager(live, field), mark;

	if (owner.habit == OWNER_SCALES)
		return owner;
	mark = find_mark(live);
	if (!mark.name)
		mark = find_maker(live);
	if (!mark.name && !owner.name && *kube_read_note(live, KUBE_NOTE_APPLIED))
		return (struct field_owner){xstrdup("kubectl"), OWNER_APPLIES};
	if (!mark.name)
		return owner;
	field_owner_clear(&owner);
	return mark;
}

/* Who applied it last, or whatever made it. */
struct field_owner
field_owner_of_object(const json_t *live)
{
	const json_t *list = json_object_get(kube_read_metadata(live), "managedFields"), *entry;
	struct field_owner owner = {0};
	size_t i;

	json_array_foreach(list, i, entry) {
		struct field_owner one = of_manager(entry);
		bool is_kept = one.habit != OWNER_WRITES && one.habit != OWNER_SCALES &&
			       !*kube_read_text(entry, "subresource");

		field_owner_clear(is_kept ? &owner : &one);
		if (is_kept)
			owner = one;
	}
	return owner;
}

void
field_owner_clear(struct field_owner *owner)
{
	free(owner->name);
	*owner = (struct field_owner){0};
}

/* --- for people --- */

bool
field_owner_tell(const struct field_owner *owner, const char *object, const char *path,
		 struct error *out)
{
	switch (owner->habit) {
	case OWNER_SYNCS:
		error_set_code(out, CODE_OWNER_SYNCS, .name = owner->name, .path = path,
			       .object = object);
		return true;
	case OWNER_UPGRADES:
		error_set_code(out, CODE_OWNER_UPGRADES, .name = owner->name, .path = path,
			       .object = object);
		return true;
	case OWNER_APPLIES:
		error_set_code(out, CODE_OWNER_APPLIES, .name = owner->name, .path = path,
			       .object = object);
		return true;
	case OWNER_SCALES:
		error_set_code(out, CODE_OWNER_SCALES, .name = owner->name, .path = path,
			       .object = object);
		return true;
	case OWNER_RECONCILES:
		error_set_code(out, CODE_OWNER_RECONCILES, .name = owner->name, .path = path,
			       .object = object);
		return true;
	case OWNER_WRITES:
		error_set_code(out, CODE_OWNER_WRITES, .name = owner->name, .path = path,
			       .object = object);
		return true;
	case OWNER_NONE:
		break;
	}
	return false;
}
