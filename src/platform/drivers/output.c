/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What workloads print.  The file is opened for every append: the instances of a module, old
 * and candidate, write to the same one, and none may hold on to a file that was rotated away.
 */
#include "config.h"

#include "private.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/text.h"
#include "base/xmalloc.h"

#define LOG_FILE_MAX (256 * 1024)

static int
open_log(const char *file)
{
	return open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
}

void
output_append(const char *file, const char *bytes, size_t length)
{
	int fd = open_log(file);
	struct stat st;

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && st.st_size > 0 && (size_t)st.st_size + length > LOG_FILE_MAX) {
		char *older = xasprintf("%s.1", file);

		if (rename(file, older) == 0) {
			close(fd);
			fd = open_log(file);
		}
		free(older);
	}
	while (fd >= 0 && length > 0) {
		ssize_t n = write(fd, bytes, length);

		if (n <= 0)
			break;	/* a full disk must not stop the platform */
		bytes += n;
		length -= (size_t)n;
	}
	if (fd >= 0)
		close(fd);
}

/* A character's length, 0 when the bytes are none. */
static size_t
character_length(const char *bytes, size_t left)
{
	for (size_t n = 1; n <= 4 && n <= left; n++)
		if (text_is_utf8(bytes, n))
			return n;
	return 0;
}

/* Output may be anything, but it travels as JSON: what is no UTF-8 becomes U+FFFD. */
static void
put_as_text(struct buf *out, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length;) {
		unsigned char c = (unsigned char)bytes[i];
		size_t n = c == '\0' ? 0 : character_length(bytes + i, length - i);

		if (c == '\r' && i + 1 < length && bytes[i + 1] == '\n') {
			i++;
			continue;
		}
		if (n == 0)
			buf_puts(out, "\xef\xbf\xbd");
		else
			buf_append(out, bytes + i, n);
		i += n ? n : 1;
	}
}

char *
output_last_lines(const char *bytes, size_t length, size_t lines)
{
	size_t start;
	struct buf out;

	while (length > 0 && bytes[length - 1] == '\n')
		length--;
	for (start = length; start > 0 && lines > 0; start--)
		if (bytes[start - 1] == '\n' && --lines == 0)
			break;
	buf_init(&out, 3 * (length - start) + 1);
	put_as_text(&out, bytes + start, length - start);
	return buf_take(&out);
}

static void
read_file(struct buf *into, const char *file)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	char chunk[16384];
	ssize_t n;

	if (fd < 0)
		return;
	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		if (!buf_append(into, chunk, (size_t)n))
			break;
	close(fd);
}

char *
output_tail(const char *file, size_t lines)
{
	char *older = xasprintf("%s.1", file);
	struct buf all;
	char *tail;

	buf_init(&all, 4 * LOG_FILE_MAX);
	read_file(&all, older);
	read_file(&all, file);
	tail = output_last_lines(buf_str(&all), all.length, lines);
	buf_clear(&all);
	free(older);
	return tail;
}
