/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Files that a resource consists of. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_RESOURCE_FILES_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_RESOURCE_FILES_H

#include <jansson.h>

struct error;

/* Keeps them in the directory of the space; files, previous and what is returned are those of
 * `render` in driver.h.  NULL with err. */
json_t *resource_files_keep(const char *space_dir, const char *name, const json_t *files,
			    const json_t *previous, struct error *err);

#endif
