/* SPDX-License-Identifier: GPL-3.0-or-later */

/* sidestaged extensions. */
#ifndef SIDESTAGE_PLATFORM_ADMIN_COMMAND_EXTENSIONS_H
#define SIDESTAGE_PLATFORM_ADMIN_COMMAND_EXTENSIONS_H

/* Prints what is added to the API, one addition a line; touches no state. */
int command_extensions(int argc, char **argv);

#endif
