/* SPDX-License-Identifier: GPL-3.0-or-later */
/* argv: finds the sub-command, fills its arguments, runs it, and says what went wrong. */
#include "config.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "cli/command.h"
#include "cli/linear.h"

static const struct command *const commands[] = {&command_board, &command_contexts, &command_demo,
						&command_keys};

#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))
#define OPTIONS_MAX 16

static void
print_version(void)
{
	printf("sidestage %s\n", VERSION);
}

static void
print_help(void)
{
	const char *name, *words, *help;

	puts(_("Test a hotfix on a stand-in for Production, without touching Staging.\n"));
	puts(_("Usage: sidestage [COMMAND] [OPTION...]\n\nCommands (board when none is given):"));
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		printf("  %-10s %s\n", commands[i]->name, _(commands[i]->help));
	puts(_("\nOnce, and in words or --json (a change is only shown without --approve):"));
	for (size_t i = 0; linear_verb_at(i, &name, &words, &help); i++)
		printf("  %s%s%s: %s\n", name, *words ? " " : "", *words ? _(words) : "", _(help));
	puts(_("\n`sidestage COMMAND --help` lists the options of a command.\n"
	       "New here?  `sidestage demo` needs nothing else.  See sidestage(1)."));
}

static void
print_command_help(const struct command *command)
{
	const char *words = command->words && *command->words ? _(command->words) : "";

	printf(_("Usage: sidestage %s%s%s [OPTION...]\n%s\n\n"), command->name, *words ? " " : "", words,
	       _(command->help));
	for (const struct command_option *o = command->options; o->name; o++) {
		char *left = xasprintf("--%s%s%s", o->name, o->argument ? "=" : "",
				       o->argument ? o->argument : "");

		printf("  %-20s %s\n", left, _(o->help));
		free(left);
	}
}

/* NULL: there is none; verb: room for one that is no command of its own. */
static const struct command *
find_command(const char *name, struct command *verb)
{
	const char *found, *words, *help;

	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	for (size_t i = 0; linear_verb_at(i, &found, &words, &help); i++) {
		if (strcmp(found, name) != 0)
			continue;
		*verb = command_verb;
		verb->name = found;
		verb->words = words;
		verb->help = help;
		return verb;
	}
	return NULL;
}

static void
store_argument(struct arguments *arguments, const struct command_option *option, const char *value)
{
	char *place = (char *)arguments + option->offset;

	if (option->argument)
		*(const char **)(void *)place = value;
	else
		*(bool *)(void *)place = true;
}

/* 0, or an exit code + 1 when the program should end now. */
static int
parse_options(const struct command *command, int argc, char **argv, struct arguments *arguments)
{
	struct option table[OPTIONS_MAX + 2] = {0};
	size_t count = 0;
	int found, index = 0;

	for (; command->options[count].name && count < OPTIONS_MAX; count++)
		table[count] = (struct option){
			.name = command->options[count].name,
			.has_arg = command->options[count].argument ? required_argument
								    : no_argument,
		};
	table[count] = (struct option){.name = "help", .val = 'h'};
	while ((found = getopt_long(argc, argv, "h", table, &index)) != -1) {
		if (found == 'h') {
			print_command_help(command);
			return EXIT_OK + 1;
		}
		if (found != 0)
			return EXIT_USAGE + 1;
		store_argument(arguments, &command->options[index], optarg);
	}
	if (command->words) {
		arguments->verb = command->name;
		arguments->words = argv + optind;
		arguments->word_count = (size_t)(argc - optind);
	} else if (optind < argc) {
		char *shown = text_printable(argv[optind]);

		fprintf(stderr, _("sidestage: %s takes no argument, but was given \"%s\".\n"),
			command->name, shown);
		free(shown);
		return EXIT_USAGE + 1;
	}
	return 0;
}

static void
print_error(const struct error *err)
{
	char *shown = text_printable(err->text);

	fprintf(stderr, "sidestage: %s\n", shown);
	free(shown);
}

static int
run_command(const struct command *command, int argc, char **argv)
{
	struct arguments arguments = {0};
	struct error err = {0};
	int code = parse_options(command, argc, argv, &arguments);

	if (code != 0)
		return code - 1;
	code = command->run(&arguments, &err);
	if (err.kind != ERROR_NONE)
		print_error(&err);
	return code;
}

int
main(int argc, char **argv)
{
	const struct command *command = &command_board;
	struct command verb;

	i18n_start();
	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		print_version();
		return EXIT_OK;
	}
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)) {
		print_help();
		return EXIT_OK;
	}
	if (argc > 1 && argv[1][0] != '-') {
		command = find_command(argv[1], &verb);
		if (!command) {
			char *shown = text_printable(argv[1]);

			fprintf(stderr, _("sidestage: there is no command \"%s\".  "
					  "`sidestage --help` lists them.\n"), shown);
			free(shown);
			return EXIT_USAGE;
		}
		argc--;
		argv++;
	}
	return run_command(command, argc, argv);
}
