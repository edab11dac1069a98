/* SPDX-License-Identifier: GPL-3.0-or-later */

/* An operation with the lines of --repository that it is about. */
#ifndef SIDESTAGE_CLI_PLAIN_REPOSITORY_H
#define SIDESTAGE_CLI_PLAIN_REPOSITORY_H

#include <jansson.h>

struct flow;
struct plain;
struct review;

/* After the review. */
void plain_tell_repository(struct plain *p, const struct review *review);
/* output_json_operation(), whose "repository" has them; new reference. */
json_t *plain_operation_json(struct plain *p, const struct flow *flow);

#endif
