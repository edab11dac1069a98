/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Text that does not fit, cut where it is told apart best, and the widths of columns.
 *
 * Ids often begin alike, and sometimes end alike; so the three ways to cut are tried on all
 * names of a list, and the one that leaves the fewest alike is taken for all of them.
 */
#include "config.h"

#include "ui/widgets/cut.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "base/xmalloc.h"

#define COMPARED_MAX 200	/* names that are compared with each other */

/* Where the first part ends that fits into so many columns: 0 where not even its first character
 * does. */
static size_t
head_to(const char *text, int columns)
{
	size_t length = text_fitting(text, strlen(text), columns);
	char *head = xstrndup(text, length);
	bool fits = text_columns(head) <= columns;

	free(head);
	return fits ? length : 0;
}

/* Where the last part begins that fits into so many columns. */
static size_t
tail_from(const char *text, int columns)
{
	size_t from = 0, length = strlen(text);

	while (from < length && (columns < 1 || text_columns(text + from) > columns))
		from = text_cluster_end(text, from);
	return from;
}

char *
cut_text(const char *text, int columns, enum cut where)
{
	const char *mark = text_locale_is_utf8() ? "…" : "~";
	size_t length = strlen(text), head = 0, tail = length;
	int room = columns - 1, first;

	if (text_columns(text) <= columns)
		return xstrdup(text);
	first = where == CUT_END ? room : where == CUT_MIDDLE ? (room + 1) / 2 : 0;
	if (first > 0)
		head = head_to(text, first);
	if (room > first)
		tail = tail_from(text, room - first);
	return xasprintf("%.*s%s%s", (int)head, text, mark, text + tail);
}

static int
compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* How many look like another one, when they are cut so. */
static size_t
count_alike(const char *const *texts, size_t count, int columns, enum cut where)
{
	char **shown = xcalloc(count + 1, sizeof(*shown));
	size_t alike = 0;

	for (size_t i = 0; i < count; i++)
		shown[i] = cut_text(texts[i], columns, where);
	qsort(shown, count, sizeof(*shown), compare);
	for (size_t i = 1; i < count; i++)
		alike += strcmp(shown[i], shown[i - 1]) == 0;
	for (size_t i = 0; i < count; i++)
		free(shown[i]);
	free(shown);
	return alike;
}

enum cut
cut_choose(const char *const *texts, size_t count, int columns)
{
	static const enum cut ways[] = {CUT_END, CUT_MIDDLE, CUT_BEGIN};
	size_t least = 0;
	enum cut best = CUT_END;

	if (count > COMPARED_MAX)
		count = COMPARED_MAX;
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		size_t alike = count_alike(texts, count, columns, ways[i]);

		if (i > 0 && alike >= least)
			continue;
		least = alike;
		best = ways[i];
	}
	return best;
}

#define GAP 3
#define COLUMN_MIN 6

void
cut_columns_measure(struct cut_columns *columns, size_t column, const char *text)
{
	int width = text_columns(text);

	if (columns->count <= column)
		columns->count = column + 1;
	if (columns->wanted[column] < width)
		columns->wanted[column] = width;
}

static size_t
find_widest(const struct cut_columns *columns)
{
	size_t widest = 0;

	for (size_t i = 1; i < columns->count; i++)
		if (columns->width[i] > columns->width[widest])
			widest = i;
	return widest;
}

/* The widest gives way, column by column: what is short stays whole. */
void
cut_columns_fit(struct cut_columns *columns, int from, int room)
{
	int used = columns->count > 0 ? ((int)columns->count - 1) * GAP : 0;

	for (size_t i = 0; i < columns->count; i++) {
		columns->width[i] = columns->wanted[i] < room ? columns->wanted[i] : room;
		used += columns->width[i];
	}
	for (; used > room && columns->count > 0; used--) {
		size_t widest = find_widest(columns);

		if (columns->width[widest] <= COLUMN_MIN)
			break;
		columns->width[widest]--;
	}
	for (size_t i = 0; i < columns->count; i++) {
		columns->at[i] = from;
		from += columns->width[i] + GAP;
	}
}
