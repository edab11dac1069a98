/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a process does so that its secrets stay in its memory (promise 7). */
#ifndef SIDESTAGE_BASE_SECRECY_H
#define SIDESTAGE_BASE_SECRECY_H

/* From now on this process leaves no core file and cannot be looked into by others of the same
 * user; what it starts by exec can, within its limits. */
void secrecy_forbid_cores(void);
/* For a child that must be reachable in /proc, before it runs something else. */
void secrecy_allow_looks(void);

#endif
