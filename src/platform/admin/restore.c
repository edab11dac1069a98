/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The archive is unpacked beside the state and moved to its place when all of it is there and
 * makes sense, so a state is whole or not there.  The file may be anybody's: only names that
 * a backup has are taken.
 */
#include "config.h"

#include "platform/admin/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/input.h"
#include "base/output.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "db/db.h"
#include "db/migrate.h"
#include "platform/admin/tar.h"
#include "platform/state/schema.h"

#define PIECE 65536

static bool
is_expected(const char *name)
{
	size_t length = strlen(name);

	if (strcmp(name, "platform.db") == 0)
		return true;
	return strncmp(name, "spaces/", 7) == 0 && length > 7 &&
	       strcmp(name + length - 7, ".sqlite") == 0 && paths_is_inside(name);
}

static int
make_parent(const char *path, struct error *err)
{
	char *parent = xstrndup(path, (size_t)(strrchr(path, '/') - path));
	int ret = paths_make(parent, err);

	free(parent);
	return ret;
}

static int
read_exactly(int in, void *bytes, size_t length, const char *path, struct error *err)
{
	char *at = bytes;

	while (length > 0) {
		ssize_t n = input_read(in, at, length, clock_steady_ms() + INPUT_SILENCE_MS);

		if (n < 0)
			return input_error(path, err);
		if (n == 0)
			return error_set(err, ERROR_INPUT, _("%s: the backup is cut off"), path);
		at += n;
		length -= (size_t)n;
	}
	return 0;
}

static int
unpack_file(int in, const char *archive, const char *path, int64_t size, struct error *err)
{
	char bytes[PIECE];
	size_t padding = tar_padding(size);
	int fd, ret = 0;

	if (make_parent(path, err) != 0)
		return -1;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_errno(err, _("%s: cannot be made"), path);
	while (ret == 0 && size > 0) {
		size_t n = size < PIECE ? (size_t)size : PIECE;

		ret = read_exactly(in, bytes, n, archive, err);
		if (ret == 0 && output_write(fd, bytes, n) != 0)
			ret = error_errno(err, _("%s: cannot be written"), path);
		size -= (int64_t)n;
	}
	if (ret == 0)
		ret = read_exactly(in, bytes, padding, archive, err);
	if (ret == 0 && fsync(fd) != 0)
		ret = error_errno(err, _("%s: cannot be written"), path);
	close(fd);
	return ret;
}

static int
unpack(int in, const char *archive, const char *directory, struct error *err)
{
	unsigned char block[TAR_BLOCK];
	char name[TAR_NAME_MAX + 1];
	int64_t size;
	int kind, ret = 0;

	while (ret == 0) {
		char *path;

		if (read_exactly(in, block, TAR_BLOCK, archive, err) != 0)
			return -1;
		kind = tar_decode(block, name, &size);
		if (kind == 0)
			break;
		if (kind < 0 || !is_expected(name))
			return error_set(err, ERROR_INPUT, _("%s: not a sidestaged backup"),
					 archive);
		path = xasprintf("%s/%s", directory, name);
		ret = unpack_file(in, archive, path, size, err);
		free(path);
	}
	return ret;
}

static int
check_database(const char *directory, const char *archive, struct error *err)
{
	char *path = xasprintf("%s/platform.db", directory);
	struct db *db = db_open(path, &(struct db_options){.mode = DB_OWNED}, NULL);
	const int newest = (int)platform_schema.count;
	bool sound = db && db_check_whole(db, NULL) == 0;
	int version = sound ? db_version(db) : -1;

	db_close(db);
	free(path);
	if (!sound || version < 1)
		return error_set(err, ERROR_INPUT,
				 _("%s: the database in it is missing or damaged"), archive);
	if (version > newest)
		return error_set(err, ERROR_INPUT,
				 _("%s: was made by a newer sidestaged (schema %d; this "
				   "one knows %d)"),
				 archive, version, newest);
	return 0;
}

/* rename(2) replaces an empty directory and nothing else, so no state is ever overwritten. */
static int
move_into_place(const char *directory, const char *state, struct error *err)
{
	if (rename(directory, state) == 0)
		return 0;
	if (errno == ENOTEMPTY || errno == EEXIST || errno == ENOTDIR)
		return error_set(err, ERROR_CONFLICT,
				 _("%s: exists and is not empty.  Stop its sidestaged and move it away first."),
				 state);
	return error_errno(err, _("%s: cannot be made"), state);
}

int
backup_restore(const char *path, const char *state, struct error *err)
{
	char *directory = xasprintf("%s.restore-XXXXXX", state);
	int in = input_open(path), ret = -1;

	if (in < 0) {
		input_error(path, err);
		goto out;
	}
	if (!mkdtemp(directory)) {
		error_errno(err, _("%s: cannot be made"), directory);
		goto out;
	}
	ret = unpack(in, path, directory, err);
	if (ret == 0)
		ret = check_database(directory, path, err);
	if (ret == 0)
		ret = move_into_place(directory, state, err);
	if (ret != 0)
		(void)!paths_remove_tree(directory, NULL);
out:
	if (in >= 0)
		close(in);
	free(directory);
	return ret;
}
