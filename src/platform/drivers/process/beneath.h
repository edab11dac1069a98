/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A file below an open directory, whatever links others have put there. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_BENEATH_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_BENEATH_H

/* Opens a file below the directory, reached without "..", and through no link.  -1 with errno. */
int beneath_open(int directory, const char *relative, int flags);

#endif
