/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Where in the files of a repository a change of a cluster's objects belongs: manifests, and values
 * of a chart.  Lines are read one by one and nothing is parsed, since the files of charts are
 * templates; so what is found is a place to look at, and not an edit.
 */
#ifndef SIDESTAGE_COMPARE_REPOSITORY_LINES_H
#define SIDESTAGE_COMPARE_REPOSITORY_LINES_H

#include <jansson.h>

/* The single values that differ, of {MODULE: module} with objects of a cluster (model/manifests.h):
 * [{"name": "LOG_LEVEL", "from": "info", "to": "debug"}]; an image is called "image", a variable by
 * its name, all else by its field.  New reference. */
json_t *repository_lines_changes(const json_t *before, const json_t *after);
/* The lines of a file (UTF-8) that hold one of them as it was: appends {"file", "line": from 1, "was",
 * "becomes"} to `found`. */
void repository_lines_find(const json_t *values, const char *file, const char *text, json_t *found);

#endif
