/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A small scanner over strings, and a walk over the tree that holds them.  Strings are
 * counted, not ended by NUL; every limit is there so that a small set cannot become a large
 * answer.
 *
 * What is put in is never scanned again, so there is no depth, no cycle, and a password that
 * holds "${" arrives as it is.  Each string that touched a secret is named by its JSON
 * pointer: the caller decides whether a secret may be there.
 */
#include "config.h"

#include "model/placeholder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json-text.h"
#include "model/json.h"
#include "model/pointer.h"

#define TOKENS_MAX 16

struct placeholder_path {
	char *tokens[TOKENS_MAX];
	size_t count;
};

/* What is left of a string. */
struct text {
	const char *at, *end;
};

static void
path_clear(struct placeholder_path *path)
{
	for (size_t i = 0; i < path->count; i++)
		free(path->tokens[i]);
	path->count = 0;
}

/* A name with a NUL in it would be cut where it is used as a C string, and mean another value. */
static bool
path_add(struct placeholder_path *path, const char *start, size_t length)
{
	if (path->count == TOKENS_MAX || length == 0 || memchr(start, '\0', length))
		return false;
	path->tokens[path->count++] = xstrndup(start, length);
	return true;
}

static bool
starts(const struct text *text, const char *with)
{
	size_t length = strlen(with);

	return (size_t)(text->end - text->at) >= length && memcmp(text->at, with, length) == 0;
}

/* "['x']" or "[\"x\"]", which is moved over. */
static bool
read_bracket(struct text *text, struct placeholder_path *path)
{
	const char *start = text->at + 2, *end;

	if (!starts(text, "['") && !starts(text, "[\""))
		return false;
	end = memchr(start, text->at[1], (size_t)(text->end - start));
	if (!end || end + 1 == text->end || end[1] != ']')
		return false;
	text->at = end + 2;
	return path_add(path, start, (size_t)(end - start));
}

static bool
read_name(struct text *text, struct placeholder_path *path)
{
	const char *start;

	if (path->count > 0) {
		if (*text->at != '.')
			return false;
		text->at++;
	}
	start = text->at;
	while (text->at < text->end && (unsigned char)*text->at > ' ' &&
	       !strchr(".[]{}$'\"\\", *text->at))
		text->at++;
	return path_add(path, start, (size_t)(text->at - start));
}

/* Reads "${...}" and moves over it; false: not well formed. */
static bool
read_placeholder(struct text *text, struct placeholder_path *path)
{
	text->at += 2;
	while (text->at < text->end && *text->at != '}')
		if (*text->at == '[' ? !read_bracket(text, path) : !read_name(text, path))
			return false;
	if (text->at == text->end)
		return false;
	text->at++;
	return path->count > 0;
}

struct placeholder_walk {
	placeholder_filter *filter;	/* NULL: all */
	placeholder_lookup *lookup;
	void *data;
	json_t *secrets;
	struct buf where;	/* JSON pointer of the value at hand */
	size_t left;		/* bytes that may still be made */
	int depth;
};

/* The lookup words its own reason, if it has one; the place and the placeholder are added here,
 * once. */
static void
refuse_placeholder(const struct placeholder_walk *walk, const char *written,
		   const struct error *why, struct error *err)
{
	const struct error_parameters said = {
		.code = CODE_PLACEHOLDER_WITHOUT_VALUE,
		.path = buf_str(&walk->where),
		.placeholder = written,
	};

	if (!err)
		return;
	*err = *why;
	if (why->text[0])
		error_code_prefix(err, &said);
	else
		error_code_set(err, &said);
	err->kind = ERROR_INPUT;
}

/* The error names the placeholder as written, and of its value nothing: it may be a secret. */
static json_t *
look_up(struct placeholder_walk *walk, struct text *text, bool *secret, struct error *err)
{
	const char *start = text->at;
	struct placeholder_path path = {0};
	struct error why = {0};
	json_t *value = NULL;
	bool touched = false;
	char *written;

	if (!read_placeholder(text, &path)) {
		path_clear(&path);
		written = xstrndup(start, (size_t)(text->end - start));
		error_set_code(err, CODE_PLACEHOLDER_MALFORMED, .path = buf_str(&walk->where),
			       .placeholder = written);
		free(written);
		return NULL;
	}
	value = walk->lookup(walk->data, (const char *const *)path.tokens, path.count, &touched,
			     &why);
	if (value && touched && !walk->secrets) {
		error_set_code(&why, CODE_SECRET_NOT_USABLE_HERE);
		json_decref(value);
		value = NULL;
	}
	if (!value) {
		written = xstrndup(start, (size_t)(text->at - start));
		refuse_placeholder(walk, written, &why, err);
		free(written);
	}
	*secret = *secret || touched;
	path_clear(&path);
	return value;
}

static bool
append_value(struct buf *out, const json_t *value)
{
	char *text;
	bool fits;

	if (json_is_string(value))
		return buf_append(out, json_string_value(value), json_string_length(value));
	text = json_text(value, JSON_SORT_KEYS);
	fits = buf_puts(out, text);
	free(text);
	return fits;
}

/* Up to the next placeholder or the end.  "$", backslashes, "{": one backslash is dropped. */
static bool
append_plain(struct buf *out, struct text *text)
{
	while (text->at < text->end) {
		const char *dollar = memchr(text->at, '$', (size_t)(text->end - text->at));
		const char *brace = dollar ? dollar + 1 : text->end;

		if (!buf_append(out, text->at, (size_t)((dollar ? dollar : text->end) - text->at)))
			return false;
		text->at = dollar ? dollar : text->end;
		if (!dollar || starts(text, "${"))
			return true;
		while (brace < text->end && *brace == '\\')
			brace++;
		text->at = brace;
		if (brace < text->end && *brace == '{' && brace > dollar + 1)
			brace--;
		if (!buf_append(out, dollar, (size_t)(brace - dollar)))
			return false;
	}
	return true;
}

static void
too_long(const struct placeholder_walk *walk, struct error *err)
{
	error_set_code(err, CODE_PLACEHOLDER_TOO_LONG, .path = buf_str(&walk->where),
		       .max = PLACEHOLDER_STRING_MAX, .total = PLACEHOLDER_TOTAL_MAX);
}

/* The whole string, put together; `whole` when it was one placeholder and nothing else. */
static json_t *
join(struct placeholder_walk *walk, const json_t *string, struct buf *out, bool *secret,
     struct error *err)
{
	const char *start = json_string_value(string);
	struct text text = {start, start + json_string_length(string)};

	for (;;) {
		bool begins = text.at == start, fits;
		json_t *value;

		if (!append_plain(out, &text)) {
			too_long(walk, err);
			return NULL;
		}
		if (text.at == text.end)
			return json_stringn(buf_str(out), out->length);
		begins = begins && text.at == start;
		value = look_up(walk, &text, secret, err);
		if (!value || (begins && text.at == text.end))
			return value;
		fits = append_value(out, value);
		json_decref(value);
		if (!fits) {
			too_long(walk, err);
			return NULL;
		}
	}
}

/* Bytes that a value takes, roughly; UINT_MAX and more is all the same. */
static size_t
weight(const json_t *value)
{
	char *text;
	size_t length;

	if (json_is_string(value))
		return json_string_length(value);
	if (!json_is_object(value) && !json_is_array(value))
		return sizeof(json_int_t);
	text = json_canonical(value);
	length = strlen(text);
	free(text);
	return length;
}

/* The buffer is wiped: what was put together may be a secret. */
static json_t *
resolve_string(struct placeholder_walk *walk, const json_t *string, struct error *err)
{
	bool secret = false;
	struct buf out;
	json_t *value, *copy;

	buf_init(&out, PLACEHOLDER_STRING_MAX);
	out.wipe = true;
	value = join(walk, string, &out, &secret, err);
	buf_clear(&out);
	if (value && weight(value) > walk->left) {
		too_long(walk, err);
		json_decref(value);
		return NULL;
	}
	if (!value)
		return NULL;
	walk->left -= weight(value);
	if (secret)
		json_array_append_new(walk->secrets, json_string(buf_str(&walk->where)));
	/* An object may be the lookup's own. */
	copy = json_deep_copy(value);
	json_decref(value);
	return copy;
}

static json_t *resolve(struct placeholder_walk *walk, const json_t *value, struct error *err);

static json_t *
resolve_below(struct placeholder_walk *walk, const char *token, const json_t *value,
	      struct error *err)
{
	size_t length = walk->where.length;
	json_t *out;

	pointer_append(&walk->where, token);
	out = resolve(walk, value, err);
	walk->where.length = length;
	walk->where.data[length] = '\0';
	return out;
}

static json_t *
resolve_object(struct placeholder_walk *walk, const json_t *object, struct error *err)
{
	json_t *out = json_object(), *value, *resolved;
	const char *key;

	json_object_foreach((json_t *)object, key, value) {
		resolved = resolve_below(walk, key, value, err);
		if (!resolved) {
			json_decref(out);
			return NULL;
		}
		json_object_set_new(out, key, resolved);
	}
	return out;
}

static json_t *
resolve_array(struct placeholder_walk *walk, const json_t *array, struct error *err)
{
	json_t *out = json_array(), *value, *resolved;
	size_t i;

	json_array_foreach(array, i, value) {
		char token[24];

		snprintf(token, sizeof(token), "%zu", i);
		resolved = resolve_below(walk, token, value, err);
		if (!resolved) {
			json_decref(out);
			return NULL;
		}
		json_array_append_new(out, resolved);
	}
	return out;
}

/* A string that is one placeholder and nothing else takes the value's own type;
 * in all others the value becomes text. */
static json_t *
resolve(struct placeholder_walk *walk, const json_t *value, struct error *err)
{
	json_t *out = NULL;

	if (json_is_string(value) && (!walk->filter || walk->filter(buf_str(&walk->where))))
		return resolve_string(walk, value, err);
	if (!json_is_object(value) && !json_is_array(value))
		return json_deep_copy(value);
	if (walk->depth == JSON_DEPTH_MAX) {
		error_set_code(err, CODE_NESTED_TOO_DEEP, .path = buf_str(&walk->where),
			       .max = JSON_DEPTH_MAX);
		return NULL;
	}
	walk->depth++;
	out = json_is_object(value) ? resolve_object(walk, value, err)
				    : resolve_array(walk, value, err);
	walk->depth--;
	return out;
}

json_t *
placeholder_resolve_some(const json_t *value, const char *where, placeholder_filter *filter,
			 placeholder_lookup *lookup, void *data, json_t *secrets,
			 struct error *err)
{
	struct placeholder_walk walk = {
		.filter = filter, .lookup = lookup, .data = data, .secrets = secrets,
		.left = PLACEHOLDER_TOTAL_MAX,
	};
	json_t *out;

	buf_init(&walk.where, 1u << 20);
	(void)buf_puts(&walk.where, where);
	out = resolve(&walk, value, err);
	buf_clear(&walk.where);
	return out;
}

json_t *
placeholder_resolve(const json_t *value, const char *where, placeholder_lookup *lookup,
		    void *data, json_t *secrets, struct error *err)
{
	return placeholder_resolve_some(value, where, NULL, lookup, data, secrets, err);
}

json_t *
placeholder_find_none(void *data, const char *const *tokens, size_t count, bool *secret,
		      struct error *err)
{
	(void)data, (void)tokens, (void)count, (void)secret, (void)err;
	return NULL;
}

/* The inverse of append_plain(): one backslash more wherever that drops one. */
char *
placeholder_escape(const char *text)
{
	struct buf out;

	buf_init(&out, 2 * strlen(text) + 1);
	while (*text) {
		size_t backslashes;

		buf_append(&out, text, 1);
		if (*text++ != '$')
			continue;
		backslashes = strspn(text, "\\");
		if (text[backslashes] == '{')
			buf_puts(&out, "\\");
	}
	return buf_take(&out);
}
