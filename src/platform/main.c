/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * sidestaged: one table of sub-commands.
 *
 * Each is one file in admin/ and gets its own argv.  What is the same for all is here: closed
 * standard descriptors are filled, so that no file of ours gets one of their numbers, and
 * SIGPIPE is ignored, so that a peer that goes away is an error like any other.
 */
#include "config.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/config-file.h"
#include "base/i18n.h"
#include "model/json.h"
#include "platform/admin/command-backup.h"
#include "platform/admin/command-check-config.h"
#include "platform/admin/command-error-codes.h"
#include "platform/admin/command-export.h"
#include "platform/admin/command-extensions.h"
#include "platform/admin/command-fields.h"
#include "platform/admin/command-import.h"
#include "platform/admin/command-routes.h"
#include "platform/admin/command-serve.h"
#include "platform/admin/command-token.h"
#include "platform/admin/command.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
	{"serve", command_serve, N_("Serve the API and run environments")},
	{"check-config", command_check_config,
	 N_("Check a configuration file and list all errors")},
	{"backup", command_backup, N_("Back up the state to a file (the daemon may be running)")},
	{"restore", command_restore, N_("Restore the state from a backup")},
	{"token", command_token, N_("Create, list and revoke tokens of users")},
	{"import", command_import, N_("Import organizations and applications from JSON or YAML")},
	{"export", command_export,
	 N_("Export organizations and applications as JSON, without secrets")},
	{"routes", command_routes, N_("List the routes of the API: method, path and operation")},
	{"extensions", command_extensions, N_("List the extensions of the API")},
	{"error-codes", command_error_codes,
	 N_("List the errors of the API: code, status and sentence")},
	{"fields", command_fields,
	 N_("List the fields of a workload, and which have an effect here")},
};
#define COMMAND_COUNT (sizeof(commands) / sizeof(commands[0]))

static void
print_help(FILE *out)
{
	fprintf(out, "%s\n\n", _("Usage: sidestaged COMMAND [ARGUMENT]..."));
	for (size_t i = 0; i < COMMAND_COUNT; i++)
		fprintf(out, "  %-14s %s\n", commands[i].name, _(commands[i].help));
	fprintf(out, "\n%s\n", _("`sidestaged COMMAND --help` lists the options of a command.  See sidestaged(8)."));
}

static int
refuse(const char *word)
{
	const char *names[COMMAND_COUNT], *meant;

	for (size_t i = 0; i < COMMAND_COUNT; i++)
		names[i] = commands[i].name;
	meant = config_suggest(word, names, COMMAND_COUNT);
	if (meant)
		fprintf(stderr, _("sidestaged: Unknown command \"%s\". Did you mean %s?\n"),
			word, meant);
	else
		fprintf(stderr,
			_("sidestaged: Unknown command \"%s\". `sidestaged --help` lists the commands.\n"),
			word);
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
	json_wipe_what_is_freed();
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
