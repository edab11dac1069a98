/* SPDX-License-Identifier: GPL-3.0-or-later */

/* sidestaged export. */
#ifndef SIDESTAGE_PLATFORM_ADMIN_COMMAND_EXPORT_H
#define SIDESTAGE_PLATFORM_ADMIN_COMMAND_EXPORT_H

/* From a state directory: by its daemon if one runs, else on the files. */
int command_export(int argc, char **argv);

#endif
