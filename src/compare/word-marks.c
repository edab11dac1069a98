/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A line is parted into words, runs of white space, and single other characters, so that of
 * "api.qa.example" and "api.production.example" the middle is marked.  Two marks that have
 * only white space or one sign between them become one: "1.4.2" is read as a whole.
 */
#include "config.h"

#include "compare/word-marks.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/xmalloc.h"
#include "compare/hunks.h"

#define CELLS_MAX (32u * 1024)		/* of one pair of lines: there may be thousands */
#define COMMON_LEAST 5			/* a fifth of the longer line */

/* A line in parts: each a string of its own, and where it begins. */
struct parts {
	char **items;
	size_t *starts;			/* one more: the end */
	size_t count;
};

static bool
is_space(char c)
{
	return c == ' ' || c == '\t';
}

static bool
is_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || (unsigned char)c >= 0x80;
}

/* Where the part that begins there ends. */
static size_t
part_end(const char *text, size_t from)
{
	bool (*is_of_it)(char) = is_space(text[from])  ? is_space
				 : is_word(text[from]) ? is_word
						       : NULL;
	size_t end = from + 1;

	while (is_of_it && text[end] && is_of_it(text[end]))
		end++;
	return end;
}

static void
part(struct parts *parts, const char *text)
{
	size_t length = strlen(text), at = 0;

	parts->count = 0;
	parts->items = xcalloc(length + 1, sizeof(*parts->items));
	parts->starts = xcalloc(length + 1, sizeof(*parts->starts));
	while (at < length) {
		size_t end = part_end(text, at);

		parts->starts[parts->count] = at;
		parts->items[parts->count++] = xstrndup(text + at, end - at);
		at = end;
	}
	parts->starts[parts->count] = length;
}

static void
parts_clear(struct parts *parts)
{
	for (size_t i = 0; i < parts->count; i++)
		free(parts->items[i]);
	free(parts->items);
	free(parts->starts);
}

/* Whether what lies between two marks is too little to part them. */
static bool
is_nothing(const char *text, size_t from, size_t to)
{
	if (to - from == 1 && !is_word(text[from]))
		return true;
	while (from < to && is_space(text[from]))
		from++;
	return from == to;
}

static void
add_mark(struct word_marks *marks, const char *text, size_t start, size_t end)
{
	struct word_mark *last = marks->count > 0 ? &marks->items[marks->count - 1] : NULL;

	if (start == end)
		return;
	if (last && is_nothing(text, last->end, start)) {
		last->end = end;
		return;
	}
	marks->items = xreallocarray(marks->items, marks->count + 1, sizeof(*marks->items));
	marks->items[marks->count++] = (struct word_mark){start, end};
}

static size_t
count_bytes(const char *text, size_t from, size_t to)
{
	size_t count = 0;

	for (; from < to; from++)
		count += !is_space(text[from]);
	return count;
}

/* Whether the lines have so little in common that neither is the other one changed: marking
 * nearly everything would say nothing. */
static bool
are_strangers(const struct hunks *hunks, const struct parts *a, const char *old, const char *new)
{
	size_t all_old = count_bytes(old, 0, strlen(old)),
	       all_new = count_bytes(new, 0, strlen(new));
	size_t common = all_old;

	for (size_t i = 0; i < hunks->count; i++)
		common -= count_bytes(old, a->starts[hunks->items[i].a_from],
				      a->starts[hunks->items[i].a_to]);
	return common * COMMON_LEAST < (all_old > all_new ? all_old : all_new);
}

void
word_marks_between(struct word_marks *of_old, struct word_marks *of_new, const char *old,
		   const char *new)
{
	struct hunks hunks;
	struct parts a, b;

	*of_old = *of_new = (struct word_marks){0};
	part(&a, old);
	part(&b, new);
	hunks_between(&hunks, a.items, a.count, b.items, b.count, CELLS_MAX);
	if (!are_strangers(&hunks, &a, old, new)) {
		for (size_t i = 0; i < hunks.count; i++) {
			const struct hunk *h = &hunks.items[i];

			add_mark(of_old, old, a.starts[h->a_from], a.starts[h->a_to]);
			add_mark(of_new, new, b.starts[h->b_from], b.starts[h->b_to]);
		}
	}
	hunks_clear(&hunks);
	parts_clear(&a);
	parts_clear(&b);
}

void
word_marks_clear(struct word_marks *marks)
{
	free(marks->items);
	*marks = (struct word_marks){0};
}
