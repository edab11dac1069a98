/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The id of the selected row is a copy: rows are made anew whenever the world changes, and an
 * index or a pointer would then mean another row. */
#include "config.h"

#include "ui/widgets/list.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xmalloc.h"

#define ID_BYTES_MAX 65536

void
list_init(struct list *list, list_id *id, const void *data)
{
	*list = (struct list){.id = id, .data = data};
}

void
list_clear(struct list *list)
{
	free(list->selected);
	list->selected = NULL;
	list->count = 0;
}

/* The row with the id; list->count: there is none. */
static size_t
find_row(const struct list *list, const char *id)
{
	struct buf own;
	size_t row = 0;

	buf_init(&own, ID_BYTES_MAX);
	for (; row < list->count; row++) {
		buf_truncate(&own, 0);
		list->id(list->data, row, &own);
		if (strcmp(buf_str(&own), id) == 0)
			break;
	}
	buf_clear(&own);
	return row;
}

void
list_select(struct list *list, long row)
{
	long last = (long)list->count - 1;
	struct buf id;

	if (last < 0)
		return;
	free(list->selected);
	list->at = row < 0 ? 0 : (size_t)(row > last ? last : row);
	buf_init(&id, ID_BYTES_MAX);
	list->id(list->data, list->at, &id);
	list->selected = buf_take(&id);
}

static size_t
suggested_row(const struct list *list)
{
	return list->is_suggested && list->suggested < list->count ? list->suggested : 0;
}

void
list_select_id(struct list *list, const char *id)
{
	char *copy = id ? xstrdup(id) : NULL;
	size_t row = id ? find_row(list, id) : 0;

	free(list->selected);
	list->selected = copy;
	list->at = id && row < list->count ? row : suggested_row(list);
}

/* A selected row that is gone leaves the selection at its place; one that nobody
 * has chosen follows what is suggested. */
void
list_update(struct list *list, size_t count)
{
	size_t row;

	list->count = count;
	if (count == 0) {		/* maybe it cannot be read for a moment */
		list->at = 0;
		return;
	}
	row = list->selected ? find_row(list, list->selected) : 0;
	if (list->selected && row < count)
		list->at = row;
	else if (list->selected && list->is_awaited)
		list->at = list->at < count ? list->at : count - 1;
	else if (list->selected || !list->is_suggested)
		list_select(list, (long)list->at);
	else
		list->at = suggested_row(list);
}

bool
list_act(struct list *list, enum action action)
{
	long step = viewport_step(action, list->rows, list->count);

	if (step)
		list_select(list, (long)list->at + step);
	return step != 0;
}

static int
height_of(const struct list *list, size_t row)
{
	return list->height ? list->height(list->data, row) : 1;
}

/* The first row from which the selected one is whole in that room: the one that was, where it is,
 * and nothing is left empty behind the last. */
static size_t
first_of_high(const struct list *list, int room)
{
	size_t first = list->at, end;
	int used = height_of(list, first);

	while (first > 0 && first > list->first && used + height_of(list, first - 1) <= room)
		used += height_of(list, --first);
	for (end = list->at + 1; end < list->count && used <= room; end++)
		used += height_of(list, end);
	while (first > 0 && end == list->count && used + height_of(list, first - 1) <= room)
		used += height_of(list, --first);
	return first;
}

/* How many begin in that room, and end in it. */
static void
count_high(struct list *list, int room)
{
	size_t end = list->first;

	list->whole = 0;
	for (int used = 0; end < list->count && used < room; end++) {
		used += height_of(list, end);
		list->whole += used <= room;
	}
	list->rows = end - list->first;
}

void
list_fit(struct list *list, int top, int rows)
{
	list->top = top;
	list->rows = rows > 0 ? (size_t)rows : 0;
	if (!list->height || list->count == 0) {
		list->first = viewport_first(list->first, list->at, list->rows, list->count);
		list->whole = list->rows;
		return;
	}
	list->first = first_of_high(list, rows);
	count_high(list, rows);
}

size_t
list_end(const struct list *list)
{
	return list->count - list->first < list->rows ? list->count : list->first + list->rows;
}

bool
list_click(struct list *list, int row)
{
	int end = list->top;

	for (size_t at = list->first; row >= list->top && at < list_end(list); at++) {
		end += height_of(list, at);
		if (row < end) {
			list_select(list, (long)at);
			return true;
		}
	}
	return false;
}

struct viewport
list_part(const struct list *list)
{
	size_t least = list->rows > 0;	/* of one that is too high something is seen */

	return (struct viewport){list->first, list->whole > 0 ? list->whole : least, list->count};
}
