/* SPDX-License-Identifier: GPL-3.0-or-later */

/* `sidestage demo`. */
#ifndef SIDESTAGE_CLI_CMD_DEMO_H
#define SIDESTAGE_CLI_CMD_DEMO_H

struct command;

extern const struct command command_demo;

#endif
