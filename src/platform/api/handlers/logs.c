/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What workloads printed. */
#include "config.h"

#include "platform/api/handlers/handlers.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/i18n.h"
#include "base/xmalloc.h"
#include "platform/drivers/driver.h"

#define LINES_USUAL 100
#define LINES_MAX 5000

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

/* `asc` says which end is wanted and comes first; `invert` turns what was found around. */
int
get_logs(struct platform *platform, const struct request *request, struct response *response,
	 struct error *err)
{
	struct driver_log_query query = {
		.module = request_query(request, "workload_id"),
		.container = request_query(request, "container_id"),
		.deploy_id = request_query(request, "deployment_id"),
	};
	struct driver_logs logs;
	json_t *entries;
	bool invert;
	char *space;

	if (read_bool(request, "asc", &query.oldest, err) != 0 ||
	    read_bool(request, "invert", &invert, err) != 0 ||
	    read_time(request, "timestamp_from", &query.from, err) != 0 ||
	    read_time(request, "timestamp_to", &query.to, err) != 0 ||
	    read_limit(request, &query.limit, err) != 0)
		return -1;
	space = xasprintf("%s/%s/%s", request->place.org, request->place.app, request->place.env);
	platform->driver->ops->logs(platform->driver, space, &query, &logs);
	free(space);
	entries = json_array();
	for (size_t i = 0; i < logs.count; i++) {
		bool forward = query.oldest != invert;

		json_array_append_new(entries, entry(&logs.items[forward ? i : logs.count - 1 - i]));
	}
	driver_logs_clear(&logs);
	return answer(response, 200, entries);
}
