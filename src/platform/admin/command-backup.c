/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * sidestaged backup FILE and restore FILE.
 *
 * The daemon may be forbidden to write anywhere but in its state, so it makes the file there
 * and we, who were told where it should be, take it from there.
 */
#include "config.h"

#include "platform/admin/command-backup.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/output.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "platform/admin/backup.h"
#include "platform/admin/command.h"
#include "platform/admin/offline.h"
#include "platform/admin/restore.h"
#include "platform/state/platform.h"

#define PIECE 262144

/* No daemon runs, so nobody is kept waiting: one step after the other. */
static json_t *
back_up_here(struct platform *platform, const struct command_arguments *arguments,
	     const json_t *request, struct error *err)
{
	char *path = xasprintf("%s/backup-%ld.tar", arguments->state, (long)getpid());
	struct backup *backup = backup_new(platform->repository, arguments->state, path, err);
	json_t *result = NULL;
	int ret = -1;

	(void)request;
	while (backup && (ret = backup_step(backup, err)) == 1)
		;
	if (ret == 0)
		result = json_pack("{s:s, s:o}", "path", path, "left_out",
				   backup_left_out(backup));
	backup_free(backup);
	free(path);
	return result;
}

static int
copy_bytes(const char *from, const char *to, struct error *err)
{
	int in = open(from, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int out = in < 0 ? -1
			 : open(to, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	char *bytes = xmalloc(PIECE);
	ssize_t n = -1;
	int ret = 0;

	if (in < 0 || out < 0)
		ret = error_errno(err, _("%s: cannot be made"), in < 0 ? from : to);
	while (ret == 0 && (n = read(in, bytes, PIECE)) > 0)
		if (output_write(out, bytes, (size_t)n) != 0)
			ret = error_errno(err, _("%s: cannot be written"), to);
	if (ret == 0 && (n < 0 || fsync(out) != 0))
		ret = error_errno(err, _("%s: cannot be written"), to);
	if (in >= 0)
		close(in);
	if (out >= 0)
		close(out);
	free(bytes);
	return ret;
}

/* A file of that name is only replaced by one that is whole. */
static int
take_file(const char *from, const char *to, struct error *err)
{
	char *fresh = xasprintf("%s.new-%ld", to, (long)getpid());
	int ret = copy_bytes(from, fresh, err);

	if (ret == 0 && rename(fresh, to) != 0)
		ret = error_errno(err, _("%s: cannot be made"), to);
	if (ret != 0)
		unlink(fresh);
	unlink(from);
	free(fresh);
	return ret;
}

/* The file is there and good; a script still has to see that something is missing. */
static int
tell_left_out(const json_t *result)
{
	const json_t *list = json_object_get(result, "left_out"), *item;
	size_t i;

	json_array_foreach(list, i, item)
		fprintf(stderr, _("sidestaged: %s is not in the backup: %s\n"),
			json_member_string(item, "name"), json_member_string(item, "reason"));
	return json_array_size(list) > 0 ? STATUS_IN_PART : STATUS_FINE;
}

int
command_backup(int argc, char **argv)
{
	struct command_arguments arguments;
	struct error err = {0};
	json_t *request, *result;
	int status = command_read_arguments(
		&arguments, argc, argv,
		_("Usage: sidestaged backup {--state DIR | --config FILE} FILE"),
		_("Back up the state to a file (the daemon may be running)"), true);

	if (status != STATUS_FINE)
		return status < 0 ? STATUS_FINE : status;
	if (command_check_target(arguments.file, &err) != 0 ||
	    offline_find(arguments.state, &err) != 0) {
		command_clear_arguments(&arguments);
		return command_fail(&err);
	}
	request = json_pack("{s:s}", "command", "backup");
	result = offline_run(&arguments, request, back_up_here, &err);
	if (!result || take_file(json_member_string(result, "path"), arguments.file, &err) != 0)
		status = command_fail(&err);
	else
		status = tell_left_out(result);
	json_decref(result);
	json_decref(request);
	command_clear_arguments(&arguments);
	return status;
}

int
command_restore(int argc, char **argv)
{
	struct command_arguments arguments;
	struct error err = {0};
	int status = command_read_arguments(
		&arguments, argc, argv,
		_("Usage: sidestaged restore {--state DIR | --config FILE} FILE"),
		_("Restore the state from a backup"), true);

	if (status != STATUS_FINE)
		return status < 0 ? STATUS_FINE : status;
	if (backup_restore(arguments.file, arguments.state, &err) != 0)
		status = command_fail(&err);
	command_clear_arguments(&arguments);
	return status;
}
