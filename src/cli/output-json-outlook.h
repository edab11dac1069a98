/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the platform says would come of a change, for machines. */
#ifndef SIDESTAGE_CLI_OUTPUT_JSON_OUTLOOK_H
#define SIDESTAGE_CLI_OUTPUT_JSON_OUTLOOK_H

#include <jansson.h>

struct deploy_review;

/* {cluster, namespace, is_new, unasked, findings: [{kind, workload, object, code, message}]} */
json_t *output_json_outlook(const struct deploy_review *outlook);

#endif
