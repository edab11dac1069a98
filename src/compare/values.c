/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Shared values: lists that are ordered by key and small, so they are searched by halves.  Two
 * secrets are equal when their fingerprints are.  A fingerprint is what a platform gives as one;
 * sidestaged gives it as the version of its own store as well.  Of a secret in another store only
 * its place is known: the same store, key and version is the same secret, and another version of
 * the same key is another one.  Where nothing tells, the answer is "unknown".
 */
#include "config.h"

#include "compare/values.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/placeholder.h"
#include "model/set.h"

#define ITEMS_MAX 10000
#define SHOWN_FINGERPRINT 8

bool
value_store_is_own(const char *store)
{
	return store && strcmp(store, VALUE_OWN_STORE) == 0;
}

bool
value_is_reference(const struct value *value)
{
	return value->is_secret && value->store && value->store_key &&
	       !value_store_is_own(value->store);
}

bool
value_is_in_own_store(const struct value *value)
{
	return value->is_secret && value->store_key && value->fingerprint &&
	       value_store_is_own(value->store);
}

static bool
same_text(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* --- the list --- */

static void
value_clear(struct value *value)
{
	free(value->key);
	free(value->text);
	free(value->description);
	free(value->fingerprint);
	free(value->store);
	free(value->store_key);
	free(value->store_version);
	*value = (struct value){0};
}

static struct value
value_copy(const struct value *from)
{
	return (struct value){
		.key = xstrdup(from->key),
		.text = xstrdup_or_null(from->text),
		.description = xstrdup(from->description ? from->description : ""),
		.fingerprint = xstrdup_or_null(from->fingerprint),
		.store = xstrdup_or_null(from->store),
		.store_key = xstrdup_or_null(from->store_key),
		.store_version = xstrdup_or_null(from->store_version),
		.is_secret = from->is_secret,
		.of_env = from->of_env,
	};
}

/* Where the key is, or would be. */
static size_t
position(const struct values *values, const char *key, bool *found)
{
	size_t low = 0, high = values->count;

	*found = false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(values->items[middle].key, key);

		if (order == 0) {
			*found = true;
			return middle;
		}
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* Takes the value. */
static void
put(struct values *values, struct value value)
{
	bool found;
	size_t at = position(values, value.key, &found);

	if (found) {
		value_clear(&values->items[at]);
	} else {
		values->items = xreallocarray(values->items, values->count + 1,
					      sizeof(*values->items));
		memmove(&values->items[at + 1], &values->items[at],
			(values->count - at) * sizeof(*values->items));
		values->count++;
	}
	values->items[at] = value;
}

void
values_put(struct values *values, const struct value *value)
{
	put(values, value_copy(value));
}

void
values_drop(struct values *values, const char *key)
{
	bool found;
	size_t at = position(values, key, &found);

	if (!found)
		return;
	value_clear(&values->items[at]);
	values->count--;
	memmove(&values->items[at], &values->items[at + 1],
		(values->count - at) * sizeof(*values->items));
}

const struct value *
values_find(const struct values *values, const char *key)
{
	bool found;
	size_t at = position(values, key, &found);

	return found ? &values->items[at] : NULL;
}

const struct value *
values_find_own(const struct values *values, const char *key)
{
	const struct value *value = values_find(values, key);

	return value && value->of_env ? value : NULL;
}

void
values_copy(struct values *values, const struct values *from)
{
	*values = (struct values){
		.items = xcalloc(from->count + 1, sizeof(*values->items)),
		.count = from->count,
		.odd = from->odd,
		.version_id = xstrdup_or_null(from->version_id),
		.created_by = xstrdup_or_null(from->created_by),
	};
	for (size_t i = 0; i < from->count; i++)
		values->items[i] = value_copy(&from->items[i]);
}

void
values_clear(struct values *values)
{
	for (size_t i = 0; i < values->count; i++)
		value_clear(&values->items[i]);
	free(values->items);
	free(values->version_id);
	free(values->created_by);
	*values = (struct values){0};
}

/* --- from the wire --- */

static void
decode_secret(struct value *value, const json_t *body)
{
	const json_t *reference = json_object_get(body, "secret_ref");
	const char *version = json_member_string(body, "secret_version");
	const char *store = json_member_string(body, "secret_store_id");
	const char *key = json_member_string(body, "secret_key");
	const char *fingerprint = json_member_string(body, "fingerprint");

	if (!store)
		store = json_member_string(reference, "store");
	if (!key)
		key = json_member_string(reference, "ref");
	if (!version)
		version = json_member_string(reference, "version");
	if (!fingerprint && value_store_is_own(store))
		fingerprint = version;
	value->fingerprint = fingerprint && *fingerprint ? xstrdup(fingerprint) : NULL;
	value->store = store && *store ? xstrdup(store) : NULL;
	value->store_key = key && *key ? xstrdup(key) : NULL;
	value->store_version = version && *version ? xstrdup(version) : NULL;
}

/* `name` is the key where a map gives it; the member's own must be the same then. */
static void
decode_value(struct values *values, const char *name, const json_t *body)
{
	const char *key = json_member_string(body, "key");
	const char *text = json_member_string(body, "value");
	const char *source = json_member_string(body, "source");
	const char *description = json_member_string(body, "description");
	const json_t *secret = json_object_get(body, "is_secret");
	struct value value = {.is_secret = json_is_true(secret)};

	if (!key)
		key = name;
	if (!json_is_object(body) || !key || !*key || (name && strcmp(name, key) != 0) ||
	    (secret && !json_is_boolean(secret) && !json_is_null(secret)) ||
	    (!value.is_secret && !text) || values->count >= ITEMS_MAX) {
		values->odd++;
		return;
	}
	value.key = xstrdup(key);
	value.text = value.is_secret ? NULL : xstrdup_or_null(text);
	value.description = xstrdup(description ? description : "");
	value.of_env = source && strcmp(source, "env") == 0;
	if (value.is_secret)
		decode_secret(&value, body);
	put(values, value);
}

int
values_decode(struct values *values, const json_t *body, struct error *err)
{
	json_t *map = json_object_get(body, "values"), *member;
	const char *key, *id = json_member_string(body, "id"),
			 *who = json_member_string(body, "created_by");
	size_t i;

	if (!json_is_array(body) && !json_is_object(map))
		return error_set(err, ERROR_PROTOCOL,
				 _("The shared values are neither a list nor a version of one."));
	*values = (struct values){.version_id = id && *id ? xstrdup(id) : NULL,
				  .created_by = xstrdup_or_null(who)};
	json_array_foreach(body, i, member)
		decode_value(values, NULL, member);
	json_object_foreach(map, key, member)
		decode_value(values, key, member);
	return 0;
}

/* --- comparing --- */

static enum value_relation
compare_secrets(const struct value *a, const struct value *b)
{
	if (a->fingerprint && b->fingerprint)
		return strcmp(a->fingerprint, b->fingerprint) == 0 ? VALUE_SAME : VALUE_DIFFERS;
	/* A copy elsewhere may hold the same secret: only its own place tells. */
	if (!a->store_key || !same_text(a->store, b->store) ||
	    !same_text(a->store_key, b->store_key) || !a->store_version || !b->store_version)
		return VALUE_UNKNOWN;
	return strcmp(a->store_version, b->store_version) == 0 ? VALUE_SAME : VALUE_DIFFERS;
}

enum value_relation
value_compare(const struct value *a, const struct value *b)
{
	if (!a && !b)
		return VALUE_SAME;
	if (!a || !b)
		return VALUE_MISSING;
	if (a->is_secret != b->is_secret)
		return VALUE_DIFFERS;
	if (a->is_secret)
		return compare_secrets(a, b);
	return same_text(a->text, b->text) ? VALUE_SAME : VALUE_DIFFERS;
}

/* Unknown counts as equal here: this asks whether something is known to have moved, and a
 * platform without fingerprints must not look as if it moved all the time. */
bool
values_equal(const struct values *a, const struct values *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct value *x = &a->items[i], *y = &b->items[i];
		enum value_relation relation = value_compare(x, y);

		if (strcmp(x->key, y->key) != 0 || x->of_env != y->of_env ||
		    (relation != VALUE_SAME && relation != VALUE_UNKNOWN))
			return false;
	}
	return true;
}

/* --- words --- */

char *
value_words(const struct value *value)
{
	if (!value->is_secret)
		return xstrdup(value->text ? value->text : "");
	if (value->fingerprint)
		return xasprintf(_("(secret %.*s)"), SHOWN_FINGERPRINT, value->fingerprint);
	if (value->store_version)
		return xasprintf(_("(secret, version %s)"), value->store_version);
	return xstrdup(_("(secret)"));
}

json_t *
values_words(const struct values *values)
{
	json_t *words = json_object();

	for (size_t i = 0; i < values->count; i++) {
		char *text = value_words(&values->items[i]);
		json_t *string = json_string(text);

		json_object_set_new(words, values->items[i].key, string ? string : json_null());
		free(text);
	}
	return words;
}

json_t *
values_encode(const struct values *values)
{
	json_t *list = json_array();

	for (size_t i = 0; i < values->count; i++) {
		const struct value *value = &values->items[i];

		json_array_append_new(
			list,
			json_pack("{s:s, s:s*, s:b, s:s, s:s, s:s*, s:s*, s:s*, s:s*}", "key",
				  value->key, "value", value->text, "is_secret", value->is_secret,
				  "source", value->of_env ? "env" : "app", "description",
				  value->description, "fingerprint", value->fingerprint,
				  "secret_store_id", value->store, "secret_key", value->store_key,
				  "secret_version", value->store_version));
	}
	return list;
}

char *
values_digest(const struct values *values)
{
	json_t *content = json_array();
	char digest[IDS_SHA256_B64_SIZE], *text;

	for (size_t i = 0; i < values->count; i++) {
		const struct value *value = &values->items[i];

		json_array_append_new(content,
				      json_pack("[s, b, b, s?, s?, s?, s?, s?]", value->key,
						value->of_env, value->is_secret, value->text,
						value->fingerprint, value->store, value->store_key,
						value->store_version));
	}
	text = json_canonical(content);
	ids_sha256_b64(digest, text, strlen(text));
	free(text);
	json_decref(content);
	return xstrdup(digest);
}

/* --- changes --- */

static void
change_clear(struct value_change *change)
{
	if (change->text)
		explicit_bzero(change->text, strlen(change->text));
	free(change->key);
	free(change->text);
	free(change->description);
	free(change->store);
	free(change->store_key);
	free(change->store_version);
	free(change->version_id);
	free(change->fingerprint);
	*change = (struct value_change){0};
}

void
value_changes_clear(struct value_changes *changes)
{
	for (size_t i = 0; i < changes->count; i++)
		change_clear(&changes->items[i]);
	free(changes->items);
	*changes = (struct value_changes){0};
}

void
value_changes_put(struct value_changes *changes, const struct value_change *change)
{
	const struct value_change made = {
		.kind = change->kind,
		.key = xstrdup(change->key),
		.text = xstrdup_or_null(change->text),
		.description = xstrdup_or_null(change->description),
		.is_secret = change->is_secret,
		.store = xstrdup_or_null(change->store),
		.store_key = xstrdup_or_null(change->store_key),
		.store_version = xstrdup_or_null(change->store_version),
		.version_id = xstrdup_or_null(change->version_id),
		.fingerprint = xstrdup_or_null(change->fingerprint),
	};
	size_t at = 0;

	while (at < changes->count && strcmp(changes->items[at].key, change->key) < 0)
		at++;
	if (at < changes->count && strcmp(changes->items[at].key, change->key) == 0) {
		change_clear(&changes->items[at]);
	} else {
		changes->items = xreallocarray(changes->items, changes->count + 1,
					       sizeof(*changes->items));
		memmove(&changes->items[at + 1], &changes->items[at],
			(changes->count - at) * sizeof(*changes->items));
		changes->count++;
	}
	changes->items[at] = made;
}

void
value_changes_drop(struct value_changes *changes, const char *key)
{
	for (size_t i = 0; i < changes->count; i++) {
		if (strcmp(changes->items[i].key, key) != 0)
			continue;
		change_clear(&changes->items[i]);
		changes->count--;
		memmove(&changes->items[i], &changes->items[i + 1],
			(changes->count - i) * sizeof(*changes->items));
		return;
	}
}

const struct value_change *
value_changes_find(const struct value_changes *changes, const char *key)
{
	for (size_t i = 0; i < changes->count; i++)
		if (strcmp(changes->items[i].key, key) == 0)
			return &changes->items[i];
	return NULL;
}

void
values_apply(struct values *result, const struct values *values,
	     const struct value_changes *changes, const struct values *application)
{
	values_copy(result, values);
	free(result->version_id);
	free(result->created_by);
	result->version_id = result->created_by = NULL;
	for (size_t i = 0; i < changes->count; i++) {
		const struct value_change *change = &changes->items[i];
		const struct value *beneath = application ? values_find(application, change->key)
							  : NULL;
		struct value made = {
			.key = change->key,
			.text = change->is_secret ? NULL : change->text,
			.description = change->description,
			.fingerprint = change->fingerprint,
			.store = change->store,
			.store_key = change->store_key,
			.store_version = change->store_version,
			.is_secret = change->is_secret,
			.of_env = true,
		};

		if (change->kind != VALUE_DELETE) {
			/* What an application keeps secret, an environment does too. */
			if (beneath && beneath->is_secret) {
				made.is_secret = true;
				made.text = NULL;
			}
			values_put(result, &made);
			continue;
		}
		values_drop(result, change->key);
		if (beneath) {
			made = *beneath;
			made.of_env = false;
			values_put(result, &made);
		}
	}
}

bool
value_change_is_made(const struct value_change *change, const struct values *now)
{
	const struct value *own = values_find_own(now, change->key);

	if (change->kind == VALUE_DELETE)
		return !own;
	if (!own)
		return false;
	if (own->is_secret && change->store_key && !value_store_is_own(change->store))
		return same_text(change->store, own->store) &&
		       same_text(change->store_key, own->store_key);
	if (own->is_secret)
		return !change->fingerprint || !own->fingerprint ||
		       strcmp(change->fingerprint, own->fingerprint) == 0;
	return same_text(change->text, own->text);
}

static const char *const kind_names[] = {
	[VALUE_SET] = "set", [VALUE_DELETE] = "delete", [VALUE_RESTORE] = "restore",
};

/* For the journal, without the text of a secret: a program that ended has to be told it again. */
json_t *
value_changes_encode(const struct value_changes *changes)
{
	json_t *list = json_array();

	for (size_t i = 0; i < changes->count; i++) {
		const struct value_change *change = &changes->items[i];

		json_array_append_new(
			list,
			json_pack("{s:s, s:s, s:s*, s:s*, s:b, s:s*, s:s*, s:s*, s:s*, s:s*}",
				  "kind", kind_names[change->kind], "key", change->key, "value",
				  change->is_secret ? NULL : change->text, "description",
				  change->description, "is_secret", change->is_secret, "version_id",
				  change->version_id, "fingerprint", change->fingerprint, "store",
				  change->store, "store_key", change->store_key, "store_version",
				  change->store_version));
	}
	return list;
}

int
value_changes_decode(struct value_changes *changes, const json_t *body, struct error *err)
{
	json_t *member;
	size_t i;

	*changes = (struct value_changes){0};
	json_array_foreach(body, i, member) {
		const char *kind = json_member_string(member, "kind");
		struct value_change change = {
			.key = (char *)json_member_string(member, "key"),
			.text = (char *)json_member_string(member, "value"),
			.description = (char *)json_member_string(member, "description"),
			.is_secret = json_is_true(json_object_get(member, "is_secret")),
			.version_id = (char *)json_member_string(member, "version_id"),
			.fingerprint = (char *)json_member_string(member, "fingerprint"),
			.store = (char *)json_member_string(member, "store"),
			.store_key = (char *)json_member_string(member, "store_key"),
			.store_version = (char *)json_member_string(member, "store_version"),
		};
		size_t known = 0;

		while (known < 3 && kind && strcmp(kind_names[known], kind) != 0)
			known++;
		if (!kind || known == 3 || !change.key ||
		    (known == VALUE_RESTORE && !change.version_id) || i >= ITEMS_MAX) {
			value_changes_clear(changes);
			return error_set(err, ERROR_INPUT,
					 _("Change %zu of the shared values makes no sense."), i);
		}
		change.kind = (enum value_change_kind)known;
		value_changes_put(changes, &change);
	}
	return 0;
}

/* --- what a set uses --- */

/* Called for each placeholder: the resolver is used as a parser, its result is thrown away. */
static json_t *
collect(void *data, const char *const *tokens, size_t count, bool *secret, struct error *err)
{
	struct buf key;

	(void)secret;
	(void)err;
	/* A key may have dots: what follows "values" is one. */
	if (count >= 2 && strcmp(tokens[0], "values") == 0) {
		buf_init(&key, 4096);
		for (size_t i = 1; i < count; i++)
			(void)buf_printf(&key, "%s%s", i > 1 ? "." : "", tokens[i]);
		json_object_set_new(data, buf_str(&key), json_true());
		buf_clear(&key);
	}
	return json_string("");
}

static int
by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Each string for itself: one that is written wrongly hides no other. */
static void
collect_strings(const json_t *value, json_t *keys)
{
	struct error ignored = {0};
	const char *name;
	json_t *member;
	size_t i;

	if (json_is_string(value)) {
		if (strstr(json_string_value(value), "${"))
			json_decref(placeholder_resolve(value, "", collect, keys, NULL, &ignored));
		return;
	}
	json_object_foreach((json_t *)(uintptr_t)value, name, member)
		collect_strings(member, keys);
	json_array_foreach(value, i, member)
		collect_strings(member, keys);
}

/* What is not in a list of which something was not understood may be that. */
static enum value_relation
compare_key(const struct values *a, const struct values *b, const char *key)
{
	const struct value *x = a ? values_find(a, key) : NULL, *y = b ? values_find(b, key) : NULL;

	if (!a || !b || (!x && a->odd > 0) || (!y && b->odd > 0))
		return VALUE_UNKNOWN;
	return value_compare(x, y);
}

enum value_relation
values_compare_used(const json_t *part, const struct values *a, const struct values *b)
{
	json_t *keys = json_object(), *unused;
	enum value_relation found = VALUE_SAME;
	const char *key;

	collect_strings(part, keys);
	json_object_foreach(keys, key, unused) {
		enum value_relation relation = compare_key(a, b, key);

		/* One sure difference is enough; UNKNOWN is kept only while nothing stronger is
		 * found. */
		if (relation == VALUE_DIFFERS || relation == VALUE_MISSING) {
			found = relation;
			break;
		}
		if (relation == VALUE_UNKNOWN)
			found = relation;
	}
	json_decref(keys);
	return found;
}

json_t *
values_differing(const json_t *part, const struct values *a, const struct values *b)
{
	json_t *keys = json_object(), *list = json_array(), *unused;
	const char *key;

	collect_strings(part, keys);
	json_object_foreach(keys, key, unused) {
		enum value_relation relation = value_compare(values_find(a, key),
							     values_find(b, key));

		if (relation == VALUE_DIFFERS || relation == VALUE_MISSING)
			json_array_append_new(list, json_string(key));
	}
	json_decref(keys);
	return list;
}

json_t *
values_used_by(const struct set *set)
{
	json_t *keys = json_object(), *list = json_array(), *value;
	const char **names, *name;
	size_t count = 0;

	collect_strings(set_modules(set), keys);
	collect_strings(set_shared(set), keys);
	names = xcalloc(json_object_size(keys) + 1, sizeof(*names));
	json_object_foreach(keys, name, value)
		names[count++] = name;
	qsort(names, count, sizeof(*names), by_text);
	for (size_t i = 0; i < count; i++)
		json_array_append_new(list, json_string(names[i]));
	free(names);
	json_decref(keys);
	return list;
}
