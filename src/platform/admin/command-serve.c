/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * sidestaged serve: the settings, from a file and from options, which win.
 *
 * The command line is read twice: once for --config, wherever it stands, and again for the
 * options, which are to replace what the file says.
 */
#include "config.h"

#include "platform/admin/command-serve.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/log.h"
#include "base/xmalloc.h"
#include "platform/admin/adopt.h"
#include "platform/admin/command.h"
#include "platform/admin/daemon.h"
#include "platform/admin/settings.h"
#include "platform/admin/systemd.h"

#define OPTIONS_MAX 64
#define OPTION_COLUMNS 26		/* a longer one has its help on the next line */

static void
print_help(FILE *out)
{
	const char *name, *argument, *help;

	fprintf(out, "%s\n%s\n%s\n\n", _("Usage: sidestaged serve --config FILE [OPTION]..."),
		_("       sidestaged serve --state DIR --images DIR [OPTION]..."),
		_("Serve the API and run environments"));
	fprintf(out, "  %-*s %s\n", OPTION_COLUMNS, "--config FILE",
		_("Read the configuration from this file"));
	for (size_t i = 0; settings_option(i, &name, &argument, &help); i++) {
		char *left = xasprintf("--%s %s", name, argument);

		if (strlen(left) > OPTION_COLUMNS)
			fprintf(out, "  %s\n  %-*s %s\n", left, OPTION_COLUMNS, "", _(help));
		else
			fprintf(out, "  %-*s %s\n", OPTION_COLUMNS, left, _(help));
		free(left);
	}
}

static void
list_options(struct option longs[OPTIONS_MAX])
{
	const char *argument, *help;
	size_t i = 0;

	while (i < OPTIONS_MAX - 3 && settings_option(i, &longs[i].name, &argument, &help)) {
		longs[i].has_arg = required_argument;
		longs[i].val = 's';
		i++;
	}
	longs[i++] = (struct option){"config", required_argument, NULL, 'c'};
	longs[i] = (struct option){"help", no_argument, NULL, 'h'};
}

/* The file first, whatever the order on the command line: options win. */
static int
read_config(struct settings *settings, const struct option *longs, int argc, char **argv,
	    const char **path)
{
	struct error err = {0};
	int which, faults = 0;

	opterr = 0;
	while ((which = command_next_option(argc, argv, longs, NULL)) != -1) {
		if (which == 'h') {
			print_help(stdout);
			return -1;
		}
		if (which == '?' || which == ':')
			return command_refuse_option(longs, argv, which);
		if (which == 'c')
			*path = optarg;
	}
	if (optind != argc) {
		print_help(stderr);
		return STATUS_USAGE;
	}
	if (*path)
		faults = settings_read(settings, *path, command_print_fault, NULL, &err);
	return faults == 0 ? STATUS_FINE : faults < 0 ? command_fail(&err) : STATUS_FAILED;
}

static int
take_options(struct settings *settings, const struct option *longs, int argc, char **argv)
{
	struct error err = {0};
	int which, index = 0;

	optind = 0;	/* from the beginning */
	while ((which = command_next_option(argc, argv, longs, &index)) != -1)
		if (which == 's' &&
		    settings_set_option(settings, longs[index].name, optarg, &err) != 0) {
			command_fail(&err);
			return STATUS_USAGE;
		}
	return STATUS_FINE;
}

static bool
listens(const struct settings *settings)
{
	return settings->socket || settings->plain.count > 0 || settings->tls.count > 0 ||
	       systemd_listen_count() > 0;
}

int
command_serve(int argc, char **argv)
{
	struct option longs[OPTIONS_MAX] = {0};
	struct settings settings;
	struct error err = {0};
	const char *path = NULL;
	int status;

	list_options(longs);
	settings_init(&settings);
	status = read_config(&settings, longs, argc, argv, &path);
	if (status == STATUS_FINE)
		status = take_options(&settings, longs, argc, argv);
	if (status == STATUS_FINE &&
	    settings_check(&settings, path ? path : "sidestaged", command_print_fault, NULL) > 0)
		status = STATUS_USAGE;
	if (status == STATUS_FINE && adopt_settings(&settings, &err) != 0)
		status = command_fail(&err);
	if (status == STATUS_FINE && !listens(&settings)) {
		fprintf(stderr, "%s\n",
			_("sidestaged: nothing to listen on: name a socket or an address."));
		status = STATUS_USAGE;
	}
	if (status == STATUS_FINE && daemon_run(&settings, path, &err) != 0) {
		log_line(LOG_PRIORITY_ERROR, err.text, NULL);
		status = STATUS_FAILED;
	}
	settings_clear(&settings);
	return status < 0 ? STATUS_FINE : status;
}
