/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Placeholders: a small scanner over strings, and a walk over the tree that holds them. */
#include "config.h"

#include "model/placeholder.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/pointer.h"

#define TOKENS_MAX 16
#define STRING_MAX_BYTES (4u * 1024 * 1024)

struct path {
	char *tokens[TOKENS_MAX];
	size_t count;
};

static void
path_clear(struct path *path)
{
	for (size_t i = 0; i < path->count; i++)
		free(path->tokens[i]);
	path->count = 0;
}

static bool
path_add(struct path *path, const char *start, size_t length)
{
	if (path->count == TOKENS_MAX || length == 0)
		return false;
	path->tokens[path->count++] = xstrndup(start, length);
	return true;
}

/* "['x']" or "[\"x\"]" at *at, which moves behind it. */
static bool
read_bracket(const char **at, struct path *path)
{
	char quote = (*at)[1];
	const char *start = *at + 2, *end;

	if (quote != '\'' && quote != '"')
		return false;
	end = strchr(start, quote);
	if (!end || end[1] != ']')
		return false;
	*at = end + 2;
	return path_add(path, start, (size_t)(end - start));
}

/* Reads "${...}" at *at and moves behind it; false: not well formed. */
static bool
read_placeholder(const char **at, struct path *path)
{
	const char *s = *at + 2;

	while (*s != '}') {
		if (*s == '[') {
			if (!read_bracket(&s, path))
				return false;
		} else {
			size_t length;

			if (path->count > 0 && *s++ != '.')
				return false;
			length = strcspn(s, ".[]{}$'\" \t\n");
			if (!path_add(path, s, length))
				return false;
			s += length;
		}
	}
	*at = s + 1;
	return path->count > 0;
}

struct walk {
	placeholder_lookup *lookup;
	void *data;
	struct buf where;	/* JSON pointer of the value at hand */
};

static json_t *
look_up(struct walk *walk, const char **at, struct error *err)
{
	const char *start = *at;
	struct path path = {0};
	struct error why = {0};
	json_t *value = NULL;
	int length;

	if (!read_placeholder(at, &path)) {
		path_clear(&path);
		error_set(err, ERROR_INPUT, _("%s: \"%.60s\" is no well-formed placeholder"),
			  buf_str(&walk->where), start);
		return NULL;
	}
	length = (int)(*at - start);
	value = walk->lookup(walk->data, (const char *const *)path.tokens, path.count, &why);
	if (!value)
		error_set(err, ERROR_INPUT, _("%s: the placeholder %.*s has no value%s%s"),
			  buf_str(&walk->where), length < 200 ? length : 200, start,
			  why.text[0] ? ": " : "", why.text);
	path_clear(&path);
	return value;
}

static bool
append_value(struct buf *out, const json_t *value)
{
	char *text;
	bool fits;

	if (json_is_string(value))
		return buf_puts(out, json_string_value(value));
	text = json_canonical(value);
	fits = buf_puts(out, text);
	free(text);
	return fits;
}

/* "$\{" is an escaped "${". */
static bool
append_plain(struct buf *out, const char **at)
{
	if (strncmp(*at, "$\\{", 3) == 0) {
		*at += 3;
		return buf_puts(out, "${");
	}
	return buf_append(out, (*at)++, 1);
}

static json_t *
resolve_string(struct walk *walk, const char *text, struct error *err)
{
	const char *at = text;
	json_t *value;
	struct buf out;

	buf_init(&out, STRING_MAX_BYTES);
	while (*at) {
		bool fits, whole = at == text;

		if (strncmp(at, "${", 2) != 0) {
			fits = append_plain(&out, &at);
		} else {
			value = look_up(walk, &at, err);
			if (!value)
				goto failed;
			if (whole && *at == '\0') {
				buf_clear(&out);
				return value;
			}
			fits = append_value(&out, value);
			json_decref(value);
		}
		if (!fits) {
			error_set(err, ERROR_LIMIT, _("%s: longer than %u bytes once its placeholders "
						      "are resolved"), buf_str(&walk->where),
				  STRING_MAX_BYTES);
			goto failed;
		}
	}
	value = json_string(buf_str(&out));
	buf_clear(&out);
	return value;
failed:
	buf_clear(&out);
	return NULL;
}

static json_t *resolve(struct walk *walk, const json_t *value, struct error *err);

static json_t *
resolve_below(struct walk *walk, const char *token, const json_t *value, struct error *err)
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
resolve_object(struct walk *walk, const json_t *object, struct error *err)
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
resolve_array(struct walk *walk, const json_t *array, struct error *err)
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

/* Bounded by JSON_DEPTH_MAX, which every value from outside has passed. */
static json_t *
resolve(struct walk *walk, const json_t *value, struct error *err)
{
	if (json_is_object(value))
		return resolve_object(walk, value, err);
	if (json_is_array(value))
		return resolve_array(walk, value, err);
	if (json_is_string(value))
		return resolve_string(walk, json_string_value(value), err);
	return json_deep_copy(value);
}

json_t *
placeholder_resolve(const json_t *value, const char *where, placeholder_lookup *lookup,
		    void *data, struct error *err)
{
	struct walk walk = {.lookup = lookup, .data = data};
	json_t *out;

	buf_init(&walk.where, 1u << 20);
	(void)buf_puts(&walk.where, where);
	out = resolve(&walk, value, err);
	buf_clear(&walk.where);
	return out;
}
