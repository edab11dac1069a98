/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Every kind of member has its line in each of the four: decode, encode, clear, copy.
 *
 * The switches have no default, so the compiler names those that a new kind is missing from.
 * Members that the platform may leave out or write oddly (times, numbers, words) decode to a
 * neutral value and are no fault; texts, flags, objects and lists that are there and odd are one,
 * since a person may decide by them.
 */
#include "config.h"

#include "model/members.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"
#include "base/xmalloc.h"

#define TEXT_MAX (1u << 20)

/* --- where a member lies --- */

static void *
place_in(void *noun, const struct member *m)
{
	return (char *)noun + m->offset;
}

static const void *
place_of(const void *noun, const struct member *m)
{
	return (const char *)noun + m->offset;
}

static int64_t
number_of(const void *noun, const struct member *m)
{
	return *(const int64_t *)place_of(noun, m);
}

static size_t
word_of(const void *noun, const struct member *m)
{
	return *(const unsigned *)place_of(noun, m);
}

static json_t *const *
json_in(const void *noun, const struct member *m)
{
	return place_of(noun, m);
}

/* A pointer to whatever struct is no void pointer to the language. */
static void *
items_in(const void *noun, const struct member *m)
{
	void *items;

	memcpy(&items, place_of(noun, m), sizeof(items));
	return items;
}

static size_t *
count_in(void *noun, const struct member *m)
{
	return (size_t *)(void *)((char *)noun + m->count);
}

static size_t
count_of(const void *noun, const struct member *m)
{
	return *(const size_t *)(const void *)((const char *)noun + m->count);
}

static size_t
item_size(const struct member *m)
{
	return m->kind == MEMBER_TEXTS ? sizeof(struct untrusted) : m->noun->size;
}

/* Of texts, a list or a map, of which there are none yet: so many that are zero. */
static void *
make_items(void *to, const struct member *m, size_t count)
{
	char *items = xcalloc(count + 1, item_size(m));

	memcpy(place_in(to, m), &items, sizeof(items));
	*count_in(to, m) = count;
	return items;
}

/* By which one of a map is called. */
static struct untrusted *
key_of(void *item)
{
	return item;
}

/* An object that is embedded has no pointer to be NULL: its first text says whether it is there. */
static const struct member *
first_text(const struct noun *noun)
{
	const struct member *m = noun->members;

	while (m->kind != MEMBER_TEXT)
		m++;
	return m;
}

/* Where it says what of it was not understood; NULL: it does not. */
static struct untrusted *
problem_in(void *out, const struct noun *noun)
{
	return noun->problem ? (struct untrusted *)(void *)((char *)out + noun->problem) : NULL;
}

void
member_texts_add(struct untrusted **texts, size_t *count, const char *text)
{
	*texts = xreallocarray(*texts, *count + 1, sizeof(**texts));
	untrusted_init(&(*texts)[(*count)++], text);
}

void
member_texts_read(struct untrusted **texts, size_t *count, const json_t *list)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		if (json_is_string(item))
			member_texts_add(texts, count, json_string_value(item));
}

/* --- decoding --- */

unsigned
member_word(const struct member_words *words, const char *word)
{
	for (size_t i = 0; word && i < words->count; i++)
		if (strcmp(words->items[i], word) == 0)
			return (unsigned)i;
	return words->otherwise;
}

static int
decode_text(struct untrusted *out, const json_t *value, const char *key, struct error *err)
{
	if (!json_is_string(value))
		return error_set(err, ERROR_PROTOCOL, _("\"%s\" is not a string"), key);
	if (json_string_length(value) > TEXT_MAX)
		return error_set(err, ERROR_LIMIT, _("\"%s\" is longer than %u bytes"), key,
				 TEXT_MAX);
	untrusted_set(out, json_string_value(value));
	return 0;
}

static int
decode_flag(bool *out, const json_t *value, const char *key, struct error *err)
{
	if (!json_is_boolean(value))
		return error_set(err, ERROR_PROTOCOL, _("\"%s\" is neither true nor false"), key);
	*out = json_is_true(value);
	return 0;
}

static int decode_member(void *noun, const struct member *m, const json_t *body, struct error *err);

/* The first fault is the one that is told; reading goes on, since what else there is may be
 * shown. */
static int
decode(const struct noun *noun, void *out, const json_t *body, struct error *err)
{
	int ret = 0;

	if (!json_is_object(body))
		ret = error_set(err, ERROR_PROTOCOL, _("it is not an object"));
	for (const struct member *m = noun->members; m->key; m++)
		if (!(m->need & MEMBER_DERIVED) &&
		    decode_member(out, m, body, ret == 0 ? err : NULL) != 0)
			ret = -1;
	if (noun->complete && noun->complete(out, body, ret == 0 ? err : NULL) != 0)
		ret = -1;
	return ret;
}

/* One that is a part of another; it keeps what of it was not understood. */
static int
decode_item(const struct noun *noun, void *out, const json_t *body, struct error *err)
{
	int ret = decode(noun, out, body, err);

	if (ret != 0 && noun->problem)
		untrusted_set(problem_in(out, noun), err->text);
	return ret;
}

/* One that is not understood is there all the same, whatever it is. */
static int
decode_object(void *out, const struct member *m, const json_t *value, struct error *err)
{
	struct untrusted *first = place_in(out, first_text(m->noun));
	struct error why = {0};

	if (decode_item(m->noun, out, value, &why) == 0)
		return 0;
	if (!first->raw)
		untrusted_set(first, "");
	return error_set(err, ERROR_PROTOCOL, "%s: %s", m->key, why.text);
}

/* One of a list or map, which has its place among the others whatever it is. */
static int
decode_among(void *out, const struct member *m, const json_t *body, struct error *err)
{
	struct error why = {0};

	if (decode_item(m->noun, out, body, &why) == 0 || m->noun->problem)
		return 0;
	return error_set(err, ERROR_PROTOCOL, "%s: %s", m->key, why.text);
}

static int
decode_list(void *noun, const struct member *m, const json_t *value, struct error *err)
{
	int ret = 0;
	char *items;

	if (!json_is_array(value))
		return error_set(err, ERROR_PROTOCOL, _("\"%s\" is not a list"), m->key);
	items = make_items(noun, m, json_array_size(value));
	for (size_t i = 0; i < json_array_size(value); i++)
		if (decode_among(items + i * m->noun->size, m, json_array_get(value, i),
				 ret == 0 ? err : NULL) != 0)
			ret = -1;
	return ret;
}

static int
decode_texts(void *noun, const struct member *m, const json_t *value, struct error *err)
{
	struct untrusted *texts;
	int ret = 0;

	if (!json_is_array(value))
		return error_set(err, ERROR_PROTOCOL, _("\"%s\" is not a list"), m->key);
	texts = make_items(noun, m, json_array_size(value));
	for (size_t i = 0; i < json_array_size(value); i++)
		if (decode_text(&texts[i], json_array_get(value, i), m->key,
				ret == 0 ? err : NULL) != 0)
			ret = -1;
	return ret;
}

static int
decode_map(void *noun, const struct member *m, json_t *value, struct error *err)
{
	const char *key;
	json_t *body;
	int ret = 0;
	char *item;

	if (!json_is_object(value))
		return error_set(err, ERROR_PROTOCOL, _("\"%s\" is not an object"), m->key);
	item = make_items(noun, m, json_object_size(value));
	json_object_foreach(value, key, body) {
		untrusted_init(key_of(item), key);
		if (decode_among(item, m, body, ret == 0 ? err : NULL) != 0)
			ret = -1;
		item += m->noun->size;
	}
	return ret;
}

/* What may be absent, and is a fault when it is there and odd. */
static int
decode_strict(void *noun, const struct member *m, json_t *value, struct error *err)
{
	void *place = place_in(noun, m);

	if (!value && (m->need & MEMBER_REQUIRED))
		return error_set(err, ERROR_PROTOCOL, _("\"%s\" is missing"), m->key);
	if (json_is_null(value) && (m->need & MEMBER_REQUIRED))
		return error_set(err, ERROR_PROTOCOL, _("\"%s\" is null"), m->key);
	if (!value || json_is_null(value))
		return 0;
	if (m->kind == MEMBER_TEXT)
		return decode_text(place, value, m->key, err);
	if (m->kind == MEMBER_FLAG)
		return decode_flag(place, value, m->key, err);
	if (m->kind == MEMBER_LIST)
		return decode_list(noun, m, value, err);
	if (m->kind == MEMBER_TEXTS)
		return decode_texts(noun, m, value, err);
	if (m->kind == MEMBER_MAP)
		return decode_map(noun, m, value, err);
	return decode_object(place, m, value, err);
}

/* Times, numbers and words have a value for "not known"; so
 * only what is left can be wrong. */
static int
decode_member(void *noun, const struct member *m, const json_t *body, struct error *err)
{
	json_t *value = json_object_get(body, m->key);
	void *place = place_in(noun, m);

	switch (m->kind) {
	case MEMBER_TIME:
		(void)clock_parse(json_string_value(value), place);
		return 0;
	case MEMBER_NUMBER:
		if (json_is_integer(value))
			*(int64_t *)place = json_integer_value(value);
		return 0;
	case MEMBER_WORD:
		*(unsigned *)place = member_word(m->words, json_string_value(value));
		return 0;
	case MEMBER_JSON:
		*(json_t **)place = json_is_null(value) ? NULL : json_incref(value);
		return 0;
	case MEMBER_DOCUMENT:
		*(json_t **)place = json_incref((json_t *)(uintptr_t)body);
		return 0;
	case MEMBER_CONSTANT:
		return 0;
	case MEMBER_TEXT:
	case MEMBER_FLAG:
	case MEMBER_OBJECT:
	case MEMBER_LIST:
	case MEMBER_TEXTS:
	case MEMBER_MAP:
		break;
	}
	if (!(m->need & MEMBER_LOOSE))
		return decode_strict(noun, m, value, err);
	if (m->kind != MEMBER_OBJECT || json_is_object(value))
		(void)decode_strict(noun, m, value, NULL);
	return 0;
}

int
member_need_text(const json_t *body, const char *key, struct error *err)
{
	const struct member needed = {key, MEMBER_TEXT, MEMBER_REQUIRED, .offset = 0};
	struct untrusted text = {0};
	int ret = decode_strict(&text, &needed, json_object_get(body, key), err);

	untrusted_clear(&text);
	return ret;
}

void
noun_read(const struct noun *noun, void *out, const json_t *body)
{
	struct error why = {0};

	memset(out, 0, noun->size);
	if (decode(noun, out, body, &why) != 0)
		untrusted_set(problem_in(out, noun), why.text);
}

int
noun_decode(const struct noun *noun, void *out, const json_t *body, struct error *err)
{
	memset(out, 0, noun->size);
	if (decode(noun, out, body, err) == 0)
		return 0;
	noun_clear(noun, out);
	return error_prefix(err, "%s", noun->name);
}

/* --- encoding --- */

/* A time that is not known is left out: 1970 would be shown as one. */
static json_t *
encode_time(int64_t wall_ms)
{
	char stamp[CLOCK_STAMP_SIZE];

	if (wall_ms == 0)
		return NULL;
	clock_stamp(stamp, wall_ms);
	return json_string(stamp);
}

static json_t *
encode_word(const struct member_words *words, unsigned word)
{
	return word < words->count ? json_string(words->items[word]) : NULL;
}

static json_t *
encode_object(const struct noun *noun, const void *from)
{
	const struct untrusted *first = place_of(from, first_text(noun));

	return first->raw ? noun_encode(noun, from) : NULL;
}

static json_t *
encode_list(const void *noun, const struct member *m)
{
	const char *items = items_in(noun, m);
	json_t *list = json_array();

	for (size_t i = 0; i < count_of(noun, m); i++)
		json_array_append_new(list, noun_encode(m->noun, items + i * m->noun->size));
	return list;
}

static json_t *
encode_texts(const void *noun, const struct member *m)
{
	const struct untrusted *texts = items_in(noun, m);
	json_t *list = json_array();

	for (size_t i = 0; i < count_of(noun, m); i++)
		json_array_append_new(list, json_string(untrusted_raw(&texts[i])));
	return list;
}

static json_t *
encode_map(const void *noun, const struct member *m)
{
	const char *item = items_in(noun, m);
	json_t *map = json_object();

	for (size_t i = 0; i < count_of(noun, m); i++, item += m->noun->size)
		json_object_set_new(map, untrusted_raw((const void *)item),
				    noun_encode(m->noun, item));
	return map;
}

/* NULL: it is absent. */
static json_t *
encode_member(const void *noun, const struct member *m)
{
	const void *place = place_of(noun, m);
	const struct untrusted *text = place;

	switch (m->kind) {
	case MEMBER_TIME:
		return encode_time(number_of(noun, m));
	case MEMBER_FLAG:
		return json_boolean(*(const bool *)place);
	case MEMBER_NUMBER:
		return json_integer(number_of(noun, m));
	case MEMBER_WORD:
		return encode_word(m->words, word_of(noun, m));
	case MEMBER_CONSTANT:
		return json_string(m->words->items[0]);
	case MEMBER_OBJECT:
		return encode_object(m->noun, place);
	case MEMBER_LIST:
		return encode_list(noun, m);
	case MEMBER_TEXTS:
		return encode_texts(noun, m);
	case MEMBER_MAP:
		return encode_map(noun, m);
	case MEMBER_JSON:
		return json_incref(*json_in(noun, m));
	case MEMBER_DOCUMENT:
		return NULL;
	case MEMBER_TEXT:
		break;
	}
	return text->raw ? json_string(text->raw) : NULL;
}

/* What stands for an absent one; NULL: nothing does.  A client that reads strictly must not fail
 * for a row that lacks something. */
static json_t *
encode_absent(const struct member *m)
{
	if (m->need & MEMBER_NULLABLE)
		return json_null();
	if (m->need & MEMBER_REQUIRED)
		return m->kind == MEMBER_JSON ? json_object() : json_string("");
	return NULL;
}

json_t *
noun_encode(const struct noun *noun, const void *from)
{
	json_t *body = json_object();

	for (const struct member *m = noun->members; m->key; m++) {
		json_t *value = encode_member(from, m);

		if (!value)
			value = encode_absent(m);
		if (value)
			json_object_set_new(body, m->key, value);
	}
	return body;
}

/* --- ownership --- */

static void
clear_list(void *noun, const struct member *m)
{
	char *items = items_in(noun, m);

	for (size_t i = 0; i < count_of(noun, m); i++) {
		char *item = items + i * m->noun->size;

		if (m->kind == MEMBER_MAP)
			untrusted_clear(key_of(item));
		noun_clear(m->noun, item);
	}
	free(items);
}

static void
clear_texts(void *noun, const struct member *m)
{
	struct untrusted *texts = items_in(noun, m);

	for (size_t i = 0; i < count_of(noun, m); i++)
		untrusted_clear(&texts[i]);
	free(texts);
}

void
noun_clear(const struct noun *noun, void *out)
{
	for (const struct member *m = noun->members; m->key; m++) {
		if (m->kind == MEMBER_TEXT)
			untrusted_clear(place_in(out, m));
		else if (m->kind == MEMBER_JSON || m->kind == MEMBER_DOCUMENT)
			json_decref(*json_in(out, m));
		else if (m->kind == MEMBER_LIST || m->kind == MEMBER_MAP)
			clear_list(out, m);
		else if (m->kind == MEMBER_TEXTS)
			clear_texts(out, m);
		else if (m->kind == MEMBER_OBJECT)
			noun_clear(m->noun, place_in(out, m));
	}
	if (noun->problem)
		untrusted_clear(problem_in(out, noun));
	memset(out, 0, noun->size);
}

static void
copy_list(void *to, const void *from, const struct member *m)
{
	const char *items = items_in(from, m);
	size_t count = count_of(from, m), size = m->noun->size;
	char *copies = make_items(to, m, count);

	for (size_t i = 0; i < count; i++) {
		noun_copy(m->noun, copies + i * size, items + i * size);
		if (m->kind == MEMBER_MAP)
			untrusted_init(key_of(copies + i * size),
				       key_of((void *)(uintptr_t)(items + i * size))->raw);
	}
}

static void
copy_texts(void *to, const void *from, const struct member *m)
{
	const struct untrusted *texts = items_in(from, m);
	struct untrusted *copies = make_items(to, m, count_of(from, m));

	for (size_t i = 0; i < count_of(from, m); i++)
		untrusted_init(&copies[i], texts[i].raw);
}

static void
copy_member(void *to, const void *from, const struct member *m)
{
	void *place = place_in(to, m);
	const void *its = place_of(from, m);
	const struct untrusted *text = its;

	switch (m->kind) {
	case MEMBER_TEXT:
		untrusted_init(place, text->raw);
		return;
	case MEMBER_OBJECT:
		noun_copy(m->noun, place, its);
		return;
	case MEMBER_LIST:
	case MEMBER_MAP:
		copy_list(to, from, m);
		return;
	case MEMBER_TEXTS:
		copy_texts(to, from, m);
		return;
	case MEMBER_JSON:
	case MEMBER_DOCUMENT:
		*(json_t **)place = json_deep_copy(*json_in(from, m));
		return;
	case MEMBER_TIME:
	case MEMBER_NUMBER:
		memcpy(place, its, sizeof(int64_t));
		return;
	case MEMBER_FLAG:
		memcpy(place, its, sizeof(bool));
		return;
	case MEMBER_WORD:
		memcpy(place, its, sizeof(unsigned));
		return;
	case MEMBER_CONSTANT:
		return;
	}
}

void
noun_copy(const struct noun *noun, void *to, const void *from)
{
	memset(to, 0, noun->size);
	for (const struct member *m = noun->members; m->key; m++)
		copy_member(to, from, m);
	if (noun->problem)
		untrusted_init(problem_in(to, noun),
			       problem_in((void *)(uintptr_t)from, noun)->raw);
}
