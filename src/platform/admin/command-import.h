/* SPDX-License-Identifier: GPL-3.0-or-later */

/* sidestaged import FILE. */
#ifndef SIDESTAGE_PLATFORM_ADMIN_COMMAND_IMPORT_H
#define SIDESTAGE_PLATFORM_ADMIN_COMMAND_IMPORT_H

/* Into a state directory: by its daemon if one runs, else on the files. */
int command_import(int argc, char **argv);

#endif
