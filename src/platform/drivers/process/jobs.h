/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Which jobs of an environment have done their work, so that none does it twice. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_JOBS_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_JOBS_H

#include <stdbool.h>

/* A job of a deployment runs once, whatever is started again: the daemon, or the environment after
 * a pause.  Another deployment runs it again. */
bool jobs_is_done(const char *space_dir, const char *module, int replica, const char *deployment);
/* What cannot be written is logged: it has run all the same. */
void jobs_set_done(const char *space_dir, const char *module, int replica, const char *deployment);

#endif
