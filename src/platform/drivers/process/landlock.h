/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What namespaces leave open, closed where the kernel has Landlock. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_LANDLOCK_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_LANDLOCK_H

/* For this process and its children, for ever: no abstract Unix socket of others is reached, and
 * none of their processes is signalled.  Only system calls; 0 also where the kernel has no such
 * thing, -1 with errno. */
int landlock_enter(void);

#endif
