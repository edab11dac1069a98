/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * JSON as text, written by hand where jansson does it otherwise: numbers.
 *
 * The fewest digits that read back as the same number are found by trying, since no function
 * of C gives them.  Numbers that no double holds are put in quotes before they are parsed
 * (json_text_quote_lost()): afterwards nobody could say what they were.
 */
#include "config.h"

#include "model/json-text.h"

#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"

#define DIGITS_SURE 15		/* so many survive a double and come back */
#define DIGITS_MAX 17
#define SHORT_INTEGER 18	/* digits that fit into json_int_t, whatever they are */

struct text_out {
	char *bytes;
	size_t length, room;
	size_t flags;
};

/* --- numbers --- */

/* By jansson both ways, since a locale has a decimal comma and jansson does not. */
static char *
number_text(const json_t *number)
{
	char *text = NULL;

	for (size_t digits = DIGITS_SURE; digits <= DIGITS_MAX; digits++) {
		json_t *back;
		bool same;

		free(text);
		text = json_dumps(number, JSON_ENCODE_ANY | JSON_REAL_PRECISION(digits));
		back = text ? json_loads(text, JSON_DECODE_ANY, NULL) : NULL;
		same = back && json_equal(back, number);
		json_decref(back);
		if (same)
			break;
	}
	return text ? text : xstrdup("null");
}

static const char *
skip_digits(const char *text)
{
	return text + strspn(text, "0123456789");
}

/* As JSON writes one: no "+", no zero in front, digits on both sides of a point. */
static bool
is_number(const char *text)
{
	const char *start;

	text += *text == '-';
	start = text;
	text = skip_digits(text);
	if (text == start || (*start == '0' && text > start + 1))
		return false;
	if (*text == '.') {
		start = text + 1;
		text = skip_digits(start);
		if (text == start)
			return false;
	}
	if (*text == 'e' || *text == 'E') {
		text++;
		text += *text == '-' || *text == '+';
		start = text;
		text = skip_digits(start);
		if (text == start)
			return false;
	}
	return *text == '\0';
}

/* Most are short whole numbers, which are told without parsing; of those only -0 is lost. */
bool
json_text_is_lost(const char *number)
{
	const char *digits = number + (*number == '-');
	json_t *value;
	char *again;
	bool lost;

	if (!is_number(number))
		return false;
	if (!*skip_digits(digits) && strlen(digits) <= SHORT_INTEGER)
		return strcmp(number, "-0") == 0;
	value = json_loads(number, JSON_DECODE_ANY, NULL);
	again = value ? number_text(value) : NULL;
	lost = !again || strcmp(again, number) != 0;
	free(again);
	json_decref(value);
	return lost;
}

/* --- the text --- */

/* It may hold a secret, of which realloc() would leave a copy. */
static void
grow(struct text_out *out, size_t room)
{
	char *bytes = xmalloc(room);

	if (out->bytes) {
		memcpy(bytes, out->bytes, out->length);
		explicit_bzero(out->bytes, out->length);
	}
	free(out->bytes);
	out->bytes = bytes;
	out->room = room;
}

static void
put(struct text_out *out, const char *bytes, size_t length)
{
	if (out->length + length + 1 > out->room)
		grow(out, 2 * (out->length + length + 1));
	memcpy(out->bytes + out->length, bytes, length);
	out->length += length;
	out->bytes[out->length] = '\0';
}

static void
put_text(struct text_out *out, const char *text)
{
	put(out, text, strlen(text));
}

static void
put_unit(struct text_out *out, unsigned unit)
{
	char escape[8];

	put(out, escape, (size_t)snprintf(escape, sizeof(escape), "\\u%04X", unit & 0xffff));
}

/* Of valid UTF-8, as jansson sees to; how many bytes it was. */
static size_t
put_code_point(struct text_out *out, const unsigned char *c)
{
	size_t length = c[0] >= 0xf0 ? 4 : c[0] >= 0xe0 ? 3 : 2;
	unsigned code = c[0] & (0xffu >> (length + 1));

	for (size_t i = 1; i < length; i++)
		code = code << 6 | (c[i] & 0x3fu);
	if (code >= 0x10000) {
		put_unit(out, 0xd800 + ((code - 0x10000) >> 10));
		put_unit(out, 0xdc00 + ((code - 0x10000) & 0x3ff));
	} else {
		put_unit(out, code);
	}
	return length;
}

static void
put_escape(struct text_out *out, unsigned char c)
{
	static const char named[] = "\"\"\\\\\bb\ff\nn\rr\tt";

	for (const char *n = named; *n; n += 2) {
		if (*n == (char)c) {
			put(out, (const char[]){'\\', n[1]}, 2);
			return;
		}
	}
	put_unit(out, c);
}

static void
put_string(struct text_out *out, const char *text, size_t length)
{
	const unsigned char *c = (const unsigned char *)text, *end = c + length, *plain = c;
	const unsigned char most = out->flags & JSON_ENSURE_ASCII ? 0x7f : 0xff;

	put(out, "\"", 1);
	while (c < end) {
		if (*c >= 0x20 && *c != '"' && *c != '\\' && *c <= most) {
			c++;
			continue;
		}
		put(out, (const char *)plain, (size_t)(c - plain));
		if (*c > 0x7f)
			c += put_code_point(out, c);
		else
			put_escape(out, *c++);
		plain = c;
	}
	put(out, (const char *)plain, (size_t)(c - plain));
	put(out, "\"", 1);
}

/* jansson keeps the width of JSON_INDENT() in the lowest bits. */
static void
put_line(struct text_out *out, int depth)
{
	size_t width = out->flags & JSON_MAX_INDENT;

	if (width == 0)
		return;
	put(out, "\n", 1);
	for (size_t i = width * (size_t)depth; i > 0; i--)
		put(out, " ", 1);
}

static int
compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char **
keys_of(json_t *object, bool sorted)
{
	const char **keys = xcalloc(json_object_size(object) + 1, sizeof(*keys));
	size_t count = 0;

	for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i))
		keys[count++] = json_object_iter_key(i);
	if (sorted)
		qsort(keys, count, sizeof(*keys), compare_keys);
	return keys;
}

static void put_value(struct text_out *out, const json_t *value, int depth);

static void
put_member(struct text_out *out, const char *key, const json_t *value, bool first, int depth)
{
	if (!first)
		put(out, ",", 1);
	put_line(out, depth);
	put_string(out, key, strlen(key));
	put_text(out, out->flags & JSON_MAX_INDENT ? ": " : ":");
	put_value(out, value, depth);
}

static void
put_object(struct text_out *out, json_t *object, int depth)
{
	size_t count = json_object_size(object);

	put(out, "{", 1);
	if (out->flags & JSON_SORT_KEYS) {
		const char **keys = keys_of(object, true);

		for (size_t i = 0; i < count; i++)
			put_member(out, keys[i], json_object_get(object, keys[i]), i == 0,
				   depth + 1);
		free(keys);
	} else {
		void *first = json_object_iter(object);

		for (void *i = first; i; i = json_object_iter_next(object, i))
			put_member(out, json_object_iter_key(i), json_object_iter_value(i),
				   i == first, depth + 1);
	}
	if (count > 0)
		put_line(out, depth);
	put(out, "}", 1);
}

static void
put_array(struct text_out *out, const json_t *array, int depth)
{
	json_t *item;
	size_t i;

	put(out, "[", 1);
	json_array_foreach(array, i, item) {
		if (i > 0)
			put(out, ",", 1);
		put_line(out, depth + 1);
		put_value(out, item, depth + 1);
	}
	if (json_array_size(array) > 0)
		put_line(out, depth);
	put(out, "]", 1);
}

static void
put_integer(struct text_out *out, json_int_t number)
{
	char text[24];

	put(out, text, (size_t)snprintf(text, sizeof(text), "%" JSON_INTEGER_FORMAT, number));
}

static void
put_value(struct text_out *out, const json_t *value, int depth)
{
	char *number;

	switch (value ? json_typeof(value) : JSON_NULL) {
	case JSON_OBJECT: put_object(out, (json_t *)value, depth); break;
	case JSON_ARRAY: put_array(out, value, depth); break;
	case JSON_STRING:
		put_string(out, json_string_value(value), json_string_length(value));
		break;
	case JSON_INTEGER: put_integer(out, json_integer_value(value)); break;
	case JSON_REAL:
		number = number_text(value);
		put_text(out, number);
		free(number);
		break;
	case JSON_TRUE: put_text(out, "true"); break;
	case JSON_FALSE: put_text(out, "false"); break;
	case JSON_NULL: put_text(out, "null"); break;
	}
}

char *
json_text(const json_t *value, size_t flags)
{
	struct text_out out = {.flags = flags};

	if (value)
		put_value(&out, value, 0);
	return out.bytes;
}

int
json_text_write(const json_t *value, FILE *file, size_t flags)
{
	char *text = json_text(value, flags);
	int ret = text && fputs(text, file) >= 0 ? 0 : -1;

	free(text);
	return ret;
}

/* --- numbers that would lose their text --- */

/* Moves over a string, also over one that has no end. */
static const char *
skip_string(const char *at, const char *end)
{
	for (at++; at < end && *at != '"'; at++)
		at += *at == '\\' && at + 1 < end;
	return at < end ? at + 1 : end;
}

static size_t
number_length(const char *at, const char *end)
{
	size_t length = 0;

	while (at + length < end && at[length] && strchr("+-.eE0123456789", at[length]))
		length++;
	return length;
}

static bool
is_lost(const char *number, size_t length)
{
	char *text = xstrndup(number, length);
	bool lost = json_text_is_lost(text);

	free(text);
	return lost;
}

/* Whether the document is valid is the parser's to say, so what is wrong only has to be
 * passed over without reading beyond its end. */
char *
json_text_quote_lost(const char *bytes, size_t length, size_t *quoted_length)
{
	const char *at = bytes, *end = bytes + length, *copied = bytes;
	struct text_out out = {0};

	while (at < end) {
		size_t number;

		if (*at == '"') {
			at = skip_string(at, end);
			continue;
		}
		if (*at != '-' && (*at < '0' || *at > '9')) {
			at++;
			continue;
		}
		number = number_length(at, end);
		if (is_lost(at, number)) {
			put(&out, copied, (size_t)(at - copied));
			put(&out, "\"", 1);
			put(&out, at, number);
			put(&out, "\"", 1);
			copied = at + number;
		}
		at += number;
	}
	if (!out.bytes)
		return NULL;
	put(&out, copied, (size_t)(end - copied));
	*quoted_length = out.length;
	return out.bytes;
}
