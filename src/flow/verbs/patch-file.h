/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The changes of a cluster's objects in a review, as a file for their owner's repository. */
#ifndef SIDESTAGE_FLOW_VERBS_PATCH_FILE_H
#define SIDESTAGE_FLOW_VERBS_PATCH_FILE_H

#include <stdbool.h>

struct error;
struct review;

/* Whether it changes any. */
bool patch_file_is_useful(const struct review *review);
/* "shop-patch.yaml", to be offered; free() it. */
char *patch_file_name(const struct review *review);
/* As JSON Patch where the name ends in ".json", else as kustomize takes it.  What is there is not
 * overwritten.  The whole path; free() it.  NULL with ERROR_INPUT, or ERROR_LIMIT. */
char *patch_file_save(const struct review *review, const char *path, struct error *err)
	__attribute__((warn_unused_result));

#endif
