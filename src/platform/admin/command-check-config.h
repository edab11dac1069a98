/* SPDX-License-Identifier: GPL-3.0-or-later */

/* sidestaged check-config FILE. */
#ifndef SIDESTAGE_PLATFORM_ADMIN_COMMAND_CHECK_CONFIG_H
#define SIDESTAGE_PLATFORM_ADMIN_COMMAND_CHECK_CONFIG_H

/* Reads a configuration and says every fault of it; starts nothing. */
int command_check_config(int argc, char **argv);

#endif
