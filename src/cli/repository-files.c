/* SPDX-License-Identifier: GPL-3.0-or-later */

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
#include "base/xmalloc.h"
#include "compare/repository-lines.h"
#include "flow/verbs/flow.h"
#include "model/set.h"

#define DEPTH_MAX 12
#define FILES_MAX 5000
#define FILE_MAX_BYTES (1u << 20)

struct repository_walk {
	const json_t *values;
	json_t *found;
	size_t files;
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

/* What of it can be read; free() it. */
static char *
read_all(int fd, size_t size)
{
	char *text = xcalloc(size + 1, 1);
	size_t length = 0;
	ssize_t n;

	while (length < size && (n = read(fd, text + length, size - length)) > 0)
		length += (size_t)n;
	return text;
}

/* `shown` is how it is called below the folder. */
static void
read_file(struct repository_walk *walk, const char *path, const char *shown)
{
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	char *text;

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= (off_t)FILE_MAX_BYTES) {
		walk->files++;
		text = read_all(fd, (size_t)st.st_size);
		repository_lines_find(walk->values, shown, text, walk->found);
		free(text);
	}
	close(fd);
}

static int
is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static bool
is_folder(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

/* 0, or -1 with errno. */
static int
read_folder(struct repository_walk *walk, const char *folder, const char *shown, int depth)
{
	struct dirent **entries = NULL;
	int count = scandir(folder, &entries, is_visible, alphasort);

	for (int i = 0; i < count; i++) {
		const char *name = entries[i]->d_name;
		char *path = xasprintf("%s/%s", folder, name);
		char *below = xasprintf("%s%s%s", shown, *shown ? "/" : "", name);

		if (walk->files < FILES_MAX && is_manifest(name))
			read_file(walk, path, below);
		else if (walk->files < FILES_MAX && depth < DEPTH_MAX && is_folder(path))
			(void)read_folder(walk, path, below, depth + 1);
		free(path);
		free(below);
		free(entries[i]);
	}
	free(entries);
	return count < 0 ? -1 : 0;
}

json_t *
repository_files_find(const char *folder, const struct review *review, struct error *err)
{
	json_t *values = review->from && review->to
				 ? repository_values(set_modules(review->from),
						     set_modules(review->to))
				 : json_array();
	struct repository_walk walk = {.values = values, .found = json_array()};

	if (read_folder(&walk, folder, "", 0) != 0) {
		error_set(err, ERROR_INPUT, _("%s: cannot be read: %s"), folder, strerror(errno));
		json_decref(walk.found);
		walk.found = NULL;
	}
	json_decref(values);
	return walk.found;
}
