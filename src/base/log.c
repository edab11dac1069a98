/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * One write for each line, and each line at most LINE_MAX_BYTES: lines of several processes
 * that share a descriptor do not mix, and no value can forge a second line.
 *
 * The message is a constant and the values are pairs, never a format: a line can be parsed,
 * and text of a client is always between quotes.  Secrets are kept out by the callers;
 * nothing here could tell a token from a name.
 */
#include "config.h"

#include "base/log.h"

#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/output.h"

#define LINE_MAX_BYTES 4096

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

/* Controls are escaped, newlines above all: what a client sends must not become a line of its
 * own. */
static void
put_value(struct buf *line, const char *value)
{
	buf_puts(line, "\"");
	for (const unsigned char *c = (const unsigned char *)value; *c; c++) {
		if (*c == '"' || *c == '\\')
			buf_printf(line, "\\%c", *c);
		else if (*c < 0x20 || *c == 0x7f)
			buf_printf(line, "\\x%02x", *c);
		else
			buf_append(line, c, 1);
	}
	buf_puts(line, "\"");
}

void
log_line(enum log_priority priority, const char *message, ...)
{
	char stamp[CLOCK_STAMP_SIZE];
	const char *key;
	struct buf line;
	va_list pairs;

	if (priority > lowest)
		return;
	clock_stamp(stamp, clock_wall_ms());
	buf_init(&line, LINE_MAX_BYTES);
	buf_printf(&line, "<%d>time=%s level=%s msg=", (int)priority, stamp,
		   level_names[priority]);
	put_value(&line, message);
	va_start(pairs, message);
	while ((key = va_arg(pairs, const char *)) != NULL) {
		const char *value = va_arg(pairs, const char *);

		if (!value)
			continue;
		buf_printf(&line, " %s=", key);
		put_value(&line, value);
	}
	va_end(pairs);
	/* One byte of the maximum may be taken already when the line was cut. */
	if (!buf_puts(&line, "\n") && line.length > 0)
		line.data[line.length - 1] = '\n';
	/* Nobody may read the log; that must not stop the platform. */
	(void)output_write(STDERR_FILENO, buf_str(&line), line.length);
	buf_clear(&line);
}
