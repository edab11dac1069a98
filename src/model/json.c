/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Decoding with limits.  A million small objects take twenty times their text in memory, so
 * depth and values are counted before the tree is built.
 *
 * Everything from outside passes here, with the three things that jansson leaves to its
 * caller: duplicate keys, NUL bytes, and errors that quote the text; json_canonical() is the
 * other half: the one form of which ids are hashes, sorted and without blanks.
 */
#include "config.h"

#include "model/json.h"

#include <malloc.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/canonical.h"
#include "model/error-codes.h"
#include "model/json-pairs.h"
#include "model/json-text.h"

/* For whoever asked for it, it is a limit; what a request sends is wrong by its size alone (422).
 */
static int
refuse_size(struct error *err, enum error_code code, long long max)
{
	error_set_code(err, code, .max = max);
	if (err)
		err->kind = ERROR_LIMIT;
	return -1;
}

/* Counts as a tokeniser would; what is no JSON at all is left to jansson to refuse. */
static int
check_size(const char *bytes, size_t length, struct error *err)
{
	size_t values = 1, depth = 0;
	bool in_string = false;

	for (size_t i = 0; i < length; i++) {
		char c = bytes[i];

		if (in_string) {
			if (c == '\\')
				i++;
			else if (c == '"')
				in_string = false;
			continue;
		}
		if (c == '"')
			in_string = true;
		else if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && depth > 0)
			depth--;
		if (c == ',' || c == '{' || c == '[')
			/* A comma or an opening bracket stands before every value but the
			 * first, so this counts a little too many and never too few. */
			values++;
		if (depth > JSON_DEPTH_MAX)
			return refuse_size(err, CODE_JSON_TOO_DEEP, JSON_DEPTH_MAX);
		if (values > JSON_VALUES_MAX)
			return refuse_size(err, CODE_JSON_TOO_MANY_VALUES, JSON_VALUES_MAX);
	}
	return 0;
}

/* Duplicate keys are refused: two readers could take different ones, and one of them may be a
 * check. */
json_t *
json_decode(const char *bytes, size_t length, struct error *err)
{
	json_error_t fault;
	json_t *value;

	if (length > JSON_BYTES_MAX) {
		refuse_size(err, CODE_JSON_TOO_LARGE, JSON_BYTES_MAX);
		return NULL;
	}
	if (check_size(bytes, length, err) != 0)
		return NULL;
	/* jansson takes a NUL behind a bare number for the end of the text. */
	if (memchr(bytes, '\0', length)) {
		error_set_code(err, CODE_JSON_WITH_NUL);
		return NULL;
	}
	value = json_loadb(bytes, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &fault);
	/* The bytes themselves stay out of errors: they may be a secret's. */
	if (!value && strstr(fault.text, " near "))
		*strstr(fault.text, " near ") = '\0';
	if (!value)
		error_set_code(err, CODE_JSON_INVALID, .line = fault.line, .column = fault.column,
			       .reason = fault.text);
	return value;
}

/* What is wrong is said of the text as it was given. */
json_t *
json_decode_keeping(const char *bytes, size_t length, struct error *err)
{
	json_t *value = json_decode(bytes, length, err), *kept;
	size_t quoted_length = 0;
	char *quoted = length <= JSON_BYTES_MAX ? json_text_quote_lost(bytes, length,
								       &quoted_length) : NULL;

	if (!quoted)
		return value;
	kept = json_decode(quoted, quoted_length, NULL);
	free(quoted);
	if (!kept)
		return value;
	json_decref(value);
	if (err)
		*err = (struct error){0};
	return kept;
}

struct canonical_text {
	char *bytes;
	size_t length;
};

static void
add_piece(void *data, const char *bytes, size_t length)
{
	struct canonical_text *text = data;

	text->bytes = xreallocarray(text->bytes, text->length + length + 1, 1);
	memcpy(text->bytes + text->length, bytes, length);
	text->length += length;
	text->bytes[text->length] = '\0';
}

char *
json_canonical(const json_t *value)
{
	struct canonical_text text = {0};

	canonical_write(value, add_piece, &text);
	return text.bytes;
}

static bool
is_same_object(const json_t *a, const json_t *b)
{
	struct json_pairs pairs = json_pairs(a, b);

	if (json_object_size(a) != json_object_size(b))
		return false;
	for (; json_pairs_pass_same_texts(&pairs), pairs.i; json_pairs_next(&pairs))
		if (!json_same(json_object_iter_value(pairs.i), json_pairs_other(&pairs)))
			return false;
	return true;
}

bool
json_same(const json_t *a, const json_t *b)
{
	size_t i;

	if (a == b)
		return true;
	if (!a || !b || json_typeof(a) != json_typeof(b))
		return false;
	if (json_is_object(a))
		return is_same_object(a, b);
	if (json_is_string(a))
		return json_same_text(a, b);
	if (json_is_real(a) && signbit(json_real_value(a)) != signbit(json_real_value(b)))
		return false;
	if (!json_is_array(a))
		return json_equal(a, b);
	if (json_array_size(a) != json_array_size(b))
		return false;
	for (i = 0; i < json_array_size(a); i++)
		if (!json_same(json_array_get(a, i), json_array_get(b, i)))
			return false;
	return true;
}

json_t *
json_copy_deep(const json_t *value)
{
	return json_deep_copy(value);
}

/* Lists are short: one that differs is copied whole. */
json_t *
json_copy_like(const json_t *value, json_t *like)
{
	json_t *copy, *member;
	const char *key;

	if (json_same(value, like))
		return json_incref(like);
	if (!json_is_object(value) || !json_is_object(like))
		return json_deep_copy(value);
	copy = json_object();
	json_object_foreach((json_t *)value, key, member)
		json_object_set_new_nocheck(copy, key,
					    json_copy_like(member, json_object_get(like, key)));
	return copy;
}

const char *
json_member_string(const json_t *object, const char *key)
{
	return json_string_value(json_object_get(object, key));
}

static void
wipe_and_free(void *memory)
{
	if (memory)
		explicit_bzero(memory, malloc_usable_size(memory));
	free(memory);
}

void
json_wipe_what_is_freed(void)
{
	json_set_alloc_funcs(malloc, wipe_and_free);
}
