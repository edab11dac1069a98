/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What of a struct is to be freed, and what a copy of it owns. */
#include "config.h"

#include <stdlib.h>

#include "model/private.h"

static void
forget_items(void *noun, const struct member *m)
{
	memset(place_in(noun, m), 0, sizeof(void *));
	*count_in(noun, m) = 0;
}

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
	forget_items(noun, m);
}

static void
clear_texts(void *noun, const struct member *m)
{
	struct untrusted *texts = items_in(noun, m);

	for (size_t i = 0; i < count_of(noun, m); i++)
		untrusted_clear(&texts[i]);
	free(texts);
	forget_items(noun, m);
}

void
member_clear(void *out, const struct member *m)
{
	switch (m->kind) {
	case MEMBER_TEXT:
		untrusted_clear(place_in(out, m));
		return;
	case MEMBER_JSON:
	case MEMBER_DOCUMENT:
		json_decref(*json_in(out, m));
		*(json_t **)place_in(out, m) = NULL;
		return;
	case MEMBER_LIST:
	case MEMBER_MAP:
		clear_list(out, m);
		return;
	case MEMBER_TEXTS:
		clear_texts(out, m);
		return;
	case MEMBER_OBJECT:
		noun_clear(m->noun, place_in(out, m));
		return;
	case MEMBER_TIME:
	case MEMBER_NUMBER:
		memset(place_in(out, m), 0, sizeof(int64_t));
		return;
	case MEMBER_FLAG:
	case MEMBER_GIVEN:
		memset(place_in(out, m), 0, sizeof(bool));
		return;
	case MEMBER_WORD:
		memset(place_in(out, m), 0, sizeof(unsigned));
		return;
	case MEMBER_CONSTANT:
		return;
	}
}

void
noun_clear(const struct noun *noun, void *out)
{
	for (const struct member *m = noun->members; m->key; m++)
		member_clear(out, m);
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
	case MEMBER_GIVEN:
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
	if (noun->is_there)
		*is_there_in(to, noun) = is_there(from, noun);
	if (noun->problem)
		untrusted_init(problem_in(to, noun),
			       problem_in((void *)(uintptr_t)from, noun)->raw);
}
