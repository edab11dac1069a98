/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * jansson can write this text as well, and took twenty times as long as SHA-256 takes for the same
 * bytes: it allocates and sorts the keys of each object through two levels of calls and hands out
 * a few bytes at a time.  The id of a set is computed whenever one is applied, previewed or
 * merged, so here the keys of all depths share one stack, are sorted by their first bytes after
 * what they have in common ("VARIABLE_"), and the text leaves in pieces, never held as a whole.
 * tests/unit/test-properties.c compares every text with jansson's.
 */
#include "config.h"

#include "model/canonical.h"

#include <endian.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "model/json-pairs.h"

#define FEW 8

struct entry {
	const char *key;
	const json_t *value;
	uint64_t first;		/* the eight bytes after the common ones, the earlier the higher */
	uint32_t rest;		/* where in the key those end */
	uint32_t length;	/* of the key */
};

struct writer {
	canonical_sink *sink;
	void *data;
	struct entry *entries;	/* of the objects that are being written, the innermost last */
	size_t count, room;
	size_t used;
	char piece[16384];
};

static void
flush(struct writer *w)
{
	w->sink(w->data, w->piece, w->used);
	w->used = 0;
}

static void
put(struct writer *w, const char *bytes, size_t length)
{
	while (length > 0) {
		size_t n = sizeof(w->piece) - w->used;

		n = n < length ? n : length;
		memcpy(w->piece + w->used, bytes, n);
		w->used += n;
		bytes += n;
		length -= n;
		if (w->used == sizeof(w->piece))
			flush(w);
	}
}

static void
put_char(struct writer *w, char c)
{
	w->piece[w->used++] = c;
	if (w->used == sizeof(w->piece))
		flush(w);
}

static bool
is_escaped(unsigned char c)
{
	return c < 0x20 || c == '"' || c == '\\';
}

#define WORD sizeof(uint64_t)
#define EACH(byte) (0x0101010101010101u * (byte))

/* Copies eight bytes; whether all of them stand for themselves.  A byte below n leaves a borrow
 * when n is taken from it, and one that is c is below 1 once c was taken out by ^. */
static bool
copy_word(char *to, const char *text)
{
	uint64_t bytes, borrows;

	memcpy(&bytes, text, WORD);
	memcpy(to, &bytes, WORD);
	borrows = (bytes - EACH(0x20)) | ((bytes ^ EACH('"')) - EACH(1)) |
		  ((bytes ^ EACH('\\')) - EACH(1));
	return (borrows & ~bytes & EACH(0x80)) == 0;
}

/* The same of sixteen, for which processors have instructions of their own. */
typedef unsigned char bytes16 __attribute__((vector_size(16)));
#define PAIR sizeof(bytes16)

static bool
copy_pair(char *to, const char *text)
{
	union {
		bytes16 bytes;
		uint64_t words[2];
	} marked;
	bytes16 bytes;

	memcpy(&bytes, text, PAIR);
	memcpy(to, &bytes, PAIR);
	marked.bytes = (bytes16)(bytes < 0x20) | (bytes16)(bytes == '"') |
		       (bytes16)(bytes == '\\');
	return (marked.words[0] | marked.words[1]) == 0;
}

/* Copies the bytes that stand for themselves, from the first on; how many.  The last word begins
 * within the one before it, and so does the last pair. */
static size_t
copy_plain(char *to, const char *text, size_t length)
{
	size_t n = 0;

	while (n + PAIR <= length && copy_pair(to + n, text + n))
		n += PAIR;
	if (length >= PAIR && n + PAIR > length &&
	    copy_pair(to + length - PAIR, text + length - PAIR))
		return length;
	while (n + WORD <= length && copy_word(to + n, text + n))
		n += WORD;
	if (length >= WORD && n + WORD > length &&
	    copy_word(to + length - WORD, text + length - WORD))
		return length;
	for (; n < length && !is_escaped((unsigned char)text[n]); n++)
		to[n] = text[n];
	return n;
}

static void
put_escape(struct writer *w, unsigned char c)
{
	static const char named[] = "\"\"\\\\\bb\ff\nn\rr\tt";
	char text[8];

	for (const char *n = named; *n; n += 2) {
		if (*n == (char)c) {
			put_char(w, '\\');
			put_char(w, n[1]);
			return;
		}
	}
	put(w, text, (size_t)snprintf(text, sizeof(text), "\\u%04X", c));
}

/* The room that there is in the piece, and never none. */
static size_t
room(struct writer *w)
{
	return sizeof(w->piece) - w->used;
}

/* As nearly all are: there is room for it, and no byte needs an escape.  false: nothing is put. */
static bool
put_plain_string(struct writer *w, const char *text, size_t length)
{
	char *to = w->piece + w->used;

	if (room(w) <= length + 2 || copy_plain(to + 1, text, length) < length)
		return false;
	to[0] = '"';
	to[length + 1] = '"';
	w->used += length + 2;
	return true;
}

static void
put_string(struct writer *w, const char *text, size_t length)
{
	const char *end = text + length;

	if (put_plain_string(w, text, length))
		return;
	put_char(w, '"');
	while (text < end) {
		size_t left = (size_t)(end - text), most = left < room(w) ? left : room(w);
		size_t plain = copy_plain(w->piece + w->used, text, most);

		w->used += plain;
		text += plain;
		if (room(w) == 0)
			flush(w);
		else if (text < end)
			put_escape(w, (unsigned char)*text++);
	}
	put_char(w, '"');
}

/* How many bytes the keys of two members have in common, at most `most`. */
static size_t
common(const struct entry *a, const struct entry *b, size_t most)
{
	size_t n = 0;

	if (most <= a->length && most <= b->length && memcmp(a->key, b->key, most) == 0)
		return most;
	while (n < most && a->key[n] && a->key[n] == b->key[n])
		n++;
	return n;
}

/* The last n bytes of a key that has eight are read with those before them, which leave again. */
static void
set_first_bytes(struct entry *entry, size_t skipped)
{
	const char *c = entry->key + skipped;
	size_t n = entry->length - skipped;
	uint64_t bytes = 0;

	if (n >= 8) {
		memcpy(&bytes, c, 8);
		entry->first = be64toh(bytes);
	} else if (n > 0 && entry->length >= 8) {
		memcpy(&bytes, entry->key + entry->length - 8, 8);
		entry->first = be64toh(bytes) << 8 * (8 - n);
	} else {
		memcpy(&bytes, c, n);
		entry->first = be64toh(bytes);
	}
	entry->rest = (uint32_t)(skipped + (n < 8 ? n : 8));
}

static bool
is_before(const struct entry *a, const struct entry *b)
{
	if (a->first != b->first)
		return a->first < b->first;
	return strcmp(a->key + a->rest, b->key + b->rest) < 0;
}

/* Few are put into their places one after the other. */
static void
sort_few(struct entry *entries, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		struct entry entry = entries[i];
		size_t at = i;

		for (; at > 0 && is_before(&entry, &entries[at - 1]); at--)
			entries[at] = entries[at - 1];
		entries[at] = entry;
	}
}

/* By merging halves, the first of which is moved to `spare`, which has room for it.  qsort() does
 * the same through a call for each comparison, which took a tenth of an id. */
static void
sort(struct entry *entries, size_t count, struct entry *spare)
{
	size_t half = count / 2, i = 0, j = half, n = 0;

	if (count <= FEW) {
		sort_few(entries, count);
		return;
	}
	sort(entries, half, spare);
	sort(entries + half, count - half, spare);
	memcpy(spare, entries, half * sizeof(*entries));
	while (i < half)
		entries[n++] = j < count && is_before(&entries[j], &spare[i]) ? entries[j++]
									      : spare[i++];
}

static void
make_room(struct writer *w, size_t count)
{
	if (w->room - w->count >= count)
		return;
	while (w->room - w->count < count)
		w->room = w->room ? 2 * w->room : 64;
	w->entries = xreallocarray(w->entries, w->room, sizeof(*w->entries));
}

static struct entry *
push(struct writer *w, const char *key, const json_t *value)
{
	make_room(w, 1);
	__builtin_prefetch(value);	/* it is written when all of them are in order */
	w->entries[w->count] = (struct entry){
		.key = key,
		.value = value,
		.length = (uint32_t)strlen(key),
	};
	return &w->entries[w->count++];
}

/* The members on top of the stack, in order; how many. */
static size_t
push_members(struct writer *w, json_t *object)
{
	size_t base = w->count, same = SIZE_MAX;
	bool is_sorted = true;

	for (void *i = json_object_iter(object); i; i = json_object_iter_next(object, i)) {
		const struct entry *own = push(w, json_object_iter_key(i),
					       json_object_iter_value(i));

		json_fetch_ahead(i);
		if (w->count == base + 1)
			continue;
		same = common(own - 1, own, same < own->length ? same : own->length);
		is_sorted = is_sorted && strcmp(own[-1].key + same, own->key + same) < 0;
	}
	if (is_sorted)
		return w->count - base;
	for (size_t i = base; i < w->count; i++)
		set_first_bytes(&w->entries[i], same);
	make_room(w, (w->count - base) / 2);
	sort(w->entries + base, w->count - base, w->entries + w->count);
	return w->count - base;
}

static void put_value(struct writer *w, const json_t *value);

/* By index: the stack moves while the members are written. */
static void
put_object(struct writer *w, const json_t *object)
{
	size_t base = w->count, count = push_members(w, (json_t *)object);

	put_char(w, '{');
	for (size_t i = 0; i < count; i++) {
		struct entry entry = w->entries[base + i];

		if (i > 0)
			put_char(w, ',');
		put_string(w, entry.key, entry.length);
		put_char(w, ':');
		put_value(w, entry.value);
	}
	put_char(w, '}');
	w->count = base;
}

static void
put_array(struct writer *w, const json_t *array)
{
	json_t *item;
	size_t i;

	put_char(w, '[');
	json_array_foreach(array, i, item) {
		if (i > 0)
			put_char(w, ',');
		put_value(w, item);
	}
	put_char(w, ']');
}

/* Numbers are few, and how jansson rounds one is its own affair. */
static void
put_number(struct writer *w, const json_t *number)
{
	char *text = json_dumps(number, JSON_COMPACT | JSON_ENCODE_ANY);

	if (text)
		put(w, text, strlen(text));
	else
		put(w, "null", 4);
	free(text);
}

static void
put_value(struct writer *w, const json_t *value)
{
	switch (value ? json_typeof(value) : JSON_NULL) {
	case JSON_OBJECT: put_object(w, value); break;
	case JSON_ARRAY: put_array(w, value); break;
	case JSON_STRING:
		put_string(w, json_string_value(value), json_string_length(value));
		break;
	case JSON_INTEGER:
	case JSON_REAL: put_number(w, value); break;
	case JSON_TRUE: put(w, "true", 4); break;
	case JSON_FALSE: put(w, "false", 5); break;
	case JSON_NULL: put(w, "null", 4); break;
	}
}

void
canonical_write(const json_t *value, canonical_sink *sink, void *data)
{
	struct writer w;

	w.sink = sink;
	w.data = data;
	w.entries = NULL;
	w.count = w.room = w.used = 0;
	put_value(&w, value);
	flush(&w);
	free(w.entries);
}
