/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What is deleted goes for good.  What an environment or an application has gathered has no bound,
 * so it goes in slices: a function that returns 1 has deleted as much as a turn of the loop may
 * take, and is to be called again.  Until then its status says that it is being deleted.
 * Rules of repository.h.
 */
#ifndef SIDESTAGE_PLATFORM_STATE_REPOSITORY_REMOVAL_H
#define SIDESTAGE_PLATFORM_STATE_REPOSITORY_REMOVAL_H

#include <stdint.h>

struct error;
struct place;
struct repository;

/* Applications that are being deleted and have no environment left, with all that belongs to them:
 * 0, 1, or -1 with err. */
int repository_drop_applications(struct repository *repository, struct error *err);
/* The application of the place, unless it has an environment or values of its own, which somebody
 * wrote; where one is still being deleted, it goes with that.  0, 1: repository_drop_applications()
 * is to be called again; or -1 with err. */
int repository_drop_empty_application(struct repository *repository, const struct place *place,
				      int64_t now, struct error *err);

/* Artefacts that were deleted (repository_drop_artefact()): 0, 1, or -1 with err. */
int repository_drop_artefacts(struct repository *repository, struct error *err);

/* An environment, whole, for what must happen in one transaction.  Its deployments stay as bases of
 * others, but belong to no environment's history. */
int repository_drop_environment(struct repository *repository, const struct place *place,
				struct error *err);
/* What a deleted environment has gathered: 0 when what is left fits into one slice, 1, or -1 with
 * err. */
int repository_trim_environment(struct repository *repository, const struct place *place,
				struct error *err);
/* repository_drop_environment(), and the first slice of its application: 0, 1 where
 * repository_drop_applications() is to be called again, or -1 with err. */
int repository_forget_environment(struct repository *repository, const struct place *place,
				  struct error *err);

#endif
