/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * XDG directories, what comes with the program, and making and removing trees without
 * following links.
 *
 * A program that runs from its build tree uses the data and the programs of that tree,
 * without being installed and without variables: tests and a first try need nothing else.  It
 * knows the tree by the link that make leaves beside the program.
 */
#include "config.h"

#include "base/paths.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"

/* Each level holds a descriptor open; what is deeper is moved up. */
#define TREE_DEPTH_MAX 32

static char *
xdg_directory(const char *variable, const char *below_home, struct error *err)
{
	const char *value = getenv(variable);
	const char *home = getenv("HOME");

	/* The specification: a relative path is to be ignored. */
	if (value && value[0] == '/')
		return xasprintf("%s/sidestage", value);
	if (home && home[0] == '/')
		return xasprintf("%s/%s/sidestage", home, below_home);
	error_set(err, ERROR_SYSTEM, _("Neither %s nor HOME names a directory; set HOME."),
		  variable);
	return NULL;
}

char *
paths_state(struct error *err)
{
	return xdg_directory("XDG_STATE_HOME", ".local/state", err);
}

char *
paths_cache(struct error *err)
{
	return xdg_directory("XDG_CACHE_HOME", ".cache", err);
}

char *
paths_config(struct error *err)
{
	return xdg_directory("XDG_CONFIG_HOME", ".config", err);
}

/* --- what comes with the program --- */

/* make puts a link of this name, to the data in the sources, into the build tree. */
#define BUILD_TREE_DATA "source-data"

/* NULL: not known. */
static char *
program_directory(void)
{
	char *path = xcalloc(PATH_MAX, 1), *slash;
	ssize_t length = readlink("/proc/self/exe", path, PATH_MAX - 1);

	slash = length > 0 ? strrchr(path, '/') : NULL;
	if (!slash) {
		free(path);
		return NULL;
	}
	*slash = '\0';
	return path;
}

/* NULL: it is not there. */
static char *
find_beside(const char *name, const char *must_be_there, int mode)
{
	char *directory = program_directory();
	char *proof = directory ? xasprintf("%s/%s", directory, must_be_there) : NULL;
	char *found = NULL;

	if (proof && access(proof, mode) == 0)
		found = *name ? xasprintf("%s/%s", directory, name) : xstrdup(directory);
	free(proof);
	free(directory);
	return found;
}

char *
paths_part(const char *variable, const char *beside, const char *installed)
{
	const char *value = getenv(variable);
	char *found = value && *value ? xstrdup(value) : find_beside(beside, BUILD_TREE_DATA, F_OK);

	return found ? found : xstrdup(installed);
}

char *
paths_program(const char *variable, const char *beside, const char *installed)
{
	const char *value = getenv(variable);
	char *found = value && *value ? xstrdup(value) : find_beside(beside, beside, X_OK);

	return found ? found : xstrdup(installed);
}

/* Each parent on the way, unless the last one is there or can be made.  EEXIST is no proof of a
 * directory; the last one is looked at. */
int
paths_make(const char *path, struct error *err)
{
	char *copy = xstrdup(path);
	struct stat st;
	int ret = 0, problem;

	for (char *slash = copy[0] && mkdir(copy, 0700) != 0 && errno != EEXIST
				   ? strchr(copy + 1, '/') : NULL; slash;
	     slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		problem = mkdir(copy, 0700) == 0 || errno == EEXIST ? 0 : errno;
		if (problem != 0 && stat(copy, &st) != 0) {
			errno = problem;	/* that it is not there was known */
			ret = error_errno(err, _("%s: cannot make the directory"), copy);
		}
		*slash = '/';
		if (ret != 0)
			goto out;
	}
	if (mkdir(copy, 0700) != 0 && errno != EEXIST)
		ret = error_errno(err, _("%s: cannot make the directory"), copy);
	else if (stat(copy, &st) != 0 || !S_ISDIR(st.st_mode))
		ret = error_set(err, ERROR_SYSTEM, _("%s: exists and is not a directory"), copy);
out:
	free(copy);
	return ret;
}

/*
 * A tree that somebody else made may be deeper than there are descriptors, and closed.  Directories
 * are opened by us before they are emptied, and what lies TREE_DEPTH_MAX below the top is moved up
 * to it and is emptied in the next pass.  What cannot be removed does not keep the rest.
 */
struct removal {
	int top;		/* its directory */
	unsigned hoisted;	/* so many were moved up */
	size_t budget;		/* names that may still be removed */
	size_t removed;		/* in this pass */
	int failed;		/* the first errno of this pass; 0: none */
};

static int64_t size_at(int parent, const char *name, int depth);
static void remove_at(struct removal *removal, int parent, const char *name, int depth);

static void
fail(struct removal *removal, int error)
{
	if (removal->failed == 0)
		removal->failed = error;
}

/* Opened to us before; no link is followed on any of these ways. */
static int
open_closed(int parent, const char *name)
{
	char path[64];
	int fd = openat(parent, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC), again;

	if (fd < 0)
		return -1;
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	(void)!chmod(path, 0700);
	again = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	close(fd);
	return again;
}

static int
open_directory(int parent, const char *name)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == EACCES)
		fd = open_closed(parent, name);
	if (fd >= 0)
		(void)!fchmod(fd, 0700);
	return fd;
}

/* Closes fd. */
static void
empty_directory(struct removal *removal, int fd, int depth)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		fail(removal, errno);
		close(fd);
		return;
	}
	while (removal->budget > 0 && (entry = readdir(dir)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			remove_at(removal, dirfd(dir), entry->d_name, depth + 1);
	closedir(dir);
}

static void
hoist(struct removal *removal, int parent, const char *name)
{
	char to[48];

	do
		snprintf(to, sizeof(to), ".moved-up-%u", removal->hoisted++);
	while (faccessat(removal->top, to, F_OK, AT_SYMLINK_NOFOLLOW) == 0);
	if (renameat(parent, name, removal->top, to) != 0)
		fail(removal, errno);
	else
		removal->removed++;
}

/* Each name is removed relative to a directory that is open, so that nobody can swap a parent
 * for a link to somewhere else between looking and removing. */
static void
remove_at(struct removal *removal, int parent, const char *name, int depth)
{
	int fd;

	if (removal->budget == 0)
		return;
	if (unlinkat(parent, name, 0) == 0 || errno == ENOENT ||
	    unlinkat(parent, name, AT_REMOVEDIR) == 0) {
		removal->budget--;
		removal->removed++;
		return;
	}
	if (errno == ENOTDIR || (fd = open_directory(parent, name)) < 0) {
		fail(removal, errno);
		return;
	}
	if (depth >= TREE_DEPTH_MAX) {
		close(fd);
		hoist(removal, parent, name);
		return;
	}
	empty_directory(removal, fd, depth);
	if (unlinkat(parent, name, AT_REMOVEDIR) == 0)
		removal->removed++;
	else if (removal->budget > 0 && errno != ENOTEMPTY && errno != EEXIST)
		fail(removal, errno);
}

/* 0, 1: more is left, or -1 with errno. */
static int
remove_passes(const char *path, size_t most)
{
	struct removal removal = {.budget = most};

	if (unlink(path) == 0 || errno == ENOENT || rmdir(path) == 0)
		return 0;
	do {
		removal.failed = 0;
		removal.removed = 0;
		removal.top = open_directory(AT_FDCWD, path);
		if (removal.top < 0)
			return errno == ENOENT ? 0 : -1;
		empty_directory(&removal, fcntl(removal.top, F_DUPFD_CLOEXEC, 0), 0);
		close(removal.top);
		if (rmdir(path) == 0 || errno == ENOENT)
			return 0;
		if (removal.budget == 0)
			return 1;
	} while (removal.removed > 0);
	errno = removal.failed ? removal.failed : ENOTEMPTY;
	return -1;
}

#define SIZE_DEPTH_MAX 200

/* Closes fd.  Room on the disk, in bytes; what is too deep to be looked at counts as all of it. */
static int64_t
size_of(int fd, int depth)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;
	int64_t bytes = 0;

	if (!dir)
		close(fd);
	while (dir && (entry = readdir(dir)) && bytes < INT64_MAX / 2) {
		struct stat st;

		if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0 ||
		    fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		bytes += (int64_t)st.st_blocks * 512 + PATHS_ENTRY_BYTES;
		if (S_ISDIR(st.st_mode) && depth == SIZE_DEPTH_MAX)
			bytes = INT64_MAX / 2;
		else if (S_ISDIR(st.st_mode))
			bytes += size_at(dirfd(dir), entry->d_name, depth + 1);
	}
	if (dir)
		closedir(dir);
	return bytes;
}

static int64_t
size_at(int parent, const char *name, int depth)
{
	int fd = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0 && errno == EACCES)
		fd = open_closed(parent, name);
	return fd < 0 ? 0 : size_of(fd, depth);
}

int64_t
paths_size(const char *path)
{
	return size_at(AT_FDCWD, path, 0);
}

int
paths_remove_part(const char *path, size_t most, struct error *err)
{
	int ret = remove_passes(path, most);

	return ret < 0 ? error_errno(err, _("%s: cannot be removed"), path) : ret;
}

int
paths_remove_tree(const char *path, struct error *err)
{
	return paths_remove_part(path, SIZE_MAX, err);
}

/* By its text alone; that no part of it is a link is seen to
 * where it is opened (beneath.c). */
bool
paths_is_inside(const char *relative)
{
	const char *part = relative;

	if (!relative || !*relative)
		return false;
	for (;;) {
		size_t length = strcspn(part, "/");

		if (length == 0 || (length == 1 && part[0] == '.') ||
		    (length == 2 && part[0] == '.' && part[1] == '.'))
			return false;
		if (part[length] == '\0')
			return true;
		part += length + 1;
	}
}
