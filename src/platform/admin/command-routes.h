/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The sub-command "routes" of sidestaged. */
#ifndef SIDESTAGE_PLATFORM_ADMIN_COMMAND_ROUTES_H
#define SIDESTAGE_PLATFORM_ADMIN_COMMAND_ROUTES_H

/* Prints "METHOD<tab>PATTERN<tab>OPERATION" of each route; argv[0] is "routes".  Touches
 * no state.  The exit status: 0, 1 when nothing can be written, 2 for bad usage. */
int command_routes(int argc, char **argv);

#endif
