/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The cluster puts a time in front of each line, which has nanoseconds: by it a stream that was cut
 * is taken up, and what came already is passed over.  A secret may be cut by a line's end, so lines
 * are looked through without their times; a line that had to wait has the time of the one that let
 * it go.
 */
#include "config.h"

#include "platform/drivers/kubernetes/cluster/kube-log-stream.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/xmalloc.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/redact.h"

#define LINE_BYTES_MAX (16 * 1024)	/* with its time; what is longer is cut */
#define LINES_HELD_MAX 5000
#define BYTES_HELD_MAX (1024 * 1024)
#define BYTES_ASKED_MAX (4 * 1024 * 1024)
#define AGAIN_MS 1000			/* between two tries of one that was cut */
#define STAMP_MAX 48

struct kube_log_stream {
	struct kube_cluster *cluster;
	const struct driver_log_query *query;
	char *namespace, *pod, *module, *container;
	struct redact *redact;
	struct kube_request *request;
	char *run;			/* that was asked for last; NULL: none */
	bool is_whole;
	bool is_full;			/* it was given up, until what came is taken */
	int64_t asked_at;		/* steady ms */
	char last[STAMP_MAX];		/* the time of the newest line; "": none yet */
	int64_t at;			/* the same, wall ms */
	struct buf raw;			/* a line that has no end yet, with its time */
	bool skips;			/* until its end: it is too long */
	struct buf plain;		/* looked through, without an end yet */
	struct driver_logs lines;
	size_t bytes;			/* of the lines */
};

struct kube_log_stream *
kube_log_stream_new(struct kube_cluster *cluster, const struct kube_log_container *container,
		    const struct driver_log_query *query)
{
	struct kube_log_stream *s = xcalloc(1, sizeof(*s));

	s->cluster = cluster;
	s->query = query;
	s->namespace = xstrdup(container->namespace);
	s->pod = xstrdup(container->pod);
	s->module = xstrdup(container->module);
	s->container = xstrdup(container->container);
	s->redact = redact_new(container->secrets);
	buf_init(&s->raw, LINE_BYTES_MAX);
	buf_init(&s->plain, LINE_BYTES_MAX);
	s->raw.wipe = s->plain.wipe = true;
	return s;
}

void
kube_log_stream_free(struct kube_log_stream *s)
{
	kube_cancel(s->request);
	redact_free(s->redact);
	buf_clear(&s->raw);
	buf_clear(&s->plain);
	driver_logs_clear(&s->lines);
	free(s->namespace);
	free(s->pod);
	free(s->module);
	free(s->container);
	free(s->run);
	free(s);
}

bool
kube_log_stream_is_of(const struct kube_log_stream *s, const char *pod, const char *container)
{
	return strcmp(s->pod, pod) == 0 && strcmp(s->container, container) == 0;
}

bool
kube_log_stream_is_whole(const struct kube_log_stream *s)
{
	return s->is_whole;
}

/* --- lines --- */

/* What is no UTF-8 of it, a mark stands for. */
char *
kube_log_text(const char *bytes)
{
	static const char mark[] = "\xef\xbf\xbd";
	size_t length = strlen(bytes);
	struct buf text;

	if (text_is_utf8(bytes, length))
		return xstrdup(bytes);
	buf_init(&text, 3 * length);
	while (*bytes) {
		size_t n = 1;

		while (n <= 4 && n <= strlen(bytes) && !text_is_utf8(bytes, n))
			n++;
		if (n <= 4 && n <= strlen(bytes)) {
			(void)buf_append(&text, bytes, n);
			bytes += n;
		} else {
			(void)buf_puts(&text, mark);
			bytes++;
		}
	}
	return buf_take(&text);
}

/* As many as that are more than enough, so that not each line moves all. */
static void
drop_oldest(struct kube_log_stream *s, size_t most)
{
	size_t extra = s->lines.count - most;

	for (size_t i = 0; i < extra; i++) {
		struct driver_log_line *line = &s->lines.items[i];

		s->bytes -= strlen(line->text);
		free(line->module);
		free(line->container);
		free(line->text);
	}
	memmove(s->lines.items, s->lines.items + extra, most * sizeof(*s->lines.items));
	s->lines.count = most;
}

static bool
is_wanted(const struct kube_log_stream *s)
{
	return s->at >= s->query->from &&
	       (s->query->follows || s->query->to == 0 || s->at <= s->query->to);
}

/* Of what is not followed, no more is held than was asked for. */
static void
keep_line(struct kube_log_stream *s, const char *text)
{
	size_t most = s->query->limit > 0 && s->query->limit < LINES_HELD_MAX ? s->query->limit
									      : LINES_HELD_MAX;

	if (!is_wanted(s))
		return;
	if (!s->query->follows && s->query->oldest && s->lines.count >= most)
		return;
	if (!s->query->follows && s->lines.count >= 2 * most)
		drop_oldest(s, most);
	if (s->lines.count == s->lines.capacity) {
		s->lines.capacity = s->lines.capacity * 2 + 16;
		s->lines.items = xreallocarray(s->lines.items, s->lines.capacity,
					       sizeof(*s->lines.items));
	}
	s->lines.items[s->lines.count++] = (struct driver_log_line){
		s->at, xstrdup(s->module), xstrdup(s->container), kube_log_text(text)};
	s->bytes += strlen(s->lines.items[s->lines.count - 1].text);
}

static void
take_plain(void *data, const char *bytes, size_t length)
{
	struct kube_log_stream *s = data;

	while (length > 0) {
		const char *end = memchr(bytes, '\n', length);
		size_t n = end ? (size_t)(end - bytes) : length;

		if (!buf_append(&s->plain, bytes, n) || end) {
			keep_line(s, buf_str(&s->plain));
			buf_truncate(&s->plain, 0);
		}
		n += end != NULL;
		bytes += n;
		length -= n;
	}
}

/* "2026-03-02T09:15:04.12Z": the seconds are text, the decimals a fraction of any length. */
static int
compare_stamps(const char *a, const char *b)
{
	int order = strncmp(a, b, 19);

	if (order != 0 || strlen(a) < 19 || strlen(b) < 19)
		return order;
	a += 19 + (a[19] == '.');
	b += 19 + (b[19] == '.');
	for (int i = 0; i < 9; i++) {
		char x = *a >= '0' && *a <= '9' ? *a++ : '0',
		     y = *b >= '0' && *b <= '9' ? *b++ : '0';

		if (x != y)
			return x < y ? -1 : 1;
	}
	return 0;
}

/* With its time in front; one without a time is the cluster's own and is left out. */
static void
take_line(struct kube_log_stream *s, const char *line)
{
	size_t length = strcspn(line, " ");
	char stamp[STAMP_MAX];
	int64_t at;

	if (length >= sizeof(stamp))
		return;
	snprintf(stamp, sizeof(stamp), "%.*s", (int)length, line);
	if (!clock_parse(stamp, &at) || (s->last[0] && compare_stamps(stamp, s->last) <= 0))
		return;
	memcpy(s->last, stamp, sizeof(stamp));
	s->at = at;
	line += length + (line[length] == ' ');
	redact_take(s->redact, line, strlen(line), take_plain, s);
	redact_take(s->redact, "\n", 1, take_plain, s);
}

static bool
take_piece(void *data, const char *bytes, size_t length)
{
	struct kube_log_stream *s = data;

	while (length > 0) {
		const char *end = memchr(bytes, '\n', length);
		size_t n = end ? (size_t)(end - bytes) : length,
		       room = s->raw.max - s->raw.length;

		s->skips |= n > room;
		(void)buf_append(&s->raw, bytes, n < room ? n : room);
		if (end) {
			take_line(s, buf_str(&s->raw));
			buf_truncate(&s->raw, 0);
			s->skips = false;
		}
		n += end != NULL;
		bytes += n;
		length -= n;
	}
	s->is_full = s->query->follows &&
		     (s->lines.count >= LINES_HELD_MAX || s->bytes >= BYTES_HELD_MAX);
	return !s->is_full;
}

/* What waited belongs to the lines that came. */
static void
take_end(void *data, const struct kube_reply *reply)
{
	struct kube_log_stream *s = data;

	(void)reply;
	s->request = NULL;
	if (!s->is_full) {
		if (s->raw.length > 0)
			take_line(s, buf_str(&s->raw));
		redact_end(s->redact, take_plain, s);
		if (s->plain.length > 0)
			take_plain(s, "\n", 1);
	}
	buf_truncate(&s->raw, 0);
	s->is_whole = !s->query->follows;
}

/* --- asking --- */

static void
put_query(const struct kube_log_stream *s, struct buf *path)
{
	const struct driver_log_query *query = s->query;
	char from[CLOCK_STAMP_SIZE];
	bool is_first = !s->last[0];

	(void)buf_printf(path, "?timestamps=true&container=%s", s->container);
	if (query->previous)
		(void)buf_puts(path, "&previous=true");
	if (query->follows)
		(void)buf_puts(path, "&follow=true");
	else
		(void)buf_printf(path, "&limitBytes=%d", BYTES_ASKED_MAX);
	if (query->limit > 0 && !query->oldest && is_first && (query->follows || query->to == 0))
		(void)buf_printf(path, "&tailLines=%zu", query->limit);
	if (!is_first) {
		(void)buf_printf(path, "&sinceTime=%.19sZ", s->last);
	} else if (query->from > 0) {
		clock_stamp(from, query->from);
		(void)buf_printf(path, "&sinceTime=%s", from);
	}
}

static void
ask(struct kube_log_stream *s)
{
	char *pod = kube_path("v1", "Pod", s->namespace, s->pod);
	struct buf path;

	s->asked_at = clock_steady_ms();
	if (!pod)
		return;
	buf_init(&path, 8192);
	(void)buf_printf(&path, "%s/log", pod);
	put_query(s, &path);
	s->request = kube_send(s->cluster, &(struct kube_request_options){
		.verb = KUBE_GET,
		.path = buf_str(&path),
		.raw = true,
		.piece = take_piece,
		.streams = s->query->follows,
		.done = take_end,
		.data = s,
	});
	buf_clear(&path);
	free(pod);
}

/* Another run of it is asked for as soon as there is one; the same one again while it runs. */
void
kube_log_stream_update(struct kube_log_stream *s, bool is_running, const char *run)
{
	bool is_other = run && (!s->run || strcmp(run, s->run) != 0);

	if (s->request || s->is_whole)
		return;
	if (!run) {
		s->is_whole = !s->query->follows;
		return;
	}
	if (!is_other && !s->is_full &&
	    (!is_running || clock_steady_ms() - s->asked_at < AGAIN_MS))
		return;
	if (s->is_full && s->lines.count > 0)
		return;
	s->is_full = false;
	free(s->run);
	s->run = xstrdup(run);
	ask(s);
}

void
kube_log_stream_take(struct kube_log_stream *s, struct driver_logs *out)
{
	size_t count = out->count + s->lines.count;

	if (s->lines.count == 0)
		return;
	out->items = xreallocarray(out->items, count, sizeof(*out->items));
	memcpy(out->items + out->count, s->lines.items, s->lines.count * sizeof(*out->items));
	out->count = out->capacity = count;
	s->lines.count = s->bytes = 0;
}
