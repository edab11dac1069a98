/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A JSON object in a file of an environment's records. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_RECORD_FILE_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_RECORD_FILE_H

#include <jansson.h>

/* {} where there is none, or one that makes no sense; a new reference. */
json_t *record_file_read(const char *space_dir, const char *name);
/* In the place of what is there, as a whole or not at all: `failure` is logged then. */
void record_file_write(const char *space_dir, const char *name, const json_t *all,
		       const char *failure);

#endif
