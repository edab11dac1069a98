/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Files that a resource consists of.  A file is named after the tag of what is in it, so another
 * text does not touch what is being read, and a deployment that fails leaves the files of the one
 * before.
 */
#include "config.h"

#include "platform/drivers/process/resource-files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/output.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "platform/drivers/process/resource.h"

#define TAG_DIGITS 12

static int
write_file(const char *path, const char *text, size_t length, struct error *err)
{
	char *temporary = xasprintf("%s.new", path);
	int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600),
	    ret = 0;

	if (fd < 0 || output_write(fd, text, length) != 0)
		ret = error_set_code(err, CODE_FILE_NOT_WRITTEN, .file = path,
				     .reason = strerror(errno));
	/* Some file systems say only now that there was no room. */
	if (fd >= 0 && close(fd) != 0 && ret == 0)
		ret = error_set_code(err, CODE_FILE_NOT_WRITTEN, .file = path,
				     .reason = strerror(errno));
	if (ret == 0 && rename(temporary, path) != 0)
		ret = error_set_code(err, CODE_FILE_NOT_WRITTEN, .file = path,
				     .reason = strerror(errno));
	if (ret != 0)
		unlink(temporary);
	free(temporary);
	return ret;
}

/* Its path, new. */
static char *
keep_file(const char *dir, const char *name, const json_t *content, struct error *err)
{
	const json_t *text = json_object_get(content, "text");
	const char *tag = json_string_value(json_object_get(content, "tag"));
	char *path;

	if (!json_is_string(text) || !tag || !resource_is_file_name(name)) {
		error_set_code(err, CODE_RESOURCE_FILE_INVALID, .name = name);
		return NULL;
	}
	path = xasprintf("%s/%.*s-%s", dir, TAG_DIGITS, tag, name);
	if (access(path, F_OK) != 0 &&
	    write_file(path, json_string_value(text), json_string_length(text), err) != 0) {
		free(path);
		path = NULL;
	}
	return path;
}

static bool
names(const json_t *paths, const char *path)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)paths, key, value)
		if (json_is_string(value) && strcmp(json_string_value(value), path) == 0)
			return true;
	return false;
}

static void
remove_others(const char *dir, const json_t *kept, const json_t *previous)
{
	DIR *open_dir = opendir(dir);
	struct dirent *entry;

	while (open_dir && (entry = readdir(open_dir))) {
		char *path = xasprintf("%s/%s", dir, entry->d_name);

		if (entry->d_name[0] != '.' && !names(kept, path) && !names(previous, path))
			unlink(path);
		free(path);
	}
	if (open_dir)
		closedir(open_dir);
}

json_t *
resource_files_keep(const char *space_dir, const char *name, const json_t *files,
		    const json_t *previous, struct error *err)
{
	char *dir = xasprintf("%s/files/%s", space_dir, name);
	json_t *paths = json_object(), *content;
	const char *file;
	int ret;

	if (!resource_is_file_name(name))
		ret = error_set_code(err, CODE_RESOURCE_NAME_INVALID, .resource = name);
	else if (json_object_size(files) == 0)
		ret = access(dir, F_OK) == 0 && json_object_size(previous) == 0
			      ? paths_remove_tree(dir, err)
			      : 0;
	else
		ret = paths_make(dir, err);
	json_object_foreach((json_t *)files, file, content) {
		char *path = ret == 0 ? keep_file(dir, file, content, err) : NULL;

		if (!path)
			ret = -1;
		else
			json_object_set_new(paths, file, json_string(path));
		free(path);
	}
	if (ret == 0)
		remove_others(dir, paths, previous);
	free(dir);
	if (ret == 0)
		return paths;
	json_decref(paths);
	return NULL;
}
