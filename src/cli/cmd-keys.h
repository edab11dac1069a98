/* SPDX-License-Identifier: GPL-3.0-or-later */

/* `sidestage keys`. */
#ifndef SIDESTAGE_CLI_CMD_KEYS_H
#define SIDESTAGE_CLI_CMD_KEYS_H

struct command;

extern const struct command command_keys;

#endif
