/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A file that somebody names becomes a value: JSON has its own reader, all else is YAML. */
#include "config.h"

#include "platform/admin/document.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/input.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/yaml.h"

static int
read_bytes(const char *path, struct buf *text, struct error *err)
{
	const bool is_input = strcmp(path, "-") == 0;
	int fd = is_input ? STDIN_FILENO : input_open(path);
	char bytes[65536];
	bool fits = true;
	ssize_t n = fd;

	while (n >= 0 && fits) {
		n = input_read(fd, bytes, sizeof(bytes),
			       is_input ? -1 : clock_steady_ms() + INPUT_SILENCE_MS);
		if (n <= 0)
			break;
		fits = buf_append(text, bytes, (size_t)n);
	}
	if (n < 0)
		input_error(path, err);
	else if (!fits)
		error_set(err, ERROR_LIMIT, _("%s: is larger than %u bytes"), path, JSON_BYTES_MAX);
	if (fd >= 0 && !is_input)
		close(fd);
	return n < 0 || !fits ? -1 : 0;
}

static bool
is_json(const char *text)
{
	text += strspn(text, " \t\r\n");
	return *text == '{' || *text == '[';
}

/* What JSON's reader does not tell, the lines: JSON is YAML too, almost. */
static json_t *
parse_json(const struct buf *text, json_t *lines, struct error *err)
{
	json_t *value = json_decode_keeping(buf_str(text), text->length, err);
	json_t *same = value ? yaml_decode(buf_str(text), text->length, lines, NULL) : NULL;

	if (!same)
		json_object_clear(lines);
	json_decref(same);
	return value;
}

int
document_read(struct document *document, const char *path, struct error *err)
{
	struct buf text;

	*document = (struct document){.path = xstrdup(path), .lines = json_object()};
	buf_init(&text, JSON_BYTES_MAX);
	if (read_bytes(path, &text, err) == 0) {
		if (text.length == 0)
			error_set(err, ERROR_INPUT, _("%s: is empty"), path);
		else if (is_json(buf_str(&text)))
			document->value = parse_json(&text, document->lines, err);
		else
			document->value = yaml_decode(buf_str(&text), text.length,
							      document->lines, err);
		if (text.length > 0 && !document->value)
			error_prefix(err, "%s", path);
	}
	buf_clear(&text);
	if (document->value)
		return 0;
	document_clear(document);
	return -1;
}

void
document_clear(struct document *document)
{
	free(document->path);
	json_decref(document->value);
	json_decref(document->lines);
	*document = (struct document){0};
}

int
document_line(const struct document *document, const char *pointer)
{
	char *at = xstrdup(pointer);
	json_t *line;
	char *slash;

	while (!(line = json_object_get(document->lines, at)) && (slash = strrchr(at, '/')))
		*slash = '\0';
	free(at);
	return line ? (int)json_integer_value(line) : 0;
}
