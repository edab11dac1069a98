/* SPDX-License-Identifier: GPL-3.0-or-later */

/* All sub-commands, by name; completion and help keep this order. */
#include "config.h"

#include "cli/command.h"

#include "cli/cmd-board.h"
#include "cli/cmd-completion.h"
#include "cli/cmd-contexts.h"
#include "cli/cmd-demo.h"
#include "cli/cmd-keys.h"
#include "cli/cmd-kube.h"

const struct command *const commands[COMMAND_COUNT] = {
	&command_board, &command_completion, &command_contexts, &command_demo, &command_keys,
	&command_kube,
};
