/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A row may be larger than a piece, so a row's text is sent in as many as it takes.  What changes
 * while the list is read may be in it or not; each row is in it once.  When the database fails on
 * the way the list stays without its end, so nobody takes it for whole.
 */
#include "config.h"

#include "platform/api/handlers/long-list.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "platform/http/stream.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"

#define PIECE 32768

struct list_stream {
	struct stream stream;
	const struct long_list *list;
	struct repository *repository;
	char *org, *app, *env, *filter_text;
	struct long_list_filter filter;
	json_t *page;			/* NULL: is to be read */
	size_t next;			/* in it */
	int64_t from;			/* of the next page; 0 behind the last */
	char *text;			/* of what is being sent; NULL: nothing is */
	size_t sent;
	bool begun, any, ended;
};

static void
free_list(struct stream *stream)
{
	struct list_stream *s = (struct list_stream *)stream;

	json_decref(s->page);
	free(s->text);
	free(s->org);
	free(s->app);
	free(s->env);
	free(s->filter_text);
	free(s);
}

/* false: the rest cannot be read. */
static bool
read_page(struct list_stream *s)
{
	const struct place place = {s->org, s->app, s->env};
	struct error err = {0};

	s->page = s->list->page(s->repository, &place, &s->filter, s->from, s->list->page_max,
				&s->from, &err);
	s->next = 0;
	s->begun = true;
	return s->page != NULL;
}

/* The text of the next row, or of the end; false: the page is to be read first. */
static bool
take_text(struct list_stream *s)
{
	if (s->page && s->next < json_array_size(s->page)) {
		char *row = json_dumps(json_array_get(s->page, s->next++), JSON_COMPACT);

		s->text = xasprintf("%s%s", s->any ? "," : "[", row ? row : "null");
		s->any = true;
		free(row);
	} else if (s->begun && s->from == 0) {
		s->text = xstrdup(s->any ? "]" : "[]");
		s->ended = true;
	}
	s->sent = 0;
	return s->text != NULL;
}

static void
send_text(struct list_stream *s, struct buf *out)
{
	size_t left = strlen(s->text) - s->sent, room = PIECE - out->length;

	(void)buf_append(out, s->text + s->sent, left < room ? left : room);
	s->sent += left < room ? left : room;
	if (left <= room) {
		free(s->text);
		s->text = NULL;
	}
}

/* One page a call at most, and one piece. */
static bool
more_rows(struct stream *stream, struct buf *out)
{
	struct list_stream *s = (struct list_stream *)stream;
	bool may_read = true;

	while (out->length < PIECE) {
		if (s->text || (!s->ended && take_text(s))) {
			send_text(s, out);
			continue;
		}
		if (s->ended || !may_read)
			break;
		json_decref(s->page);
		s->page = NULL;
		may_read = false;
		if (!read_page(s))
			return false;
	}
	return !s->ended || out->length > 0;
}

static int
answer_in_pieces(struct platform *platform, const struct request *request,
		 struct response *response, const struct long_list *list,
		 const struct long_list_filter *filter)
{
	struct list_stream *s = xcalloc(1, sizeof(*s));

	s->stream = (struct stream){.more = more_rows, .free = free_list, .look_ms = 1};
	s->list = list;
	s->repository = platform->repository;
	s->org = xstrdup(request->place.org);
	s->app = xstrdup(request->place.app);
	s->env = request->place.env ? xstrdup(request->place.env) : NULL;
	s->filter_text = filter->text ? xstrdup(filter->text) : NULL;
	s->filter = (struct long_list_filter){s->filter_text, filter->flag};
	response->content_type = xstrdup("application/json");
	response->stream = &s->stream;
	response->status = 200;
	return 0;
}

int
answer_long_list(struct platform *platform, const struct request *request,
		 struct response *response, const struct long_list *list,
		 const struct long_list_filter *filter, struct error *err)
{
	int max = request->may_wait ? list->short_max : -1;
	int64_t next = 0;
	json_t *all = list->page(platform->repository, &request->place, filter, 0, max, &next, err);

	if (all && next > 0) {
		json_decref(all);
		return answer_in_pieces(platform, request, response, list, filter);
	}
	return answer(response, 200, all);
}
