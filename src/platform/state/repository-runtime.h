/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is asked of an environment besides its deployments.  Rules of repository.h. */
#ifndef SIDESTAGE_PLATFORM_STATE_REPOSITORY_RUNTIME_H
#define SIDESTAGE_PLATFORM_STATE_REPOSITORY_RUNTIME_H

#include <jansson.h>
#include <stdbool.h>

struct error;
struct place;
struct repository;

/* Whether nothing is to run there, whatever is deployed. */
int repository_is_paused(struct repository *repository, const struct place *place, bool *paused,
			 struct error *err);
int repository_set_paused(struct repository *repository, const struct place *place, bool paused,
			  struct error *err);
/* {"api": 3}: those that were asked for; the others have one. */
json_t *repository_replicas(struct repository *repository, const struct place *place,
			    struct error *err);
/* counts: {module: number}; modules that are not named stay as they are. */
int repository_put_replicas(struct repository *repository, const struct place *place,
			    const json_t *counts, struct error *err);

#endif
