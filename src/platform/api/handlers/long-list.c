/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A row may be larger than a piece, so a row's text is sent in as many as it takes; a page of text
 * ends with the row that fills a piece.  What changes while the list is read may be in it or not;
 * each row is in it once.  When the database fails on the way the list stays without its end, so
 * nobody takes it for whole.
 */
#include "config.h"

#include "platform/api/handlers/long-list.h"

#include <stdlib.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "platform/http/stream.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/text-page.h"

#define PIECE 32768
#define SHORT_BYTES (128 * 1024)	/* of text: more are sent in pieces */

struct list_stream {
	struct stream stream;
	const struct long_list *list;
	struct platform *platform;
	char *org, *app, *env;
	void *filter;			/* NULL: none */
	size_t left;			/* that are still wanted */
	struct text_page page;
	size_t sent;			/* of its text */
	bool begun;
};

static void
free_filter(const struct long_list *list, void *filter)
{
	if (filter)
		list->free_filter(filter);
}

static void
free_list(struct stream *stream)
{
	struct list_stream *s = (struct list_stream *)stream;

	text_page_clear(&s->page);
	free(s->org);
	free(s->app);
	free(s->env);
	free_filter(s->list, s->filter);
	free(s);
}

static bool
is_read(const struct list_stream *s)
{
	return s->begun && s->page.next == 0;
}

/* The text of a page of JSON. */
static int
write_page(struct list_stream *s, const struct place *place, struct error *err)
{
	int64_t next = 0;
	json_t *rows = s->list->page(s->platform, place, s->filter, s->page.next,
				     s->list->page_max, &next, err);
	size_t count = json_array_size(rows);

	for (size_t i = 0; i < count && s->left > 0; i++, s->left--) {
		char *row = json_dumps(json_array_get(rows, i), JSON_COMPACT);

		text_page_add(&s->page, row ? row : "null", NULL, next);
		free(row);
	}
	s->page.next = s->left > 0 ? next : 0;
	json_decref(rows);
	return rows ? 0 : -1;
}

/* false: the rest cannot be read. */
static bool
read_page(struct list_stream *s)
{
	const struct place place = {s->org, s->app, s->env};
	struct error err = {0};
	int ret;

	text_page_clear(&s->page);
	s->sent = 0;
	if (!s->begun)
		(void)buf_puts(&s->page.text, "[");
	s->begun = true;
	ret = s->list->text ? s->list->text(s->platform, &place, s->filter, &s->page, &err)
			    : write_page(s, &place, &err);
	if (ret == 0 && is_read(s))
		(void)buf_puts(&s->page.text, "]");
	return ret == 0;
}

static void
send_text(struct list_stream *s, struct buf *out)
{
	size_t left = s->page.text.length - s->sent, room = PIECE - out->length;
	size_t length = left < room ? left : room;

	(void)buf_append(out, s->page.text.data + s->sent, length);
	s->sent += length;
}

/* One page a call at most, and one piece. */
static bool
more_rows(struct stream *stream, struct buf *out)
{
	struct list_stream *s = (struct list_stream *)stream;
	bool may_read = true;

	while (out->length < PIECE) {
		if (s->sent < s->page.text.length) {
			send_text(s, out);
			continue;
		}
		if (is_read(s) || !may_read)
			break;
		may_read = false;
		if (!read_page(s))
			return false;
	}
	return !is_read(s) || out->length > 0;
}

static char *
copy_or_null(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

static int
answer_in_pieces(struct platform *platform, const struct request *request,
		 struct response *response, const struct long_list *list, void *filter,
		 size_t limit)
{
	struct list_stream *s = xcalloc(1, sizeof(*s));

	s->stream = (struct stream){.more = more_rows, .free = free_list, .look_ms = 1};
	s->list = list;
	s->platform = platform;
	s->org = copy_or_null(request->place.org);
	s->app = copy_or_null(request->place.app);
	s->env = copy_or_null(request->place.env);
	s->filter = filter;
	s->left = limit ? limit : SIZE_MAX;
	text_page_init(&s->page, list->page_max, PIECE);
	response->content_type = xstrdup("application/json");
	response->stream = &s->stream;
	response->status = 200;
	return 0;
}

/* Of one whose members may be withheld a body is made, as of every other answer. */
static void
answer_text(const struct platform *platform, struct response *response, struct text_page *page)
{
	(void)buf_puts(&page->text, "]");
	response->status = 200;
	if (platform->withheld)
		response->body = json_loads(buf_str(&page->text), JSON_ALLOW_NUL, NULL);
	if (!response->body)
		response->text = buf_take(&page->text);
	text_page_clear(page);
}

static int
answer_long_text(struct platform *platform, const struct request *request,
		 struct response *response, const struct long_list *list, void *filter,
		 struct error *err)
{
	bool whole = !request->may_wait;
	struct text_page page;
	int ret;

	text_page_init(&page, whole ? -1 : list->short_max, whole ? SIZE_MAX : SHORT_BYTES);
	(void)buf_puts(&page.text, "[");
	ret = list->text(platform, &request->place, filter, &page, err);
	if (ret == 0 && page.next > 0) {
		text_page_clear(&page);
		return answer_in_pieces(platform, request, response, list, filter, 0);
	}
	if (ret == 0)
		answer_text(platform, response, &page);
	text_page_clear(&page);
	free_filter(list, filter);
	return ret;
}

int
answer_long_list(struct platform *platform, const struct request *request,
		 struct response *response, const struct long_list *list, void *filter,
		 size_t limit, struct error *err)
{
	int max = request->may_wait ? list->short_max : -1;
	int64_t next = 0;
	json_t *all;

	if (list->text)
		return answer_long_text(platform, request, response, list, filter, err);
	all = list->page(platform, &request->place, filter, 0, max, &next, err);
	if (all && next > 0 && (!limit || json_array_size(all) < limit)) {
		json_decref(all);
		return answer_in_pieces(platform, request, response, list, filter, limit);
	}
	while (limit && json_array_size(all) > limit)
		json_array_remove(all, json_array_size(all) - 1);
	free_filter(list, filter);
	return answer(response, 200, all);
}
