/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sidestaged: one table of sub-commands. */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/config-file.h"
#include "base/i18n.h"
#include "platform/admin/command-routes.h"
#include "platform/admin/command-token.h"
#include "platform/admin/command.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
	{"serve", command_serve, N_("Serve the API and run environments.")},
	{"check-config", command_check_config, N_("Show every fault of a configuration file.")},
	{"backup", command_backup, N_("Write a copy of the state to a file; the daemon may run.")},
	{"restore", command_restore, N_("Make a state from such a copy.")},
	{"token", command_token, N_("Make, list and revoke the tokens of users.")},
	{"import", command_import, N_("Read organizations and applications from JSON or YAML.")},
	{"routes", command_routes, N_("List the API: method, path and operation, for machines.")},
	{"extensions", command_extensions,
	 N_("List what the API has beyond the public one, for machines.")},
	{"export", command_export, N_("Write them as JSON, without secrets.")},
};
#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void
print_help(FILE *out)
{
	fprintf(out, "%s\n\n", _("Usage: sidestaged COMMAND [ARGUMENT]..."));
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  %-14s %s\n", commands[i].name, _(commands[i].help));
	fprintf(out, "\n%s\n", _("`sidestaged COMMAND --help` says more; so does sidestaged(8)."));
}

static int
refuse(const char *word)
{
	const char *names[COMMAND_COUNT], *meant;

	for (size_t i = 0; i < COMMAND_COUNT; i++)
		names[i] = commands[i].name;
	meant = config_suggest(word, names, COMMAND_COUNT);
	if (meant)
		fprintf(stderr, _("sidestaged: there is no command \"%s\"; did you mean \"%s\"?\n"),
			word, meant);
	else
		print_help(stderr);
	return STATUS_USAGE;
}

int
main(int argc, char **argv)
{
	/* The log must not go into a database that got the number of a closed descriptor. */
	for (int fd = 0; fd < 3; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) != fd)
			_exit(STATUS_FAILED);
	i18n_start();
	signal(SIGPIPE, SIG_IGN);
	if (argc < 2) {
		print_help(stderr);
		return STATUS_USAGE;
	}
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		if (strcmp(argv[1], commands[i].name) == 0)
			return commands[i].run(argc - 1, argv + 1);
	if (strcmp(argv[1], "--version") == 0) {
		puts("sidestaged " PACKAGE_VERSION);
		return STATUS_FINE;
	}
	if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
		print_help(stdout);
		return STATUS_FINE;
	}
	return refuse(argv[1]);
}
