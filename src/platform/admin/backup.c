/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A file after the other: first copied by SQLite into a work file, some pages in each step,
 * then from there into the tar, a piece in each step.  Of a source that is ours the copy
 * follows the changes of our connection; another's change makes SQLite begin again.
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
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
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
#define DEPTH_MAX 12
#define FILES_MAX 100000
#define STUCK_MS 30000		/* a database that somebody keeps locked */

struct backup {
	struct repository *repository;	/* NULL: opened like the others */
	char *state, *path, *work;
	char **names;
	size_t count, at;
	struct db_copy *copy;
	int64_t stuck_at;
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

/* Never through a symbolic link: what is in an environment's directory is not ours. */
static int
walk(struct backup *backup, int parent, const char *name, const char *place, int depth,
     struct error *err)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *directory = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;
	int ret = 0;

	if (!directory) {
		if (fd >= 0)
			close(fd);
		return errno == ENOENT ? 0 : error_errno(err, _("%s: cannot be read"), place);
	}
	while (ret == 0 && (entry = readdir(directory)) != NULL) {
		char *below = xasprintf("%s/%s", place, entry->d_name);
		struct stat st;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    fstatat(fd, entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
			free(below);
			continue;
		}
		if (S_ISREG(st.st_mode) && is_database(entry->d_name) &&
		    backup->count < FILES_MAX) {
			add_name(backup, below);
			continue;
		}
		if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
			ret = walk(backup, fd, entry->d_name, below, depth + 1, err);
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

static int
begin_copy(struct backup *backup, struct error *err)
{
	const bool is_ours = backup->repository && backup->at == 0;
	char *path;
	int fd;

	unlink(backup->work);
	fd = open(backup->work, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_errno(err, _("%s: cannot be made"), backup->work);
	close(fd);
	path = xasprintf("%s/%s", backup->state, backup->names[backup->at]);
	backup->copy = db_copy_new(is_ours ? backup->repository->db : NULL, path, backup->work,
				   err);
	free(path);
	backup->stuck_at = 0;
	return backup->copy ? 0 : copy_failed(backup, err);
}

static void
end_copy(struct backup *backup)
{
	db_copy_free(backup->copy);
	backup->copy = NULL;
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

/* A database that is locked may be free later. */
static int
stay(struct backup *backup, struct error *err)
{
	int64_t now = clock_steady_ms();

	if (!backup->stuck_at)
		backup->stuck_at = now;
	if (now - backup->stuck_at < STUCK_MS)
		return 0;
	return error_set(err, ERROR_STORE, _("%s: is kept locked by its program"),
			 backup->names[backup->at]);
}

static int
copy_pages(struct backup *backup, struct error *err)
{
	struct error why = {0};
	int more = db_copy_step(backup->copy, PAGES_PER_STEP, &why);

	if (more < 0 && why.kind == ERROR_UNAVAILABLE)
		return stay(backup, err);
	if (more < 0) {
		error_set(err, why.kind, "%s", why.text);
		return copy_failed(backup, err);
	}
	backup->stuck_at = 0;
	if (more)
		return 0;
	end_copy(backup);
	return begin_piece(backup, err);
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
	else
		ret = begin_copy(backup, err);
	return ret == 0 ? 1 : -1;
}

void
backup_free(struct backup *backup)
{
	if (!backup)
		return;
	end_copy(backup);
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
