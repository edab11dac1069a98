/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * sidestaged import FILE: every fault with its line first, and only then any change.
 *
 * The file is read and checked by this process, with the rights of who runs it; what goes to
 * the daemon is a value that names no more files.
 */
#include "config.h"

#include "platform/admin/command-import.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "platform/admin/command-adopt.h"
#include "platform/admin/command.h"
#include "platform/admin/document.h"
#include "platform/admin/import-check.h"
#include "platform/admin/import-images.h"
#include "platform/admin/import-resources.h"
#include "platform/admin/import-secrets.h"
#include "platform/admin/import-values.h"
#include "platform/admin/import.h"
#include "platform/admin/offline.h"
#include "platform/state/platform.h"
#include "platform/state/repository-values.h"
#include "platform/state/state-secrets.h"

static json_t *
import_here(struct platform *platform, const struct command_arguments *arguments,
	    const json_t *request, struct error *err)
{
	const json_t *file = json_object_get(request, "file");
	int sealed = repository_has_secrets(platform->repository, err);

	/* A state without secrets is left without a key. */
	if (sealed < 0 ||
	    ((sealed > 0 || import_has_secrets(file)) &&
	     state_secrets_open(platform, arguments->secret_key_file, arguments->state, err) != 0))
		return NULL;
	return import_apply(platform, file,
			    json_member_string(request, "user"), err);
}

static void
print_fault(void *data, const char *pointer, const char *text)
{
	const struct document *document = data;
	int line = document_line(document, pointer);
	char *whole = line > 0 ? xasprintf("%s:%d: %s: %s", document->path, line,
					   *pointer ? pointer : "/", text)
			       : xasprintf("%s: %s: %s", document->path, *pointer ? pointer : "/",
					   text);

	command_print_fault(NULL, whole);
	free(whole);
}

static void
print_warning(void *data, const char *pointer, const char *text)
{
	char *whole = xasprintf(_("warning: %s"), text);

	print_fault(data, pointer, whole);
	free(whole);
}

static int
count(const json_t *report, const char *key)
{
	return (int)json_integer_value(json_object_get(report, key));
}

/* What the file has and what did not come in. */
static void
print_differing(const char *path, const json_t *report)
{
	const json_t *environment;
	size_t i;

	json_array_foreach(json_object_get(report, "differing"), i, environment) {
		char *text = xasprintf(_("%s: warning: %s has deployments and keeps them; what the "
					 "file deploys there is different and was not taken"),
				       path, json_string_value(environment));

		command_print_fault(NULL, text);
		free(text);
	}
}

static void
print_unserved(const char *path, const json_t *report)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(report, "unserved"), i, entry) {
		char *warning = import_unserved_text(entry);
		char *text = xasprintf("%s: %s", path, warning);

		command_print_fault(NULL, text);
		free(text);
		free(warning);
	}
}

static void
print_report(const json_t *report)
{
	printf(_("Imported: organizations: %d, applications: %d, environments: %d, "
		 "deployments: %d, shared values: %d; kept their own deployments: %d\n"),
	       count(report, "organizations"), count(report, "applications"),
	       count(report, "environments"), count(report, "deployments"), count(report, "values"),
	       count(report, "kept"));
}

/* All faults are told, and before the daemon is asked for anything: first those of the form,
 * then what it says is elsewhere and is not there. */
static int
import_document(const struct command_arguments *arguments, struct document *document)
{
	struct error err = {0};
	json_t *request, *report;
	size_t faults = import_check(document->value, NULL, print_fault, print_warning, document);

	if (faults == 0)
		faults = import_fetch(document->value, document->path, print_fault, document);
	if (faults > 0) {
		fprintf(stderr, ngettext("%s: %zu error; nothing was changed\n",
					 "%s: %zu errors; nothing was changed\n", faults),
			document->path, faults);
		return STATUS_FAILED;
	}
	if (arguments->images)
		import_images_check(document->value, arguments->images, print_warning, document);
	request = json_pack("{s:s, s:O, s:s*}", "command", "import", "file", document->value,
			    "user", arguments->user);
	report = offline_run(arguments, request, import_here, &err);
	json_decref(request);
	if (!report) {
		error_prefix(&err, "%s", document->path);
		return command_fail(&err);
	}
	print_differing(document->path, report);
	print_unserved(document->path, report);
	print_report(report);
	json_decref(report);
	return STATUS_FINE;
}

int
command_import(int argc, char **argv)
{
	struct command_arguments arguments;
	struct document document;
	struct error err = {0};
	int status;

	if (command_adopt_is_meant(argc, argv))
		return command_adopt(argc, argv);
	status = command_read_arguments(
		&arguments, argc, argv,
		_("Usage: sidestaged import {--state DIR | --config FILE} [--user NAME] FILE"),
		_("Import organizations and applications from JSON or YAML, in the name of the user"),
		true);
	if (status != STATUS_FINE)
		return status < 0 ? STATUS_FINE : status;
	if (document_read(&document, arguments.file, &err) == 0) {
		status = import_document(&arguments, &document);
		document_clear(&document);
	} else {
		status = command_fail(&err);
	}
	command_clear_arguments(&arguments);
	return status;
}
