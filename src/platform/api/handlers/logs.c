/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What workloads printed. */
#include "config.h"

#include "platform/api/handlers/handlers.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "platform/drivers/driver.h"
#include "platform/http/stream.h"

#define LINES_USUAL 100
#define LINES_MAX 5000
#define LOOK_MS 200			/* drivers do not say that there is more */

/* What is followed, and how far it was read. */
struct log_stream {
	struct stream stream;
	struct platform *platform;
	char *space, *module, *container, *deploy_id;	/* NULL: all */
	int64_t from;			/* wall ms of the newest line that was read */
	size_t read;			/* how many of that time were */
	int64_t first_from;		/* the same of the lines it begins with, */
	size_t first_before;		/* which are not all of that time */
	struct driver_logs lines;	/* not sent yet, from `next` on */
	size_t next;
};

static int
read_bool(const struct request *request, const char *key, bool *out, struct error *err)
{
	const char *text = request_query(request, key);

	*out = text && strcmp(text, "true") == 0;
	if (!text || *out || strcmp(text, "false") == 0)
		return 0;
	return error_set(err, ERROR_INPUT, _("\"%s\" must be true or false."), key);
}

static int
read_time(const struct request *request, const char *key, int64_t *out, struct error *err)
{
	const char *text = request_query(request, key);

	*out = 0;
	if (!text || clock_parse(text, out))
		return 0;
	return error_set(err, ERROR_INPUT, _("\"%s\" must be a time like "
					     "\"2021-10-02T15:01:23.045Z\"."), key);
}

static int
read_limit(const struct request *request, size_t *out, struct error *err)
{
	const char *text = request_query(request, "limit");
	char *end = NULL;
	long limit = text ? strtol(text, &end, 10) : LINES_USUAL;

	if ((end && (end == text || *end)) || limit < 1 || limit > LINES_MAX)
		return error_set(err, ERROR_INPUT, _("\"limit\" must be 1 to %d."), LINES_MAX);
	*out = (size_t)limit;
	return 0;
}

static json_t *
entry(const struct driver_log_line *line)
{
	char stamp[CLOCK_STAMP_SIZE];
	json_t *payload = json_string(line->text);

	clock_stamp(stamp, line->at);
	return json_pack("{s:s, s:o, s:s, s:s, s:s}", "level", "INFO", "payload",
			 payload ? payload : json_string(""), "timestamp", stamp, "workload_id",
			 line->module, "container_id", line->container);
}

/* What there is now. */
static void
read_log(struct driver *driver, const char *space, const struct driver_log_query *query,
	 struct driver_logs *out)
{
	struct driver_log *log = driver->ops->open_log(driver, space, query, NULL, NULL);

	driver->ops->read_log(log, out);
	driver->ops->close_log(log);
}

/* --- followed --- */

static void
free_stream(struct stream *stream)
{
	struct log_stream *s = (struct log_stream *)stream;

	driver_logs_clear(&s->lines);
	free(s->space);
	free(s->module);
	free(s->container);
	free(s->deploy_id);
	free(s);
}

/* Those that are newer than what was read; of the same millisecond, those after it. */
static void
read_on(struct log_stream *s)
{
	struct driver_log_query query = {
		.module = s->module,
		.container = s->container,
		.deploy_id = s->deploy_id,
		.from = s->from,
		.limit = LINES_MAX,
		.oldest = true,
	};
	struct driver *driver = s->platform->driver;

	driver_logs_clear(&s->lines);
	read_log(driver, s->space, &query, &s->lines);
	s->next = s->read < s->lines.count ? s->read : s->lines.count;
}

static void
note_read(struct log_stream *s, const struct driver_log_line *line)
{
	if (line->at != s->from)
		s->read = line->at == s->first_from ? s->first_before : 0;
	s->from = line->at;
	s->read++;
}

/* One line of JSON for each. */
static bool
more_lines(struct stream *stream, struct buf *out)
{
	struct log_stream *s = (struct log_stream *)stream;

	if (s->next == s->lines.count)
		read_on(s);
	while (s->next < s->lines.count) {
		const struct driver_log_line *line = &s->lines.items[s->next];
		json_t *object = entry(line);
		char *text = json_dumps(object, JSON_COMPACT);
		bool fits = text && buf_printf(out, "%s\n", text);

		free(text);
		json_decref(object);
		/* One that has no room in an empty buffer never will. */
		if (!fits && out->length > 0)
			break;
		note_read(s, line);
		s->next++;
	}
	return true;
}

static char *
copy_text(const char *text)
{
	return text ? xstrdup(text) : NULL;
}

/* The newest lines, as many as were asked for. */
static void
read_first(struct log_stream *s, struct driver_log_query query)
{
	struct driver *driver = s->platform->driver;
	struct driver_logs same;
	size_t count;

	read_log(driver, s->space, &query, &s->lines);
	count = s->lines.count;
	if (count == 0)
		return;
	query.from = query.to = s->first_from = s->lines.items[count - 1].at;
	query.limit = LINES_MAX;
	read_log(driver, s->space, &query, &same);
	while (count > 0 && s->lines.items[count - 1].at == s->first_from)
		count--;
	count = s->lines.count - count;
	s->first_before = same.count > count ? same.count - count : 0;
	s->read = s->from == s->first_from ? s->first_before : 0;
	driver_logs_clear(&same);
}

static int
follow(struct platform *platform, const struct request *request, struct response *response,
       const char *space, const struct driver_log_query *query, struct error *err)
{
	struct log_stream *s;

	if (query->oldest || query->to != 0 || request_query(request, "invert"))
		return error_set(err, ERROR_INPUT, _("\"follow\" goes on from the newest line: leave out \"asc\", "
						     "\"invert\" and \"timestamp_to\"."));
	if (!request->may_wait)
		return error_set(err, ERROR_UNAVAILABLE, _("Too many requests wait for something already.  "
							   "Try again later."));
	s = xcalloc(1, sizeof(*s));
	s->stream = (struct stream){.more = more_lines, .free = free_stream, .look_ms = LOOK_MS};
	s->platform = platform;
	s->space = xstrdup(space);
	s->module = copy_text(query->module);
	s->container = copy_text(query->container);
	s->deploy_id = copy_text(query->deploy_id);
	s->from = query->from;
	read_first(s, *query);
	response->content_type = xstrdup("application/x-ndjson");
	response->stream = &s->stream;
	return 0;
}

/* --- asked once --- */

static int
read_query(const struct request *request, struct driver_log_query *query, bool *invert,
	   bool *follows, struct error *err)
{
	*query = (struct driver_log_query){
		.module = request_query(request, "workload_id"),
		.container = request_query(request, "container_id"),
		.deploy_id = request_query(request, "deployment_id"),
	};
	if (read_bool(request, "asc", &query->oldest, err) != 0 ||
	    read_bool(request, "invert", invert, err) != 0 ||
	    read_bool(request, "follow", follows, err) != 0 ||
	    read_time(request, "timestamp_from", &query->from, err) != 0 ||
	    read_time(request, "timestamp_to", &query->to, err) != 0)
		return -1;
	return read_limit(request, &query->limit, err);
}

static json_t *
read_entries(struct platform *platform, const char *space, const struct driver_log_query *query,
	     bool invert)
{
	bool forward = query->oldest != invert;
	json_t *entries = json_array();
	struct driver_logs logs;

	read_log(platform->driver, space, query, &logs);
	for (size_t i = 0; i < logs.count; i++)
		json_array_append_new(entries, entry(&logs.items[forward ? i : logs.count - 1 - i]));
	driver_logs_clear(&logs);
	return entries;
}

/* `asc` says which end is wanted and comes first; `invert` turns what was found around. */
int
get_logs(struct platform *platform, const struct request *request, struct response *response,
	 struct error *err)
{
	struct driver_log_query query;
	bool invert, follows;
	char *space;
	int ret;

	if (read_query(request, &query, &invert, &follows, err) != 0)
		return -1;
	space = xasprintf("%s/%s/%s", request->place.org, request->place.app, request->place.env);
	ret = follows ? follow(platform, request, response, space, &query, err)
		      : answer(response, 200, read_entries(platform, space, &query, invert));
	free(space);
	return ret;
}
