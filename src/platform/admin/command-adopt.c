/* SPDX-License-Identifier: GPL-3.0-or-later */

/* sidestaged import --from-namespace: the daemon reads the cluster, and is waited for. */
#include "config.h"

#include "platform/admin/command-adopt.h"

#include <getopt.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "model/adoption-report.h"
#include "platform/admin/command.h"
#include "platform/admin/offline.h"

#define FROM "--from-namespace"
#define ALL "*"

bool
command_adopt_is_meant(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strncmp(argv[i], FROM, strlen(FROM)) == 0)
			return true;
	return false;
}

static json_t *
refuse_here(struct platform *platform, const struct command_arguments *arguments,
	    const json_t *request, struct error *err)
{
	(void)platform;
	(void)request;
	error_set(err, ERROR_INPUT,
		  _("%s: sidestaged is not running, so the cluster cannot be read.  Start it first."),
		  arguments->state);
	return NULL;
}

/* --- what came of it --- */

static void
print_left(const json_t *list)
{
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one) {
		struct left_object left;
		char *text, *plain;

		left_object_read(&left, one);
		text = xasprintf("%s: %s", untrusted_raw(&left.object), untrusted_raw(&left.why));
		plain = text_printable(text);
		printf("  %s\n", plain);
		free(plain);
		free(text);
		left_object_clear(&left);
	}
}

static void
print_report(const struct adoption_report *report)
{
	for (size_t i = 0; i < report->warning_count; i++) {
		char *text = xasprintf(_("warning: %s"), untrusted_raw(&report->warnings[i]));

		command_print_fault(NULL, text);
		free(text);
	}
	for (size_t i = 0; i < report->environment_count; i++) {
		const struct adopted_environment *one = &report->environments[i];

		printf(one->is_new ? _("%s: adopted as environment %s of application %s\n")
				   : _("%s: environment %s of application %s, as before\n"),
		       untrusted_raw(&one->namespace), untrusted_raw(&one->env_id),
		       untrusted_raw(&one->app_id));
		print_left(one->left);
	}
}

static int
ask(const struct command_arguments *arguments, const json_t *request)
{
	struct error err = {0};
	json_t *body = offline_run(arguments, request, refuse_here, &err);
	struct adoption_report report;
	int status = STATUS_FINE;

	if (!body)
		return command_fail(&err);
	adoption_report_read(&report, body);
	print_report(&report);
	if (report.environment_count == 0)
		status = STATUS_FAILED;
	else if (report.warning_count > 0)
		status = STATUS_IN_PART;
	adoption_report_clear(&report);
	json_decref(body);
	return status;
}

/* --- the command line --- */

static void
print_help(FILE *out)
{
	fprintf(out, "%s\n%s\n\n%s\n",
		_("Usage: sidestaged import {--state DIR | --config FILE} --from-namespace NS..."),
		_("Adopt what runs in these namespaces; nothing in them is changed"),
		_("  --from-namespace NS   Adopt this namespace (repeatable; '*': all)\n"
		  "  --cluster NAME        In this cluster of the configuration\n"
		  "  --organization ID     For this organization\n"
		  "  --selector LABELS     Only workloads with these labels\n"
		  "  --state DIR           Use the state in this directory\n"
		  "  --config FILE         Use the state that this configuration names\n"
		  "  --user NAME           Record the environments as made by this user"));
}

/* The rest is read by command_read_arguments(): its words are made here. */
static int
read_options(int argc, char **argv, json_t *request, char **rest, int *rest_count)
{
	static const struct option longs[] = {
		{"from-namespace", required_argument, NULL, 'n'},
		{"cluster", required_argument, NULL, 'l'},
		{"organization", required_argument, NULL, 'o'},
		{"selector", required_argument, NULL, 'e'},
		{"config", required_argument, NULL, 'c'},
		{"state", required_argument, NULL, 's'},
		{"user", required_argument, NULL, 'u'},
		{"help", no_argument, NULL, 'h'},
		{NULL, 0, NULL, 0},
	};
	json_t *names = json_object_get(request, "namespaces");
	int which, index = 0;

	opterr = 0;
	while ((which = command_next_option(argc, argv, longs, &index)) != -1) {
		if (which == 'h') {
			print_help(stdout);
			return -1;
		}
		if (which == '?' || which == ':')
			return command_refuse_option(longs, argv, which);
		if (which == 'n' && strcmp(optarg, ALL) == 0)
			json_object_set_new(request, "all", json_true());
		else if (which == 'n')
			json_array_append_new(names, json_string(optarg));
		else if (which == 'l' || which == 'o' || which == 'e')
			json_object_set_new(request,
					    which == 'l'   ? "cluster"
					    : which == 'o' ? "org"
							   : "selector",
					    json_string(optarg));
		else {
			rest[(*rest_count)++] = xasprintf("--%s=%s", longs[index].name, optarg);
		}
	}
	return optind == argc ? STATUS_FINE : STATUS_USAGE;
}

int
command_adopt(int argc, char **argv)
{
	json_t *request = json_pack("{s:s, s:[]}", "command", "adopt", "namespaces");
	char **rest = xcalloc((size_t)argc + 1, sizeof(*rest));
	struct command_arguments arguments = {0};
	int count = 0, status;

	rest[count++] = xstrdup(argv[0]);
	status = read_options(argc, argv, request, rest, &count);
	if (status == STATUS_USAGE)
		print_help(stderr);
	optind = 0;
	if (status == STATUS_FINE)
		status = command_read_arguments(
			&arguments, count, rest,
			_("Usage: sidestaged import {--state DIR | --config FILE} --from-namespace "
			  "NS..."),
			"", false);
	if (status == STATUS_FINE && arguments.user)
		json_object_set_new(request, "user", json_string(arguments.user));
	if (status == STATUS_FINE)
		status = ask(&arguments, request);
	command_clear_arguments(&arguments);
	json_decref(request);
	for (int i = 0; i < count; i++)
		free(rest[i]);
	free(rest);
	return status < 0 ? STATUS_FINE : status;
}
