/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Pipelines: the one that is built in, and its runs. */
#ifndef SIDESTAGE_PLATFORM_API_HANDLERS_PIPELINES_H
#define SIDESTAGE_PLATFORM_API_HANDLERS_PIPELINES_H

#include <jansson.h>

#include "base/ids.h"
#include "platform/api/handlers/handler.h"

struct deployment;
struct place;

handler list_pipelines, get_pipeline, list_pipeline_criteria, list_runs_of_org,
	create_run_by_trigger, list_pipeline_runs, create_pipeline_run, get_pipeline_run,
	cancel_pipeline_run, restart_pipeline_run, list_pipeline_jobs, get_pipeline_job,
	list_approvals, get_approval;

/* Writes down that a deployment was made by a run of the pipeline; id becomes the run's.  The
 * inputs are what the run is restarted with. */
int pipelines_record(struct platform *platform, const struct place *place, const json_t *inputs,
		     const struct deployment *deployment, char id[IDS_UUID_SIZE],
		     struct error *err);

#endif
