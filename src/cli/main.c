/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * argv: finds the sub-command, fills its arguments, runs it, and says what went wrong.
 *
 * Two things are done before anything else, since they cannot be made up for: descriptors
 * that are missing are filled, and the kernel is told to write no core, which would have the
 * token in it.
 */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/config-file.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/secrecy.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "cli/cmd-board.h"
#include "cli/cmd-verb.h"
#include "cli/command.h"
#include "cli/options.h"
#include "cli/plain-verbs.h"

static void
print_version(void)
{
	printf("sidestage %s\n", VERSION);
}

static void
print_help(void)
{
	const char *name, *words, *help;

	puts(_("Test a hotfix on a clone of production, without touching staging.\n"));
	puts(_("Usage: sidestage [COMMAND] [OPTION...]\n\nCommands (board when none is given):"));
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		printf("  %-11s %s\n", commands[i]->name, _(commands[i]->help));
	puts(_("\nCommands for scripts (changes are only previewed unless --approve is given):"));
	for (size_t i = 0; plain_verb_at(i, &name, &words, &help); i++) {
		char *left = xasprintf("%s%s%s", name, *words ? " " : "", *words ? _(words) : "");

		if (strcmp(name, command_board.name) != 0)
			printf("  %-40s %s\n", left, _(help));
		free(left);
	}
	puts(_("\nExit codes:"));
	for (int code = 0; code < EXIT_CODE_COUNT; code++)
		printf("  %d  %s\n", code, _(exit_code_help((enum exit_code)code)));
	puts(_("\n`sidestage COMMAND --help` lists the options of a command.\n"
	       "New here?  `sidestage demo` needs nothing else.  See sidestage(1)."));
}

static void
print_command_help(const struct command *command)
{
	const char *words = command->words && *command->words ? _(command->words) : "";

	printf(_("Usage: sidestage %s%s%s%s\n%s\n"), command->name, *words ? " " : "", words,
	       command->options ? _(" [OPTION...]") : "", _(command->help));
	if (command->note)
		puts(_(command->note));
	if (command->options)
		puts("");
	options_print(command);
	if (!command->examples)
		return;
	puts(_("\nExamples:"));
	for (const char *line = command->examples; *line; line += strcspn(line, "\n") + 1)
		printf("  %.*s\n", (int)strcspn(line, "\n"), line);
}

/* NULL: there is none; verb: room for one that is no command of its own. */
static const struct command *
find_command(const char *name, struct command *verb)
{
	const char *found, *words, *help;

	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	for (size_t i = 0; plain_verb_at(i, &found, &words, &help); i++) {
		if (strcmp(found, name) != 0)
			continue;
		*verb = command_verb;
		verb->name = found;
		verb->words = words;
		verb->help = help;
		verb->note = plain_verb(found)->note;
		verb->examples = plain_verb(found)->examples;
		verb->options |= plain_verb_options(found);
		return verb;
	}
	return NULL;
}

/* What a command of release 0.1 is called now; NULL: it was none. */
static const char *
former_command(const char *name)
{
	static const char *const former[][2] = {
		{"then", "\"board --at=TIME\""},
		{"follow", "\"logs ENV --follow\""},
		{"life", "ttl"},
	};

	for (size_t i = 0; i < sizeof(former) / sizeof(former[0]); i++)
		if (strcmp(former[i][0], name) == 0)
			return former[i][1];
	return NULL;
}

static void
refuse_command(const char *name)
{
	const char *names[COMMAND_COUNT + PLAIN_VERBS_MAX], *words, *help, *meant;
	size_t count = 0;
	char *shown = text_printable(name);

	for (size_t i = 0; i < COMMAND_COUNT; i++)
		names[count++] = commands[i]->name;
	for (size_t i = 0; i < PLAIN_VERBS_MAX && plain_verb_at(i, &names[count], &words, &help);
	     i++)
		count++;
	meant = former_command(name);
	if (!meant)
		meant = config_suggest(name, names, count);
	if (meant)
		fprintf(stderr, _("sidestage: Unknown command \"%s\". Did you mean %s?\n"), shown,
			meant);
	else
		fprintf(stderr,
			_("sidestage: Unknown command \"%s\". `sidestage --help` lists the commands.\n"),
			shown);
	free(shown);
}

/* The name of a command that stands behind options; NULL: none does.  Words behind an option may be
 * its value, whatever they are. */
static const char *
late_command(int argc, char **argv)
{
	struct command verb;

	for (int i = 2; i < argc && strcmp(argv[i], "--") != 0; i++)
		if ((argv[i - 1][0] != '-' || strchr(argv[i - 1], '=')) &&
		    find_command(argv[i], &verb))
			return argv[i];
	return NULL;
}

static void
print_error(const struct error *err)
{
	char *shown = text_printable(err->text);

	fprintf(stderr, "sidestage: %s\n", shown);
	free(shown);
}

/*
 * A descriptor that was closed would be given to the next file that is opened, a database perhaps,
 * and what is printed would be written there.  A stand-in cannot be used either, so that is
 * noticed.
 */
static void
keep_standard_streams(void)
{
	static const int modes[] = {O_WRONLY, O_RDONLY, O_WRONLY}; /* the last: nobody misses it */

	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", modes[fd]) != fd)
			_exit(EXIT_FAILED);
}

/* Whether all that was printed has arrived; a script would take the rest for all there is. */
static int
check_output(int code, bool is_diff)
{
	const bool had_failed = ferror(stdout);

	if (fflush(stdout) == 0 && !had_failed)
		return code;
	if (had_failed)
		fprintf(stderr, "sidestage: %s\n", _("The output could not be written."));
	else
		fprintf(stderr, _("sidestage: The output could not be written: %s\n"),
			strerror(errno));
	if (is_diff &&
	    (code == EXIT_OK || code == EXIT_FAILED)) /* those say how the two sides are */
		return EXIT_UNREAD;
	return code == EXIT_OK || code == EXIT_PREVIEWED ? EXIT_FAILED : code;
}

static int
run_command(const struct command *command, int argc, char **argv)
{
	struct arguments arguments;
	struct error err = {0};
	int code = EXIT_USAGE;

	switch (options_parse(command, argc, argv, &arguments)) {
	case OPTIONS_HELP:
		print_command_help(command);
		code = EXIT_OK;
		break;
	case OPTIONS_WRONG:
		break;
	case OPTIONS_TAKEN:
		if (arguments.json)	/* what a script reads is the same in every language */
			i18n_stop();
		code = command->run(&arguments, &err);
		if (err.kind != ERROR_NONE)
			print_error(&err);
		break;
	}
	options_clear(&arguments);
	return check_output(code, strcmp(command->name, "diff") == 0);
}

int
main(int argc, char **argv)
{
	const struct command *command = &command_board;
	struct command verb;

	keep_standard_streams();
	secrecy_forbid_cores();
	i18n_start();
	if (argc > 1 && strcmp(argv[1], "--version") == 0) {
		print_version();
		return check_output(EXIT_OK, false);
	}
	if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "help") == 0)) {
		if (argc == 2) {
			print_help();
			return check_output(EXIT_OK, false);
		}
		command = find_command(argv[2], &verb);
		if (!command) {
			refuse_command(argv[2]);
			return EXIT_USAGE;
		}
		print_command_help(command);
		return check_output(EXIT_OK, false);
	}
	if (argc > 1 && argv[1][0] != '-') {
		command = find_command(argv[1], &verb);
		if (!command) {
			refuse_command(argv[1]);
			return EXIT_USAGE;
		}
		argc--;
		argv++;
	} else {
		const char *late = late_command(argc, argv);

		if (late) {
			fprintf(stderr, _("sidestage: Options follow the command: sidestage %s ...\n"), late);
			return EXIT_USAGE;
		}
	}
	return run_command(command, argc, argv);
}
