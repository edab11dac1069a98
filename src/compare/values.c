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

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/ids.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/shared-value.h"

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

bool
value_same_text(const char *a, const char *b)
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

/* The first of them that says something, taken out; NULL: none does. */
static char *
take(struct untrusted *first, struct untrusted *other)
{
	struct untrusted *from = first->raw ? first : other;
	char *text = from->raw && *from->raw ? from->raw : NULL;

	if (text)
		from->raw = NULL;
	return text;
}

static void
take_secret(struct value *value, struct shared_value *read)
{
	struct untrusted none = {0};

	value->store = take(&read->secret_store_id, &read->secret_ref.store);
	value->store_key = take(&read->secret_key, &read->secret_ref.key);
	value->store_version = take(&read->secret_version, &read->secret_ref.version);
	value->fingerprint = take(&read->fingerprint, &none);
	if (!read->fingerprint.raw && !value->fingerprint && value_store_is_own(value->store))
		value->fingerprint = xstrdup_or_null(value->store_version);
}

/* What is odd beside these decides nothing: the value is compared all the same. */
static bool
is_understood(const struct shared_value *read, const json_t *body)
{
	const json_t *secret = json_object_get(body, "is_secret");

	return read->key.raw && *read->key.raw && (read->is_secret || read->value.raw) &&
	       (!secret || json_is_boolean(secret) || json_is_null(secret));
}

/* `name` is the key where a map gives it; the member's own must be the same then. */
static void
decode_value(struct values *values, const char *name, const json_t *body)
{
	struct shared_value read;

	shared_value_read(&read, body);
	if (!read.key.raw && name && json_is_object(body))
		untrusted_set(&read.key, name);
	if (!is_understood(&read, body) || (name && !untrusted_is(&read.key, name)) ||
	    values->count >= ITEMS_MAX) {
		values->odd++;
	} else {
		struct value value = {
			.is_secret = read.is_secret,
			.of_env = value_source_of(read.source.raw) == VALUE_OF_ENV,
			.text = read.value.raw,
			.key = read.key.raw,
			.description = read.description.raw ? read.description.raw : xstrdup(""),
		};

		read.value.raw = read.key.raw = read.description.raw = NULL;
		if (value.is_secret)
			take_secret(&value, &read);
		put(values, value);
	}
	shared_value_clear(&read);
}

int
values_decode(struct values *values, const json_t *body, struct error *err)
{
	struct value_set_version version;
	json_t *member;
	const char *key;
	size_t i;

	value_set_version_read(&version, body);
	if (!json_is_array(body) && !json_is_object(version.values)) {
		value_set_version_clear(&version);
		return error_set(err, ERROR_PROTOCOL,
				 _("The shared values are neither a list nor a version of one."));
	}
	*values = (struct values){
		.version_id = *untrusted_raw(&version.id) ? xstrdup(version.id.raw) : NULL,
		.created_by = xstrdup_or_null(version.created_by.raw)};
	json_array_foreach(body, i, member)
		decode_value(values, NULL, member);
	json_object_foreach(version.values, key, member)
		decode_value(values, key, member);
	value_set_version_clear(&version);
	return 0;
}

/* --- comparing --- */

static enum value_relation
compare_secrets(const struct value *a, const struct value *b)
{
	if (a->fingerprint && b->fingerprint)
		return strcmp(a->fingerprint, b->fingerprint) == 0 ? VALUE_SAME : VALUE_DIFFERS;
	/* A copy elsewhere may hold the same secret: only its own place tells. */
	if (!a->store_key || !value_same_text(a->store, b->store) ||
	    !value_same_text(a->store_key, b->store_key) || !a->store_version || !b->store_version)
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
	return value_same_text(a->text, b->text) ? VALUE_SAME : VALUE_DIFFERS;
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

/* Nothing is copied: it is encoded before the value can go. */
static json_t *
encode_value(const struct value *value)
{
	const char *source = value_source_word(value->of_env ? VALUE_OF_ENV : VALUE_OF_APP);

	return shared_value_encode(&(struct shared_value){
		.key = {value->key},
		.value = {value->text},
		.is_secret = value->is_secret,
		.source = {(char *)(uintptr_t)source},
		.description = {value->description},
		.fingerprint = {value->fingerprint},
		.secret_store_id = {value->store},
		.secret_key = {value->store_key},
		.secret_version = {value->store_version},
	});
}

json_t *
values_encode(const struct values *values)
{
	json_t *list = json_array();

	for (size_t i = 0; i < values->count; i++)
		json_array_append_new(list, encode_value(&values->items[i]));
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
