/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A checkout is somebody else's: links are not followed, names with a dot are not looked at, and
 * depth, number of folders, and number and size of files have a limit.  What is passed over is
 * counted and told, so that "found nowhere" is not said of files that were not read.
 */
#include "config.h"

#include "cli/repository-files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "compare/repository-lines.h"
#include "flow/verbs/flow.h"
#include "model/set.h"

#define DEPTH_MAX 12
#define FILES_MAX 5000
#define FOLDERS_MAX 20000
#define FILE_MAX_BYTES (1u << 20)

struct repository_walk {
	const json_t *values;
	json_t *found;
	size_t folders, files, skipped;
};

static bool
is_manifest(const char *name)
{
	static const char *const ends[] = {".yaml", ".yml", ".json"};
	size_t length = strlen(name);

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (length > strlen(ends[i]) &&
		    strcmp(name + length - strlen(ends[i]), ends[i]) == 0)
			return true;
	return false;
}

/* free() it; NULL with errno. */
static char *
read_all(int fd, size_t size)
{
	char *text = xcalloc(size + 1, 1);
	size_t length = 0;
	ssize_t n = 1;

	while (length < size && (n = read(fd, text + length, size - length)) > 0)
		length += (size_t)n;
	if (n >= 0)
		return text;
	free(text);
	return NULL;
}

/* NULL: it is too large, cannot be read, or is no text. */
static char *
read_text(const char *path)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	char *text = NULL;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= (off_t)FILE_MAX_BYTES)
		text = read_all(fd, (size_t)st.st_size);
	close(fd);
	if (!text || text_is_utf8(text, strlen(text)))
		return text;
	free(text);
	return NULL;
}

/* `shown` is how it is called below the folder. */
static void
read_file(struct repository_walk *walk, const char *path, const char *shown)
{
	char *text = walk->files < FILES_MAX && text_is_utf8(shown, strlen(shown))
			     ? read_text(path) : NULL;

	if (text) {
		walk->files++;
		repository_lines_find(walk->values, shown, text, walk->found);
	} else {
		walk->skipped++;
	}
	free(text);
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

/* Of a file or a folder; 0: a link, or neither. */
static mode_t
type_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && (S_ISREG(st.st_mode) || S_ISDIR(st.st_mode))
		       ? st.st_mode & S_IFMT : 0;
}

/* 0, or -1 with errno. */
static int
read_folder(struct repository_walk *walk, const char *folder, const char *shown, int depth)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, is_visible, alphasort);

	walk->folders++;
	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		char *path = xasprintf("%s/%s", folder, name);
		char *below = xasprintf("%s%s%s", shown, *shown ? "/" : "", name);
		mode_t type = type_of(path);

		if (type == S_IFREG && is_manifest(name))
			read_file(walk, path, below);
		else if (type == S_IFDIR && (depth >= DEPTH_MAX || walk->folders >= FOLDERS_MAX ||
					     read_folder(walk, path, below, depth + 1) != 0))
			walk->skipped++;
		free(path);
		free(below);
		free(entries[i]);
	}
	free(entries);
	return count < 0 ? -1 : 0;
}

json_t *
repository_files_find(const char *folder, const struct review *review, size_t *skipped,
		      struct error *err)
{
	json_t *values = review->from && review->to
				 ? repository_lines_changes(set_modules(review->from),
							    set_modules(review->to))
				 : json_array();
	struct repository_walk walk = {.values = values, .found = json_array()};

	if (read_folder(&walk, folder, "", 0) != 0) {
		error_set(err, ERROR_INPUT, _("%s: cannot be read: %s"), folder, strerror(errno));
		json_decref(walk.found);
		walk.found = NULL;
	}
	json_decref(values);
	*skipped = walk.skipped;
	return walk.found;
}
