/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * How a struct is filled.  Every kind of member has its line in each of the four: decode here,
 * encode in members-write.c, clear and copy in members-own.c.
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
#include "model/private.h"

#define TEXT_MAX (1u << 20)

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

void *
member_items_add(void *items, size_t *count, void *item, size_t size)
{
	char *all = xreallocarray(items, *count + 1, size);

	memcpy(all + (*count)++ * size, item, size);
	memset(item, 0, size);
	return all;
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
	struct error why = {0};
	int ret = decode_item(m->noun, out, value, &why);

	if (ret != 0 || m->noun->is_there)
		set_there(out, m->noun);
	if (ret == 0)
		return 0;
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

static int
decode_json(json_t **out, const struct member *m, json_t *value, struct error *err)
{
	if (json_is_null(value))
		value = NULL;
	if (!value || !(m->need & MEMBER_OPEN) || json_is_object(value)) {
		*out = json_incref(value);
		return 0;
	}
	if (m->need & MEMBER_LOOSE)
		return 0;
	return error_set(err, ERROR_PROTOCOL, _("\"%s\" is not an object"), m->key);
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
		return decode_json(place, m, value, err);
	case MEMBER_DOCUMENT:
		*(json_t **)place = json_incref((json_t *)(uintptr_t)body);
		return 0;
	case MEMBER_GIVEN:
		*(bool *)place = value && (!json_is_null(value) || (m->need & MEMBER_NULLABLE));
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

/* --- changing --- */

static bool
is_among(const char *const *keys, const char *key)
{
	while (*keys && strcmp(*keys, key) != 0)
		keys++;
	return *keys != NULL;
}

void
noun_change(const struct noun *noun, void *out, const json_t *body, const char *const *keys,
	    bool all)
{
	for (const struct member *m = noun->members; m->key; m++) {
		if (!is_among(keys, m->key) || (!all && !json_object_get(body, m->key)))
			continue;
		member_clear(out, m);
		(void)decode_member(out, m, body, NULL);
	}
}
