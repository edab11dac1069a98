/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every kind of member has its line in each of the four: decode, encode, clear, copy.
 *
 * The switches have no default, so the compiler names those that a new kind is missing from.
 * Members that the platform may leave out or write oddly (times, flags, numbers) decode to a
 * neutral value and are no fault; texts and objects that are there and odd are one, since a
 * person may decide by them.
 */
#include "config.h"

#include "model/members.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/text.h"

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

/* An object that is embedded has no pointer to be NULL: its first
 * text says whether it is there. */
static const struct member *
first_text(const struct member *members)
{
	while (members->kind != MEMBER_TEXT)
		members++;
	return members;
}

/* --- decoding --- */

size_t
member_word(const struct member_words *words, const char *word)
{
	size_t i = 0;

	while (i < words->count && !(word && strcmp(words->items[i], word) == 0))
		i++;
	return i;
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

/* Where an object says what of it was not understood; NULL: it does not. */
static struct untrusted *
problem_in(void *object, const struct member *m)
{
	return m->problem ? (struct untrusted *)(void *)((char *)object + m->problem) : NULL;
}

/* One that is not understood is there all the same, whatever it is. */
static int
decode_object(void *out, const struct member *m, const json_t *value, struct error *err)
{
	struct untrusted *first = place_in(out, first_text(m->members));
	struct error why = {0};

	if (members_decode(out, m->members, value, &why) == 0)
		return 0;
	if (!first->raw)
		untrusted_set(first, "");
	if (m->problem)
		untrusted_set(problem_in(out, m), why.text);
	return error_set(err, ERROR_PROTOCOL, "%s: %s", m->key, why.text);
}

/* What may be absent, and is a fault when it is there and odd. */
static int
decode_strict(void *place, const struct member *m, const json_t *value, struct error *err)
{
	if (!value && m->need == MEMBER_REQUIRED)
		return error_set(err, ERROR_PROTOCOL, _("\"%s\" is missing"), m->key);
	if (json_is_null(value) && m->need == MEMBER_REQUIRED)
		return error_set(err, ERROR_PROTOCOL, _("\"%s\" is null"), m->key);
	if (!value || json_is_null(value))
		return 0;
	return m->kind == MEMBER_TEXT ? decode_text(place, value, m->key, err)
				      : decode_object(place, m, value, err);
}

static int
decode_member(void *noun, const struct member *m, const json_t *body, struct error *err)
{
	const json_t *value = json_object_get(body, m->key);
	void *place = place_in(noun, m);

	switch (m->kind) {
	case MEMBER_TIME:
		(void)clock_parse(json_string_value(value), place);
		return 0;
	case MEMBER_FLAG:
		*(bool *)place = json_is_true(value);
		return 0;
	case MEMBER_NUMBER:
		*(int64_t *)place = json_integer_value(value);
		return 0;
	case MEMBER_WORD:
		*(unsigned *)place = (unsigned)member_word(m->words, json_string_value(value));
		return 0;
	case MEMBER_CONSTANT:
		return 0;
	case MEMBER_TEXT:
	case MEMBER_OBJECT:
		break;
	}
	return decode_strict(place, m, value, err);
}

/* The first fault is the one that is told; reading goes on, since what else there is may be
 * shown. */
int
members_decode(void *noun, const struct member *members, const json_t *body, struct error *err)
{
	int ret = 0;

	if (!json_is_object(body))
		ret = error_set(err, ERROR_PROTOCOL, _("it is not an object"));
	for (; members->key; members++)
		if (decode_member(noun, members, body, ret == 0 ? err : NULL) != 0)
			ret = -1;
	return ret;
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

/* NULL: it is absent. */
static json_t *
encode_member(const void *noun, const struct member *m)
{
	const void *place = place_of(noun, m);
	const struct untrusted *text = place;
	size_t word;

	switch (m->kind) {
	case MEMBER_TIME:
		return encode_time(number_of(noun, m));
	case MEMBER_FLAG:
		return json_boolean(*(const bool *)place);
	case MEMBER_NUMBER:
		return json_integer(number_of(noun, m));
	case MEMBER_WORD:
		word = word_of(noun, m);
		return word < m->words->count ? json_string(m->words->items[word]) : NULL;
	case MEMBER_CONSTANT:
		return json_string(m->words->items[0]);
	case MEMBER_OBJECT:
		text = place_of(place, first_text(m->members));
		return text->raw ? members_encode(place, m->members) : NULL;
	case MEMBER_TEXT:
		break;
	}
	return text->raw ? json_string(text->raw) : NULL;
}

json_t *
members_encode(const void *noun, const struct member *members)
{
	json_t *body = json_object();

	for (; members->key; members++) {
		json_t *value = encode_member(noun, members);

		/* A client that reads strictly must not fail for a
		 * row that lacks something. */
		if (!value && members->need == MEMBER_REQUIRED)
			value = json_string("");
		if (!value && members->need == MEMBER_NULLABLE)
			value = json_null();
		if (value)
			json_object_set_new(body, members->key, value);
	}
	return body;
}

/* --- ownership --- */

static void
clear_object(void *object, const struct member *m)
{
	members_clear(object, m->members);
	if (m->problem)
		untrusted_clear(problem_in(object, m));
}

void
members_clear(void *noun, const struct member *members)
{
	for (; members->key; members++) {
		if (members->kind == MEMBER_TEXT)
			untrusted_clear(place_in(noun, members));
		else if (members->kind == MEMBER_OBJECT)
			clear_object(place_in(noun, members), members);
	}
}

static void
copy_member(void *to, const void *from, const struct member *m)
{
	const struct untrusted *text = from;

	switch (m->kind) {
	case MEMBER_TEXT:
		untrusted_init(to, text->raw);
		return;
	case MEMBER_OBJECT:
		members_copy(to, from, m->members);
		if (m->problem)
			untrusted_init(problem_in(to, m),
				       problem_in((void *)(uintptr_t)from, m)->raw);
		return;
	case MEMBER_TIME:
	case MEMBER_NUMBER:
		memcpy(to, from, sizeof(int64_t));
		return;
	case MEMBER_FLAG:
		memcpy(to, from, sizeof(bool));
		return;
	case MEMBER_WORD:
		memcpy(to, from, sizeof(unsigned));
		return;
	case MEMBER_CONSTANT:
		return;
	}
}

void
members_copy(void *to, const void *from, const struct member *members)
{
	for (; members->key; members++)
		copy_member(place_in(to, members), place_of(from, members), members);
}
