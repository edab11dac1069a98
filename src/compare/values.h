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

struct error;

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
/* Whether two texts of values are the same; two that are NULL are. */
bool value_same_text(const char *a, const char *b);
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

#endif
