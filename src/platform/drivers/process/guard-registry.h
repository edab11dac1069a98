/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The guards that live, written down so that the next daemon can end them. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_GUARD_REGISTRY_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_GUARD_REGISTRY_H

#include <sys/types.h>

struct error;
struct guard_registry;
struct loop;

/* Ends the groups that the file names, and takes over the file. */
struct guard_registry *guard_registry_open(struct loop *loop, const char *spaces_dir,
					   struct error *err);
void guard_registry_free(struct guard_registry *registry);	/* the file says what lives then */
/* Written at the end of the turn, for all that were started in it.  A file that cannot be
 * written is logged, not an error: the groups run all the same. */
void guard_registry_add(struct guard_registry *registry, pid_t group);
/* The group has ended; its number may be anybody's from now on, but not with that start time.  So
 * it is written when the next is added, or a moment later. */
void guard_registry_remove(struct guard_registry *registry, pid_t group);

#endif
