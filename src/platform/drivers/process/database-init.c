/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Fills a database from its template, in a process of its own: a large template keeps neither
 * the daemon nor another resource waiting.
 *
 * It is filled among the records, where no workload can put anything in its way, and then moved to
 * its place, so that a database is whole or not there.  The record that it was made comes last.
 */
#include "config.h"

#include "platform/drivers/process/database-init.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/output.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "db/copy.h"
#include "model/error-codes.h"
#include "net/loop.h"

#define FILL_MS 60000

struct database_init {
	struct loop *loop;
	struct loop_timer *timer;
	pid_t pid;
	int report;		/* what the child has to say: a struct error, when it fails */
	bool late;
	char *path;
	database_init_done *done;
	void *data;
};

/* --- the child --- */

static void
drop(const char *temporary)
{
	char *journal = xasprintf("%s-journal", temporary);

	unlink(temporary);
	unlink(journal);
	free(journal);
}

/* What lies there was not made by us; SQLite would play back a journal beside it. */
static int
move(const char *temporary, const char *path, struct error *err)
{
	static const char *const endings[] = {"-journal", "-wal", "-shm", ""};
	int ret = 0;

	for (size_t i = 0; ret == 0 && i < sizeof(endings) / sizeof(endings[0]); i++) {
		char *there = xasprintf("%s%s", path, endings[i]);

		ret = paths_remove_tree(there, err);
		free(there);
	}
	if (ret != 0)
		return -1;
	return rename(temporary, path) == 0 ? 0
					    : error_set_code(err, CODE_FILE_NOT_MADE, .file = path,
							     .reason = strerror(errno));
}

static int
note(const char *record, struct error *err)
{
	int fd = open(record, O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0 || close(fd) != 0)
		return error_set_code(err, CODE_FILE_NOT_WRITTEN, .file = record,
				      .reason = strerror(errno));
	return 0;
}

static int
make_database(const char *path, const char *record, const char *sql, struct error *err)
{
	char *temporary = xasprintf("%s.new", record);
	int ret;

	drop(temporary);
	ret = db_make(temporary, sql, err);
	if (ret == 0 && chmod(temporary, 0600) != 0)
		ret = error_set_code(err, CODE_FILE_NOT_MADE_PRIVATE, .file = temporary,
				     .reason = strerror(errno));
	if (ret == 0)
		ret = move(temporary, path, err);
	if (ret == 0)
		ret = note(record, err);
	if (ret != 0)
		drop(temporary);
	free(temporary);
	return ret;
}

/* "SPACE/resources/NAME" -> "SPACE/records/NAME" */
static char *
record_of(const char *path)
{
	const char *name = strrchr(path, '/');
	const char *end = name;

	while (end > path && end[-1] != '/')
		end--;
	return xasprintf("%.*srecords%s", (int)(end - path), path, name);
}

static void
fill_and_exit(const char *path, const char *sql, int report)
{
	char *record = record_of(path);
	struct error err;
	int code = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	memset(&err, 0, sizeof(err));
	if (make_database(path, record, sql, &err) != 0)
		code = output_write(report, &err, sizeof(err)) == 0 ? 1 : 2;
	free(record);
	_exit(code);
}

/* --- the daemon --- */

static void
free_init(struct database_init *init)
{
	loop_remove_timer(init->timer);
	close(init->report);
	free(init->path);
	free(init);
}

static void
tell(struct database_init *init, int status)
{
	struct error err = {0};
	bool failed = !WIFEXITED(status) || WEXITSTATUS(status) != 0;

	if (init->late)
		error_set_code(&err, CODE_TEMPLATE_TOOK_TOO_LONG, .file = init->path,
			       .seconds = FILL_MS / 1000);
	else if (failed && read(init->report, &err, sizeof(err)) != (ssize_t)sizeof(err))
		error_set_code(&err, CODE_TEMPLATE_ENDED, .file = init->path);
	err.text[sizeof(err.text) - 1] = '\0';
	init->done(init->data, failed ? &err : NULL);
}

static void
ended(void *data, pid_t pid, int status)
{
	struct database_init *init = data;

	(void)pid;
	tell(init, status);
	free_init(init);
}

static void
too_late(void *data)
{
	struct database_init *init = data;

	init->timer = NULL;
	init->late = true;
	kill(init->pid, SIGKILL);
}

struct database_init *
database_init_start(struct loop *loop, const char *path, const char *sql,
		    database_init_done *done, void *data, struct error *err)
{
	struct database_init *init;
	int ends[2];
	pid_t pid;

	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
		error_set_code(err, CODE_TEMPLATE_NOT_STARTED, .file = path,
			       .reason = strerror(errno));
		return NULL;
	}
	pid = fork();
	if (pid == 0)
		fill_and_exit(path, sql, ends[1]);
	close(ends[1]);
	if (pid < 0) {
		error_set_code(err, CODE_TEMPLATE_NOT_STARTED, .file = path,
			       .reason = strerror(errno));
		close(ends[0]);
		return NULL;
	}
	init = xcalloc(1, sizeof(*init));
	init->loop = loop;
	init->pid = pid;
	init->report = ends[0];
	init->path = xstrdup(path);
	init->done = done;
	init->data = data;
	init->timer = loop_add_timer(loop, FILL_MS, too_late, init);
	loop_watch_child(loop, pid, ended, init);
	return init;
}

void
database_init_stop(struct database_init *init)
{
	if (!init)
		return;
	loop_unwatch_child(init->loop, init->pid);
	kill(init->pid, SIGKILL);
	waitpid(init->pid, NULL, 0);
	free_init(init);
}
