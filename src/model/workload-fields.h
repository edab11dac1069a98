/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a workload may say, as one table: every field of the three profiles that the public API
 * documents, in which form it is written, and of which profiles it is.  What becomes of a field
 * is a driver's affair (driver.h, describe); workload-check.h compares the two.
 */
#ifndef SIDESTAGE_MODEL_WORKLOAD_FIELDS_H
#define SIDESTAGE_MODEL_WORKLOAD_FIELDS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define WORKLOAD_REPLICAS_MAX 32

enum workload_profile { PROFILE_MODULE, PROFILE_JOB, PROFILE_CRONJOB, PROFILE_MANIFESTS,
			PROFILE_UNKNOWN };

enum field_form {
	FIELD_OBJECT,	/* its members have rows of their own */
	FIELD_MAP,	/* of names that people choose: their row ends in "*" */
	FIELD_LIST,	/* of such: the row of an entry ends in "*" */
	FIELD_ANY,	/* nobody looks into it */
	FIELD_TEXT,
	FIELD_TEXTS,	/* a list of strings */
	FIELD_LABELS,	/* an object of strings */
	FIELD_SCALAR,	/* a string, a number, true or false */
	FIELD_COUNT,	/* a whole number, not negative */
	FIELD_PORT,
	FIELD_FLAG,
	FIELD_AMOUNT,	/* "250m", "64Mi", or a number */
	FIELD_SCHEDULE,	/* as cron has them: schedule.h */
	FIELD_WORD,	/* one of `words` */
	FIELD_FORM_COUNT
};

struct workload_field {
	const char *path;	/* below the module: "spec/containers/" "*" "/args" */
	unsigned profiles;	/* 1u << PROFILE_..., those that have it */
	enum field_form form;
	const char *words;	/* of FIELD_WORD, with blanks between */
	const char *help;	/* what it asks for; NULL where its members say that */
};

/* The i-th row, by path as they are to be read; NULL behind the last. */
const struct workload_field *workload_field(size_t i);
/* The row of the member `key` of what `parent` describes (NULL: the module itself), or NULL.  Of a
 * map or a list the key does not matter. */
const struct workload_field *workload_field_below(const struct workload_field *parent,
						  const char *key);
/* Whether the value is written as it must be.  Where placeholders are resolved
 * (model/workload-placeholders.h), one may stand for any string, number or flag, and is looked at
 * then. */
bool workload_field_fits(const struct workload_field *field, const json_t *value);
/* A whole number, also one in quotes, as YAML and templates leave it; -1: it is none. */
json_int_t workload_field_number(const json_t *value);

/* How many of it the workload says are to run; NULL: it says nothing, or runs to its end, where no
 * such number has an effect.  Borrowed. */
const json_t *workload_declared_replicas(const json_t *spec, const char *profile);

/* "humanitec/default-module" and so on; the last is of our own (manifests.h). */
const char *workload_profile_name(enum workload_profile profile);
/* PROFILE_UNKNOWN: of somebody else's making.  NULL and "" are the usual one, default-module. */
enum workload_profile workload_profile_of(const char *name);

#endif
