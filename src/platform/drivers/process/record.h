/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The guards that live, written down so that the next daemon can end them. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_RECORD_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_RECORD_H

#include <sys/types.h>

struct error;
struct record;

/* Ends the groups that the file names, and takes over the file. */
struct record *record_open(const char *spaces_dir, struct error *err);
void record_free(struct record *record);
/* A file that cannot be written is logged, not an error: the groups run all the same. */
void record_add(struct record *record, pid_t group);
/* The group has ended; its number may be anybody's from now on. */
void record_remove(struct record *record, pid_t group);

#endif
