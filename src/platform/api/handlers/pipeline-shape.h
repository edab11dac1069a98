/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The pipeline that every application has, its runs and their one job, as they are on the wire. */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_PIPELINE_SHAPE_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_PIPELINE_SHAPE_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "model/pipeline.h"

struct place;
struct run_row;

#define PIPELINE_ID "default"
#define PIPELINE_VERSION "00000000-0000-8000-a000-000000000001"
#define PIPELINE_TRIGGER "deployment_request"
#define PIPELINE_JOB "deploy"

/* All that is encoded here is a new reference.  created_at: the application's; wall ms. */
json_t *encode_pipeline(const struct place *place, int64_t created_at);
/* It handles every deployment of an application. */
json_t *encode_pipeline_criterion(const char *app);

enum run_status run_row_status(const struct run_row *run);
bool run_row_is_complete(const struct run_row *run);
/* Changes exactly when the run does, which is all that a condition on it asks; free() it. */
char *run_row_etag(const struct run_row *run);
json_t *encode_run(const struct run_row *run);
/* with_steps: as it is when it is asked for by itself, and not in a list. */
json_t *encode_job(const struct run_row *run, bool with_steps);

#endif
