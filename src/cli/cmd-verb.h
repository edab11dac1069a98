/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A command of the plain lines, done once. */
#ifndef SIDESTAGE_CLI_CMD_VERB_H
#define SIDESTAGE_CLI_CMD_VERB_H

struct command;

/* Its name, help, words and further options are those of the command (cli/plain-verbs.h). */
extern const struct command command_verb;

#endif
