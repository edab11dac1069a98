/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Shared values: the other half of what runs.  A state is a pair, a set and the values that
 * its placeholders stand for.
 *
 * A list holds what an environment sees: its own values, and the application's where it has
 * none of its own.  Only the environment's own level is merged and written; the application's
 * belong to every environment.  A secret has no text here, ever.
 */
#ifndef SIDESTAGE_COMPARE_VALUES_H
#define SIDESTAGE_COMPARE_VALUES_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct changes;
struct error;
struct set;

struct value {
	char *key;
	char *text;		/* NULL: a secret, or the platform gave none */
	char *description;	/* "": none */
	char *fingerprint;	/* of a secret: equal for equal ones; NULL: not known */
	char *store, *store_key, *store_version;	/* where a secret lies; NULL: not said */
	bool is_secret;
	bool of_env;		/* the environment's own; else the application's */
};

struct values {
	struct value *items;	/* by key, each once */
	size_t count;
	size_t odd;		/* members that make no sense and are not in the list */
	char *version_id;	/* value set version; NULL: there is none yet, or it is not known */
	char *created_by;	/* who made that version; foreign; NULL: not known */
};

/* From the list of values, or from a value set version.  An odd member is counted and left
 * out.  0, or -1 with ERROR_PROTOCOL: it is neither. */
int values_decode(struct values *values, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
/* Shares nothing with the original. */
void values_copy(struct values *values, const struct values *from);
void values_clear(struct values *values);	/* zeroed memory is an empty list */
const struct value *values_find(const struct values *values, const char *key);
/* Its value of this level; NULL: it has none there. */
const struct value *values_find_own(const struct values *values, const char *key);
/* Adds it, or puts it in the place of one of its key; copies. */
void values_put(struct values *values, const struct value *value);
void values_drop(struct values *values, const char *key);	/* a missing one is fine */

/* A secret in a store outside, so that another value can refer to the same one. */
bool value_is_reference(const struct value *value);
/* A secret in sidestaged's own store, of which another value can be a copy. */
bool value_is_in_own_store(const struct value *value);
/* Whether this store is that one. */
bool value_store_is_own(const char *store);
#define VALUE_OWN_STORE "sidestaged"

/* How two values of one key compare; NULL: there is none. */
enum value_relation { VALUE_SAME, VALUE_DIFFERS, VALUE_MISSING, VALUE_UNKNOWN };
enum value_relation value_compare(const struct value *a, const struct value *b);
/* Whether every key has the same value on both sides, of the same level.  What cannot be
 * compared (VALUE_UNKNOWN) counts as the same. */
bool values_equal(const struct values *a, const struct values *b);
/* For a person: the text; of a secret "(secret 1a2b3c4d)".  free() it. */
char *value_words(const struct value *value);
/* {KEY: words}, for showing and comparing.  New reference. */
json_t *values_words(const struct values *values);
/* As values_decode() takes it; secrets without a text.  New reference. */
json_t *values_encode(const struct values *values);
/* A hash over keys, levels and contents: the same for equal lists.  free() it. */
char *values_digest(const struct values *values);

/* --- what is to be written to an environment's own level --- */

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

/* --- the keys that a set uses --- */

/* How what one workload (or any other part of a set) uses of both compares: the strongest of
 * DIFFERS, MISSING, UNKNOWN, SAME.  NULL: these values are not known. */
enum value_relation values_compare_used(const json_t *part, const struct values *a,
					const struct values *b);

/* The keys that the part uses and whose values differ, or are on one side alone: a JSON array.
 * New reference. */
json_t *values_differing(const json_t *part, const struct values *a, const struct values *b);

/* Each key of a ${values.KEY} in the set, once, in order: a JSON array.  New reference. */
json_t *values_used_by(const struct set *set);

#endif
