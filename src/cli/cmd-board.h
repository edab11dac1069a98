/* SPDX-License-Identifier: GPL-3.0-or-later */

/* `sidestage`, and `sidestage board`. */
#ifndef SIDESTAGE_CLI_CMD_BOARD_H
#define SIDESTAGE_CLI_CMD_BOARD_H

struct command;

extern const struct command command_board;

#endif
