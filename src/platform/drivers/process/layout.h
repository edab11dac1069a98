/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What lies where in the directory of an environment. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_LAYOUT_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_LAYOUT_H

struct error;

/* Makes what is not there, and moves what an earlier release had elsewhere.  0, or -1 with err. */
int layout_make(const char *space_dir, struct error *err);

/* A volume of that name, unless it is there. */
int layout_make_volume(const char *space_dir, const char *name, struct error *err);

/* "ORG/APP/ENV", the end of such a path.  Borrowed. */
const char *layout_space(const char *space_dir);

#endif
