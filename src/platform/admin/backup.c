/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A file after the other: first copied by SQLite into a work file, then from there into the tar, a
 * piece in each step.  Of our own database the copy follows the changes of our connection, some
 * pages in each step.
 *
 * The databases of environments are files that a workload makes, changes and cuts while we read
 * them.  Each is copied by a process of its own, which has a limit of time and of size, and may
 * end as it likes; one that cannot be copied is left out and named, and keeps nobody else's from
 * being saved.
 *
 * The work file is needed because a tar says how long a file is before its bytes.  Whoever
 * calls backup_step() decides how fast it goes: the daemon, a little in each turn of its
 * loop; a command, as fast as it can.  A file that is not finished is removed, so a backup
 * that is there is whole.
 */
#include "config.h"

#include "platform/admin/backup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/output.h"
#include "base/xmalloc.h"
#include "db/copy.h"
#include "platform/admin/tar.h"
#include "platform/state/rows.h"

/* 1 MiB of pages of 4 KiB: a few milliseconds in a daemon that
 * answers requests between two steps. */
#define PAGES_PER_STEP 256
#define PIECE (256u * 1024)
#define ENVIRONMENT_DEPTH 3	/* organization, application, environment */
#define FILES_MAX 100000
#define COPY_MS 60000		/* of a database that is not ours, however large it is */
#define RETRY_MS 20		/* while somebody keeps it locked */
#define SIZE_MORE ((rlim_t)64 << 20)
#define WAIT_MS 50		/* of a caller who has nothing else to do */

struct backup {
	struct repository *repository;	/* NULL: opened like the others */
	char *state, *path, *work;
	char **names;
	size_t count, at;
	struct db_copy *copy;
	pid_t child;			/* 0: none */
	int report;			/* what it has to say: a struct error, none for success */
	int64_t until;			/* steady ms */
	json_t *left_out;
	int in, out;
	int64_t left;			/* bytes of the work file */
	size_t padding;
	bool whole;
};

/* --- what there is --- */

static void
add_name(struct backup *backup, char *name)
{
	backup->names = xreallocarray(backup->names, backup->count + 1, sizeof(*backup->names));
	backup->names[backup->count++] = name;
}

static bool
is_database(const char *name)
{
	size_t length = strlen(name);

	return length > 7 && strcmp(name + length - 7, ".sqlite") == 0;
}

static DIR *
open_inner(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);

	if (!directory && fd >= 0)
		close(fd);
	return directory;
}

/* Regular files alone: what else has such a name was made by a workload. */
static void
add_databases(struct backup *backup, int environment, const char *place)
{
	DIR *directory = open_inner(environment, "resources");
	struct dirent *entry;
	struct stat st;

	while (directory && (entry = readdir(directory)) != NULL)
		if (is_database(entry->d_name) && backup->count < FILES_MAX &&
		    fstatat(dirfd(directory), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
		    S_ISREG(st.st_mode))
			add_name(backup, xasprintf("%s/resources/%s", place, entry->d_name));
	if (directory)
		closedir(directory);
}

/* Down to the environments, whose names are ours. */
static int
walk(struct backup *backup, int parent, const char *name, const char *place, int depth,
     struct error *err)
{
	DIR *directory = open_inner(parent, name);
	struct dirent *entry;
	int ret = 0;

	if (!directory)
		return errno == ENOENT || errno == ENOTDIR
			       ? 0 : error_errno(err, _("%s: cannot be read"), place);
	if (depth == ENVIRONMENT_DEPTH)
		add_databases(backup, dirfd(directory), place);
	while (depth < ENVIRONMENT_DEPTH && ret == 0 && (entry = readdir(directory)) != NULL) {
		char *below = xasprintf("%s/%s", place, entry->d_name);

		if (entry->d_name[0] != '.')
			ret = walk(backup, dirfd(directory), entry->d_name, below, depth + 1, err);
		free(below);
	}
	closedir(directory);
	return ret;
}

/* The databases of environments are found by their names, since
 * only drivers know where they lie. */
static int
list_files(struct backup *backup, struct error *err)
{
	int state = open(backup->state, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int ret;

	if (state < 0)
		return error_errno(err, _("%s: cannot be opened"), backup->state);
	add_name(backup, xstrdup("platform.db"));
	ret = walk(backup, state, "spaces", "spaces", 0, err);
	close(state);
	return ret;
}

struct backup *
backup_new(struct repository *repository, const char *state, const char *path, struct error *err)
{
	struct backup *backup = xcalloc(1, sizeof(*backup));

	backup->repository = repository;
	backup->state = xstrdup(state);
	backup->path = xstrdup(path);
	backup->work = xasprintf("%s.work", path);
	backup->in = -1;
	backup->report = -1;
	backup->left_out = json_array();
	backup->out = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (backup->out < 0)
		error_errno(err, _("%s: cannot be made"), path);
	else if (list_files(backup, err) == 0)
		return backup;
	backup_free(backup);
	return NULL;
}

/* --- one database into the work file --- */

static int
copy_failed(struct backup *backup, struct error *err)
{
	return error_prefix(err, _("%s/%s: cannot be copied"), backup->state,
			    backup->names[backup->at]);
}

/* In the child.  0, or -1 with err. */
static int
copy_whole(const char *from, const char *to, struct error *err)
{
	struct db_copy *copy = db_copy_new(NULL, from, to, err);
	int more = copy ? 1 : -1;

	while (more == 1 || (more < 0 && copy && err->kind == ERROR_UNAVAILABLE)) {
		if (more < 0)
			poll(NULL, 0, RETRY_MS);
		*err = (struct error){0};
		more = db_copy_step(copy, PAGES_PER_STEP, err);
	}
	db_copy_free(copy);
	return more;
}

static void __attribute__((noreturn))
copy_and_exit(const char *from, const char *to, int report)
{
	struct error err = {0};
	struct rlimit size;
	struct stat st;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	/* A file of holes says that it is as large as it likes. */
	if (lstat(from, &st) == 0) {
		size = (struct rlimit){(rlim_t)st.st_blocks * 512 + SIZE_MORE,
				       (rlim_t)st.st_blocks * 512 + SIZE_MORE};
		(void)setrlimit(RLIMIT_FSIZE, &size);
	}
	if (copy_whole(from, to, &err) == 0)
		err.kind = ERROR_NONE;
	else if (err.kind == ERROR_NONE)
		err.kind = ERROR_STORE;
	_exit(output_write(report, &err, sizeof(err)) == 0 ? 0 : 1);
}

static int
start_child(struct backup *backup, const char *from, struct error *err)
{
	int ends[2];

	if (pipe2(ends, O_CLOEXEC) != 0)
		return error_errno(err, _("%s: cannot be copied"), from);
	backup->child = fork();
	if (backup->child == 0)
		copy_and_exit(from, backup->work, ends[1]);
	close(ends[1]);
	backup->report = ends[0];
	backup->until = clock_steady_ms() + COPY_MS;
	if (backup->child > 0)
		return 0;
	backup->child = 0;
	return error_errno(err, _("%s: cannot be copied"), from);
}

static int
begin_copy(struct backup *backup, struct error *err)
{
	const bool is_ours = backup->at == 0;
	char *path;
	int fd, ret = 0;

	unlink(backup->work);
	fd = open(backup->work, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_errno(err, _("%s: cannot be made"), backup->work);
	close(fd);
	path = xasprintf("%s/%s", backup->state, backup->names[backup->at]);
	if (!is_ours)
		ret = start_child(backup, path, err);
	else if (!(backup->copy = db_copy_new(backup->repository ? backup->repository->db : NULL,
					      path, backup->work, err)))
		ret = copy_failed(backup, err);
	free(path);
	return ret;
}

static void
end_copy(struct backup *backup)
{
	db_copy_free(backup->copy);
	backup->copy = NULL;
}

/* The child has ended, or is ended now.  The loop of a daemon may have buried it. */
static void
end_child(struct backup *backup, bool is_over)
{
	if (backup->child > 0 && !is_over)
		kill(backup->child, SIGKILL);
	if (backup->child > 0)
		(void)waitpid(backup->child, NULL, 0);
	backup->child = 0;
	if (backup->report >= 0)
		close(backup->report);
	backup->report = -1;
}

static int
leave_out(struct backup *backup, const char *why)
{
	json_array_append_new(backup->left_out, json_pack("{s:s, s:s}", "name",
							  backup->names[backup->at], "reason", why));
	unlink(backup->work);
	backup->at++;
	return 0;
}

static int
begin_piece(struct backup *backup, struct error *err)
{
	unsigned char block[TAR_BLOCK];
	struct stat st;

	backup->in = open(backup->work, O_RDONLY | O_CLOEXEC);
	if (backup->in < 0 || fstat(backup->in, &st) != 0)
		return error_errno(err, _("%s: cannot be read"), backup->work);
	if (!tar_encode(block, backup->names[backup->at], st.st_size, clock_wall_ms() / 1000))
		return error_set(err, ERROR_LIMIT,
				 _("%s: its name or its size does not fit in a backup"),
				 backup->names[backup->at]);
	backup->left = st.st_size;
	backup->padding = tar_padding(st.st_size);
	if (output_write(backup->out, block, TAR_BLOCK) != 0)
		return error_errno(err, _("%s: cannot be written"), backup->path);
	return 0;
}

static int
copy_pages(struct backup *backup, struct error *err)
{
	struct error why = {0};
	int more = db_copy_step(backup->copy, PAGES_PER_STEP, &why);

	/* It is free a moment later: whoever else opens it holds it no longer than that. */
	if (more < 0 && why.kind == ERROR_UNAVAILABLE)
		return 0;
	if (more < 0) {
		error_set(err, why.kind, "%s", why.text);
		return copy_failed(backup, err);
	}
	if (more)
		return 0;
	end_copy(backup);
	return begin_piece(backup, err);
}

static int
watch_child(struct backup *backup, struct error *err)
{
	struct pollfd p = {.fd = backup->report, .events = POLLIN};
	struct error why = {0};
	char text[100];

	if (poll(&p, 1, backup->repository ? 0 : WAIT_MS) <= 0) {
		if (clock_steady_ms() < backup->until)
			return 0;
		end_child(backup, false);
		snprintf(text, sizeof(text), _("it could not be copied within %d s"),
			 COPY_MS / 1000);
		return leave_out(backup, text);
	}
	if (read(backup->report, &why, sizeof(why)) != (ssize_t)sizeof(why))
		error_set(&why, ERROR_STORE, _("its copy ended unexpectedly"));
	why.text[sizeof(why.text) - 1] = '\0';
	end_child(backup, true);
	return why.kind == ERROR_NONE ? begin_piece(backup, err) : leave_out(backup, why.text);
}

/* --- the work file into the tar --- */

static int
copy_piece(struct backup *backup, struct error *err)
{
	static const char zeros[TAR_BLOCK];
	char *bytes = xmalloc(PIECE);
	ssize_t n = read(backup->in, bytes, backup->left < PIECE ? (size_t)backup->left : PIECE);
	int ret = 0;

	if (n == 0 && backup->left > 0)
		errno = EIO;	/* somebody cut it */
	if (n < 0 || (n == 0 && backup->left > 0))
		ret = error_errno(err, _("%s: cannot be read"), backup->work);
	else if (output_write(backup->out, bytes, (size_t)n) != 0)
		ret = error_errno(err, _("%s: cannot be written"), backup->path);
	free(bytes);
	if (ret != 0)
		return -1;
	backup->left -= n;
	if (backup->left > 0)
		return 0;
	if (output_write(backup->out, zeros, backup->padding) != 0)
		return error_errno(err, _("%s: cannot be written"), backup->path);
	close(backup->in);
	backup->in = -1;
	unlink(backup->work);
	backup->at++;
	return 0;
}

static int
end_archive(struct backup *backup, struct error *err)
{
	static const char zeros[2 * TAR_BLOCK];

	if (output_write(backup->out, zeros, sizeof(zeros)) != 0 || fsync(backup->out) != 0)
		return error_errno(err, _("%s: cannot be written"), backup->path);
	backup->whole = true;
	return 0;
}

int
backup_step(struct backup *backup, struct error *err)
{
	int ret;

	if (backup->at == backup->count)
		return end_archive(backup, err);
	if (backup->in >= 0)
		ret = copy_piece(backup, err);
	else if (backup->copy)
		ret = copy_pages(backup, err);
	else if (backup->child)
		ret = watch_child(backup, err);
	else
		ret = begin_copy(backup, err);
	return ret == 0 ? 1 : -1;
}

json_t *
backup_left_out(const struct backup *backup)
{
	return json_incref(backup->left_out);
}

void
backup_free(struct backup *backup)
{
	if (!backup)
		return;
	end_copy(backup);
	end_child(backup, false);
	json_decref(backup->left_out);
	if (backup->in >= 0)
		close(backup->in);
	if (backup->out >= 0)
		close(backup->out);
	unlink(backup->work);
	if (!backup->whole && backup->out >= 0)
		unlink(backup->path);
	for (size_t i = 0; i < backup->count; i++)
		free(backup->names[i]);
	free(backup->names);
	free(backup->state);
	free(backup->path);
	free(backup->work);
	free(backup);
}
