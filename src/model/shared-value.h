/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Shared values and the versions of a set of them, as on the wire.  Rules of nouns.h. */
#ifndef SIDESTAGE_MODEL_SHARED_VALUE_H
#define SIDESTAGE_MODEL_SHARED_VALUE_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"

struct error;
struct member;

/* Whose it is. */
enum value_source {
	VALUE_OF_APP, VALUE_OF_ENV,
	VALUE_OF_UNKNOWN	/* a word we do not know */
};
const char *value_source_word(enum value_source source);
enum value_source value_source_of(const char *word);	/* NULL is fine */

/* Where a secret lies. */
struct secret_place {
	struct untrusted store, key, version;
};
struct shared_value {
	struct untrusted key;
	bool is_secret;			/* then value is absent: the platform never shows it */
	struct untrusted value, description;
	struct untrusted source;	/* as it came, for showing */
	int64_t created_at, updated_at;
	/* of a secret: where it lies; the version is equal for equal ones of an application */
	struct untrusted secret_store_id, secret_key, secret_version;
	struct secret_place secret_ref;	/* the same as it is given; some say this alone */
	struct untrusted fingerprint;	/* of a secret: equal for equal ones; raw NULL: not said */
	struct untrusted problem;
};
/* From GET .../values. */
void shared_value_read(struct shared_value *out, const json_t *body);
int shared_value_decode(struct shared_value *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *shared_value_encode(const struct shared_value *value);
void shared_value_clear(struct shared_value *value);

/* A secret as it is given: by where it lies, or by its text. */
struct secret_source {
	struct untrusted store, key, version, value;
	struct untrusted problem;
};
void secret_source_read(struct secret_source *out, const json_t *body);
int secret_source_decode(struct secret_source *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *secret_source_encode(const struct secret_source *source);
void secret_source_clear(struct secret_source *source);
const struct member *secret_source_misfit(const json_t *body);

/* What a value is to become; a text that is absent stays as it is. */
struct value_request {
	struct untrusted key, value, description;
	bool is_secret;
	struct secret_source secret_ref;	/* instead of a value; none: no store */
	bool has_description;			/* read only: also as null */
	bool has_secret_ref;			/* read only */
	struct untrusted problem;
};
/* For POST, PUT and PATCH .../values. */
void value_request_read(struct value_request *out, const json_t *body);
int value_request_decode(struct value_request *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *value_request_encode(const struct value_request *request);
void value_request_clear(struct value_request *request);
const struct member *value_request_misfit(const json_t *body);

/* "values" of a deployment: what those of its environment are to become with it. */
struct values_request {
	struct untrusted base;		/* the version that they change; raw NULL: none */
	bool has_base;			/* read only: also as null */
	struct value_request *set;
	size_t set_count;
	struct untrusted *deleted;	/* keys */
	size_t deleted_count;
	struct untrusted problem;
};
void values_request_read(struct values_request *out, const json_t *body);
int values_request_decode(struct values_request *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *values_request_encode(const struct values_request *request);
void values_request_clear(struct values_request *request);
const struct member *values_request_misfit(const json_t *body);
/* A member that it cannot have; NULL: there is none. */
const char *values_request_stranger(const json_t *body);
/* Takes what is in it. */
void values_request_add(struct values_request *request, struct value_request *value);

struct value_set_version {
	struct untrusted id, comment, created_by;
	int64_t created_at, updated_at;
	struct untrusted result_of;	/* which change made it */
	struct untrusted source_id;	/* the version that it goes back to; raw NULL: to none */
	json_t *change;			/* JSON patch of the values before it; NULL: not said */
	json_t *values;			/* {KEY: shared value}; NULL: not said */
	struct untrusted problem;
};
/* From GET .../value-set-versions. */
void value_set_version_read(struct value_set_version *out, const json_t *body);
int value_set_version_decode(struct value_set_version *out, const json_t *body, struct error *err)
	__attribute__((warn_unused_result));
json_t *value_set_version_encode(const struct value_set_version *version);
void value_set_version_clear(struct value_set_version *version);

#endif
