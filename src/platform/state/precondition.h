/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a caller believes of an environment before it changes it: If-Match with the deploy_tag
 * that it has read, which covers what was deployed last and what the next deployment builds
 * upon.  The id of the last deployment, in quotes, is the older form, and covers that alone.
 * Of shared values it is the id of their newest version.
 */
#ifndef SIDESTAGE_PLATFORM_STATE_PRECONDITION_H
#define SIDESTAGE_PLATFORM_STATE_PRECONDITION_H

#include <jansson.h>

#include "base/ids.h"

struct environment;
struct error;
struct place;
struct repository;

/* Opaque; the ids may be NULL. */
void precondition_tag(char out[IDS_SHA256_B64_SIZE], const char *last_id, const char *from_id);

/* env: with its deploy_tag; if_match NULL: no condition.  0, or -1 with
 * ERROR_STALE and in *details (json_decref() it; NULL is fine) what is there now. */
int precondition_check(const char *if_match, const struct environment *env, json_t **details,
		       struct error *err);

/* The same of the shared values of a place, where *details becomes {"value_set_version_id"}: by
 * the header, or by the one version (NULL: none) that a body names. */
int precondition_check_values(struct repository *repository, const struct place *place,
			      const char *if_match, json_t **details, struct error *err);
/* base: the version that a request body was made from; NULL: there was none then. */
int precondition_check_base(struct repository *repository, const struct place *place,
			    const char *base, json_t **details, struct error *err);

#endif
