/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Growing text with a maximum, and what TopicShare does with titles. */
#ifndef TOPICSHARE_TEXT_H
#define TOPICSHARE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

struct text {
	char *bytes;		/* always ends in a NUL; NULL while empty */
	size_t length;
	size_t capacity;
	size_t max;		/* given by text_init() */
	bool overflow;		/* something did not fit: the content is cut */
};

void text_init(struct text *text, size_t max);
void text_clear(struct text *text);

/* What does not fit below max is dropped and overflow is set.  Without memory the program ends. */
void text_add(struct text *text, const char *bytes, size_t length);
void text_puts(struct text *text, const char *string);
void text_printf(struct text *text, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* The same, safe between tags and inside a quoted attribute. */
void text_html(struct text *text, const char *bytes, size_t length);

/* How many bytes of string to keep: at most max bytes, or at most max whole characters as a
 * reader counts them (a letter with its marks, an emoji with its modifiers: one). */
size_t text_cut_bytes(const char *string, size_t max);
size_t text_cut_characters(const char *string, size_t max);

/* Well-formed UTF-8 without control characters. */
bool text_is_clean(const char *string);

/* Value of one field of a query ("a=1&q=%C3%A9"), decoded; free() it.  NULL: not there, or not
 * clean UTF-8. */
char *text_query_field(const char *query, const char *name);

#endif
