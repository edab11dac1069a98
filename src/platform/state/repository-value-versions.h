/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The versions of shared values: repository-values.h says what they are. */
#ifndef SIDESTAGE_PLATFORM_STATE_REPOSITORY_VALUE_VERSIONS_H
#define SIDESTAGE_PLATFORM_STATE_REPOSITORY_VALUE_VERSIONS_H

#include <jansson.h>

#include "base/ids.h"

struct error;
struct place;
struct repository;
struct value_set_change;

/* The version that stands for the latest. */
#define VALUE_VERSION_LATEST "00000000-0000-0000-0000-000000000000"

/* Newest first; only those in which the key changed, unless it is NULL.  As many as fit in
 * an answer that a client takes; older ones are found by key or by id. */
json_t *repository_value_versions(struct repository *repository, const struct place *place,
				  const char *key_changed, struct error *err);
json_t *repository_value_version(struct repository *repository, const struct place *place,
				 const char *id, struct error *err);
/*
 * This level becomes what it was in a version, or one key of it; `made` is the version that
 * results.  Of a purged value nothing is left to restore: its key stays as it is.
 * ERROR_NOT_FOUND: no such version; ERROR_INPUT: the key has no value there.
 */
int repository_restore_values(struct repository *repository, const struct place *place,
			      const char *id, const char *key,
			      const struct value_set_change *change, char made[IDS_UUID_SIZE],
			      struct error *err);
/* The value that a key had in a version is gone wherever it was; ERROR_INPUT when it is not
 * there, or is the present one. */
int repository_purge_value(struct repository *repository, const struct place *place,
			   const char *id, const char *key, const struct value_set_change *change,
			   struct error *err);

/* What was purged leaves the files as well; between transactions. */
void repository_scrub(struct repository *repository);

/* --- deploying --- */

/* The version of an environment that `wanted` names (NULL: the latest); "" when there is
 * none at all.  ERROR_INPUT when there is no such. */
int repository_pin_values(struct repository *repository, const struct place *place,
			  const char *wanted, char id[IDS_UUID_SIZE], struct error *err);
/* {key: {"env", "is_secret", "purged", "value", "sealed", "fingerprint"}}: what an
 * environment's values were; env is "" for the application's. */
json_t *repository_values_at(struct repository *repository, const struct place *place,
			     const char *id, struct error *err);

#endif
