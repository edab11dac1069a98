/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What of the history is at hand.  It has no end, so the view holds a window of it, and moves that
 * as the person goes on; the stories are those that the window tells.  Words are looked for in
 * pieces, from the newest back: what is found beyond the window stands behind it, and each piece
 * takes its turn after the picture, so that a key is answered between two of them.
 */
#include "config.h"

#include "ui/views/history-read.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "flow/session.h"
#include "flow/verbs/interrupted.h"
#include "store/search.h"
#include "ui/view.h"
#include "ui/views/history-state.h"
#include "ui/views/history.h"

/* More than a screen and less than can be felt: a page is read while a key waits. */
#define FIRST_PAGE 400
#define PAGE 200
#define WINDOW_MAX 1000
/* So many more are looked for, until the person goes up to the last of them. */
#define FOUND_AT_ONCE 500
/* What may be looked through before the picture of a key that was typed. */
#define AT_ONCE_MS 15

static struct store *
store_of(struct ui *ui)
{
	return session_store(ui_session(ui));
}

static const char *
id_of(const struct history_view *h, size_t at)
{
	return untrusted_raw(&h->list.items[at].id);
}

/* --- the window --- */

static bool
read_part(struct ui *ui, const char *before, const char *after, size_t limit,
	  struct operation_list *part)
{
	const struct history_query query = {
		.url = session_platform(ui_session(ui)),
		.before = before,
		.after = after,
		.limit = limit,
	};
	struct error err = {0};

	if (store_history_list(store_of(ui), &query, part, &err) != 0) {
		ui_say_error(ui, &err);
		return false;
	}
	interrupted_mark(ui_session(ui), part);
	return true;
}

/* From `from` on, in the list: they go. */
static void
drop(struct operation_list *list, size_t from, size_t count)
{
	if (count == 0)		/* an empty list has no items to move */
		return;
	for (size_t i = from; i < from + count; i++)
		operation_clear(&list->items[i]);
	memmove(&list->items[from], &list->items[from + count],
		(list->count - from - count) * sizeof(*list->items));
	list->count -= count;
}

/* Takes the operations of the other one, into its place there. */
static void
insert(struct operation_list *list, size_t to, struct operation_list *other)
{
	list->items = xreallocarray(list->items, list->count + other->count + 1,
				    sizeof(*list->items));
	memmove(&list->items[to + other->count], &list->items[to],
		(list->count - to) * sizeof(*list->items));
	if (other->count > 0)
		memcpy(&list->items[to], other->items, other->count * sizeof(*list->items));
	list->count += other->count;
	free(other->items);
	*other = (struct operation_list){0};
}

static void
tell(struct history_view *h)
{
	stories_tell(&h->stories, &h->list);
	history_make_rows(h);
}

/* The window changed: all of it is shown. */
static void
show_window(struct history_view *h)
{
	h->found = xreallocarray(h->found, h->list.count + 1, sizeof(*h->found));
	for (size_t i = 0; i < h->list.count; i++)
		h->found[i] = true;
	h->found_count = h->window_count = h->list.count;
	tell(h);
}

static void
replace(struct history_view *h, struct operation_list *list)
{
	operation_list_clear(&h->list);
	h->list = *list;
	show_window(h);
}

/* As many as there were at hand, so that reading again does not make
 * the list shorter under the cursor. */
void
history_read_newest(struct history_view *h, struct ui *ui)
{
	struct operation_list list = {0};
	size_t want = h->window_count > FIRST_PAGE ? h->window_count : FIRST_PAGE;

	(void)read_part(ui, NULL, NULL, want, &list);
	h->has_newer = false;
	h->has_older = list.count == want;
	replace(h, &list);
}

void
history_read_oldest(struct history_view *h, struct ui *ui)
{
	struct operation_list list = {0};

	if (!read_part(ui, NULL, "", FIRST_PAGE, &list))
		return;
	h->has_older = false;
	h->has_newer = list.count == FIRST_PAGE;
	replace(h, &list);
}

/* The last character of ASCII stands behind all of an id. */
void
history_read_around(struct history_view *h, struct ui *ui, const char *id)
{
	struct operation_list list = {0};
	char *behind;
	bool there = false;

	for (size_t i = 0; i < h->list.count; i++)
		there = there || strcmp(id_of(h, i), id) == 0;
	if (there)
		return;
	behind = xasprintf("%s\x7f", id);
	if (read_part(ui, behind, NULL, FIRST_PAGE, &list)) {
		h->has_newer = true;
		h->has_older = list.count == FIRST_PAGE;
		replace(h, &list);
		(void)history_read_newer(h, ui);
	}
	free(behind);
}

bool
history_read_older(struct history_view *h, struct ui *ui)
{
	struct operation_list part = {0};

	if (!h->has_older || history_is_looking_for(h) || h->list.count == 0 ||
	    !read_part(ui, id_of(h, h->list.count - 1), NULL, PAGE, &part))
		return false;
	h->has_older = part.count == PAGE;
	insert(&h->list, h->list.count, &part);
	if (h->list.count > WINDOW_MAX) {
		drop(&h->list, 0, h->list.count - WINDOW_MAX);
		h->has_newer = true;
	}
	show_window(h);
	return true;
}

bool
history_read_newer(struct history_view *h, struct ui *ui)
{
	struct operation_list part = {0};

	if (!h->has_newer || history_is_looking_for(h) || h->list.count == 0 ||
	    !read_part(ui, NULL, id_of(h, 0), PAGE, &part))
		return false;
	h->has_newer = part.count == PAGE;
	insert(&h->list, 0, &part);
	if (h->list.count > WINDOW_MAX) {
		drop(&h->list, WINDOW_MAX, h->list.count - WINDOW_MAX);
		h->has_older = true;
	}
	show_window(h);
	return true;
}

/* --- looking for words --- */

bool
history_is_looking_for(const struct history_view *h)
{
	return *h->find.text != '\0';
}

void
history_stop_looking(struct history_view *h)
{
	store_search_free(h->search);
	h->search = NULL;
	drop(&h->list, h->window_count, h->list.count - h->window_count);
	show_window(h);
}

/* It is in the window, or it comes behind it.  The part is newest first, as the list is. */
static void
take_found(struct history_view *h, struct operation_list *part)
{
	size_t known = 0, at = 0;

	while (known < part->count && h->window_count > 0 &&
	       strcmp(untrusted_raw(&part->items[known].id), id_of(h, h->window_count - 1)) >= 0) {
		while (at < h->window_count &&
		       strcmp(id_of(h, at), untrusted_raw(&part->items[known].id)) > 0)
			at++;
		if (at < h->window_count &&
		    untrusted_equal(&h->list.items[at].id, &part->items[known].id) &&
		    !h->found[at]) {
			h->found[at] = true;
			h->found_count++;
		}
		known++;
	}
	drop(part, 0, known);
	h->found = xreallocarray(h->found, h->list.count + part->count + 1, sizeof(*h->found));
	for (size_t i = 0; i < part->count; i++)
		h->found[h->list.count + i] = true;
	h->found_count += part->count;
	insert(&h->list, h->list.count, part);
}

/* One piece: whether there is another. */
static bool
look_on(struct history_view *h, struct ui *ui)
{
	struct operation_list part = {0};
	struct error err = {0};
	int more = store_search_step(h->search, &part, &err);

	if (more < 0)
		ui_say_error(ui, &err);
	interrupted_mark(ui_session(ui), &part);
	if (part.count > 0) {
		take_found(h, &part);
		tell(h);
	}
	operation_list_clear(&part);
	h->looked_through = store_search_done(h->search);
	if (more > 0)
		return true;
	store_search_free(h->search);
	h->search = NULL;
	return false;
}

/* Newer operations than the window holds would be missed, so it
 * goes back to the newest first. */
void
history_look_for(struct history_view *h, struct ui *ui)
{
	const struct history_query query = {
		.url = session_platform(ui_session(ui)), .find = h->find.text,
	};
	int64_t until = clock_steady_ms() + AT_ONCE_MS;

	history_stop_looking(h);
	if (h->has_newer)
		history_read_newest(h, ui);
	if (!history_is_looking_for(h))
		return;
	memset(h->found, 0, h->list.count * sizeof(*h->found));
	h->found_count = 0;
	h->found_room = FOUND_AT_ONCE;
	h->looked_through = 0;
	tell(h);
	h->search = store_search_new(store_of(ui), &query);
	while (look_on(h, ui) && clock_steady_ms() < until)
		;
}

bool
history_is_looking(const struct history_view *h)
{
	return h->search && h->found_count < h->found_room;
}

bool
history_look_further(struct history_view *h)
{
	if (!h->search || h->found_count < h->found_room)
		return false;
	h->found_room = h->found_count + FOUND_AT_ONCE;
	return true;
}

bool
history_look_on(struct history_view *h, struct ui *ui)
{
	size_t had = h->found_count;

	if (!history_is_looking(h))
		return false;
	(void)look_on(h, ui);
	return h->found_count != had;
}
