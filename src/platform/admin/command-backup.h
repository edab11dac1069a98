/* SPDX-License-Identifier: GPL-3.0-or-later */

/* sidestaged backup and restore. */
#ifndef SIDESTAGE_PLATFORM_ADMIN_COMMAND_BACKUP_H
#define SIDESTAGE_PLATFORM_ADMIN_COMMAND_BACKUP_H

/* Of a state directory: by its daemon if one runs, else on the files. */
int command_backup(int argc, char **argv);
/* Makes a state directory, where there is none, from such a file. */
int command_restore(int argc, char **argv);

#endif
