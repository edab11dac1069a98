/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The executable of "name:version" is the file <images>/<name>/<version>, and no link.
 */
#include "config.h"

#include "platform/drivers/process/images.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/error.h"
#include "base/i18n.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/image.h"
#include "model/version.h"
#include "platform/drivers/process/beneath.h"

#define NAME_DEPTH_MAX 8
#define IMAGES_MAX 10000
#define REFERENCE_MAX 512

struct images {
	char *directory;
	int fd;
};

struct images *
images_open(const char *directory, struct error *err)
{
	struct images *images = xcalloc(1, sizeof(*images));

	images->fd = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (images->fd < 0) {
		error_errno(err, _("%s: the directory of executables cannot be opened"), directory);
		free(images);
		return NULL;
	}
	images->directory = xstrdup(directory);
	return images;
}

void
images_free(struct images *images)
{
	if (!images)
		return;
	close(images->fd);
	free(images->directory);
	free(images);
}

/* An O_PATH descriptor of a regular file that may be run, or -1 with errno. */
static int
open_executable(const struct images *images, const char *relative)
{
	int fd = beneath_open(images->fd, relative, O_PATH);
	struct stat st;

	if (fd < 0)
		return -1;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || !(st.st_mode & 0111)) {
		close(fd);
		errno = EACCES;
		return -1;
	}
	return fd;
}

/*
 * The whole path.  A script's interpreter has to be able to open it again, so
 * the descriptor itself cannot be run; who can change the path between can change the
 * executable as well.
 */
static char *
path_of(int fd)
{
	char link[64], path[4096];
	ssize_t n;

	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	n = readlink(link, path, sizeof(path) - 1);
	if (n <= 0)
		return NULL;
	path[n] = '\0';
	return xstrdup(path);
}

/* "name/version" below the directory; free() it.  NULL with err. */
static char *
file_of(const char *reference, struct error *err)
{
	struct image image;
	char *relative;

	image_parse(&image, reference);
	relative = xasprintf("%s/%s", image.name, image.version);
	if (strlen(reference) > REFERENCE_MAX || !image.version[0] || strchr(image.version, '/') ||
	    image.version[0] == '.' || !paths_is_inside(relative))
		error_set_code(err, CODE_IMAGE_NOT_NAME_AND_VERSION, .image = reference);
	else if (image.digest[0])
		error_set_code(err, CODE_IMAGE_WITH_DIGEST, .image = reference);
	else
		goto out;
	free(relative);
	relative = NULL;
out:
	image_clear(&image);
	return relative;
}

int
images_check(const char *reference, struct error *err)
{
	char *relative = file_of(reference, err);

	free(relative);
	return relative ? 0 : -1;
}

char *
images_find(const struct images *images, const char *reference, struct error *err)
{
	char *relative = file_of(reference, err), *path = NULL;
	int fd;

	if (!images)
		return relative;
	fd = relative ? open_executable(images, relative) : -1;

	if (fd >= 0) {
		path = path_of(fd);
		close(fd);
	}
	if (relative && !path)
		error_set_code(err, CODE_IMAGE_NOT_FOUND, .image = reference,
			       .directory = images->directory, .file = relative);
	free(relative);
	return path;
}

struct found {
	char *name;
	char *version;
};
struct image_list {
	struct found *items;
	size_t count;
};

static void
add(struct image_list *list, const char *name, const char *version)
{
	list->items = xreallocarray(list->items, list->count + 1, sizeof(*list->items));
	list->items[list->count++] = (struct found){xstrdup(name), xstrdup(version)};
}

/* Closes fd.  `name` is "" for the directory itself. */
static void
walk(const struct images *images, struct image_list *list, int fd, const char *name, int depth)
{
	DIR *dir = fdopendir(fd);
	struct dirent *entry;

	if (!dir) {
		close(fd);
		return;
	}
	while (list->count < IMAGES_MAX && (entry = readdir(dir))) {
		char *relative;
		int inner;

		if (entry->d_name[0] == '.')
			continue;
		relative = name[0] ? xasprintf("%s/%s", name, entry->d_name)
				   : xstrdup(entry->d_name);
		inner = openat(dirfd(dir), entry->d_name,
			       O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
		if (inner >= 0 && depth < NAME_DEPTH_MAX) {
			walk(images, list, inner, relative, depth + 1);
		} else if (inner >= 0) {
			close(inner);
		} else if (name[0] && (inner = open_executable(images, relative)) >= 0) {
			close(inner);
			add(list, name, entry->d_name);
		}
		free(relative);
	}
	closedir(dir);
}

static int
compare(const void *a, const void *b)
{
	const struct found *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	if (order == 0)
		order = version_sort(x->version, y->version);
	return order ? order : strcmp(x->version, y->version);
}

json_t *
images_list(const struct images *images)
{
	struct image_list list = {0};
	json_t *all = json_array();
	int fd = openat(images->fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0)
		walk(images, &list, fd, "", 0);
	if (list.count > 0)
		qsort(list.items, list.count, sizeof(*list.items), compare);
	for (size_t i = 0; i < list.count; i++) {
		json_t *item = json_pack("{s:s, s:s}", "name", list.items[i].name, "version",
					 list.items[i].version);

		if (item) /* NULL: a file name that is not UTF-8, so nothing can refer to it */
			json_array_append_new(all, item);
		free(list.items[i].name);
		free(list.items[i].version);
	}
	free(list.items);
	return all;
}
