/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A version in its components. */
#ifndef SIDESTAGE_MODEL_VERSION_PARSE_H
#define SIDESTAGE_MODEL_VERSION_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define TEXT_MAX 255		/* a tag has at most 128; what is longer is a word */
#define NUMBERS_MAX 16

enum kind { KIND_WORD, KIND_NUMBER, KIND_DOTTED, KIND_CALENDAR, KIND_DATE };
enum stage { STAGE_NAMED_PRE, STAGE_SEMVER_PRE, STAGE_RELEASE, STAGE_POST };

struct piece {
	const char *s;
	size_t n;
};

struct version {
	enum kind kind;
	enum stage stage;
	struct piece prefix;
	struct piece numbers[NUMBERS_MAX];
	size_t count;
	struct piece pre;
	struct piece described;		/* digits; empty: no commits since the tag */
	struct piece variant;
	bool is_dirty;
	char commit[TEXT_MAX + 1];	/* "" when none is named */
	char text[TEXT_MAX + 1];	/* the pieces point into it; lower case */
};

static inline bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static inline bool
is_letter(char c)
{
	return c >= 'a' && c <= 'z';
}

static inline bool
is_separator(char c)
{
	return c == '-' || c == '_' || c == '.';
}

static inline size_t
digits(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && is_digit(s[i]))
		i++;
	return i;
}

static inline size_t
letters(const char *s, size_t n)
{
	size_t i = 0;

	while (i < n && is_letter(s[i]))
		i++;
	return i;
}

/* Where it is among the pre-releases with a name; -1: nowhere. */
int version_find_pre_word(struct piece word);
int version_pre_rank(int word);	/* of those that come one after the other; 0: it has none */
void version_take_apart(struct version *v, const char *original);

#endif
