/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Runs of the pipeline.  Rules of repository.h. */
#ifndef SIDESTAGE_PLATFORM_STATE_REPOSITORY_PIPELINES_H
#define SIDESTAGE_PLATFORM_STATE_REPOSITORY_PIPELINES_H

#include <jansson.h>
#include <stdint.h>

struct error;
struct place;
struct repository;

/* The run that made this deployment; inputs are what it can be restarted with. */
int repository_put_run(struct repository *repository, const struct place *place, const char *id,
		       const char *deployment, const json_t *inputs, const char *user,
		       int64_t now, struct error *err);
int repository_cancel_run(struct repository *repository, const char *id, int64_t now,
			  struct error *err);
/* [{"seq","id","org","app","env","deployment","status" (of that),"changed_at","inputs",
 * "created_at","created_by","cancel_at"?}], newest first; of the application, or of the
 * organization when the place has none. */
json_t *repository_runs(struct repository *repository, const struct place *place, int64_t before,
			int64_t limit, struct error *err);
/* One of these. */
json_t *repository_run(struct repository *repository, const struct place *place, const char *id,
		       struct error *err);

#endif
