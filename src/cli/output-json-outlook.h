/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the platform says would come of a change, and came of it, for machines. */
#ifndef SIDESTAGE_CLI_OUTPUT_JSON_OUTLOOK_H
#define SIDESTAGE_CLI_OUTPUT_JSON_OUTLOOK_H

#include <jansson.h>

struct deploy_review;
struct flow;
struct review;
struct world_environment;

/* {cluster, namespace, is_new, unasked, findings: [{kind, workload, object, code, message}]} */
json_t *output_json_outlook(const struct deploy_review *outlook);
/* Where it changes objects of a cluster: "repository", {patches: [{object, operation, merge_patch,
 * json_patch} or with "manifest"], text}, which is null where it is too large. */
void output_json_put_repository(json_t *object, const struct review *review);
/* Why a deployment failed: [{object, summary, message}]; [] where it did not. */
json_t *output_json_errors(const struct flow *flow);
/* The same of its last deployment, where that failed: "deployment_errors". */
void output_json_put_failure(json_t *object, const struct world_environment *environment);
/* What the cluster warned of meanwhile: [{workload, object, message}]. */
json_t *output_json_warnings(const struct flow *flow);

#endif
