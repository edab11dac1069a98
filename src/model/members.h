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
#include <stdbool.h>
#include <stddef.h>

struct error;
struct noun;
struct untrusted;

enum member_kind {
	MEMBER_TEXT,		/* struct untrusted */
	MEMBER_TIME,		/* int64_t, wall ms; 0: unknown, also one that cannot be read */
	MEMBER_FLAG,		/* bool */
	MEMBER_GIVEN,		/* bool: whether it is there; as NULL only when it is NULLABLE */
	MEMBER_NUMBER,		/* int64_t; what is no integer leaves it as it is */
	MEMBER_WORD,		/* enum: which of `words` */
	MEMBER_CONSTANT,	/* nowhere: always the first of `words`, and not read */
	MEMBER_OBJECT,		/* a struct that is a `noun`; there as `is_there` says */
	MEMBER_LIST,		/* pointer to so many (`count`) structs that are a `noun` each */
	MEMBER_TEXTS,		/* pointer to so many (`count`) struct untrusted */
	MEMBER_MAP,		/* the same of an object; each struct begins with its key, a text */
	MEMBER_JSON,		/* json_t *, shared with where it was read; NULL: absent */
	MEMBER_DOCUMENT		/* the same of the whole object that it is in; written of it is what
				   no other member says */
};

/*
 * What is absent is a fault when it is REQUIRED, and then written as "" (JSON and objects: as
 * {}).  Otherwise it is left out, or written as null when it is NULLABLE; so is a time or word that
 * is unknown.
 * One of another type is a fault; when it is LOOSE it is as if it were absent.  DERIVED says again
 * what another member at the same place says: it is written and not read.  JSON that is OPEN is an
 * object, of whatever members.
 *
 * A flag, number, texts, a list or a map are always written, unless the member is SPARSE: then what
 * is false, 0 or empty is left out, and so is the first word of an enum.  Of a list that has
 * structs with a `problem`, each keeps its own fault; else the list has it.
 */
enum member_need {
	MEMBER_OPTIONAL = 0,
	MEMBER_REQUIRED = 1,
	MEMBER_NULLABLE = 2,
	MEMBER_LOOSE = 4,
	MEMBER_DERIVED = 8,
	MEMBER_OPEN = 16,
	MEMBER_SPARSE = 32
};

/* The words of an enum, in its order; the value of what is none of them, which has no word. */
struct member_words {
	const char *const *items;
	size_t count;
	unsigned otherwise;
};

struct member {
	const char *key;	/* NULL: the end of the table */
	enum member_kind kind;
	unsigned need;		/* enum member_need; several with | */
	size_t offset;
	const struct member_words *words;
	const struct noun *noun;
	size_t count;		/* where in the struct the length of these is (size_t) */
	size_t max;		/* of a text that somebody asks for: its bytes; 0: any */
};
#define MEMBERS_END {.key = NULL}

struct noun {
	const char *name;	/* begins what is said of a fault */
	size_t size;		/* of its struct */
	const struct member *members;
	size_t problem;		/* where its own `problem` (struct untrusted) is; 0: it has none */
	/* After reading, whatever was read: -1 with err is a fault more.  NULL: nothing. */
	int (*complete)(void *noun, const json_t *body, struct error *err);
	/* Where its struct has a bool for whether it is there, as a part of another; 0: nowhere,
	 * and then it is there when its first text is. */
	size_t is_there;
};

/*
 * The two doors (nouns.h): both fill `out`, which need not be initialised.  noun_decode() gives -1
 * with the first fault, and `out` is zero then.
 */
void noun_read(const struct noun *noun, void *out, const json_t *body);
int noun_decode(const struct noun *noun, void *out, const json_t *body, struct error *err);
/*
 * Reads those members of one that was read again that have one of these keys (NULL ends them) and
 * are in the body.  `all`: a member that is not in it becomes absent.
 */
void noun_change(const struct noun *noun, void *out, const json_t *body, const char *const *keys,
		 bool all);
/* New reference; without its problem. */
json_t *noun_encode(const struct noun *noun, const void *from);
/* `to` need not be initialised, and shares nothing. */
void noun_copy(const struct noun *noun, void *to, const void *from);
/* Frees what was filled; all is zero then. */
void noun_clear(const struct noun *noun, void *out);

/*
 * The first member that is there and not null, and is not what the table says or is longer, LOOSE
 * or not; NULL: none.  What somebody asks for is refused where reading what somebody wrote would
 * look away.  Of lists, objects and maps only the outermost is looked at, of texts in a list each.
 */
const struct member *noun_misfit(const struct noun *noun, const json_t *body);

/* The first key of the body that is none of the table; NULL: there is none. */
const char *noun_stranger(const struct noun *noun, const json_t *body);

/* For what is needed of some nouns only: as reading a text that is REQUIRED, without reading it. */
int member_need_text(const json_t *body, const char *key, struct error *err);

/* One more behind those of a MEMBER_TEXTS; copied. */
void member_texts_add(struct untrusted **texts, size_t *count, const char *text);
/* The same of each text in a JSON list; what is none is left out. */
void member_texts_read(struct untrusted **texts, size_t *count, const json_t *list);

/* Puts what is in `item` behind those in `items`; `item` is zero then.  What `items` is now. */
void *member_items_add(void *items, size_t *count, void *item, size_t size);

/* Which of them it is; NULL is none. */
unsigned member_word(const struct member_words *words, const char *word);

/* The functions of an enum whose values are called `texts`, in its order.  `unknown` is its last
 * value: that of each other word, and called "unknown". */
#define NOUN_WORDS(kind, texts, unknown) \
	static const struct member_words kind##_words = {texts, unknown, unknown}; \
	const char *kind##_word(enum kind value) \
	{ \
		return value < unknown ? texts[value] : "unknown"; \
	} \
	enum kind kind##_of(const char *word) \
	{ \
		return member_word(&kind##_words, word); \
	}
/* The functions of a noun whose struct has that name and whose table is KIND_members. */
#define NOUN(kind, words, complete) static NOUN_SHARED(kind, words, complete)
/* One whose table is a part of those in other files. */
#define NOUN_SHARED(kind, words, complete) \
	const struct noun kind##_noun = {words, sizeof(struct kind), kind##_members, \
						offsetof(struct kind, problem), complete, 0}; \
	void kind##_read(struct kind *out, const json_t *body) \
	{ \
		noun_read(&kind##_noun, out, body); \
	} \
	int kind##_decode(struct kind *out, const json_t *body, struct error *err) \
	{ \
		return noun_decode(&kind##_noun, out, body, err); \
	} \
	void kind##_clear(struct kind *out) \
	{ \
		noun_clear(&kind##_noun, out); \
	}
#define NOUN_MISFIT(kind) \
	const struct member *kind##_misfit(const json_t *body) \
	{ \
		return noun_misfit(&kind##_noun, body); \
	}
#define NOUN_STRANGER(kind) \
	const char *kind##_stranger(const json_t *body) \
	{ \
		return noun_stranger(&kind##_noun, body); \
	}
#define NOUN_CHANGE(kind) \
	void kind##_change(struct kind *out, const json_t *body, const char *const *keys, \
			   bool all) \
	{ \
		noun_change(&kind##_noun, out, body, keys, all); \
	}
#define NOUN_COPY(kind) \
	void kind##_copy(struct kind *out, const struct kind *from) \
	{ \
		noun_copy(&kind##_noun, out, from); \
	}
#define NOUN_ENCODE(kind) \
	json_t *kind##_encode(const struct kind *from) \
	{ \
		return noun_encode(&kind##_noun, from); \
	}

/* The functions of a list of such nouns: a struct of that name with `items` and their `count`. */
#define NOUN_LIST(kind, list) \
	void list##_add(struct list *out, struct kind *item) \
	{ \
		out->items = member_items_add(out->items, &out->count, item, sizeof(*item)); \
	} \
	void list##_clear(struct list *out) \
	{ \
		for (size_t i = 0; i < out->count; i++) \
			kind##_clear(&out->items[i]); \
		free(out->items); \
		*out = (struct list){0}; \
	}
/* What is no list is an empty one. */
#define NOUN_LIST_READ(kind, list) \
	void list##_read(struct list *out, const json_t *body) \
	{ \
		struct kind item; \
\
		*out = (struct list){0}; \
		for (size_t i = 0; i < json_array_size(body); i++) { \
			kind##_read(&item, json_array_get(body, i)); \
			list##_add(out, &item); \
		} \
	}
#define NOUN_LIST_ENCODE(kind, list) \
	json_t *list##_encode(const struct list *from) \
	{ \
		json_t *body = json_array(); \
\
		for (size_t i = 0; i < from->count; i++) \
			json_array_append_new(body, kind##_encode(&from->items[i])); \
		return body; \
	}

#endif
