/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Whether a workload that fails may be left out of a space, which is there all the same. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_SPACE_COPY_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_SPACE_COPY_H

#include <stdbool.h>

struct error;
struct space;

/* It is declared, and nothing of it runs: known to the copies that are made of the space. */
void space_leave_out(struct space *space, const char *module);
/* It was started after all. */
void space_take_in(struct space *space, const char *module);
/* What the change makes is a copy of a space in which it does not run either: that is warned of,
 * with why it fails here.  false: it is to run. */
bool space_excuses(struct space *space, const char *module, const struct error *why);

#endif
