/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Filling an error never fails and never cuts a character in two.
 *
 * The struct has a fixed size and lives where its user is, so reporting needs no memory: the
 * paths that report are those on which something has already gone wrong.  NULL means that
 * nobody wants to know; the return value still says that it failed.
 */
#include "config.h"

#include "base/error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static const char *const kind_names[] = {
	[ERROR_NONE] = "none",
	[ERROR_INPUT] = "input",
	[ERROR_NOT_FOUND] = "not-found",
	[ERROR_CONFLICT] = "conflict",
	[ERROR_STALE] = "stale",
	[ERROR_ACCESS] = "access",
	[ERROR_UNREACHABLE] = "unreachable",
	[ERROR_NO_REPLY] = "no-reply",
	[ERROR_PROTOCOL] = "protocol",
	[ERROR_LIMIT] = "limit",
	[ERROR_REMOTE] = "remote",
	[ERROR_STORE] = "store",
	[ERROR_SYSTEM] = "system",
	[ERROR_FULL] = "full",
	[ERROR_UNAVAILABLE] = "unavailable",
};

/* snprintf cuts at a byte; a text that ends inside a character loses that character whole. */
static void
trim_cut_character(char *text, size_t size)
{
	size_t length = strlen(text), start = length;

	if (length + 1 < size)
		return;
	while (start > 0 && ((unsigned char)text[start - 1] & 0xc0) == 0x80)
		start--;
	if (start > 0 && (unsigned char)text[start - 1] >= 0xc0)
		text[start - 1] = '\0';
}

static void __attribute__((format(printf, 2, 0)))
format_text(struct error *err, const char *format, va_list args)
{
	err->part_count = 0;
	if (vsnprintf(err->text, sizeof(err->text), format, args) < 0)
		err->text[0] = '\0';
	trim_cut_character(err->text, sizeof(err->text));
}

/* What does not fit is cut: a reason that is too long must not take what failed away. */
static int __attribute__((format(printf, 2, 3)))
append_behind(struct error *err, const char *format, ...)
{
	size_t used = strlen(err->text);
	va_list args;

	va_start(args, format);
	if (vsnprintf(err->text + used, sizeof(err->text) - used, format, args) < 0)
		err->text[used] = '\0';
	va_end(args);
	trim_cut_character(err->text, sizeof(err->text));
	return -1;
}

int
error_set(struct error *err, enum error_kind kind, const char *format, ...)
{
	va_list args;

	if (!err)
		return -1;
	err->kind = kind;
	va_start(args, format);
	format_text(err, format, args);
	va_end(args);
	return -1;
}

/* The text may be an argument of the new prefix, so it is copied before it is written over. */
int
error_prefix(struct error *err, const char *format, ...)
{
	struct error old;
	va_list args;

	if (!err)
		return -1;
	old = *err;
	va_start(args, format);
	format_text(err, format, args);
	va_end(args);
	return append_behind(err, ": %s", old.text);
}

/* errno is taken first: making the text may change it. */
int
error_errno(struct error *err, const char *format, ...)
{
	int number = errno;
	va_list args;

	if (!err)
		return -1;
	err->kind = ERROR_SYSTEM;
	va_start(args, format);
	format_text(err, format, args);
	va_end(args);
	return append_behind(err, ": %s", strerror(number));
}

const char *
error_kind_name(enum error_kind kind)
{
	if ((size_t)kind >= sizeof(kind_names) / sizeof(kind_names[0]))
		return "unknown";
	return kind_names[kind];
}
