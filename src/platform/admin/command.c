/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What the sub-commands share: their arguments, the lock of a state, and how they fail.
 *
 * The lock is flock(2) on a file in the state directory.  It ends with its process, so a
 * crash leaves none behind; and it is held by a descriptor, so it cannot be lost by opening
 * and closing the file elsewhere in the program, as POSIX locks can.
 */
#include "config.h"

#include "platform/admin/command.h"

#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/config-file.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "platform/admin/settings.h"

#define PAUSE_MS 20
#define NAMES_MAX 64

void
command_print_fault(void *data, const char *text)
{
	char *printable = text_printable(text);

	(void)data;
	fprintf(stderr, "%s\n", printable);
	free(printable);
}

int
command_fail(const struct error *err)
{
	char *text = text_printable(err->text);

	fprintf(stderr, "sidestaged: %s\n", text);
	free(text);
	return STATUS_FAILED;
}

/* The daemon waits for the one before it to end; a command takes the
 * lock at once or asks the daemon. */
int
command_lock_state(const char *state, int limit_ms, struct error *err)
{
	char *path = xasprintf("%s/platform.lock", state);
	int64_t until = clock_steady_ms() + limit_ms;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0)
		error_errno(err, _("%s: cannot be opened"), path);
	while (fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (clock_steady_ms() >= until) {
			error_set(err, ERROR_CONFLICT,
				  _("%s: another sidestaged uses this state.  Stop "
				    "it first."),
				  state);
			close(fd);
			fd = -1;
			break;
		}
		poll(NULL, 0, PAUSE_MS);
	}
	free(path);
	return fd;
}

static int
take_config(struct command_arguments *arguments, const char *path)
{
	struct settings settings;
	struct error err = {0};
	int faults;

	settings_init(&settings);
	faults = settings_read(&settings, path, command_print_fault, NULL, &err);
	if (faults == 0 && settings.state) {
		free(arguments->state);
		arguments->state = xstrdup(settings.state);
	}
	if (faults == 0 && settings.secret_key_file) {
		free(arguments->secret_key_file);
		arguments->secret_key_file = xstrdup(settings.secret_key_file);
	}
	if (faults == 0 && settings.images) {
		free(arguments->images);
		arguments->images = xstrdup(settings.images);
	}
	settings_clear(&settings);
	return faults == 0 ? STATUS_FINE : faults < 0 ? command_fail(&err) : STATUS_FAILED;
}

void
command_clear_arguments(struct command_arguments *arguments)
{
	free(arguments->state);
	free(arguments->images);
	free(arguments->secret_key_file);
	arguments->state = arguments->secret_key_file = NULL;
}

/* Inside a word of several letters getopt still stands at that word, else behind it. */
static const char *
option_word(char **argv)
{
	const char *word = argv[optind];

	return optopt && word && word[0] == '-' && word[1] != '-' && strchr(word, optopt)
		       ? word : argv[optind - 1];
}

int
command_next_option(int argc, char **argv, const struct option *longs, int *index)
{
	int found = getopt_long(argc, argv, ":h", longs, index);

	if (found <= 0 || !optarg || optarg != argv[optind - 1] || strncmp(optarg, "--", 2) != 0)
		return found;
	optind--;	/* command_refuse_option() names the word before it */
	return ':';
}

int
command_refuse_option(const struct option *longs, char **argv, int found)
{
	char *word = text_printable(option_word(argv)), *name;
	const char *names[NAMES_MAX], *meant = NULL;
	size_t count = 0;

	while (count < NAMES_MAX && longs[count].name) {
		names[count] = longs[count].name;
		count++;
	}
	if (found == '?' && strncmp(word, "--", 2) == 0) {
		name = xstrndup(word + 2, strcspn(word + 2, "="));
		meant = config_suggest(name, names, count);
		free(name);
	}
	fputs("sidestaged: ", stderr);
	if (found == ':')
		fprintf(stderr, _("%s needs a value."), word);
	else if (meant)
		fprintf(stderr, _("Unknown option \"%s\". Did you mean --%s?"), word, meant);
	else
		fprintf(stderr, _("Unknown option \"%s\"."), word);
	fputc('\n', stderr);
	fprintf(stderr, _("`sidestaged %s --help` lists the options.\n"), argv[0]);
	free(word);
	return STATUS_USAGE;
}

int
command_read_nothing(int argc, char **argv, const char *help)
{
	bool asked = argc == 2 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0);

	if (argc == 1)
		return STATUS_FINE;
	fprintf(asked ? stdout : stderr, _("Usage: sidestaged %s\n"), argv[0]);
	if (asked)
		puts(help);
	return asked ? -1 : STATUS_USAGE;
}

int
command_read_arguments(struct command_arguments *arguments, int argc, char **argv,
		       const char *usage, const char *help, bool needs_file)
{
	static const struct option longs[] = {
		{"config", required_argument, NULL, 'c'}, {"state", required_argument, NULL, 's'},
		{"user", required_argument, NULL, 'u'}, {"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	int which, status = STATUS_FINE;

	*arguments = (struct command_arguments){0};
	opterr = 0;
	while (status == STATUS_FINE &&
	       (which = command_next_option(argc, argv, longs, NULL)) != -1) {
		if (which == 'h') {
			printf("%s\n%s\n\n%s\n", usage, help,
			       _("  --state DIR     Use the state in this directory\n"
				 "  --config FILE   Use the state that this configuration names"));
			if (strstr(usage, "--user"))
				puts(_("  --user NAME     Record the changes as made by this user"));
			status = -1;
		} else if (which == 'c') {
			status = take_config(arguments, optarg);
		} else if (which == 's') {
			free(arguments->state);
			arguments->state = xstrdup(optarg);
		} else if (which == 'u') {
			arguments->user = optarg;
		} else {
			command_clear_arguments(arguments);
			return command_refuse_option(longs, argv, which);
		}
	}
	if (optind < argc)
		arguments->file = argv[optind++];
	if (status == STATUS_FINE &&
	    (!arguments->state || optind != argc || (needs_file && !arguments->file)))
		status = STATUS_USAGE;
	if (status == STATUS_USAGE)
		fprintf(stderr, "%s\n", usage);
	if (status != STATUS_FINE)
		command_clear_arguments(arguments);
	return status;
}

int
command_check_target(const char *path, struct error *err)
{
	struct stat st;

	if (!path || (lstat(path, &st) != 0 && errno == ENOENT))
		return 0;
	if (lstat(path, &st) != 0)
		return error_errno(err, _("%s: cannot be made"), path);
	if (!S_ISREG(st.st_mode))
		return error_set(err, ERROR_INPUT, _("%s is not replaced: it is not a regular file."),
				 path);
	return 0;
}
