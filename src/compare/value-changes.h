/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Changes of shared values: what is to be written to an environment's own level. */
#ifndef SIDESTAGE_COMPARE_VALUE_CHANGES_H
#define SIDESTAGE_COMPARE_VALUE_CHANGES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct error;
struct value;
struct values;

enum value_change_kind {
	VALUE_SET,
	VALUE_DELETE,		/* the application's holds again, if there is one */
	VALUE_RESTORE		/* as it was in a value set version: how a secret comes back */
};

struct value_change {
	enum value_change_kind kind;
	char *key;
	char *text;		/* SET; NULL: a secret that is not to be written down */
	char *description;	/* SET */
	bool is_secret;		/* SET */
	char *store, *store_key,
		*store_version; /* SET: a secret by where it lies; NULL: by its text */
	char *version_id;	/* RESTORE */
	/* what a secret is after the change, where that is known; else NULL */
	char *fingerprint;
};

struct value_changes {
	struct value_change *items;	/* by key, each once */
	size_t count;
};

/* Frees the changes and their texts, which may be secrets' descriptions; zeroed memory is empty. */
void value_changes_clear(struct value_changes *changes);
/* Copies; replaces the one of the same key. */
void value_changes_put(struct value_changes *changes, const struct value_change *change);
/* What was to be written to that key is not.  A missing one is fine. */
void value_changes_drop(struct value_changes *changes, const char *key);
/* What is to be written to that key; NULL: nothing.  Borrowed. */
const struct value_change *value_changes_find(const struct value_changes *changes, const char *key);
/* `values` with the changes made.  `application` (NULL: none is known) is what shines through
 * where an own value is deleted. */
void values_apply(struct values *result, const struct values *values,
		  const struct value_changes *changes, const struct values *application);
/* Whether `now` has the change already.  A secret whose fingerprint is not known is taken for
 * changed when it is there at all. */
bool value_change_is_made(const struct value_change *change, const struct values *now);
/* Without the texts of secrets; and back.  The array is of version 1 of this form. */
json_t *value_changes_encode(const struct value_changes *changes);
int value_changes_decode(struct value_changes *changes, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));

#endif
