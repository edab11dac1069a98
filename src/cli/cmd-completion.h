/* SPDX-License-Identifier: GPL-3.0-or-later */

/* `sidestage completion`. */
#ifndef SIDESTAGE_CLI_CMD_COMPLETION_H
#define SIDESTAGE_CLI_CMD_COMPLETION_H

struct command;

extern const struct command command_completion;

#endif
