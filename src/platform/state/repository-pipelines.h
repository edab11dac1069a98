/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Runs of the pipeline.  Rules of repository.h. */
#ifndef SIDESTAGE_PLATFORM_STATE_REPOSITORY_PIPELINES_H
#define SIDESTAGE_PLATFORM_STATE_REPOSITORY_PIPELINES_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "model/nouns.h"

struct error;
struct place;
struct repository;

/* The run that made this deployment; inputs are what it can be restarted with. */
int repository_put_run(struct repository *repository, const struct place *place, const char *id,
		       const char *deployment, const json_t *inputs, const char *user,
		       int64_t now, struct error *err);
int repository_cancel_run(struct repository *repository, const char *id, int64_t now,
			  struct error *err);
/* A run, with how far its deployment is. */
struct run_row {
	int64_t seq;			/* of all runs, in the order in which they were made */
	char *id, *org, *app, *env, *deployment, *created_by;
	enum deployment_status status;
	int64_t changed_at;		/* wall ms; when the deployment came to that status */
	int64_t created_at, cancel_at;	/* cancel_at 0: nobody asked for it */
	json_t *inputs;
};
struct run_rows {
	struct run_row *items;
	size_t count;
};
/* Newest first, of those with a smaller number; of the application, or of the organization when
 * the place has none.  run_rows_clear() them. */
int repository_runs(struct repository *repository, const struct place *place, int64_t before,
		    int64_t limit, struct run_rows *out, struct error *err);
void run_rows_clear(struct run_rows *runs);
/* One of these.  ERROR_NOT_FOUND; run_row_clear() it. */
int repository_run(struct repository *repository, const struct place *place, const char *id,
		   struct run_row *out, struct error *err);
void run_row_clear(struct run_row *run);

#endif
