/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * YAML as a value of JSON, with the line of each part.
 *
 * The reading itself is libyaml's, event by event; what is here says what the events become.
 * Aliases are refused: ten lines of them stand for gigabytes.  Tags are refused, since JSON
 * has nothing that they could mean.
 */
#include "config.h"

#include "model/yaml.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "model/json-text.h"
#include "model/json.h"
#include "model/pointer.h"

#define POINTER_MAX 8192

struct yaml {
	yaml_parser_t parser;
	const char *bytes;		/* all of it */
	size_t length;
	json_t *lines;			/* borrowed; NULL: not wanted */
	struct buf pointer;		/* of what is read now */
	int depth;
	size_t values;
	struct error *err;
};

static int
complain(struct yaml *y, const yaml_mark_t *mark, const char *what)
{
	return error_set(y->err, ERROR_INPUT, _("line %zu, column %zu: %s"), mark->line + 1,
			 mark->column + 1, what);
}

/* What a reader's fault has instead of a mark. */
static yaml_mark_t
mark_at(const struct yaml *y, size_t offset)
{
	yaml_mark_t mark = {0};

	for (size_t i = 0; i < offset && i < y->length; i++) {
		mark.column++;
		if (y->bytes[i] == '\n') {
			mark.line++;
			mark.column = 0;
		}
	}
	return mark;
}

static bool
next_event(struct yaml *y, yaml_event_t *event)
{
	yaml_mark_t mark;

	if (yaml_parser_parse(&y->parser, event))
		return true;
	mark = y->parser.error == YAML_READER_ERROR ? mark_at(y, y->parser.problem_offset)
						    : y->parser.problem_mark;
	complain(y, &mark, y->parser.problem ? y->parser.problem : "?");
	return false;
}

/* --- scalars --- */

/* A number is what JSON would write with the same text.  All else keeps its text: a version is
 * "1.10" and not 1.1, a telephone number begins with "+", a commit is "1234e56". */
static json_t *
read_number(const char *text)
{
	json_t *number = NULL;

	if ((*text == '-' || (*text >= '0' && *text <= '9')) && !json_text_is_lost(text))
		number = json_loads(text, JSON_DECODE_ANY, NULL);
	if (json_is_number(number))
		return number;
	json_decref(number);
	return NULL;
}

static json_t *
read_plain(const char *text)
{
	static const struct {
		const char *text;
		json_type type;
	} words[] = {
		{"", JSON_NULL}, {"~", JSON_NULL}, {"null", JSON_NULL}, {"Null", JSON_NULL},
		{"NULL", JSON_NULL}, {"true", JSON_TRUE}, {"True", JSON_TRUE}, {"TRUE", JSON_TRUE},
		{"false", JSON_FALSE}, {"False", JSON_FALSE}, {"FALSE", JSON_FALSE},
	};
	json_t *number;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(words[i].text, text) == 0)
			return words[i].type == JSON_NULL
				       ? json_null()
				       : json_boolean(words[i].type == JSON_TRUE);
	number = read_number(text);
	return number ? number : json_string(text);
}

static json_t *
read_scalar(struct yaml *y, const yaml_event_t *event)
{
	const char *text = (const char *)event->data.scalar.value;
	json_t *value = NULL;

	if (event->data.scalar.tag)
		complain(y, &event->start_mark, _("YAML tags are not supported."));
	else if (strlen(text) != event->data.scalar.length)
		complain(y, &event->start_mark, _("A string cannot hold U+0000."));
	else
		value = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE ? read_plain(text)
									   : json_string(text);
	return value;
}

/* --- collections --- */

static json_t *read_value(struct yaml *y, yaml_event_t *event);

static json_t *
read_sequence(struct yaml *y)
{
	json_t *array = json_array();
	yaml_event_t event;

	while (next_event(y, &event)) {
		json_t *item;
		char index[24];
		size_t before;

		if (event.type == YAML_SEQUENCE_END_EVENT) {
			yaml_event_delete(&event);
			return array;
		}
		snprintf(index, sizeof(index), "%zu", json_array_size(array));
		before = y->pointer.length;
		pointer_append(&y->pointer, index);
		item = read_value(y, &event);
		buf_truncate(&y->pointer, before);
		if (!item)
			break;
		json_array_append_new(array, item);
	}
	json_decref(array);
	return NULL;
}

/* free() it; NULL: complained. */
static char *
read_key(struct yaml *y, const yaml_event_t *event, const json_t *object)
{
	const char *text = (const char *)event->data.scalar.value;

	if (event->type == YAML_ALIAS_EVENT)
		complain(y, &event->start_mark, _("YAML aliases are not supported."));
	else if (event->type != YAML_SCALAR_EVENT || event->data.scalar.tag ||
		 strlen(text) != event->data.scalar.length)
		complain(y, &event->start_mark, _("A key must be a plain string."));
	else if (event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE && strcmp(text, "<<") == 0)
		complain(y, &event->start_mark, _("YAML merge keys are not supported."));
	else if (json_object_get(object, text))
		complain(y, &event->start_mark, _("The key is given twice."));
	else
		return xstrdup(text);
	return NULL;
}

static json_t *
read_mapping(struct yaml *y)
{
	json_t *object = json_object();
	yaml_event_t event;

	while (next_event(y, &event)) {
		json_t *value = NULL;
		char *key;

		if (event.type == YAML_MAPPING_END_EVENT) {
			yaml_event_delete(&event);
			return object;
		}
		key = read_key(y, &event, object);
		yaml_event_delete(&event);
		if (key && next_event(y, &event)) {
			size_t before = y->pointer.length;

			pointer_append(&y->pointer, key);
			value = read_value(y, &event);
			buf_truncate(&y->pointer, before);
		}
		if (value && json_object_set_new(object, key, value) != 0)
			value = NULL;
		free(key);
		if (!value)
			break;
	}
	json_decref(object);
	return NULL;
}

/* Takes the event.  NULL: complained. */
static json_t *
read_value(struct yaml *y, yaml_event_t *event)
{
	yaml_mark_t mark = event->start_mark;
	json_t *value = NULL;

	if (y->lines && json_object_size(y->lines) < JSON_VALUES_MAX)
		json_object_set_new(y->lines, buf_str(&y->pointer),
				    json_integer((json_int_t)mark.line + 1));
	y->depth++;
	if (++y->values > JSON_VALUES_MAX || y->depth > YAML_DEPTH_MAX)
		complain(y, &mark, _("The document is too large or nested too deeply."));
	else if (event->type == YAML_SCALAR_EVENT)
		value = read_scalar(y, event);
	else if (event->type == YAML_ALIAS_EVENT)
		complain(y, &mark, _("YAML aliases are not supported."));
	else if (event->type == YAML_MAPPING_START_EVENT && !event->data.mapping_start.tag)
		value = read_mapping(y);
	else if (event->type == YAML_SEQUENCE_START_EVENT && !event->data.sequence_start.tag)
		value = read_sequence(y);
	else
		complain(y, &mark, _("YAML tags are not supported."));
	y->depth--;
	yaml_event_delete(event);
	return value;
}

static bool
expect(struct yaml *y, yaml_event_type_t type, const char *otherwise)
{
	yaml_event_t event;
	bool fine;

	if (!next_event(y, &event))
		return false;
	fine = event.type == type;
	if (!fine)
		complain(y, &event.start_mark, otherwise);
	yaml_event_delete(&event);
	return fine;
}

json_t *
yaml_decode(const char *bytes, size_t length, json_t *lines, struct error *err)
{
	struct yaml y = {.bytes = bytes, .length = length, .lines = lines, .err = err};
	json_t *value = NULL;
	yaml_event_t event;

	if (length > YAML_BYTES_MAX) {
		error_set(err, ERROR_LIMIT, _("YAML must be no more than %u bytes; JSON may have more."),
			  YAML_BYTES_MAX);
		return NULL;
	}
	if (!text_is_utf8(bytes, length)) {
		error_set(err, ERROR_INPUT, _("The file is not UTF-8 text."));
		return NULL;
	}
	if (!yaml_parser_initialize(&y.parser))
		abort();	/* memory */
	yaml_parser_set_encoding(&y.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&y.parser, (const unsigned char *)bytes, length);
	buf_init(&y.pointer, POINTER_MAX);
	if (expect(&y, YAML_STREAM_START_EVENT, "?") &&
	    expect(&y, YAML_DOCUMENT_START_EVENT, _("The document is empty.")) &&
	    next_event(&y, &event)) {
		value = read_value(&y, &event);
		if (value &&
		    (!expect(&y, YAML_DOCUMENT_END_EVENT, "?") ||
		     !expect(&y, YAML_STREAM_END_EVENT, _("Only one document is allowed.")))) {
			json_decref(value);
			value = NULL;
		}
	}
	buf_clear(&y.pointer);
	yaml_parser_delete(&y.parser);
	return value;
}
