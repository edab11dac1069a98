/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What workloads print.  The file is opened for every append: the instances of a module, old
 * and candidate, write to the same one, and none may hold on to a file that was rotated away.
 * Only whole lines are written, so that those of several instances do not mix.
 */
#include "config.h"

#include "platform/drivers/process/output.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/output.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "platform/drivers/driver.h"

#define LOG_FILE_MAX (256 * 1024)
#define APPEND (O_WRONLY | O_APPEND | O_CREAT)
#define LINE_MAX 8192		/* what is longer becomes several lines */
#define LINES_MAX 100000	/* of one answer, before the limit is applied */

struct output {
	char *file;
	char *prefix;		/* " DEPLOYMENT CONTAINER " */
	struct buf rest;	/* of a line that has no end yet */
};

/* A regular file or nothing: something else that has its name was not made by us. */
static int
open_log(const char *file, int flags)
{
	int fd = open(file, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);
	struct stat st;

	if (fd >= 0 && (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))) {
		close(fd);
		fd = -1;
	}
	return fd;
}

static void
append(const char *file, const char *bytes, size_t length)
{
	int fd = open_log(file, APPEND);
	struct stat st;

	if (fd < 0)
		return;
	if (fstat(fd, &st) == 0 && st.st_size > 0 && (size_t)st.st_size + length > LOG_FILE_MAX) {
		char *older = xasprintf("%s.1", file);

		if (rename(file, older) == 0) {
			close(fd);
			fd = open_log(file, APPEND);
		}
		free(older);
	}
	if (fd < 0)
		return;
	(void)output_write(fd, bytes, length);	/* a full disk must not stop the platform */
	close(fd);
}

/* A name that separates nothing. */
static const char *
word(const char *name)
{
	return name && *name && !strpbrk(name, " \n") ? name : "-";
}

struct output *
output_new(const char *file, const char *container, const char *deployment)
{
	struct output *output = xcalloc(1, sizeof(*output));

	output->file = xstrdup(file);
	output->prefix = xasprintf(" %s %s ", word(deployment), word(container));
	buf_init(&output->rest, LINE_MAX);
	return output;
}

static void
put_line(struct buf *lines, const struct output *output, const char *bytes, size_t length)
{
	buf_printf(lines, "%lld", (long long)clock_wall_ms());
	buf_puts(lines, output->prefix);
	buf_append(lines, buf_str(&output->rest), output->rest.length);
	buf_append(lines, bytes, length);
	buf_puts(lines, "\n");
}

/* As much of the first n bytes as ends with a character. */
static size_t
whole_characters(const char *bytes, size_t n)
{
	for (size_t back = 1; back <= 3 && back <= n; back++) {
		unsigned char c = (unsigned char)bytes[n - back];
		size_t needed = c >= 0xf0 ? 4 : c >= 0xe0 ? 3 : c >= 0xc0 ? 2 : 1;

		if ((c & 0xc0) != 0x80)
			return needed > back ? n - back : n;
	}
	return n;
}

/* A line that is too long is written in parts: a program that ends
 * none must not fill our memory. */
void
output_take(struct output *output, const char *bytes, size_t length)
{
	struct buf lines;

	buf_init(&lines, SIZE_MAX / 2);
	while (length > 0) {
		const char *end = memchr(bytes, '\n', length);
		size_t room = LINE_MAX - output->rest.length;
		size_t n = end ? (size_t)(end - bytes) : length;

		if (!end && n < room) {
			buf_append(&output->rest, bytes, n);
			break;
		}
		if (n > room || !end) {
			n = whole_characters(bytes, room);
			end = NULL;
		}
		put_line(&lines, output, bytes, n);
		output->rest.length = 0;
		bytes += n + (end != NULL);
		length -= n + (end != NULL);
	}
	if (lines.length > 0)
		append(output->file, lines.data, lines.length);
	buf_clear(&lines);
}

void
output_free(struct output *output)
{
	if (!output)
		return;
	if (output->rest.length > 0)
		output_take(output, "\n", 1);
	buf_clear(&output->rest);
	free(output->file);
	free(output->prefix);
	free(output);
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

		if (c == '\r' && (i + 1 == length || bytes[i + 1] == '\n')) {
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
	int fd = open_log(file, O_RDONLY);
	char chunk[16384];
	ssize_t n;

	if (fd < 0)
		return;
	while ((n = read(fd, chunk, sizeof(chunk))) > 0)
		if (!buf_append(into, chunk, (size_t)n))
			break;
	close(fd);
}

/* Both files, the older first. */
static void
read_both(struct buf *all, const char *file)
{
	char *older = xasprintf("%s.1", file);

	buf_init(all, 4 * LOG_FILE_MAX);
	read_file(all, older);
	read_file(all, file);
	free(older);
}

struct output_line {
	int64_t at;
	const char *deployment, *container, *text;
	size_t deployment_length, container_length, length;
};

/* false: not one of ours (the disk was full in the middle of it). */
static bool
parse_line(struct output_line *line, const char *bytes, size_t length)
{
	const char *end = bytes + length;
	char *stop;

	line->at = strtoll(bytes, &stop, 10);
	if (stop == bytes || stop >= end || *stop != ' ')
		return false;
	line->deployment = stop + 1;
	stop = memchr(line->deployment, ' ', (size_t)(end - line->deployment));
	if (!stop)
		return false;
	line->deployment_length = (size_t)(stop - line->deployment);
	line->container = stop + 1;
	stop = memchr(line->container, ' ', (size_t)(end - line->container));
	if (!stop)
		return false;
	line->container_length = (size_t)(stop - line->container);
	line->text = stop + 1;
	line->length = (size_t)(end - line->text);
	return true;
}

/* The next line of what is left, without its end; false: there is none. */
static bool
next_line(const char **at, size_t *left, const char **bytes, size_t *length)
{
	const char *end;

	if (*left == 0)
		return false;
	end = memchr(*at, '\n', *left);
	*bytes = *at;
	*length = end ? (size_t)(end - *at) : *left;
	*at += *length + (end != NULL);
	*left -= *length + (end != NULL);
	return true;
}

static bool
is_word(const char *wanted, const char *word, size_t length)
{
	return !wanted || (strlen(wanted) == length && memcmp(wanted, word, length) == 0);
}

static bool
is_asked_for(const struct output_line *line, const struct driver_log_query *query)
{
	return line->at >= query->from && (query->to == 0 || line->at <= query->to) &&
	       is_word(query->deploy_id, line->deployment, line->deployment_length) &&
	       is_word(query->container, line->container, line->container_length);
}

static void
add_line(struct driver_logs *out, const char *module, const struct output_line *line)
{
	struct buf text;

	if (out->count == LINES_MAX)
		return;
	if (out->count == out->capacity) {
		out->capacity = out->capacity ? 2 * out->capacity : 64;
		out->items = xreallocarray(out->items, out->capacity, sizeof(*out->items));
	}
	buf_init(&text, 3 * line->length + 1);
	put_as_text(&text, line->text, line->length);
	out->items[out->count++] = (struct driver_log_line){
		.at = line->at,
		.module = xstrdup(module),
		.container = xasprintf("%.*s", (int)line->container_length, line->container),
		.text = buf_take(&text),
	};
}

void
output_read(const char *file, const char *module, const struct driver_log_query *query,
	    struct driver_logs *out)
{
	const char *at, *bytes;
	struct output_line line;
	size_t left, length;
	struct buf all;

	read_both(&all, file);
	at = buf_str(&all);
	left = all.length;
	while (next_line(&at, &left, &bytes, &length))
		if (parse_line(&line, bytes, length) && is_asked_for(&line, query))
			add_line(out, module, &line);
	buf_clear(&all);
}

char *
output_tail(const char *file, size_t lines)
{
	const char *at, *bytes;
	struct buf all, texts;
	struct output_line line;
	size_t left, length;
	char *tail;

	read_both(&all, file);
	at = buf_str(&all);
	left = all.length;
	buf_init(&texts, all.length + 1);
	while (next_line(&at, &left, &bytes, &length)) {
		if (!parse_line(&line, bytes, length))
			continue;
		buf_append(&texts, line.text, line.length);
		buf_puts(&texts, "\n");
	}
	tail = output_last_lines(buf_str(&texts), texts.length, lines);
	buf_clear(&texts);
	buf_clear(&all);
	return tail;
}
