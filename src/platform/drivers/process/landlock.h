/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Landlock: access to files given up, for what has no namespaces. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_LANDLOCK_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_LANDLOCK_H

/* For this process and its children, for ever.  Only system calls; -1 with errno, also when the
 * kernel has none. */
int landlock_enter(const char *writable, const char *images);

#endif
