/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Shared values and their versions, of an application (place->env NULL) or of an environment,
 * which overrides the application's.  Rules of repository.h.
 *
 * Nothing is ever written over: a change ends one row and begins another, under a new value
 * set version.  An environment's history is its own versions and the application's, in the
 * order in which they were made, so a version says for every environment what its values
 * were.  What is secret comes in sealed (secret.h) and goes out only by repository_values_at().
 */
#ifndef SIDESTAGE_PLATFORM_STATE_REPOSITORY_VALUES_H
#define SIDESTAGE_PLATFORM_STATE_REPOSITORY_VALUES_H

#include <jansson.h>
#include <stdint.h>

struct error;
struct place;
struct repository;
struct untrusted;

#define VALUES_MAX 1000			/* of one application, or of one environment */
#define VALUES_BYTES_MAX (4 * 1024 * 1024)	/* of these together */

/* What a value is to become.  A member that is NULL stays as it is; `value` and `sealed`
 * (which has a fingerprint) exclude each other. */
struct value_content {
	const char *key, *description;
	const char *value;
	const char *sealed, *fingerprint;
};

/* Who changes it, and why. */
struct value_set_change {
	const char *user;
	const char *comment;
	int64_t now;
};

/* --- values --- */

/* The list of the wire, by key: an environment's with those of its application. */
json_t *repository_values(struct repository *repository, const struct place *place,
			  struct error *err);
/* Of this level alone. */
json_t *repository_value(struct repository *repository, const struct place *place,
			 const char *key, struct error *err);
/* Whether that one is a secret: 1 or 0; -1 with ERROR_NOT_FOUND when there is none. */
int repository_value_is_secret(struct repository *repository, const struct place *place,
			       const char *key, struct error *err);
/* A secret of this level as it is sealed, for free(): the present one, or (version: its
 * fingerprint) one that it was.  ERROR_NOT_FOUND: none, purged, or not a secret. */
char *repository_sealed_value(struct repository *repository, const struct place *place,
			      const char *key, const char *version, struct error *err);
/* ERROR_CONFLICT when there is one; ERROR_INPUT above the limits. */
int repository_create_value(struct repository *repository, const struct place *place,
			    const struct value_content *content,
			    const struct value_set_change *change, struct error *err);
/* What is so already makes no version. */
int repository_update_value(struct repository *repository, const struct place *place,
			    const struct value_content *content,
			    const struct value_set_change *change, struct error *err);
/* key NULL: all of this level. */
int repository_delete_values(struct repository *repository, const struct place *place,
			     const char *key, const struct value_set_change *change,
			     struct error *err);
/* Several keys in one version: those of `contents` are made or changed, those of `deleted`
 * (keys, which must be there: ERROR_INPUT) deleted.  What is so already makes none. */
int repository_change_values(struct repository *repository, const struct place *place,
			     const struct value_content *contents, size_t count,
			     const struct untrusted *deleted, size_t deleted_count,
			     const struct value_set_change *change, struct error *err);
/* The place is deleted, and all of its values and versions with it; in a transaction. */
int repository_forget_values(struct repository *repository, const struct place *place,
			     struct error *err);

/* --- the key of the secrets --- */

/* ERROR_INPUT when secrets were sealed with another key than the one of this check. */
int repository_check_key(struct repository *repository, const char *check, struct error *err);
/* 1 when something is sealed, 0 or -1. */
int repository_has_secrets(struct repository *repository, struct error *err);

#endif
