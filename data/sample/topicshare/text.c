/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Bounded text, and cutting it.  Of the two ways to cut, text_cut_bytes() is the bug of web
 * 1.4.2 and stays as it is.
 *
 * Cutting between characters needs to know what a reader takes for one.  The full rules
 * (Unicode annex 29) need large tables; the few ranges below are those that occur in what
 * people write: marks, Arabic points, conjoining Hangul, emoji with modifiers, flags.
 */
#include "config.h"

#include "text.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define JOINER 0x200D

static const struct {
	uint32_t first, last;
} joins_previous[] = {
	{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A},
	{0x064B, 0x065F}, {0x0670, 0x0670}, {0x06D6, 0x06DC}, {0x0900, 0x0903},
	{0x093A, 0x094F}, {0x0E31, 0x0E31}, {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E},
	{0x1160, 0x11FF}, {0x1AB0, 0x1AFF}, {0x1DC0, 0x1DFF}, {0x200C, 0x200D},
	{0x20D0, 0x20F0}, {0x302A, 0x302F}, {0x3099, 0x309A}, {0xFE00, 0xFE0F},
	{0xFE20, 0xFE2F}, {0x1F3FB, 0x1F3FF}, {0xE0020, 0xE007F}, {0xE0100, 0xE01EF},
};

static const struct {
	char character;
	const char *entity;
} entities[] = {
	{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"},
};

static void *
must(void *memory)
{
	if (!memory) {
		fputs("error: out of memory\n", stderr);
		exit(1);
	}
	return memory;
}

void
text_init(struct text *text, size_t max)
{
	*text = (struct text){.max = max};
}

void
text_clear(struct text *text)
{
	free(text->bytes);
	text_init(text, text->max);
}

/* What is too much is dropped and remembered: whoever sends the text
 * looks at overflow once, at the end. */
void
text_add(struct text *text, const char *bytes, size_t length)
{
	if (length > text->max - text->length) {
		length = text->max - text->length;
		text->overflow = true;
	}
	if (text->length + length + 1 > text->capacity) {
		size_t capacity = 2 * (text->length + length) + 64;

		text->bytes = must(realloc(text->bytes, capacity));
		text->capacity = capacity;
	}
	if (length > 0)
		memcpy(text->bytes + text->length, bytes, length);
	text->length += length;
	text->bytes[text->length] = '\0';
}

void
text_puts(struct text *text, const char *string)
{
	text_add(text, string, strlen(string));
}

void
text_printf(struct text *text, const char *format, ...)
{
	char *formatted = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vasprintf(&formatted, format, args);
	va_end(args);
	if (n < 0)
		must(NULL);
	text_add(text, formatted, (size_t)n);
	free(formatted);
}

static const char *
entity_of(char character)
{
	for (size_t i = 0; i < sizeof(entities) / sizeof(entities[0]); i++)
		if (entities[i].character == character)
			return entities[i].entity;
	return NULL;
}

void
text_html(struct text *text, const char *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		const char *entity = entity_of(bytes[i]);

		if (entity)
			text_puts(text, entity);
		else
			text_add(text, bytes + i, 1);
	}
}

/* The code point at string, its length in *length.  0 for a malformed one (length 1) and the
 * end. */
static uint32_t
decode(const char *string, size_t *length)
{
	static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
	const unsigned char *s = (const unsigned char *)string;
	size_t n = s[0] < 0x80 ? 1 : s[0] < 0xC2 ? 0 : s[0] < 0xE0 ? 2 : s[0] < 0xF0 ? 3
		 : s[0] < 0xF5 ? 4 : 0;
	uint32_t code;

	*length = 1;
	if (n < 2)
		return n == 1 ? s[0] : 0;
	code = s[0] & (0xFFU >> (n + 1));
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xC0) != 0x80)
			return 0;
		code = code << 6 | (s[i] & 0x3F);
	}
	if (code < least[n] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF))
		return 0;
	*length = n;
	return code;
}

static bool
joins(uint32_t code)
{
	for (size_t i = 0; i < sizeof(joins_previous) / sizeof(joins_previous[0]); i++)
		if (code >= joins_previous[i].first && code <= joins_previous[i].last)
			return true;
	return false;
}

static bool
is_flag_half(uint32_t code)
{
	return code >= 0x1F1E6 && code <= 0x1F1FF;
}

size_t
text_cut_bytes(const char *string, size_t max)
{
	return strnlen(string, max);
}

size_t
text_cut_characters(const char *string, size_t max)
{
	size_t at = 0, count = 0, halves = 0;
	uint32_t before = 0;

	while (string[at]) {
		size_t length;
		uint32_t code = decode(string + at, &length);
		bool second_half = is_flag_half(code) && halves % 2 == 1;

		if (at == 0 || !(joins(code) || before == JOINER || second_half)) {
			if (count == max)
				break;
			count++;
		}
		halves = is_flag_half(code) ? halves + 1 : 0;
		before = code;
		at += length;
	}
	return at;
}

bool
text_is_clean(const char *string)
{
	size_t length;

	for (; *string; string += length) {
		uint32_t code = decode(string, &length);

		if (code < 0x20 || (code >= 0x7F && code < 0xA0))
			return false;
	}
	return true;
}

static int
hex(char c)
{
	return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10
	     : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* In place: decoding never makes it longer. */
static bool
decode_field(char *field)
{
	char *to = field;

	for (const char *from = field; *from; from++) {
		if (*from == '%') {
			int high = hex(from[1]);
			int low = high < 0 ? -1 : hex(from[2]);

			if (low < 0 || high * 16 + low == 0)
				return false;
			*to++ = (char)(high * 16 + low);
			from += 2;
		} else {
			*to++ = *from == '+' ? ' ' : *from;
		}
	}
	*to = '\0';
	return true;
}

char *
text_query_field(const char *query, const char *name)
{
	size_t name_length = strlen(name);

	for (const char *at = query; *at; at += *at == '&') {
		size_t length = strcspn(at, "&");

		if (length > name_length && at[name_length] == '=' &&
		    strncmp(at, name, name_length) == 0) {
			char *field = must(strndup(at + name_length + 1, length - name_length - 1));

			if (decode_field(field) && text_is_clean(field))
				return field;
			free(field);
			return NULL;
		}
		at += length;
	}
	return NULL;
}
