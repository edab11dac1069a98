/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A value is found by two things that stand together in any way of writing it down: the key, and
 * what it was before.  A variable has its name in the line above; an image may be in two, with the
 * tag near the name.  Both must fit, so a common value ("1", "info") is found only where it
 * belongs.
 */
#include "config.h"

#include "compare/repository-lines.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/error.h"
#include "base/xmalloc.h"
#include "model/image.h"
#include "model/json.h"
#include "model/patch.h"
#include "model/pointer.h"

#define FOUND_MAX 100
#define NEAR 5			/* lines between an image's name and its tag */
#define LINE_MAX_BYTES 400

/* --- what differs --- */

static char *
scalar_text(const json_t *value)
{
	if (json_is_string(value))
		return xstrdup(json_string_value(value));
	return json_is_number(value) || json_is_boolean(value)
		       ? json_dumps(value, JSON_ENCODE_ANY) : NULL;
}

/* A variable's value, {"value": "x"} below its name, is called like the variable. */
static const char *
name_of(const struct pointer *pointer)
{
	size_t n = pointer->count;

	if (n >= 3 && strcmp(pointer->tokens[n - 1], "value") == 0 &&
	    strcmp(pointer->tokens[n - 3], "env") == 0)
		return pointer->tokens[n - 2];
	return n > 0 ? pointer->tokens[n - 1] : "";
}

static void
add_value(json_t *out, json_t *before, const struct patch_step *step)
{
	struct pointer pointer;
	struct error err;
	char *from, *to;

	if (pointer_parse(&pointer, step->path, &err) != 0)
		return;
	from = scalar_text(pointer_find(before, &pointer));
	to = scalar_text(step->value);
	if (from && to && *from)
		json_array_append_new(out, json_pack("{s:s, s:s, s:s}", "name", name_of(&pointer),
						     "from", from, "to", to));
	pointer_clear(&pointer);
	free(from);
	free(to);
}

json_t *
repository_lines_changes(const json_t *before, const json_t *after)
{
	json_t *out = json_array(), *module;
	const char *name;

	json_object_foreach((json_t *)after, name, module) {
		json_t *was = json_object_get(json_object_get(before, name), "spec");
		json_t *is = json_object_get(module, "spec");
		struct patch changes = {0};

		if (!json_object_get(was, "manifests") || !json_object_get(is, "manifests"))
			continue;
		patch_between(&changes, was, is);
		for (size_t i = 0; i < changes.count; i++)
			add_value(out, was, &changes.steps[i]);
		patch_clear(&changes);
	}
	return out;
}

/* --- a line --- */

/* "  - key: value  # words"; the texts point into the line. */
struct repository_line {
	const char *start;		/* behind the indent */
	size_t length;			/* of the line from there, without blanks at its end */
	const char *key, *value;
	size_t key_length, value_length;
};

static void
read_line(const char *text, size_t length, struct repository_line *out)
{
	const char *end = text + length, *colon, *at;

	*out = (struct repository_line){0};
	while (text < end && strchr(" \t-", *text))
		text++;
	while (end > text && strchr(" \t\r,", end[-1]))
		end--;
	out->start = text;
	out->length = (size_t)(end - text);
	colon = memchr(text, ':', out->length);
	while (colon && colon + 1 < end && colon[1] != ' ')
		colon = memchr(colon + 1, ':', (size_t)(end - colon - 1));
	if (!colon)
		return;
	out->key = *text == '"' ? text + 1 : text;
	out->key_length = (size_t)(colon - out->key) - (colon > out->key && colon[-1] == '"');
	for (at = colon + 1; at < end && *at == ' '; at++)
		;
	for (const char *hash = at; hash + 1 < end; hash++)
		if (hash[0] == ' ' && hash[1] == '#')
			end = hash;
	while (end > at && end[-1] == ' ')
		end--;
	if (end - at >= 2 && (*at == '"' || *at == '\'') && end[-1] == *at) {
		at++;
		end--;
	}
	out->value = at;
	out->value_length = (size_t)(end - at);
}

static bool
is_text(const char *bytes, size_t length, const char *text)
{
	return bytes && strlen(text) == length && memcmp(bytes, text, length) == 0;
}

static bool
has_word(const struct repository_line *line, const char *word)
{
	return *word && memmem(line->start, line->length, word, strlen(word));
}

/* "tag", "imageTag", "newTag" of kustomize. */
static bool
is_tag(const struct repository_line *line)
{
	return line->key && line->key_length >= 3 &&
	       strncasecmp(line->key + line->key_length - 3, "tag", 3) == 0;
}

/* --- which of them hold it --- */

struct repository_search {
	const char *file;
	struct repository_line *lines;
	size_t count;
	json_t *found;
};

/* The value in the line is another text. */
static void
note(const struct repository_search *s, size_t at, const char *to)
{
	const struct repository_line *line = &s->lines[at];
	size_t before = (size_t)(line->value - line->start);
	size_t after = line->length - before - line->value_length;
	char *was, *becomes;

	if (json_array_size(s->found) >= FOUND_MAX || line->length > LINE_MAX_BYTES)
		return;
	was = xstrndup(line->start, line->length);
	becomes = xasprintf("%.*s%s%.*s", (int)before, line->start, to, (int)after,
			    line->value + line->value_length);
	json_array_append_new(s->found, json_pack("{s:s, s:I, s:s, s:s}", "file", s->file, "line",
						  (json_int_t)at + 1, "was", was, "becomes",
						  becomes));
	free(was);
	free(becomes);
}

static bool
is_near(const struct repository_search *s, size_t at, const char *word)
{
	size_t first = at > NEAR ? at - NEAR : 0, last = at + NEAR;

	for (size_t i = first; i < s->count && i <= last; i++)
		if (i != at && has_word(&s->lines[i], word))
			return true;
	return false;
}

/* A chart's values have an image in two: its name, and the tag near it. */
static void
find_tag(const struct repository_search *s, const char *from, const char *to)
{
	struct image was, is;
	const char *slash, *word;

	image_parse(&was, from);
	image_parse(&is, to);
	slash = strrchr(was.name, '/');
	word = slash ? slash + 1 : was.name;
	for (size_t i = 0; *was.version && strcmp(was.name, is.name) == 0 && i < s->count; i++)
		if (is_tag(&s->lines[i]) &&
		    is_text(s->lines[i].value, s->lines[i].value_length, was.version) &&
		    is_near(s, i, word))
			note(s, i, is.version);
	image_clear(&was);
	image_clear(&is);
}

/* By its own key, or as a variable's value in the line after its name. */
static void
find_value(const struct repository_search *s, const char *name, const char *from, const char *to)
{
	for (size_t i = 0; i < s->count; i++) {
		const struct repository_line *line = &s->lines[i];
		const struct repository_line *before = i > 0 ? line - 1 : NULL;
		bool is_named = is_text(line->key, line->key_length, name) ||
				(is_text(line->key, line->key_length, "value") && before &&
				 is_text(before->value, before->value_length, name));

		if (is_named && is_text(line->value, line->value_length, from))
			note(s, i, to);
	}
}

static void
split_lines(struct repository_search *s, const char *text)
{
	for (size_t length; *text; text += length + (text[length] == '\n')) {
		length = strcspn(text, "\n");
		s->lines = xreallocarray(s->lines, s->count + 1, sizeof(*s->lines));
		read_line(text, length, &s->lines[s->count++]);
	}
}

void
repository_lines_find(const json_t *values, const char *file, const char *text, json_t *found)
{
	struct repository_search s = {.file = file, .found = found};
	const json_t *value;
	size_t i;

	split_lines(&s, text);
	json_array_foreach(values, i, value) {
		const char *name = json_member_string(value, "name");
		const char *from = json_member_string(value, "from");
		const char *to = json_member_string(value, "to");

		find_value(&s, name, from, to);
		if (strcmp(name, "image") == 0)
			find_tag(&s, from, to);
	}
	free(s.lines);
}
