/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The guards that live, written down so that the next daemon can end them. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_RECORD_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_RECORD_H

#include <sys/types.h>

struct error;
struct loop;
struct record;

/* Ends the groups that the file names, and takes over the file. */
struct record *record_open(struct loop *loop, const char *spaces_dir, struct error *err);
void record_free(struct record *record);	/* the file says what lives then */
/* Written at the end of the turn, for all that were started in it.  A file that cannot be
 * written is logged, not an error: the groups run all the same. */
void record_add(struct record *record, pid_t group);
/* The group has ended; its number may be anybody's from now on, but not with that start time.  So
 * it is written when the next is added, or a moment later. */
void record_remove(struct record *record, pid_t group);

#endif
