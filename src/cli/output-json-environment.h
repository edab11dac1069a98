/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Environments, and what there is of them, for output-json.h. */
#ifndef SIDESTAGE_CLI_OUTPUT_JSON_ENVIRONMENT_H
#define SIDESTAGE_CLI_OUTPUT_JSON_ENVIRONMENT_H

#include <jansson.h>

struct details;
struct environment;
struct world;
struct world_application;
struct world_environment;

/* {organization, application, environments: [output_json_environment()]} */
json_t *output_json_application(const char *org, const struct world_application *application);
/* details NULL: without its values and deployments.  clone_expiry: as expiry of
 * output_json_clones(); null: it is not a clone. */
json_t *
output_json_environment(const struct world_environment *environment, const struct details *details);
/* [{organization, applications: [id]}] */
/* org NULL: of all. */
json_t *output_json_world(const struct world *world, const char *org);
/* [{artefact, version, rule, made_by, registered_by, reason}]: what rules wait to deploy. */
json_t *output_json_waiting(const struct environment *environment);

#endif
