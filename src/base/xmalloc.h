/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Memory that is never NULL: running out ends the program, and the journal makes that safe. */
#ifndef SIDESTAGE_BASE_XMALLOC_H
#define SIDESTAGE_BASE_XMALLOC_H

#include <stdarg.h>
#include <stddef.h>

/* As malloc(), calloc(), strdup() and so on, but never NULL; free() what they give.  Of size 0
 * it is something that can be freed. */
void *xmalloc(size_t size) __attribute__((malloc, returns_nonnull));
void *xcalloc(size_t count, size_t size) __attribute__((malloc, returns_nonnull));
/* Checks count * size for overflow. */
void *xreallocarray(void *old, size_t count, size_t size) __attribute__((returns_nonnull));
char *xstrdup(const char *s) __attribute__((malloc, returns_nonnull));
char *xstrdup_or_null(const char *s) __attribute__((malloc));	/* NULL stays NULL */
char *xstrndup(const char *s, size_t max) __attribute__((malloc, returns_nonnull));
char *xasprintf(const char *format, ...)
	__attribute__((malloc, returns_nonnull, format(printf, 1, 2)));
char *xvasprintf(const char *format, va_list args)
	__attribute__((malloc, returns_nonnull, format(printf, 1, 0)));

#endif
