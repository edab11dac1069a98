/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the two files of repository-values.h share. */
#ifndef SIDESTAGE_PLATFORM_STATE_VALUES_PRIVATE_H
#define SIDESTAGE_PLATFORM_STATE_VALUES_PRIVATE_H

#include <stdbool.h>
#include <stdlib.h>

#include "model/json.h"
#include "platform/state/repository-values.h"

/* The end of a row that has none yet. */
#define NOW "9223372036854775807"
#define VALUE_COLUMNS                                                                              \
	"key, description, is_secret AS \"bool:is_secret\", value, fingerprint, env,"              \
	" purged AS \"bool:purged\", since, until, created_at AS \"stamp:created_at\","            \
	" updated_at AS \"stamp:updated_at\""

struct value_version {
	const char *what;		/* "value_create": the end of result_of */
	const char *source;		/* the version that is restored or purged; NULL */
	const char *purged_key;		/* NULL: no purge */
	char id[IDS_UUID_SIZE];		/* the new version's */
	int64_t seq;
	bool begun;			/* there is a transaction to end */
};

/* "" is the application. */
static inline const char *
value_level(const struct place *place)
{
	return place->env ? place->env : "";
}

/* A number of a row, which comes as text. */
static inline int64_t
value_number(const json_t *row, const char *key)
{
	return strtoll(json_member_string(row, key), NULL, 10);
}

/* Begins a transaction with a new version in it ... */
int value_version_begin(struct repository *repository, const struct place *place,
			struct value_version *version, const struct value_set_change *change,
			struct error *err);
/* ... and ends it, with what the changes gave, or takes it back.  Call it in each case. */
int value_version_end(struct repository *repository, const struct place *place,
		      const struct value_version *version, int ret, struct error *err);
/* A row of VALUE_COLUMNS as it is on the wire. */
json_t *value_body(const struct place *place, const json_t *row);

#endif
