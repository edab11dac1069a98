/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Keeping: what the cluster filled in goes (manifest-filled.h), lists with keys are folded
 * (merge-keys.h), what looks like a placeholder is escaped.  Only the middle step has to be undone:
 * the cluster fills in again what it did, and placeholders are resolved before.
 *
 * Lists are known by their names, also in a custom resource.  Where one of these has an object
 * under such a name, it is kept under the name in braces, "{env}", or it would become a list.
 */
#include "config.h"

#include "model/manifests.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/manifest-filled.h"
#include "model/merge-keys.h"
#include "model/placeholder.h"

/* A set has some levels above the object. */
#define DEPTH_MAX (JSON_DEPTH_MAX - 8)

bool
manifests_is(const char *profile)
{
	return profile && strcmp(profile, MANIFESTS_PROFILE) == 0;
}

json_t *
manifests_of(const json_t *module)
{
	return json_object_get(json_object_get(module, "spec"), "manifests");
}

char *
manifest_key(const json_t *object)
{
	const char *kind = json_member_string(object, "kind");
	const char *name = json_member_string(json_object_get(object, "metadata"), "name");
	const char *version = json_member_string(object, "apiVersion");
	size_t length = version ? strcspn(version, "/") : 0;

	if (!kind || !*kind || !name || !*name)
		return NULL;
	if (manifest_is_built_in(object))
		return xasprintf("%s/%s", kind, name);
	return xasprintf("%s.%.*s/%s", kind, (int)length, version, name);
}

/* The name without its braces, where that is a list's; NULL: it has none, or is another's. */
static char *
without_braces(const char *name, const char *kind)
{
	size_t braces = strspn(name, "{"), length = strlen(name);
	char *inner;
	bool is_list;

	if (braces == 0 || length < 2 * braces || strspn(name + length - braces, "}") != braces)
		return NULL;
	inner = xstrndup(name + braces, length - 2 * braces);
	is_list = merge_key_of(inner, kind) != NULL;
	free(inner);
	return is_list ? xstrndup(name + 1, length - 2) : NULL;
}

struct folding {
	const char *kind;	/* NULL: a custom one, which may be called like a built-in one */
	bool exact;		/* a custom resource */
};

static json_t *fold(const struct folding *f, const json_t *value);

static void
fold_member(const struct folding *f, json_t *out, const char *name, const json_t *value)
{
	const struct merge_key *row = merge_key_of(name, f->kind);
	char *plain = without_braces(name, f->kind), *braced = NULL;
	json_t *inner = fold(f, value), *folded = NULL;

	if (row && json_array_size(inner) > 0)
		folded = merge_fold(row, inner, f->exact);
	if (plain || (row && json_is_object(value)))
		braced = xasprintf("{%s}", name);
	json_object_set(out, braced ? braced : name, folded ? folded : inner);
	json_decref(folded);
	json_decref(inner);
	free(braced);
	free(plain);
}

/* New reference. */
static json_t *
fold(const struct folding *f, const json_t *value)
{
	json_t *out, *member;
	const char *name;
	size_t i;

	if (json_is_array(value)) {
		out = json_array();
		json_array_foreach((json_t *)value, i, member)
			json_array_append_new(out, fold(f, member));
		return out;
	}
	if (!json_is_object(value))
		return json_copy((json_t *)value);
	out = json_object();
	json_object_foreach((json_t *)value, name, member)
		fold_member(f, out, name, member);
	return out;
}

/* What a server does not say is null with some clients, and a list of the table that is empty means
 * what an absent one does.  In place. */
static void
prune(json_t *value, const char *kind)
{
	const char *name;
	json_t *member;
	void *next;
	size_t i;

	json_object_foreach_safe(value, next, name, member) {
		bool is_empty = json_is_array(member) && json_array_size(member) == 0;

		if (json_is_null(member) || (is_empty && merge_key_of(name, kind)))
			json_object_del(value, name);
		else
			prune(member, kind);
	}
	json_array_foreach(value, i, member)
		prune(member, kind);
}

/* In place.  The value is nobody else's. */
static void
escape_below(json_t *value)
{
	const char *name;
	json_t *member;
	size_t i;

	if (json_is_string(value) && strstr(json_string_value(value), "$")) {
		char *text = placeholder_escape(json_string_value(value));

		json_string_set(value, text);
		free(text);
	}
	json_object_foreach(value, name, member)
		escape_below(member);
	json_array_foreach(value, i, member)
		escape_below(member);
}

static bool
is_deeper(const json_t *value, int depth)
{
	const char *name;
	json_t *member;
	size_t i;

	if (depth < 0)
		return true;
	json_object_foreach((json_t *)value, name, member)
		if (is_deeper(member, depth - 1))
			return true;
	json_array_foreach((json_t *)value, i, member)
		if (is_deeper(member, depth - 1))
			return true;
	return false;
}

static int
check_object(const json_t *object, struct error *err)
{
	char *key = manifest_key(object);

	if (!key)
		return error_set(err, ERROR_INPUT,
				 _("An object of a cluster has no kind or no name."));
	if (is_deeper(object, DEPTH_MAX)) {
		error_set(err, ERROR_INPUT, _("%s is nested more than %d levels deep."), key,
			  DEPTH_MAX);
		free(key);
		return -1;
	}
	free(key);
	return 0;
}

/* Metadata is the API's own in custom resources, too, and has no such lists: labels may be called
 * as one likes. */
json_t *
manifest_keep(const json_t *object, struct error *err)
{
	struct folding f = {.exact = !manifest_is_built_in(object)};
	json_t *stripped, *kept, *metadata;

	if (check_object(object, err) != 0)
		return NULL;
	stripped = json_copy_deep(object);
	f.kind = f.exact ? NULL : json_member_string(object, "kind");
	if (!f.exact)
		prune(stripped, f.kind);
	manifest_strip(stripped);
	metadata = json_incref(json_object_get(stripped, "metadata"));
	json_object_del(stripped, "metadata");
	kept = fold(&f, stripped);
	json_object_set_new(kept, "metadata", metadata);
	json_decref(stripped);
	escape_below(kept);
	return kept;
}

struct unfolding {
	const char *kind;
	char *key;		/* of the object, for errors */
	struct error *err;
};

static json_t *unfold(const struct unfolding *u, const json_t *value);

/* What is inside its items first: their names are people's, and may be those of lists.  NULL with
 * an error. */
static json_t *
unfold_list(const struct unfolding *u, const struct merge_key *row, const json_t *folded)
{
	json_t *inner = json_object(), *list = NULL, *item, *plain;
	const char *name, *problem = "";

	json_object_foreach((json_t *)folded, name, item) {
		plain = unfold(u, item);
		if (!plain)
			goto done;
		json_object_set_new(inner, name, plain);
	}
	list = merge_unfold(row, inner, &problem);
	if (!list)
		error_set(u->err, ERROR_INPUT, _("%s: \"%s\" in %s is invalid."), u->key, problem,
			  row->list);
done:
	json_decref(inner);
	return list;
}

/* false with an error. */
static bool
unfold_member(const struct unfolding *u, json_t *out, const char *name, const json_t *value)
{
	const struct merge_key *row = merge_key_of(name, u->kind);
	char *plain = without_braces(name, u->kind);
	json_t *inner = row && json_is_object(value) ? unfold_list(u, row, value)
						     : unfold(u, value);

	if (inner)
		json_object_set_new(out, plain ? plain : name, inner);
	free(plain);
	return inner != NULL;
}

static json_t *
unfold(const struct unfolding *u, const json_t *value)
{
	json_t *out, *member, *inner;
	const char *name;
	size_t i;

	if (json_is_array(value)) {
		out = json_array();
		json_array_foreach((json_t *)value, i, member) {
			inner = unfold(u, member);
			if (!inner)
				goto fail;
			json_array_append_new(out, inner);
		}
		return out;
	}
	if (!json_is_object(value))
		return json_copy((json_t *)value);
	out = json_object();
	json_object_foreach((json_t *)value, name, member)
		if (!unfold_member(u, out, name, member))
			goto fail;
	return out;
fail:
	json_decref(out);
	return NULL;
}

json_t *
manifest_object(const json_t *kept, struct error *err)
{
	struct unfolding u = {.err = err};
	json_t *plain, *object;

	if (check_object(kept, err) != 0)
		return NULL;
	u.key = manifest_key(kept);
	u.kind = manifest_is_built_in(kept) ? json_member_string(kept, "kind") : NULL;
	plain = json_copy((json_t *)kept);
	json_object_del(plain, "metadata");
	object = unfold(&u, plain);
	if (object)
		json_object_set_new(object, "metadata",
				    json_copy_deep(json_object_get(kept, "metadata")));
	json_decref(plain);
	free(u.key);
	return object;
}
