/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How a struct goes out: what is absent in it is left out, or stands as its table says. */
#include "config.h"

#include <stdbool.h>

#include "base/clock.h"
#include "model/private.h"

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
	return is_there(from, noun) ? noun_encode(noun, from) : NULL;
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

/* Of a SPARSE member: whether it says nothing. */
static bool
is_empty(const void *noun, const struct member *m)
{
	switch (m->kind) {
	case MEMBER_FLAG:
		return !*(const bool *)place_of(noun, m);
	case MEMBER_WORD:
		return word_of(noun, m) == 0;
	case MEMBER_LIST:
	case MEMBER_TEXTS:
	case MEMBER_MAP:
		return count_of(noun, m) == 0;
	case MEMBER_NUMBER:
		return number_of(noun, m) == 0;
	case MEMBER_TIME:
	case MEMBER_CONSTANT:
	case MEMBER_OBJECT:
	case MEMBER_JSON:
	case MEMBER_DOCUMENT:
	case MEMBER_GIVEN:
	case MEMBER_TEXT:
		break;
	}
	return false;
}

/* NULL: it is absent. */
static json_t *
encode_member(const void *noun, const struct member *m)
{
	const void *place = place_of(noun, m);
	const struct untrusted *text = place;

	if ((m->need & MEMBER_SPARSE) && is_empty(noun, m))
		return NULL;
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
	case MEMBER_GIVEN:
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
		return m->kind == MEMBER_JSON || m->kind == MEMBER_OBJECT ? json_object()
									  : json_string("");
	return NULL;
}

static bool
is_member(const struct noun *noun, const char *key)
{
	const struct member *m = noun->members;

	while (m->key && (m->kind == MEMBER_DOCUMENT || strcmp(m->key, key) != 0))
		m++;
	return m->key != NULL;
}

/* What others put beside the members that we know. */
static void
encode_others(json_t *body, const struct noun *noun, json_t *document)
{
	const char *key;
	json_t *value;

	json_object_foreach(document, key, value)
		if (!is_member(noun, key))
			json_object_set(body, key, value);
}

json_t *
noun_encode(const struct noun *noun, const void *from)
{
	json_t *body = json_object();

	for (const struct member *m = noun->members; m->key; m++) {
		json_t *value = encode_member(from, m);

		if (!value && m->kind != MEMBER_GIVEN)
			value = encode_absent(m);
		if (value)
			json_object_set_new(body, m->key, value);
		if (m->kind == MEMBER_DOCUMENT)
			encode_others(body, noun, *json_in(from, m));
	}
	return body;
}
