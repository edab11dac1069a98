/* SPDX-License-Identifier: GPL-3.0-or-later */

/* sidestaged serve: the daemon. */
#ifndef SIDESTAGE_PLATFORM_ADMIN_COMMAND_SERVE_H
#define SIDESTAGE_PLATFORM_ADMIN_COMMAND_SERVE_H

/* In the foreground, until it is asked to end. */
int command_serve(int argc, char **argv);

#endif
