/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A state from a backup. */
#ifndef SIDESTAGE_PLATFORM_ADMIN_RESTORE_H
#define SIDESTAGE_PLATFORM_ADMIN_RESTORE_H

struct error;

/* Makes the state directory, which must be missing or empty, from a file of backup.h. */
int backup_restore(const char *path, const char *state, struct error *err);

#endif
