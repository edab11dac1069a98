/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Shorter runs of base64 than BASE64_LEAST are words. */
#include "config.h"

#include "compare/isolation-readings.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xmalloc.h"
#include "compare/hosts.h"
#include "model/json.h"

#define BASE64_LEAST 16
#define BASE64_CERTAIN 40	/* no name is so long, of letters of both cases and digits */
#define LETTERS_A_SLASH 10	/* a path has more of them */
#define DEEPEST 16		/* of settings in each other */
#define NAME_MAX_BYTES 128
#define VALUE_MAX_BYTES 512

/* Where a placeholder that begins there ends, and the key if it is ${values.KEY}; 0: it is none. */
static size_t
placeholder_length(const char *text, char *key, size_t size)
{
	const char *end, *from;
	size_t n;

	*key = '\0';
	if (text[0] != '$' || text[1] != '{' || !(end = strchr(text, '}')))
		return 0;
	from = text + 2 + strspn(text + 2, " ");
	if (strncmp(from, "values", 6) == 0) {
		from += 6 + strspn(from + 6, ".['\" ");
		n = strcspn(from, "}]'\" ");
		if (n < size) {
			memcpy(key, from, n);
			key[n] = '\0';
		}
	}
	return (size_t)(end - text) + 1;
}

char *
reading_fill_in(const json_t *values, const char *text, bool *put_in)
{
	struct buf out;

	*put_in = false;
	buf_init(&out, READING_BYTES_MAX);
	(void)buf_puts(&out, "");
	while (*text) {
		char key[256];
		size_t n = placeholder_length(text, key, sizeof(key));
		const char *value = *key ? json_member_string(values, key) : NULL;

		if (value)
			*put_in = true;
		if (n == 0)
			(void)buf_append(&out, text, 1);
		else if (value)
			(void)buf_puts(&out, value);
		else
			(void)buf_append(&out, "\1", 1);
		text += n ? n : 1;
	}
	return buf_take(&out);
}

/* -1: it is none. */
static int
hex_of(char c)
{
	return c >= '0' && c <= '9'	    ? c - '0'
	       : isxdigit((unsigned char)c) ? (c | 0x20) - 'a' + 10
					    : -1;
}

char *
reading_unescape(const char *text)
{
	static const char from[] = "ntr", to[] = "\n\t\r";
	size_t length = strlen(text), n = 0;
	char *out = xcalloc(length + 1, 1);
	bool any = false;

	for (size_t i = 0; i < length; i++) {
		char c = text[i];

		if (c == '%' && hex_of(text[i + 1]) >= 0 && hex_of(text[i + 2]) >= 0) {
			c = (char)(hex_of(text[i + 1]) * 16 + hex_of(text[i + 2]));
			i += 2;
			any = true;
		} else if (c == '\\' && text[i + 1] == 'u' &&
			   strspn(text + i + 2, "0123456789abcdefABCDEF") >= 4) {
			unsigned value = 0;

			for (size_t k = 2; k < 6; k++)
				value = value * 16 + (unsigned)hex_of(text[i + k]);
			c = value < 0x80 ? (char)value : '?';
			i += 5;
			any = true;
		} else if (c == '\\' && text[i + 1]) {
			const char *known = strchr(from, text[++i]);

			c = known ? to[known - from] : text[i];
			any = true;
		}
		out[n++] = c ? c : ' ';
	}
	if (any)
		return out;
	free(out);
	return NULL;
}

static int
value_of_base64(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *at = c ? strchr(digits, c == '-' ? '+' : c == '_' ? '/' : c) : NULL;

	return at ? (int)(at - digits) : -1;
}

/* NULL: it is no text when decoded. */
static char *
decode_base64(const char *s, size_t n)
{
	char *out = xcalloc(n + 1, 1);
	unsigned bits = 0, count = 0;
	size_t length = 0;

	for (size_t i = 0; i < n; i++) {
		bits = bits << 6 | (unsigned)value_of_base64(s[i]);
		count += 6;
		if (count < 8)
			continue;
		count -= 8;
		out[length] = (char)(bits >> count & 0xff);
		if (!isprint((unsigned char)out[length]) && !isspace((unsigned char)out[length])) {
			free(out);
			return NULL;
		}
		length++;
	}
	return out;
}

char *
reading_of_base64(const char *text, size_t *length)
{
	size_t n = 0;

	while (value_of_base64(text[n]) >= 0)
		n++;
	*length = n;
	return n >= BASE64_LEAST && n % 4 != 1 ? decode_base64(text, n) : NULL;
}

/* --- what is hidden --- */

/* Of digits of base64, those of URLs without: names have hyphens. */
static size_t
run_length(const char *text)
{
	size_t n = 0;

	while (isalnum((unsigned char)text[n]) || text[n] == '+' || text[n] == '/')
		n++;
	while (n > 0 && text[n] == '=')
		n++;
	return n;
}

static bool
is_certain(const char *run, size_t length)
{
	size_t slashes = 0, upper = 0, lower = 0, digits = 0;

	for (size_t i = 0; i < length; i++) {
		slashes += run[i] == '/';
		upper += isupper((unsigned char)run[i]) != 0;
		lower += islower((unsigned char)run[i]) != 0;
		digits += isdigit((unsigned char)run[i]) != 0;
	}
	return length >= BASE64_CERTAIN && upper > 0 && lower > 0 && digits > 0 &&
	       slashes * LETTERS_A_SLASH <= length;
}

/* Certificates and keys: their last line may be short. */
static void
hide_armour(char *text)
{
	static const char begin[] = "-----BEGIN ", end[] = "-----END ";
	char *at = text, *to;

	while ((at = strstr(at, begin)) && (to = strstr(at, end))) {
		memset(at, HOSTS_HOLE, (size_t)(to - at));
		at = to;
	}
}

void
reading_hide_encoded(char *text)
{
	hide_armour(text);
	while (*text) {
		size_t n = run_length(text);

		if (is_certain(text, n))
			memset(text, HOSTS_HOLE, n);
		text += n ? n : 1;
	}
}

/* --- settings --- */

/* A line that says a name and no value is above those that are indented deeper.  Nobody knows which
 * format it is, and none of them is checked: a name and a value are all that is wanted. */
struct lines {
	reading_setting *found;
	void *data;
	size_t count;			/* names that stand above */
	struct { size_t indent; char *name; } above[DEEPEST];
};

static void
leave(struct lines *lines, size_t indent)
{
	while (lines->count > 0 && lines->above[lines->count - 1].indent >= indent)
		free(lines->above[--lines->count].name);
}

/* "a.b.name"; free() it. */
static char *
whole_name(const struct lines *lines, const char *name, size_t length)
{
	char *whole = xstrdup(""), *out;

	for (size_t i = 0; i < lines->count; i++) {
		char *longer = xasprintf("%s%s.", whole, lines->above[i].name);

		free(whole);
		whole = longer;
	}
	out = xasprintf("%s%.*s", whole, (int)length, name);
	free(whole);
	return out;
}

/* Without what stands around it: quotes, a comma, a comment. */
static size_t
value_length(const char *value, size_t length)
{
	for (size_t i = 1; i + 1 < length; i++)
		if (value[i] == '#' && isspace((unsigned char)value[i - 1]))
			length = i;
	while (length > 0 && (isspace((unsigned char)value[length - 1]) ||
			      strchr("\"',;", value[length - 1])))
		length--;
	return length;
}

static size_t
count_of(const char *text, size_t length, const char *characters)
{
	size_t n = strspn(text, characters);

	return n < length ? n : length;
}

/* Whether a name ends here and its value begins: at "=", or at a ":" with a blank, a quote or the
 * end of the line behind it.  The ":" of "host:5432" is a part of a value. */
static bool
is_between(const char *at, size_t left)
{
	return left > 0 && (*at == '=' || (*at == ':' && (left == 1 || strchr(" \t\r\"'", at[1]))));
}

static void
take_value(struct lines *lines, size_t indent, const char *name, size_t name_length,
	   const char *value, size_t length)
{
	size_t skipped = count_of(value, length, " \t\"'");
	char *whole, *text;

	value += skipped;
	length = value_length(value, length - skipped);
	leave(lines, indent);
	if (length > VALUE_MAX_BYTES)
		return;
	if (length > 0 && !strchr("{[|>", *value)) {
		whole = whole_name(lines, name, name_length);
		text = xstrndup(value, length);
		lines->found(lines->data, whole, text);
		free(whole);
		free(text);
	} else if (lines->count < DEEPEST) {
		lines->above[lines->count].indent = indent;
		lines->above[lines->count++].name = xstrndup(name, name_length);
	}
}

static void
take_line(struct lines *lines, const char *line, size_t length)
{
	static const char name_characters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					      "0123456789_.-";
	size_t indent = count_of(line, length, " \t-{\"',"), name, at;

	at = indent;
	name = count_of(line + at, length - at, name_characters);
	at += name;
	at += count_of(line + at, length - at, " \t\"'");
	if (name > 0 && name <= NAME_MAX_BYTES && is_between(line + at, length - at))
		take_value(lines, indent, line + indent, name, line + at + 1, length - at - 1);
}

void
reading_each_setting(const char *text, reading_setting *found, void *data)
{
	struct lines lines = {.found = found, .data = data};

	while (*text) {
		size_t length = strcspn(text, "\n");

		take_line(&lines, text, length);
		text += length + (text[length] == '\n');
	}
	leave(&lines, 0);
}
