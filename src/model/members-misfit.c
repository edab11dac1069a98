/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What a request brings is held against the table as it came, before anything of it is read. */
#include "config.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "model/members.h"

static bool
are_texts(const json_t *list)
{
	const json_t *item;
	size_t i;

	json_array_foreach(list, i, item)
		if (!json_is_string(item))
			return false;
	return json_is_array(list);
}

static bool
fits(const struct member *m, const json_t *value)
{
	switch (m->kind) {
	case MEMBER_TEXT:
		return json_is_string(value) &&
		       (m->max == 0 || json_string_length(value) <= m->max);
	case MEMBER_TIME:
	case MEMBER_WORD:
		return json_is_string(value);
	case MEMBER_FLAG:
		return json_is_boolean(value);
	case MEMBER_NUMBER:
		return json_is_integer(value);
	case MEMBER_OBJECT:
	case MEMBER_MAP:
		return json_is_object(value);
	case MEMBER_LIST:
		return json_is_array(value);
	case MEMBER_TEXTS:
		return are_texts(value);
	case MEMBER_JSON:
		return !(m->need & MEMBER_OPEN) || json_is_object(value);
	case MEMBER_CONSTANT:
		return json_is_string(value) &&
		       strcmp(json_string_value(value), m->words->items[0]) == 0;
	case MEMBER_GIVEN:
	case MEMBER_DOCUMENT:
		break;
	}
	return true;
}

const struct member *
noun_misfit(const struct noun *noun, const json_t *body)
{
	for (const struct member *m = noun->members; m->key; m++) {
		const json_t *value = json_object_get(body, m->key);

		if (value && !json_is_null(value) && !fits(m, value))
			return m;
	}
	return NULL;
}

const char *
noun_stranger(const struct noun *noun, const json_t *body)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)(uintptr_t)body, key, value) {
		const struct member *m = noun->members;

		while (m->key && strcmp(m->key, key) != 0)
			m++;
		if (!m->key)
			return key;
	}
	return NULL;
}
