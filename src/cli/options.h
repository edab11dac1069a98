/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The options of all commands: one table, from which argv is parsed and --help is written. */
#ifndef SIDESTAGE_CLI_OPTIONS_H
#define SIDESTAGE_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

struct arguments;
struct command;

enum options_result { OPTIONS_TAKEN, OPTIONS_HELP, OPTIONS_WRONG };

/*
 * Fills the arguments from argv, whose first word is the command's name.  What is wrong, an option
 * that this command does not use included, is said on stderr.  options_clear() the arguments in any
 * case; their texts are argv's.
 */
enum options_result options_parse(const struct command *command, int argc, char **argv,
				  struct arguments *arguments);
/* Frees the lists; the texts are argv's. */
void options_clear(struct arguments *arguments);
/* The lines of --help about the options of this command, to stdout. */
void options_print(const struct command *command);

/* The i-th option of all; its name is NULL where none of the groups has it.  false: there are no
 * more. */
bool options_at(size_t i, unsigned groups, const char **name, bool *has_argument);

#endif
