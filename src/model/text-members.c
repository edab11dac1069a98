/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "model/text-members.h"

#include <string.h>

/* Behind the string that begins here, or NULL. */
static const char *
skip_string(const char *at, const char *end)
{
	for (at++; at < end && *at != '"'; at++)
		at += *at == '\\';
	return at < end ? at + 1 : NULL;
}

/* Behind the array or the object that begins here.  Whether its brackets match is for a parser. */
static const char *
skip_brackets(const char *at, const char *end)
{
	size_t depth = 0;

	while (at && at < end) {
		if (*at == '"') {
			at = skip_string(at, end);
			continue;
		}
		if (*at == '{' || *at == '[')
			depth++;
		else if ((*at == '}' || *at == ']') && --depth == 0)
			return at + 1;
		at++;
	}
	return NULL;
}

static const char *
skip_value(const char *at, const char *end)
{
	if (at < end && *at == '"')
		return skip_string(at, end);
	if (at < end && (*at == '{' || *at == '['))
		return skip_brackets(at, end);
	while (at < end && *at != ',' && *at != '}')
		at++;
	return at;
}

struct text_members
text_members(struct text_span object)
{
	if (object.length < 2 || object.at[0] != '{' || object.at[object.length - 1] != '}')
		return (struct text_members){.is_broken = true};
	return (struct text_members){.at = object.at + 1, .end = object.at + object.length - 1};
}

static bool
fail(struct text_members *members)
{
	*members = (struct text_members){.is_broken = true};
	return false;
}

bool
text_members_next(struct text_members *members, struct text_member *out)
{
	const char *key = members->at, *end = members->end, *colon, *behind;

	if (key == end)
		return false;
	colon = *key == '"' ? skip_string(key, end) : NULL;
	if (!colon || colon == end || *colon != ':')
		return fail(members);
	behind = skip_value(colon + 1, end);
	if (!behind || behind == colon + 1 || (behind != end && *behind != ','))
		return fail(members);
	*out = (struct text_member){
		.key = {key, (size_t)(colon - key)},
		.value = {colon + 1, (size_t)(behind - colon - 1)},
	};
	members->at = behind == end ? end : behind + 1;
	return true;
}

struct text_span
text_members_find(struct text_members *members, const char *key)
{
	size_t length = strlen(key);
	struct text_member member;

	while (text_members_next(members, &member))
		if (member.key.length == length + 2 && memcmp(member.key.at + 1, key, length) == 0)
			return member.value;
	return (struct text_span){0};
}

/* The escapes that canonical text has; all of them stand for one byte. */
static unsigned char
next_byte(const char **at)
{
	static const char named[] = "b\bf\fn\nr\rt\t";
	const char *c = *at, *n = named;
	unsigned char byte = 0;

	*at += *c == '\\' ? 2 : 1;
	if (*c != '\\')
		return (unsigned char)*c;
	while (*n && *n != c[1])
		n += 2;
	if (*n)
		return (unsigned char)n[1];
	if (c[1] != 'u')
		return (unsigned char)c[1];
	for (int i = 2; i < 6 && c[i] != '"'; i++, (*at)++)
		byte = (unsigned char)(byte << 4 | ((c[i] & 0xf) + (c[i] > '9' ? 9 : 0)));
	return byte;
}

/* Each has its quote behind it, which no byte of a key is written as. */
int
text_keys_compare(struct text_span a, struct text_span b)
{
	const char *end_a = a.at + a.length - 1, *end_b = b.at + b.length - 1;

	for (a.at++, b.at++; a.at < end_a && b.at < end_b;) {
		int order = next_byte(&a.at) - next_byte(&b.at);

		if (order != 0)
			return order;
	}
	return (a.at < end_a) - (b.at < end_b);
}

bool
text_spans_equal(struct text_span a, struct text_span b)
{
	return a.length == b.length && (a.length == 0 || memcmp(a.at, b.at, a.length) == 0);
}

json_t *
text_span_parse(struct text_span span)
{
	return json_loadb(span.at, span.length, JSON_DECODE_ANY, NULL);
}
