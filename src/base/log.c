/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Each line is at most LINE_MAX_BYTES and is written whole: lines of several processes that share
 * a descriptor do not mix, and no value can forge a second line.
 *
 * The message is a constant and the values are pairs, never a format: a line can be parsed,
 * and text of a client is always between quotes.  Secrets are kept out by the callers;
 * nothing here could tell a token from a name.
 *
 * A line for each request costs a server as much as the request, so lines of little priority can
 * be held until the end of a turn of the loop, and are written together then.  Whatever is of more
 * priority writes them first: the order stays, and a death that is announced takes none with it.
 */
#include "config.h"

#include "base/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/output.h"

#define LINE_MAX_BYTES 4096
#define HELD_MAX_BYTES 32768

struct line {
	char bytes[LINE_MAX_BYTES];
	size_t length;
};

static const char *const level_names[] = {
	[LOG_PRIORITY_ERROR] = "error", [LOG_PRIORITY_WARNING] = "warning",
	[LOG_PRIORITY_NOTICE] = "notice", [LOG_PRIORITY_INFO] = "info",
	[LOG_PRIORITY_DEBUG] = "debug",
};

/* The sink of the log is the process's own, and so is what it lets through. */
static enum log_priority lowest = LOG_PRIORITY_INFO;

void
log_set_level(enum log_priority level)
{
	lowest = level;
}

int
log_level_of(const char *name)
{
	for (int level = LOG_PRIORITY_ERROR; level <= LOG_PRIORITY_DEBUG; level++)
		if (strcmp(level_names[level], name) == 0)
			return level;
	return -1;
}

/* A child has a copy of what is held, and must not write it a second time. */
static struct {
	pid_t holder;			/* 0: nothing is held back */
	size_t length;
	char bytes[HELD_MAX_BYTES];
} held;

/* One byte is left for the newline. */
static bool
put(struct line *line, const char *bytes, size_t length)
{
	size_t room = LINE_MAX_BYTES - 1 - line->length, taken = length < room ? length : room;

	memcpy(line->bytes + line->length, bytes, taken);
	line->length += taken;
	return taken == length;
}

static void
put_text(struct line *line, const char *text)
{
	put(line, text, strlen(text));
}

/* An escape is whole, or not there. */
static void
put_escaped(struct line *line, unsigned char c)
{
	char text[8];
	int length = c == '"' || c == '\\' ? snprintf(text, sizeof(text), "\\%c", c)
					   : snprintf(text, sizeof(text), "\\x%02x", c);

	if (line->length + (size_t)length < LINE_MAX_BYTES)
		put(line, text, (size_t)length);
}

static bool
is_plain(unsigned char c)
{
	return c >= 0x20 && c != 0x7f && c != '"' && c != '\\';
}

/* Controls are escaped, newlines above all: what a client sends must not become a line of its
 * own. */
static void
put_value(struct line *line, const char *value)
{
	put(line, "\"", 1);
	while (*value) {
		size_t length = 0;

		while (is_plain((unsigned char)value[length]))
			length++;
		if (!put(line, value, length))
			return;
		value += length;
		if (*value)
			put_escaped(line, (unsigned char)*value++);
	}
	put(line, "\"", 1);
}

/* The calendar is asked once a second. */
static void
put_stamp(struct line *line)
{
	static char stamp[CLOCK_STAMP_SIZE];
	static int64_t second = -1;
	int64_t now = clock_wall_ms();
	size_t length = strlen(stamp);
	int ms = (int)(now % 1000);

	if (now / 1000 != second || length < 4) {
		clock_stamp(stamp, now);
		second = now / 1000;
	} else {			/* "...123Z" */
		stamp[length - 4] = (char)('0' + ms / 100);
		stamp[length - 3] = (char)('0' + ms / 10 % 10);
		stamp[length - 2] = (char)('0' + ms % 10);
	}
	put_text(line, stamp);
}

static bool
is_held(enum log_priority priority)
{
	return priority >= LOG_PRIORITY_INFO && held.holder != 0 && held.holder == getpid();
}

/* Nobody may read the log; that must not stop the platform. */
void
log_flush(void)
{
	if (held.length == 0 || held.holder != getpid())
		return;
	(void)output_write(STDERR_FILENO, held.bytes, held.length);
	held.length = 0;
}

void
log_hold(bool holds)
{
	log_flush();
	held.holder = holds ? getpid() : 0;
}

static void
write_line(enum log_priority priority, const struct line *line)
{
	bool holds = is_held(priority);

	if (!holds || line->length > HELD_MAX_BYTES - held.length)
		log_flush();
	if (!holds) {
		(void)output_write(STDERR_FILENO, line->bytes, line->length);
		return;
	}
	memcpy(held.bytes + held.length, line->bytes, line->length);
	held.length += line->length;
}

void
log_line(enum log_priority priority, const char *message, ...)
{
	struct line line;
	const char *key;
	va_list pairs;

	if (priority > lowest)
		return;
	line.length = (size_t)snprintf(line.bytes, LINE_MAX_BYTES, "<%d>time=", (int)priority);
	put_stamp(&line);
	put_text(&line, " level=");
	put_text(&line, level_names[priority]);
	put_text(&line, " msg=");
	put_value(&line, message);
	va_start(pairs, message);
	while ((key = va_arg(pairs, const char *)) != NULL) {
		const char *value = va_arg(pairs, const char *);

		if (!value)
			continue;
		put_text(&line, " ");
		put_text(&line, key);
		put_text(&line, "=");
		put_value(&line, value);
	}
	va_end(pairs);
	line.bytes[line.length++] = '\n';
	write_line(priority, &line);
}
