/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Deployments, and what failed in them.  Rules of repository.h. */
#ifndef SIDESTAGE_PLATFORM_STATE_REPOSITORY_DEPLOYMENTS_H
#define SIDESTAGE_PLATFORM_STATE_REPOSITORY_DEPLOYMENTS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/nouns.h"

struct error;
struct place;
struct repository;

struct deployment_row {
	const char *id, *set_id, *from_id, *delta_id, *comment, *user, *mode;
	enum deployment_status status;
	const char *value_set_version_id;	/* NULL: there were no values */
	int64_t created_at, status_changed_at;
	bool is_unproven;	/* it succeeded elsewhere, and is to run here for the first time */
};

json_t *repository_deployments(struct repository *repository, const struct place *place,
			       struct error *err);	/* newest first */
/* Newest first, at most `max` (-1: all) of those before; *next is `before` for those behind them, 0
 * when there are none.  INT64_MAX: from the newest on. */
json_t *repository_deployments_before(struct repository *repository, const struct place *place,
				      int64_t before, int max, int64_t *next, struct error *err);
/* id NULL: the newest there is. */
json_t *repository_deployment(struct repository *repository, const struct place *place,
			      const char *id, struct error *err);
/* Of any environment of the application, also of one that was deleted since. */
json_t *repository_deployment_of_app(struct repository *repository, const struct place *place,
				     const char *id, struct error *err);
/* ERROR_NOT_FOUND when there is none. */
json_t *repository_newest_succeeded(struct repository *repository, const struct place *place,
				    struct error *err);
/* Whether there is one of that id, wherever. */
bool repository_has_deployment(struct repository *repository, const char *id, struct error *err);
/* With the status of the row; the engine begins what is pending (engine_begin()). */
int repository_put_deployment(struct repository *repository, const struct place *place,
			      const struct deployment_row *row, struct error *err);
/* They become those of another environment of the organization, with what they are of: sets,
 * deltas, graphs, runs.  The values of the application that they leave do not go with them. */
int repository_move_deployments(struct repository *repository, const struct place *from,
				const struct place *to, struct error *err);
/* "pending", "in progress", "succeeded" or "failed", with the time of the change. */
int repository_set_deployment_status(struct repository *repository, const char *id,
				     enum deployment_status status, int64_t now,
				     struct error *err);
/* What a crash left in progress becomes failed, with an error that says so, unless its id is in the
 * array `continued` (NULL: none is); what it left pending too, unless it is an environment's
 * newest, was asked for after `since`, and can still be carried out. */
int repository_fail_interrupted(struct repository *repository, int64_t now, int64_t since,
				const json_t *continued, struct error *err);
/* It is taken up again: that is counted (placed_environment.attempts). */
int repository_count_attempt(struct repository *repository, const char *id, struct error *err);

/* Whether it succeeded elsewhere alone; until its workloads have stayed up here, which is said by
 * repository_set_proven(). */
int repository_is_unproven(struct repository *repository, const char *id, bool *out,
			   struct error *err);
int repository_set_proven(struct repository *repository, const char *id, struct error *err);

json_t *repository_deployment_errors(struct repository *repository, const char *id,
				     struct error *err);
/* One object that did not come up; message: the last lines of its output, or "". */
int
repository_put_deployment_error(struct repository *repository, const char *id, const char *scope,
				const char *object_id, const char *code, const char *summary,
				const char *reason, const char *message, struct error *err);

/* What was warned of while it was carried out (drivers/task.h); an array, new reference. */
json_t *repository_deployment_warnings(struct repository *repository, const char *id,
				       struct error *err);
int repository_put_deployment_warnings(struct repository *repository, const char *id,
				       const json_t *warnings, struct error *err);

/* repository_deployment() and so on as a struct, which is zero and the caller clears. */
int repository_read_deployment(struct repository *repository, const struct place *place,
			       const char *id, struct deployment *out, struct error *err);
int repository_read_deployment_of_app(struct repository *repository, const struct place *place,
				      const char *id, struct deployment *out, struct error *err);
int repository_read_newest_succeeded(struct repository *repository, const struct place *place,
				     struct deployment *out, struct error *err);
/* has_succeeded: of those that did.  ERROR_NOT_FOUND when there is none. */
int repository_read_oldest(struct repository *repository, const struct place *place,
			   bool has_succeeded, struct deployment *out, struct error *err);

#endif
