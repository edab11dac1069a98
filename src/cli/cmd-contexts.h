/* SPDX-License-Identifier: GPL-3.0-or-later */

/* `sidestage contexts`. */
#ifndef SIDESTAGE_CLI_CMD_CONTEXTS_H
#define SIDESTAGE_CLI_CMD_CONTEXTS_H

struct command;

extern const struct command command_contexts;

#endif
