/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A sentence is put together from its pieces, and where each parameter came to lie is kept
 * (struct error_part).  So an error needs no room for its parameters beside its text, and they can
 * be taken out of a text in any language.  The names are those of the English sentence, in its
 * order; what it does not name is no parameter.
 */
#include "config.h"

#include "model/error-codes.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "model/json.h"

#define TEXT_MAX 8192			/* bytes of all sentences together, before they are cut */

static const struct error_row rows[] = {
#define X(id, status, text) [CODE_##id] = {#id, status, text, NULL},
#define PLURAL(id, status, one, many) [CODE_##id] = {#id, status, one, many},
	ERROR_CODES(X, PLURAL)
#undef PLURAL
#undef X
};

static const struct parameter {
	const char *name;
	size_t offset;		/* in struct error_parameters */
	bool is_number;
} known_parameters[] = {
#define X(name) {#name, offsetof(struct error_parameters, name), false},
	ERROR_TEXTS(X)
#undef X
#define X(name) {#name, offsetof(struct error_parameters, name), true},
	ERROR_NUMBERS(X)
#undef X
};

#define PARAMETER_COUNT (sizeof(known_parameters) / sizeof(known_parameters[0]))

/* --- sentences --- */

static const struct parameter *
find_parameter(const char *name, size_t length)
{
	for (size_t i = 0; i < PARAMETER_COUNT; i++)
		if (strlen(known_parameters[i].name) == length &&
		    memcmp(known_parameters[i].name, name, length) == 0)
			return &known_parameters[i];
	return NULL;
}

/* The parameter whose name in braces begins at `at`, and how long that is; NULL: none does. */
static const struct parameter *
parameter_at(const char *at, size_t *length)
{
	size_t n = *at == '{' ? strspn(at + 1, "abcdefghijklmnopqrstuvwxyz_") : 0;

	if (n == 0 || at[n + 1] != '}')
		return NULL;
	*length = n + 2;
	return find_parameter(at + 1, n);
}

/* The sentence's parameters, each once, in its order; how many. */
static size_t
list_parameters(const char *text, const struct parameter *out[ERROR_PARAMETERS_MAX])
{
	size_t count = 0, length, i;

	for (const char *at = strchr(text, '{'); at; at = strchr(at + 1, '{')) {
		const struct parameter *parameter = parameter_at(at, &length);

		for (i = 0; parameter && i < count && out[i] != parameter; i++)
			;
		if (parameter && i == count) {
			assert(count < ERROR_PARAMETERS_MAX);
			out[count++] = parameter;
		}
	}
	return count;
}

/* How many of the text's bytes are whole characters and no more than max. */
static size_t
cut_length(const char *text, size_t max)
{
	size_t length = strnlen(text, max + 1);

	if (length <= max)
		return length;
	length = max;
	while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
		length--;
	return length;
}

/* What a parameter says, in room or where it lies. */
static const char *
value_of(const struct parameter *parameter, const struct error_parameters *values, char room[24],
	 size_t *length)
{
	const void *place = (const char *)values + parameter->offset;
	const char *text = room;

	if (parameter->is_number)
		snprintf(room, 24, "%lld", *(const long long *)place);
	else
		text = *(const char *const *)place;
	if (!text)
		text = "";
	*length = cut_length(text, ERROR_VALUE_MAX);
	return text;
}

/* In the language of this program, or in English. */
static const char *
sentence_of(const struct error_row *row, const struct error_parameters *values, bool is_english)
{
	const struct parameter *order[ERROR_PARAMETERS_MAX];
	size_t count = list_parameters(row->text, order), i = 0;
	long long number;

	if (!row->plural)
		return is_english ? row->text : _(row->text);
	while (i < count && !order[i]->is_number)
		i++;
	assert(i < count);
	number = *(const long long *)((const char *)values + order[i]->offset);
	if (is_english)
		return number == 1 ? row->text : row->plural;
	return ngettext(row->text, row->plural, (unsigned long)number);
}

/* The sentence with its values, and in part where in out they lie. */
static void
compose(struct buf *out, const struct error_row *row, const char *sentence,
	const struct error_parameters *values, struct error_part *part)
{
	const struct parameter *order[ERROR_PARAMETERS_MAX];
	size_t count = list_parameters(row->text, order), length;
	char room[24];

	*part = (struct error_part){.code = (unsigned short)(row - rows)};
	for (const char *at = sentence; *at; at += length) {
		const struct parameter *parameter = parameter_at(at, &length);
		const char *value;
		size_t bytes;

		if (!parameter) {
			length = 1 + strcspn(at + 1, "{");
			buf_append(out, at, length);
			continue;
		}
		value = value_of(parameter, values, room, &bytes);
		for (size_t i = 0; i < count; i++)
			if (order[i] == parameter) {
				part->parameters[i].at = (unsigned short)out->length;
				part->parameters[i].length = (unsigned short)bytes;
			}
		buf_append(out, value, bytes);
	}
}

/* Takes the buffer's text; what does not fit is cut, and then has values that do not lie in it. */
static void
take_text(struct error *err, struct buf *text)
{
	size_t length = cut_length(buf_str(text), sizeof(err->text) - 1);

	memcpy(err->text, buf_str(text), length);
	err->text[length] = '\0';
	buf_clear(text);
}

static enum error_kind
kind_of(int status)
{
	static const struct {
		int status;
		enum error_kind kind;
	} kinds[] = {
		{401, ERROR_ACCESS}, {403, ERROR_ACCESS}, {404, ERROR_NOT_FOUND},
		{409, ERROR_CONFLICT}, {412, ERROR_STALE}, {413, ERROR_LIMIT}, {414, ERROR_LIMIT},
		{429, ERROR_LIMIT}, {431, ERROR_LIMIT}, {503, ERROR_UNAVAILABLE}, {507, ERROR_FULL},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].status == status)
			return kinds[i].kind;
	/* What the platform cannot help is mostly its database. */
	return status == 500 ? ERROR_STORE : ERROR_INPUT;
}

/* Begins the text with the sentence.  The parameters may lie in err's own text. */
static void
begin_text(struct buf *text, const struct error_parameters *parameters, struct error_part *part)
{
	const struct error_row *row = &rows[parameters->code];

	buf_init(text, TEXT_MAX);
	compose(text, row, sentence_of(row, parameters, false), parameters, part);
}

int
error_code_set(struct error *err, const struct error_parameters *parameters)
{
	struct error_part part;
	struct buf text;

	if (!err)
		return -1;
	begin_text(&text, parameters, &part);
	err->kind = kind_of(rows[parameters->code].status);
	err->part_count = 1;
	err->parts[0] = part;
	take_text(err, &text);
	return -1;
}

/* An error with a sentence that has no code, or with too many, has none behind the prefix either:
 * half of it would be another error. */
int
error_code_prefix(struct error *err, const struct error_parameters *parameters)
{
	struct error_part part;
	struct buf text;

	if (!err)
		return -1;
	begin_text(&text, parameters, &part);
	buf_puts(&text, ": ");
	for (size_t i = 0; i < err->part_count; i++)
		for (size_t k = 0; k < ERROR_PARAMETERS_MAX; k++)
			err->parts[i].parameters[k].at += (unsigned short)text.length;
	buf_puts(&text, err->text);
	if (err->part_count == 0 || err->part_count == ERROR_PARTS_MAX) {
		err->part_count = 0;
	} else {
		memmove(err->parts + 1, err->parts, err->part_count * sizeof(part));
		err->parts[0] = part;
		err->part_count++;
	}
	take_text(err, &text);
	return -1;
}

/* --- what is known of an error --- */

const struct error_row *
error_code_row(enum error_code code)
{
	return &rows[code];
}

void
error_code_name(char out[ERROR_CODE_SIZE], enum error_code code)
{
	const char *name = rows[code].name;
	size_t length = strlen(name);

	assert(length < ERROR_CODE_SIZE);
	for (size_t i = 0; i <= length; i++)
		out[i] = (char)(name[i] >= 'A' && name[i] <= 'Z' ? name[i] - 'A' + 'a' : name[i]);
}

int
error_code_status(const struct error *err)
{
	for (size_t i = 0; i < err->part_count; i++) {
		int status = rows[err->parts[i].code].status;

		if (status != 0)
			return kind_of(status) == err->kind ? status : 0;
	}
	return 0;
}

/* The parameters of a sentence, taken out of the text that has it. */
struct taken {
	struct error_parameters values;
	char texts[ERROR_PARAMETERS_MAX][ERROR_VALUE_MAX + 1];
};

static void
put_value(struct error_parameters *out, const struct parameter *parameter, const char *text)
{
	void *place = (char *)out + parameter->offset;

	if (parameter->is_number)
		*(long long *)place = strtoll(text, NULL, 10);
	else
		*(const char **)place = text;
}

/* false: one of them was cut off with the text. */
static bool
take_values(struct taken *out, const struct error *err, const struct error_part *part)
{
	const struct parameter *order[ERROR_PARAMETERS_MAX];
	size_t count = list_parameters(rows[part->code].text, order), length = strlen(err->text);

	out->values = (struct error_parameters){.code = (enum error_code)part->code};
	for (size_t i = 0; i < count; i++) {
		size_t at = part->parameters[i].at, n = part->parameters[i].length;

		if (at + n > length)
			return false;
		memcpy(out->texts[i], err->text + at, n);
		out->texts[i][n] = '\0';
		put_value(&out->values, order[i], out->texts[i]);
	}
	return true;
}

char *
error_codes_text(const struct error *err)
{
	struct error_part unused;
	struct taken taken;
	struct buf text;

	buf_init(&text, TEXT_MAX);
	for (size_t i = 0; i < err->part_count; i++) {
		const struct error_row *row = &rows[err->parts[i].code];

		if (!take_values(&taken, err, &err->parts[i])) {
			buf_truncate(&text, 0);
			break;
		}
		buf_puts(&text, i > 0 ? ": " : "");
		compose(&text, row, sentence_of(row, &taken.values, true), &taken.values, &unused);
	}
	if (text.length == 0)
		buf_puts(&text, err->text);
	return buf_take(&text);
}

/* --- the wire --- */

static json_t *
encode_parameters(const struct taken *taken)
{
	const struct parameter *order[ERROR_PARAMETERS_MAX];
	size_t count = list_parameters(rows[taken->values.code].text, order);
	json_t *out = json_object();

	for (size_t i = 0; i < count; i++)
		json_object_set_new(out, order[i]->name,
				    order[i]->is_number
					    ? json_integer(strtoll(taken->texts[i], NULL, 10))
					    : json_string(taken->texts[i]));
	return out;
}

void
error_codes_write(const struct error *err, json_t *details)
{
	struct taken taken[ERROR_PARTS_MAX];
	json_t *at = details;

	for (size_t i = 0; i < err->part_count; i++)
		if (!take_values(&taken[i], err, &err->parts[i]))
			return;
	for (size_t i = 0; i < err->part_count; i++) {
		char name[ERROR_CODE_SIZE];

		if (i > 0) {
			json_object_set_new(at, "cause", json_object());
			at = json_object_get(at, "cause");
		}
		error_code_name(name, (enum error_code)err->parts[i].code);
		json_object_set_new(at, "code", json_string(name));
		json_object_set_new(at, "parameters", encode_parameters(&taken[i]));
	}
}

char *
error_codes_encode(const struct error *err)
{
	json_t *object = json_object();
	char *text;

	error_codes_write(err, object);
	text = json_object_size(object) > 0 ? json_dumps(object, JSON_COMPACT) : NULL;
	json_decref(object);
	return text ? text : xstrdup("");
}

static enum error_code
find_code(const char *name)
{
	char known[ERROR_CODE_SIZE];

	for (size_t i = 1; name && i < ERROR_CODE_COUNT; i++) {
		error_code_name(known, (enum error_code)i);
		if (strcmp(known, name) == 0)
			return (enum error_code)i;
	}
	return ERROR_CODE_NONE;
}

static bool
decode_value(struct error_parameters *out, const struct parameter *parameter, const json_t *value)
{
	void *place = (char *)out + parameter->offset;

	if (parameter->is_number) {
		*(long long *)place = json_integer_value(value);
		return json_is_integer(value);
	}
	*(const char **)place = json_string_value(value);
	return json_is_string(value) && json_string_length(value) <= ERROR_VALUE_MAX &&
	       strlen(json_string_value(value)) == json_string_length(value);
}

static bool
decode(struct error *out, const json_t *said, int left)
{
	struct error_parameters values = {.code = find_code(json_member_string(said, "code"))};
	const json_t *given = json_object_get(said, "parameters");
	const json_t *cause = json_object_get(said, "cause");
	const struct parameter *order[ERROR_PARAMETERS_MAX];
	size_t count;

	if (values.code == ERROR_CODE_NONE || left == 0 || (cause && !decode(out, cause, left - 1)))
		return false;
	count = list_parameters(rows[values.code].text, order);
	for (size_t i = 0; i < count; i++)
		if (!decode_value(&values, order[i], json_object_get(given, order[i]->name)))
			return false;
	if (cause)
		error_code_prefix(out, &values);
	else
		error_code_set(out, &values);
	return true;
}

bool
error_codes_read(struct error *out, const json_t *details)
{
	struct error read = {0};

	if (!decode(&read, details, ERROR_PARTS_MAX))
		return false;
	*out = read;
	return true;
}
