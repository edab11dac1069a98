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

struct entry {
	const char *key;
	const json_t *value;
	uint64_t first;		/* the eight bytes after the common ones, the earlier the higher */
	uint32_t rest;		/* where in the key those end */
	uint32_t length;	/* of the key; 32 bytes in all: qsort() moves bigger ones twice */
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

#define EACH(byte) (0x0101010101010101u * (byte))

/* Whether one of eight bytes is below `limit` (at most 0x80), by the borrow of a subtraction. */
static bool
has_less(uint64_t bytes, uint64_t limit)
{
	return ((bytes - EACH(limit)) & ~bytes & EACH(0x80)) != 0;
}

/* How many bytes stand for themselves, from the first on. */
static size_t
plain_length(const char *text, size_t length)
{
	size_t n = 0;
	uint64_t bytes;

	for (; length - n >= sizeof(bytes); n += sizeof(bytes)) {
		memcpy(&bytes, text + n, sizeof(bytes));
		if (has_less(bytes, 0x20) || has_less(bytes ^ EACH('"'), 1) ||
		    has_less(bytes ^ EACH('\\'), 1))
			break;
	}
	while (n < length && !is_escaped((unsigned char)text[n]))
		n++;
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

static void
put_string(struct writer *w, const char *text, size_t length)
{
	const char *end = text + length;

	put_char(w, '"');
	while (text < end) {
		size_t plain = plain_length(text, (size_t)(end - text));

		put(w, text, plain);
		text += plain;
		if (text < end)
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

static int
compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;

	if (x->first != y->first)
		return x->first < y->first ? -1 : 1;
	return strcmp(x->key + x->rest, y->key + y->rest);
}

static struct entry *
push(struct writer *w, const char *key, const json_t *value)
{
	if (w->count == w->room) {
		w->room = w->room ? 2 * w->room : 64;
		w->entries = xreallocarray(w->entries, w->room, sizeof(*w->entries));
	}
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

		if (w->count == base + 1)
			continue;
		same = common(own - 1, own, same < own->length ? same : own->length);
		is_sorted = is_sorted && strcmp(own[-1].key + same, own->key + same) < 0;
	}
	if (is_sorted)
		return w->count - base;
	for (size_t i = base; i < w->count; i++)
		set_first_bytes(&w->entries[i], same);
	qsort(w->entries + base, w->count - base, sizeof(*w->entries), compare_entries);
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
