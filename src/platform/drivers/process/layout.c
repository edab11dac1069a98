/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The directory of an environment belongs to the daemon.  Of what lies in it a workload is given
 * some directories (instance.c), as they are and without what lies beside them; so it can do to
 * their content what it wants, and the daemon meets nothing of that on its way to its own.
 *
 * Until 0.1 a workload was given all of the directory.  What the daemon had there is put in its
 * place when the environment is opened, before anything runs: what is no regular file or no
 * directory where there should be one was left by a workload, and goes.  That it was done is told
 * by "records", which is made whole beside its place.
 */
#include "config.h"

#include "platform/drivers/process/layout.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"

#define RECORDS_NEW "records.new"

static bool
is_kind(int directory, const char *name, mode_t kind)
{
	struct stat st;

	return fstatat(directory, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	       (st.st_mode & S_IFMT) == kind;
}

static void
drop_other(int directory, const char *name, mode_t kind)
{
	if (!is_kind(directory, name, kind))
		(void)unlinkat(directory, name, 0);
}

static bool
ends_with(const char *name, const char *ending)
{
	size_t length = strlen(name), n = strlen(ending);

	return length > n && strcmp(name + length - n, ending) == 0;
}

/* For each name in it; -1 where it cannot be opened. */
static int
for_each(int parent, const char *directory, void (*take)(int directory, const char *name, int top))
{
	int fd = openat(parent, directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	DIR *dir = fd < 0 ? NULL : fdopendir(fd);
	struct dirent *entry;

	while (dir && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			take(dirfd(dir), entry->d_name, parent);
	if (dir)
		closedir(dir);
	else if (fd >= 0)
		close(fd);
	return dir ? 0 : -1;
}

static void
move_resource(int resources, const char *name, int space)
{
	char *to = NULL;

	if (ends_with(name, ".dns") && is_kind(resources, name, S_IFREG))
		to = xasprintf(RECORDS_NEW "/%s", name);
	else if (ends_with(name, ".files") && is_kind(resources, name, S_IFDIR))
		to = xasprintf("files/%.*s", (int)(strlen(name) - strlen(".files")), name);
	if (to)
		(void)renameat(resources, name, space, to);
	free(to);
}

static void
clean_module(int modules, const char *name, int space)
{
	int fd;

	(void)space;
	drop_other(modules, name, S_IFDIR);
	fd = openat(modules, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return;
	drop_other(fd, "output.log", S_IFREG);
	drop_other(fd, "output.log.1", S_IFREG);
	close(fd);
}

static int
bring_up_to_date(int space)
{
	drop_other(space, RECORDS_NEW, S_IFDIR);
	if (mkdirat(space, RECORDS_NEW, 0700) != 0 && errno != EEXIST)
		return -1;
	if (for_each(space, "resources", move_resource) != 0 ||
	    for_each(space, "modules", clean_module) != 0)
		return -1;
	return renameat(space, RECORDS_NEW, space, "records");
}

int
layout_make(const char *space_dir, struct error *err)
{
	static const char *const parts[] = {"resources", "data", "files", "modules", "volumes"};
	bool is_old;
	int space, ret = 0;

	if (paths_make(space_dir, err) != 0)
		return -1;
	space = open(space_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);
	if (space < 0)
		return error_set_code(err, CODE_FILE_NOT_OPENED, .file = space_dir,
				      .reason = strerror(errno));
	is_old = !is_kind(space, "records", S_IFDIR);
	for (size_t i = 0; ret == 0 && i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (is_old)
			drop_other(space, parts[i], S_IFDIR);
		if (mkdirat(space, parts[i], 0700) != 0 && errno != EEXIST)
			ret = -1;
	}
	if (ret == 0 && is_old)
		ret = bring_up_to_date(space);
	if (ret != 0)
		error_set_code(err, CODE_DIRECTORIES_NOT_MADE, .directory = space_dir,
			       .reason = strerror(errno));
	close(space);
	return ret;
}

int
layout_make_volume(const char *space_dir, const char *name, struct error *err)
{
	char *path = xasprintf("%s/volumes/%s", space_dir, name);
	int ret = layout_make(space_dir, err);

	if (ret == 0)
		ret = paths_make(path, err);
	free(path);
	return ret;
}

const char *
layout_space(const char *space_dir)
{
	const char *at = space_dir + strlen(space_dir);

	for (int parts = 0; at > space_dir; at--)
		if (at[-1] == '/' && ++parts == 3)
			break;
	return at;
}
