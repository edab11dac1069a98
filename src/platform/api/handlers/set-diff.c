/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "config.h"

#include "platform/api/handlers/set-diff.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/xmalloc.h"
#include "model/delta-text.h"
#include "model/set.h"
#include "platform/http/exchange.h"
#include "platform/http/stream.h"
#include "platform/state/platform.h"
#include "platform/state/repository-sets.h"

#define SHORT_BYTES (256 * 1024)	/* of both sets: more are compared in slices */

struct diff_stream {
	struct stream stream;
	struct delta_text *delta;
	struct buf text;	/* of the last slice */
	size_t sent;		/* of it */
	bool is_over;
};

static void
free_diff(struct stream *stream)
{
	struct diff_stream *s = (struct diff_stream *)stream;

	delta_text_free(s->delta);
	buf_clear(&s->text);
	free(s);
}

/* One slice a call at most.  Of a set that is damaged the answer stays without its end. */
static bool
more_of_diff(struct stream *stream, struct buf *out)
{
	struct diff_stream *s = (struct diff_stream *)stream;

	if (s->sent == s->text.length && !s->is_over) {
		buf_truncate(&s->text, 0);
		s->sent = 0;
		s->is_over = delta_text_more(s->delta, &s->text) <= 0;
	}
	if (s->text.length > 0 && stream_put(out, buf_str(&s->text), &s->sent))
		return true;
	return !s->is_over;
}

/* Takes the delta. */
static void
answer_in_slices(struct response *response, struct delta_text *delta)
{
	struct diff_stream *s = xcalloc(1, sizeof(*s));

	s->stream = (struct stream){.more = more_of_diff, .free = free_diff, .look_ms = 1};
	s->delta = delta;
	buf_init(&s->text, SIZE_MAX / 4);
	response->content_type = xstrdup("application/json");
	response->stream = &s->stream;
	response->status = 200;
}

/* Takes the delta.  Of one whose members may be withheld a body is made, as of every other. */
static int
answer_whole(const struct platform *platform, struct response *response, struct delta_text *delta)
{
	struct buf text;
	int more;

	buf_init(&text, SIZE_MAX / 4);
	while ((more = delta_text_more(delta, &text)) > 0)
		;
	if (more == 0 && platform->withheld)
		response->body = json_loads(buf_str(&text), JSON_ALLOW_NUL, NULL);
	if (more == 0 && !response->body)
		response->text = buf_take(&text);
	buf_clear(&text);
	delta_text_free(delta);
	return more;
}

/* The empty set is not stored. */
static char *
read_text(struct platform *platform, const struct request *request, const char *id,
	  struct error *err)
{
	if (set_id_is_empty(id))
		return xstrdup("{\"modules\":{},\"shared\":{}}");
	return repository_set_text(platform->repository, &request->place, id, err);
}

int
answer_set_diff(struct platform *platform, const struct request *request, const char *to_id,
		const char *from_id, struct response *response, struct error *err)
{
	char *to = read_text(platform, request, to_id, err);
	char *from = to ? read_text(platform, request, from_id, err) : NULL;
	bool is_long = from && strlen(to) + strlen(from) > SHORT_BYTES;
	struct delta_text *delta;

	if (!from) {
		free(to);
		return -1;
	}
	delta = delta_text_new(from, to, DELTA_TEXT_WHOLE);
	if (!is_long || !request->may_wait)
		return answer_whole(platform, response, delta);
	answer_in_slices(response, delta);
	return 0;
}
