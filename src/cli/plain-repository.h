/* SPDX-License-Identifier: GPL-3.0-or-later */

/* An operation with the lines of --repository that it is about. */
#ifndef SIDESTAGE_CLI_PLAIN_REPOSITORY_H
#define SIDESTAGE_CLI_PLAIN_REPOSITORY_H

#include <jansson.h>

struct flow;
struct plain;
struct review;

/* Before anything is done, since whoever asks for its lines wants to see them first: 0, or -1 and
 * it was said that --repository names no folder that can be read. */
int plain_check_repository(struct plain *p);
/* The same of --save-patch: nothing is there yet. */
int plain_check_patch_file(struct plain *p);
/* Before the approval.  0, also when nobody asked for it; -1 and it was said. */
int plain_save_patch(struct plain *p, const struct review *review);
/* After the review. */
void plain_tell_repository(struct plain *p, const struct review *review);
/* output_json_operation(), whose "repository" has them; new reference. */
json_t *plain_operation_json(struct plain *p, const struct flow *flow);

#endif
