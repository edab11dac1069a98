/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Where in a person's checkout a change of a cluster's objects belongs. */
#ifndef SIDESTAGE_CLI_REPOSITORY_FILES_H
#define SIDESTAGE_CLI_REPOSITORY_FILES_H

#include <jansson.h>
#include <stddef.h>

struct error;
struct review;

/* The lines of YAML and JSON below the folder that hold what the review changes
 * (compare/repository-lines.h), by file.  What begins with a dot, and links, are passed over;
 * *skipped: files and folders that are too many, too large or too deep, cannot be read, or are not
 * UTF-8.  New reference; NULL with err: the folder cannot be read. */
json_t *repository_files_find(const char *folder, const struct review *review, size_t *skipped,
			      struct error *err);

#endif
