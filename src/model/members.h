/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A noun of the API as a table of its members: which there are, what each must be, and where in
 * its struct it lies.  The one table decodes what came and encodes what goes, so that client and
 * platform cannot mean different things by a name.  nouns.c has the tables.
 *
 * Decoding is for what others wrote: all that can be read is read, the first fault is told, and
 * members that are not in the table are ignored.  Encoding is for what is ours: it cannot fail.
 */
#ifndef SIDESTAGE_MODEL_MEMBERS_H
#define SIDESTAGE_MODEL_MEMBERS_H

#include <jansson.h>
#include <stddef.h>

struct error;

enum member_kind {
	MEMBER_TEXT,		/* struct untrusted */
	MEMBER_TIME,		/* int64_t, wall ms; 0: unknown, also one that cannot be read */
	MEMBER_FLAG,		/* bool; what is not true is false */
	MEMBER_NUMBER,		/* int64_t; what is no integer is 0 */
	MEMBER_WORD,		/* enum: which of `words`; another, or none, is their count */
	MEMBER_CONSTANT,	/* nowhere: always the first of `words`, and not read */
	MEMBER_OBJECT		/* a struct that has `members`; there when its first text is */
};

/* A text or object that is absent is a fault when it is REQUIRED, and then written as "".  An
 * OPTIONAL one is left out, a NULLABLE one is written as null; so is a time or word that is
 * unknown. */
enum member_need { MEMBER_OPTIONAL, MEMBER_REQUIRED, MEMBER_NULLABLE };

/* The words of an enum, in its order; its value behind the last one says: none of these. */
struct member_words {
	const char *const *items;
	size_t count;
};

struct member {
	const char *key;	/* NULL: the end of the table */
	enum member_kind kind;
	enum member_need need;
	size_t offset;
	const struct member_words *words;
	const struct member *members;
	size_t problem;		/* of an object: where in it is its own `problem`; 0: it has none */
};
#define MEMBERS_END {NULL, MEMBER_TEXT, MEMBER_OPTIONAL, 0, NULL, NULL, 0}

/* Reads what can be read into zeroed memory.  -1: err (NULL is fine) has the first fault. */
int members_decode(void *noun, const struct member *members, const json_t *body,
		   struct error *err);
/* New reference. */
json_t *members_encode(const void *noun, const struct member *members);
void members_clear(void *noun, const struct member *members);
/* Into memory that holds nothing of its own. */
void members_copy(void *to, const void *from, const struct member *members);

/* Which of them it is; their count when it is none. */
size_t member_word(const struct member_words *words, const char *word);

#endif
