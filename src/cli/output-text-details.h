/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What the plain lines say of one environment, its logs and its hotfix. */
#ifndef SIDESTAGE_CLI_OUTPUT_TEXT_DETAILS_H
#define SIDESTAGE_CLI_OUTPUT_TEXT_DETAILS_H

#include <jansson.h>
#include <stdbool.h>

struct details;
struct hotfix;
struct log_line;
struct world_environment;

/* What runs, what it is made of, and what it was deployed with: the tabs of the environment's
 * view. */
void output_text_workloads(const struct world_environment *environment);
/* Why its last deployment failed, with the last lines of what printed; else nothing. */
void output_text_failure(const struct world_environment *environment);
/* What a clone of it gets, and what not: {"is_part", "objects", "left_out": by kinds,
 * "not_cloned": [{"object", "why"}]}; NULL: nothing is said. */
void output_text_clone_list(const json_t *clone);
void output_text_resources(const struct world_environment *environment);
void output_text_values(const struct details *details);
void
output_text_deployments(const struct details *details, const struct world_environment *environment);
/* named: with the workload that wrote it. */
void output_text_log(const struct log_line *line, bool named);
/* The steps: done, next, to do; and below them who has the fix. */
void output_text_hotfix(const struct hotfix *hotfix);

#endif
