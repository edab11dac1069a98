/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A growing buffer with a ceiling.
 *
 * What grows with what a peer sends (bodies, replies, lines of a log) grows in one of these,
 * so that no caller checks a limit by itself.  An append that would pass it adds nothing and
 * says so; callers that have room by construction may ignore the result.  The bytes are
 * always followed by a NUL, so buf_str() never copies.
 */
#include "config.h"

#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

#define FIRST_CAPACITY 64

void
buf_init(struct buf *buf, size_t max)
{
	*buf = (struct buf){.max = max};
}

/* The limit and the wish to wipe outlive the content: a buffer is
 * filled again with the same rules. */
void
buf_clear(struct buf *buf)
{
	bool wipe = buf->wipe;

	if (wipe && buf->data)
		explicit_bzero(buf->data, buf->capacity);
	free(buf->data);
	buf_init(buf, buf->max);
	buf->wipe = wipe;
}

/* For secrets: realloc() may move the bytes and leave the old copy in freed memory. */
static void
grow_wiping(struct buf *buf, size_t capacity)
{
	char *data = xmalloc(capacity);

	if (buf->data) {
		memcpy(data, buf->data, buf->length + 1);
		explicit_bzero(buf->data, buf->capacity);
		free(buf->data);
	}
	buf->data = data;
}

/* The capacity doubles, so that n appends cost n copies in all. max is compared by subtraction:
 * a length that came from a peer must not wrap the sum around. */
static bool
reserve(struct buf *buf, size_t more)
{
	size_t capacity = buf->capacity ? buf->capacity : FIRST_CAPACITY;

	if (more > buf->max || buf->length > buf->max - more)
		return false;
	while (capacity < buf->length + more + 1)
		capacity *= 2;
	if (capacity != buf->capacity) {
		if (buf->wipe)
			grow_wiping(buf, capacity);
		else
			buf->data = xreallocarray(buf->data, capacity, 1);
		buf->capacity = capacity;
	}
	return true;
}

bool
buf_append(struct buf *buf, const void *bytes, size_t length)
{
	if (!reserve(buf, length))
		return false;
	if (length > 0)
		memcpy(buf->data + buf->length, bytes, length);
	buf->length += length;
	buf->data[buf->length] = '\0';
	return true;
}

bool
buf_puts(struct buf *buf, const char *s)
{
	return buf_append(buf, s, strlen(s));
}

/* All of it goes in, or nothing does.  It is made where it stays, since vasprintf() would leave
 * copies behind in freed memory; so no argument may be of the buffer itself. */
bool
buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (length < 0 || !reserve(buf, (size_t)length))
		return false;
	va_start(args, format);
	vsnprintf(buf->data + buf->length, (size_t)length + 1, format, args);
	va_end(args);
	buf->length += (size_t)length;
	return true;
}

void
buf_truncate(struct buf *buf, size_t length)
{
	if (length >= buf->length)
		return;
	if (buf->wipe)
		memset(buf->data + length, 0, buf->length - length);
	buf->length = length;
	buf->data[length] = '\0';
}

/* What was dropped at the front stays behind the new end until it is overwritten; a buffer
 * that holds secrets is only ever cleared or truncated. */
void
buf_drop_front(struct buf *buf, size_t count)
{
	if (count > buf->length)
		count = buf->length;
	if (count == 0)
		return;
	memmove(buf->data, buf->data + count, buf->length - count + 1);
	buf->length -= count;
}

const char *
buf_str(const struct buf *buf)
{
	return buf->data ? buf->data : "";
}

char *
buf_take(struct buf *buf)
{
	char *data = buf->data ? buf->data : xstrdup("");

	buf_init(buf, buf->max);
	return data;
}
