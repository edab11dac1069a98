/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is to be written to an environment's own level of shared values, by key as the values
 * are.
 *
 * As JSON the changes stand in the journal, where a secret's text never does.  So what is
 * written there is how a secret is found again: the store that has it, the version that is
 * restored, or only its fingerprint, by which one can tell later whether it was set, but not
 * set it.
 */
#include "config.h"

#include "compare/value-changes.h"

#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "compare/values.h"
#include "model/json.h"

#define ITEMS_MAX 10000

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

/* A preview: what the platform is expected to have afterwards,
 * with no version that exists yet. */
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
		return value_same_text(change->store, own->store) &&
		       value_same_text(change->store_key, own->store_key);
	if (own->is_secret)
		return !change->fingerprint || !own->fingerprint ||
		       strcmp(change->fingerprint, own->fingerprint) == 0;
	return value_same_text(change->text, own->text);
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
	/* What is damaged is not "no change". */
	if (body && !json_is_null(body) && !json_is_array(body))
		return error_set(err, ERROR_INPUT,
				 _("Change %zu of the shared values is invalid."), (size_t)0);
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
					 _("Change %zu of the shared values is invalid."), i);
		}
		change.kind = (enum value_change_kind)known;
		value_changes_put(changes, &change);
	}
	return 0;
}
