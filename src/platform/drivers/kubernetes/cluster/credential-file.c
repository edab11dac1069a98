/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Whether a file has changed is asked of its name each time, one stat() for a request: the kubelet
 * swaps a symbolic link, so that neither the folder nor what was read before ever changes.
 */
#include "config.h"

#include "platform/drivers/kubernetes/cluster/credential-file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/input.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "platform/drivers/kubernetes/cluster/settings.h"

/* 0, or -1 with errno. */
static int
read_all(int fd, struct buf *text, struct stat *st)
{
	char bytes[16384];
	ssize_t n;

	if (fstat(fd, st) != 0)
		return -1;
	if (!S_ISREG(st->st_mode)) {
		errno = S_ISDIR(st->st_mode) ? EISDIR : ENOTSUP;
		return -1;
	}
	while ((n = input_read(fd, bytes, sizeof(bytes), clock_steady_ms() + 1000)) > 0)
		if (!buf_append(text, bytes, (size_t)n)) {
			errno = EFBIG;
			n = -1;
			break;
		}
	explicit_bzero(bytes, sizeof(bytes));
	if (n == 0 && text->length > 0 && memchr(text->data, '\0', text->length)) {
		errno = EILSEQ;
		n = -1;
	}
	return n < 0 ? -1 : 0;
}

static char *
read_file(const char *path, size_t max, struct stat *st, struct error *err)
{
	struct buf text;
	int fd = input_open(path), failed;

	buf_init(&text, max);
	text.wipe = true;
	failed = fd < 0 || read_all(fd, &text, st) != 0 ? errno : 0;
	if (fd >= 0)
		close(fd);
	if (failed == 0)
		return buf_take(&text);
	buf_clear(&text);
	error_set_code(err, CODE_CLUSTER_FILE_NOT_READ, .file = path,
		       .reason = failed == ENOTSUP ? "It is not a regular file" : strerror(failed));
	return NULL;
}

char *
kube_file_text(const char *path, size_t max, struct error *err)
{
	struct stat st;

	return read_file(path, max, &st, err);
}

void
kube_file_init(struct kube_file *file, const char *path, size_t max)
{
	*file = (struct kube_file){.path = xstrdup_or_null(path), .max = max};
}

void
kube_file_clear(struct kube_file *file)
{
	free(file->path);
	kube_free_secret(file->text);
	*file = (struct kube_file){0};
}

static bool
is_as_read(const struct kube_file *file)
{
	const struct stat *was = &file->as_read;
	struct stat now;

	return file->text && stat(file->path, &now) == 0 && now.st_dev == was->st_dev &&
	       now.st_ino == was->st_ino && now.st_size == was->st_size &&
	       now.st_mtim.tv_sec == was->st_mtim.tv_sec &&
	       now.st_mtim.tv_nsec == was->st_mtim.tv_nsec &&
	       now.st_ctim.tv_sec == was->st_ctim.tv_sec &&
	       now.st_ctim.tv_nsec == was->st_ctim.tv_nsec;
}

int
kube_file_refresh(struct kube_file *file, bool anyhow, bool *changed, struct error *err)
{
	struct stat st;
	char *text;

	if (!file->path || (!anyhow && is_as_read(file)))
		return 0;
	text = read_file(file->path, file->max, &st, file->text ? NULL : err);
	if (!text)
		return file->text ? 0 : -1;
	if (!file->text || strcmp(file->text, text) != 0)
		*changed = true;
	kube_free_secret(file->text);
	file->text = text;
	file->as_read = st;
	return 0;
}
