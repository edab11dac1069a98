/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The only place that tests an allocation for NULL.
 *
 * Running out of memory ends the program by SIGABRT, so the terminal is put right by the
 * handler of crashes (ui/crash.c); exit() would run handlers that allocate themselves.
 */
#include "config.h"

#include "base/xmalloc.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void __attribute__((noreturn))
out_of_memory(void)
{
	fputs("out of memory\n", stderr);
	abort();
}

static void *
checked(void *memory)
{
	if (!memory)
		out_of_memory();
	return memory;
}

void *
xmalloc(size_t size)
{
	/* malloc(0) may be NULL, which here means that there is no memory. */
	return checked(malloc(size ? size : 1));
}

void *
xcalloc(size_t count, size_t size)
{
	return checked(calloc(count ? count : 1, size ? size : 1));
}

void *
xreallocarray(void *old, size_t count, size_t size)
{
	return checked(reallocarray(old, count ? count : 1, size ? size : 1));
}

char *
xstrdup(const char *s)
{
	return checked(strdup(s));
}

char *
xstrdup_or_null(const char *s)
{
	return s ? xstrdup(s) : NULL;
}

char *
xstrndup(const char *s, size_t max)
{
	return checked(strndup(s, max));
}

char *
xasprintf(const char *format, ...)
{
	va_list args;
	char *out;

	va_start(args, format);
	out = xvasprintf(format, args);
	va_end(args);
	return out;
}

char *
xvasprintf(const char *format, va_list args)
{
	char *out = NULL;

	if (vasprintf(&out, format, args) < 0)
		out_of_memory();
	return checked(out);
}
