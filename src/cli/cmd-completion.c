/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * `sidestage completion`: a script for bash, made from the tables of commands and options.
 *
 * The tables are all that it knows, so a new option is completed as soon as it exists.  Names
 * of environments are not: completing them would ask a platform at each press of Tab.
 */
#include "config.h"

#include "cli/cmd-completion.h"

#include <stdio.h>
#include <string.h>

#include "base/i18n.h"
#include "cli/cmd-board.h"
#include "cli/cmd-verb.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/plain-verbs.h"

static void
print_options(const char *name, unsigned used)
{
	const char *option;
	bool has_argument;

	printf("\t%s) options='--help", name);
	for (size_t i = 0; options_at(i, used, &option, &has_argument); i++)
		if (option)
			printf(" --%s%s", option, has_argument ? "=" : "");
	puts("' ;;");
}

static int
run(const struct arguments *arguments, struct error *err)
{
	const char *name, *words, *help;

	(void)arguments;
	(void)err;
	puts("# For bash: source <(sidestage completion)\n"
	     "_sidestage() {\n"
	     "\tlocal current=${COMP_WORDS[COMP_CWORD]} options\n"
	     "\tCOMPREPLY=()\n"
	     "\tcase ${COMP_WORDS[1]} in");
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		print_options(commands[i]->name, commands[i]->options);
	for (size_t i = 0; plain_verb_at(i, &name, &words, &help); i++)
		if (strcmp(name, command_board.name) != 0)
			print_options(name, command_verb.options | plain_verb_options(name));
	fputs("\tesac\n"
	      "\tif [ \"$COMP_CWORD\" = 1 ]; then\n"
	      "\t\toptions='help", stdout);
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		printf(" %s", commands[i]->name);
	for (size_t i = 0; plain_verb_at(i, &name, &words, &help); i++)
		if (strcmp(name, command_board.name) != 0)
			printf(" %s", name);
	puts("'\n"
	     "\telif [ \"${current#-}\" = \"$current\" ]; then\n"
	     "\t\treturn\n"
	     "\tfi\n"
	     "\tmapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$current\")\n"
	     "\t[ \"${COMPREPLY[0]: -1}\" != = ] || compopt -o nospace\n"
	     "}\n"
	     "complete -F _sidestage sidestage");
	return EXIT_OK;
}

const struct command command_completion = {
	.name = "completion",
	.help = N_("Print a completion script for bash"),
	.note = N_("The first line below completes in this shell, the second one in every new shell."),
	.examples = "source <(sidestage completion)\n"
		"sidestage completion > ~/.local/share/bash-completion/completions/sidestage\n",
	.run = run,
};
