/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What workloads could write to is removed without waiting for it.  First it is moved away, so that
 * its name is free of it at once, whatever becomes of the rest; a little is removed then and there,
 * which is all of most directories, and what is more by a process of its own.  What a daemon could
 * not finish lies where the next one looks when it starts.
 */
#include "config.h"

#include "platform/drivers/process/remover.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/ids.h"
#include "base/log.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "net/loop.h"

#define AT_ONCE 100		/* names: well below a millisecond on a disk that is not busy */
#define NICE 10

struct remover_child {
	struct remover *remover;
	struct remover_child *next;
	pid_t pid;
	char *path;
	void (*done)(void *data);
	void *data;
};

struct remover {
	struct loop *loop;
	char *directory;
	struct remover_child *children;
};

static void __attribute__((noreturn))
remove_and_exit(const char *path)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)setpriority(PRIO_PROCESS, 0, NICE);
	_exit(paths_remove_tree(path, NULL) == 0 ? 0 : 1);
}

static void
forget(struct remover_child *child)
{
	struct remover_child **link = &child->remover->children;

	while (*link != child)
		link = &(*link)->next;
	*link = child->next;
	free(child->path);
	free(child);
}

static void
ended(void *data, pid_t pid, int status)
{
	struct remover_child *child = data;
	void (*done)(void *data) = child->done;
	void *of = child->data;

	(void)pid;
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		log_line(LOG_PRIORITY_ERROR, "a directory stays", "directory", child->path, NULL);
	forget(child);
	if (done)
		done(of);
}

/* false: there is no process for it; the next start tries again. */
static bool
go_on_in_child(struct remover *remover, const char *path, void (*done)(void *data), void *data)
{
	struct remover_child *child;
	pid_t pid = fork();

	if (pid == 0)
		remove_and_exit(path);
	if (pid < 0) {
		log_line(LOG_PRIORITY_ERROR, "a directory stays", "directory", path, "reason",
			 strerror(errno), NULL);
		return false;
	}
	child = xcalloc(1, sizeof(*child));
	*child = (struct remover_child){remover, remover->children, pid, xstrdup(path), done, data};
	remover->children = child;
	loop_watch_child(remover->loop, pid, ended, child);
	return true;
}

bool
remover_take(struct remover *remover, const char *path, void (*done)(void *data), void *data)
{
	char name[17], *away;
	struct error err = {0};
	bool later = false;
	int ret = 0;

	ids_random_hex(name, sizeof(name) - 1);
	away = xasprintf("%s/%s", remover->directory, name);
	if (rename(path, away) == 0)
		ret = paths_remove_part(away, AT_ONCE, &err);
	else if (errno != ENOENT)
		ret = error_set_code(&err, CODE_FILE_NOT_REMOVED, .file = path,
				     .reason = strerror(errno));
	if (ret > 0)
		later = go_on_in_child(remover, away, done, data);
	else if (ret < 0)
		log_line(LOG_PRIORITY_ERROR, "a directory stays", "reason", err.text, NULL);
	free(away);
	return later;
}

struct remover *
remover_new(struct loop *loop, const char *spaces_dir)
{
	struct remover *remover = xcalloc(1, sizeof(*remover));

	remover->loop = loop;
	remover->directory = xasprintf("%s/.removed", spaces_dir);
	/* What an earlier daemon left in it goes, and it is there again. */
	if (rmdir(remover->directory) != 0 && errno != ENOENT) {
		char name[17], *old;

		ids_random_hex(name, sizeof(name) - 1);
		old = xasprintf("%s/.removed-%s", spaces_dir, name);
		if (rename(remover->directory, old) == 0)
			go_on_in_child(remover, old, NULL, NULL);
		free(old);
	}
	if (mkdir(remover->directory, 0700) != 0)
		log_line(LOG_PRIORITY_ERROR, "cannot make", "directory", remover->directory,
			 "reason", strerror(errno), NULL);
	return remover;
}

void
remover_free(struct remover *remover)
{
	if (!remover)
		return;
	while (remover->children) {
		struct remover_child *child = remover->children;

		loop_unwatch_child(remover->loop, child->pid);
		kill(child->pid, SIGKILL);
		waitpid(child->pid, NULL, 0);
		forget(child);
	}
	rmdir(remover->directory);
	free(remover->directory);
	free(remover);
}
