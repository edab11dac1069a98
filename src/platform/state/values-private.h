/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the two files of repository-values.h share. */
#ifndef SIDESTAGE_PLATFORM_STATE_VALUES_PRIVATE_H
#define SIDESTAGE_PLATFORM_STATE_VALUES_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/ids.h"
#include "model/shared-value.h"
#include "platform/state/place.h"

struct repository;
struct statement;
struct value_set_change;

/* The end of a row that has none yet. */
#define NOW "9223372036854775807"
/* As value_row_read() takes them. */
#define VALUE_COLUMNS                                                                              \
	"key, description, is_secret, value, fingerprint, env, purged, since, until, created_at,"  \
	" updated_at"

/* What one key was from one version until before another. */
struct value_row {
	struct shared_value value;
	bool is_env, purged;
	int64_t since, until;		/* versions, by their seq */
};
/* What a version says of itself. */
struct version_row {
	struct value_set_version version;	/* without its values and its change */
	struct untrusted purged_key;
	int64_t seq;
};

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

/* Begins a transaction with a new version in it ... */
int value_version_begin(struct repository *repository, const struct place *place,
			struct value_version *version, const struct value_set_change *change,
			struct error *err);
/* ... and ends it, with what the changes gave, or takes it back.  Call it in each case. */
int value_version_end(struct repository *repository, const struct place *place,
		      const struct value_version *version, int ret, struct error *err);
/* Fills it, which is zero.  The place says where a secret of it lies. */
void value_row_read(struct statement *row, const struct place *place, struct value_row *out);
void value_row_clear(struct value_row *row);

#endif
