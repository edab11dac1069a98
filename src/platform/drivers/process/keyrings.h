/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The keys that the kernel keeps for whoever started the daemon. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_KEYRINGS_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_KEYRINGS_H

/* For this process and its children, for ever: an empty session keyring, and no system call for
 * keys.  Asks for "no new privileges".  Only system calls; 0 also where the kernel keeps no keys,
 * -1 with errno. */
int keyrings_enter(void);

#endif
