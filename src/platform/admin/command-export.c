/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * sidestaged export [FILE]: to standard output without one, or where it is "-", as import reads it.
 *
 * Keys are sorted, so that two exports can be compared line by line and kept under version
 * control.
 */
#include "config.h"

#include "platform/admin/command-export.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "model/json-text.h"
#include "platform/admin/command.h"
#include "platform/admin/export.h"
#include "platform/admin/offline.h"
#include "platform/state/platform.h"

#define FORM (JSON_INDENT(2) | JSON_SORT_KEYS)

static json_t *
export_here(struct platform *platform, const struct command_arguments *arguments,
	    const json_t *request, struct error *err)
{
	(void)arguments;
	(void)request;
	return export_all(platform->repository, err);
}

static int
write_to(FILE *out, const json_t *value)
{
	return json_text_write(value, out, FORM) == 0 && fputc('\n', out) != EOF && fflush(out) == 0
		       ? 0
		       : -1;
}

/* Whole or not at all. */
static int
write_file(const char *path, const json_t *value, struct error *err)
{
	char *fresh = xasprintf("%s.new-%ld", path, (long)getpid());
	mode_t mask = umask(0077);
	FILE *out = fopen(fresh, "wxe");
	int ret = 0;

	umask(mask);
	if (!out) {
		ret = error_errno(err, _("%s: cannot be made"), path);
	} else {
		if (write_to(out, value) != 0 || fsync(fileno(out)) != 0)
			ret = error_errno(err, _("%s: cannot be written"), path);
		if (fclose(out) != 0 && ret == 0)
			ret = error_errno(err, _("%s: cannot be written"), path);
		if (ret == 0 && rename(fresh, path) != 0)
			ret = error_errno(err, _("%s: cannot be made"), path);
		if (ret != 0)
			unlink(fresh);
	}
	free(fresh);
	return ret;
}

int
command_export(int argc, char **argv)
{
	struct command_arguments arguments;
	struct error err = {0};
	json_t *request, *result;
	int ret = -1,
	    status = command_read_arguments(
		    &arguments, argc, argv,
		    _("Usage: sidestaged export {--state DIR | --config FILE} [FILE]"),
		    _("Export organizations and applications as JSON, without secrets"), false);

	if (status != STATUS_FINE)
		return status < 0 ? STATUS_FINE : status;
	if (arguments.file && strcmp(arguments.file, "-") == 0)
		arguments.file = NULL;
	if (command_check_target(arguments.file, &err) != 0 ||
	    offline_find(arguments.state, &err) != 0) {
		command_clear_arguments(&arguments);
		return command_fail(&err);
	}
	request = json_pack("{s:s}", "command", "export");
	result = offline_run(&arguments, request, export_here, &err);
	if (result && arguments.file)
		ret = write_file(arguments.file, result, &err);
	else if (result)
		ret = write_to(stdout, result) == 0
			      ? 0
			      : error_errno(&err, _("standard output cannot be written"));
	json_decref(result);
	json_decref(request);
	command_clear_arguments(&arguments);
	return ret == 0 ? STATUS_FINE : command_fail(&err);
}
