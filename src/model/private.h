/* SPDX-License-Identifier: GPL-3.0-or-later */

/* For the files with tables of members, and for those that know every kind of member: where in its
 * struct one lies. */
#ifndef SIDESTAGE_MODEL_PRIVATE_H
#define SIDESTAGE_MODEL_PRIVATE_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/text.h"
#include "base/xmalloc.h"
#include "model/members.h"

/* In a table: where the field of that struct is. */
#define IN(noun, field) .offset = offsetof(struct noun, field)

/* In a table with AT(): who made it, and when.  What is odd is as if it were absent. */
#define MEMBERS_CREATED                                                                            \
	{"created_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(created_at)},                               \
	{"created_by", MEMBER_TEXT, MEMBER_LOOSE, AT(created_by)}
/* The same of its last change. */
#define MEMBERS_UPDATED                                                                            \
	{"updated_at", MEMBER_TIME, MEMBER_OPTIONAL, AT(updated_at)},                               \
	{"updated_by", MEMBER_TEXT, MEMBER_LOOSE, AT(updated_by)}

static inline void *
place_in(void *noun, const struct member *m)
{
	return (char *)noun + m->offset;
}

static inline const void *
place_of(const void *noun, const struct member *m)
{
	return (const char *)noun + m->offset;
}

static inline int64_t
number_of(const void *noun, const struct member *m)
{
	return *(const int64_t *)place_of(noun, m);
}

static inline size_t
word_of(const void *noun, const struct member *m)
{
	return *(const unsigned *)place_of(noun, m);
}

static inline json_t *const *
json_in(const void *noun, const struct member *m)
{
	return place_of(noun, m);
}

/* A pointer to whatever struct is no void pointer to the language. */
static inline void *
items_in(const void *noun, const struct member *m)
{
	void *items;

	memcpy(&items, place_of(noun, m), sizeof(items));
	return items;
}

static inline size_t *
count_in(void *noun, const struct member *m)
{
	return (size_t *)(void *)((char *)noun + m->count);
}

static inline size_t
count_of(const void *noun, const struct member *m)
{
	return *(const size_t *)(const void *)((const char *)noun + m->count);
}

static inline size_t
item_size(const struct member *m)
{
	return m->kind == MEMBER_TEXTS ? sizeof(struct untrusted) : m->noun->size;
}

/* Of texts, a list or a map, of which there are none yet: so many that are zero. */
static inline void *
make_items(void *to, const struct member *m, size_t count)
{
	char *items = xcalloc(count + 1, item_size(m));

	memcpy(place_in(to, m), &items, sizeof(items));
	*count_in(to, m) = count;
	return items;
}

/* By which one of a map is called. */
static inline struct untrusted *
key_of(void *item)
{
	return item;
}

/* An object that is embedded has no pointer to be NULL: its first text says whether it is there,
 * where it has nothing else for that. */
static inline const struct member *
first_text(const struct noun *noun)
{
	const struct member *m = noun->members;

	while (m->kind != MEMBER_TEXT)
		m++;
	return m;
}

/* Where it says whether it is there; NULL: its first text does. */
static inline bool *
is_there_in(void *out, const struct noun *noun)
{
	return noun->is_there ? (bool *)(void *)((char *)out + noun->is_there) : NULL;
}

static inline bool
is_there(const void *out, const struct noun *noun)
{
	const bool *said = is_there_in((void *)(uintptr_t)out, noun);
	const struct untrusted *first;

	if (said)
		return *said;
	first = place_of(out, first_text(noun));
	return first->raw != NULL;
}

static inline void
set_there(void *out, const struct noun *noun)
{
	bool *said = is_there_in(out, noun);
	struct untrusted *first;

	if (said) {
		*said = true;
		return;
	}
	first = place_in(out, first_text(noun));
	if (!first->raw)
		untrusted_set(first, "");
}

/* Where it says what of it was not understood; NULL: it does not. */
static inline struct untrusted *
problem_in(void *out, const struct noun *noun)
{
	return noun->problem ? (struct untrusted *)(void *)((char *)out + noun->problem) : NULL;
}

/* A deployment is a part of other nouns, too (nouns.c). */
extern const struct noun deployment_noun;

/* A sentence that came with its code and parameters: in the language of this program, if it can
 * be. */
void noun_translate(struct untrusted *text, const json_t *reason);

/* Makes this one absent. */
void member_clear(void *noun, const struct member *m);

#endif
