/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What workloads printed.
 *
 * Two ways: asked once, where both ends and the order can be chosen, and followed, where
 * lines come as they are printed.  A stream remembers what has not been sent, so a slow
 * reader is served at its own pace and loses nothing that the driver still has.  What a driver has
 * to ask somebody else for is answered in the same way, once it is there.
 *
 * A cluster keeps the output of pods that are there, and does not know of deployments: that of one
 * is what was printed from then on until the next.
 */
#include "config.h"

#include "platform/api/handlers/logs.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json-text.h"
#include "model/json.h"
#include "model/nouns.h"
#include "platform/api/handlers/parameters.h"
#include "platform/drivers/driver.h"
#include "platform/engine/env-driver.h"
#include "platform/http/stream.h"
#include "platform/state/place.h"
#include "platform/state/platform.h"
#include "platform/state/repository-deployments.h"

#define LINES_USUAL 100
#define LINES_MAX 5000
#define LOOK_MS 200			/* drivers do not say that there is more */

/* What is followed. */
struct log_stream {
	struct stream stream;
	struct driver *driver;
	struct driver_log *log;
	struct driver_logs lines;	/* not sent yet, from `next` on */
	size_t next;
};

/* Nothing is copied: it is encoded before the line can go. */
static json_t *
entry(const struct driver_log_line *line)
{
	return log_line_encode(&(struct log_line){
		.at = line->at,
		.payload = {line->text},
		.workload = {line->module},
		.container = {line->container},
	});
}

/* --- followed --- */

static void
free_stream(struct stream *stream)
{
	struct log_stream *s = (struct log_stream *)stream;

	driver_logs_clear(&s->lines);
	s->driver->ops->close_log(s->log);
	free(s);
}

/* One line of JSON for each. */
static bool
more_lines(struct stream *stream, struct buf *out)
{
	struct log_stream *s = (struct log_stream *)stream;

	if (s->next == s->lines.count) {
		driver_logs_clear(&s->lines);
		(void)s->driver->ops->read_log(s->log, &s->lines);
		s->next = 0;
	}
	while (s->next < s->lines.count) {
		json_t *object = entry(&s->lines.items[s->next]);
		char *text = json_dumps(object, JSON_COMPACT);
		bool fits = text && buf_printf(out, "%s\n", text);

		free(text);
		json_decref(object);
		/* One that has no room in an empty buffer never will. */
		if (!fits && out->length > 0)
			break;
		s->next++;
	}
	return true;
}

static int
follow(struct driver *driver, const struct request *request, struct response *response,
       const char *space, const struct driver_log_query *query, struct error *err)
{
	struct driver_log_query followed = *query;
	struct log_stream *s;

	if (query->oldest || query->to != 0 || request_query(request, "invert"))
		return error_set_code(err, CODE_FOLLOW_EXCLUDES_ORDER);
	if (!request->may_wait)
		return error_set_code(err, CODE_TOO_MANY_WAIT);
	s = xcalloc(1, sizeof(*s));
	s->stream = (struct stream){.more = more_lines, .free = free_stream, .look_ms = LOOK_MS};
	s->driver = driver;
	followed.follows = true;
	s->log = s->driver->ops->open_log(s->driver, space, &followed);
	response->content_type = xstrdup("application/x-ndjson");
	response->stream = &s->stream;
	return 0;
}

/* --- asked once --- */

static int
read_parameters(const struct request *request, struct driver_log_query *query, bool *invert,
	   bool *follows, struct error *err)
{
	int limit = LINES_USUAL;

	*query = (struct driver_log_query){
		.module = request_query(request, "workload_id"),
		.container = request_query(request, "container_id"),
		.deploy_id = request_query(request, "deployment_id"),
	};
	if (parameter_bool(request, "asc", &query->oldest, err) != 0 ||
	    parameter_bool(request, "invert", invert, err) != 0 ||
	    parameter_bool(request, "follow", follows, err) != 0 ||
	    parameter_bool(request, "previous", &query->previous, err) != 0 ||
	    parameter_time(request, "timestamp_from", &query->from, err) != 0 ||
	    parameter_time(request, "timestamp_to", &query->to, err) != 0 ||
	    parameter_number(request, "limit", 1, LINES_MAX, &limit, err) != 0)
		return -1;
	query->limit = (size_t)limit;
	return 0;
}

/* When the deployment after it was made; 0: there is none. */
static int64_t
next_deployment_at(const json_t *newest_first, const char *id)
{
	const char *stamp = NULL;
	const json_t *deployment;
	int64_t at;
	size_t i;

	json_array_foreach(newest_first, i, deployment) {
		const char *other = json_member_string(deployment, "id");

		if (other && strcmp(other, id) == 0)
			break;
		stamp = json_member_string(deployment, "created_at");
	}
	return stamp && clock_parse(stamp, &at) ? at : 0;
}

/* No pod of what is asked for was there at that time; false where it is not known.  A cluster says
 * in which second a pod was made. */
static bool
are_pods_younger(struct driver *driver, const char *space, const char *module, int64_t at)
{
	struct driver_status status;
	bool younger;

	driver->ops->observe(driver, space, &status);
	younger = status.seen_at != 0;
	for (size_t i = 0; i < status.count; i++)
		if (!module || strcmp(status.items[i].module, module) == 0)
			younger = younger && status.items[i].pod_created_at / 1000 >= at / 1000;
	driver_status_clear(&status);
	return younger;
}

/* In a cluster: to the time when it was the newest. */
static int
limit_to_deployment(struct platform *platform, struct driver *driver, const char *space,
		    const struct request *request, struct driver_log_query *query,
		    struct error *err)
{
	const char *id = query->deploy_id;
	struct deployment deployment = {0};
	int64_t next;
	json_t *all;

	if (repository_read_deployment(platform->repository, &request->place, id, &deployment,
				       err) != 0)
		return -1;
	if (deployment.created_at > query->from)
		query->from = deployment.created_at;
	deployment_clear(&deployment);
	all = repository_deployments(platform->repository, &request->place, err);
	if (!all)
		return -1;
	next = next_deployment_at(all, id);
	json_decref(all);
	query->deploy_id = NULL;
	if (next == 0)
		return 0;
	if (are_pods_younger(driver, space, query->module, next))
		return error_set_code(err, CODE_LOGS_OF_DEPLOYMENT_GONE, .deployment = id);
	if (query->to == 0 || query->to > next)
		query->to = next;
	return 0;
}

static int
read_query(struct platform *platform, struct driver *driver, const char *space,
	   const struct request *request, struct driver_log_query *query, bool *invert,
	   bool *follows, struct error *err)
{
	if (read_parameters(request, query, invert, follows, err) != 0)
		return -1;
	if (query->previous && !driver->cluster)
		return error_set_code(err, CODE_PREVIOUS_LOGS_AMONG_ALL);
	if (query->previous && *follows)
		return error_set_code(err, CODE_FOLLOW_EXCLUDES_PREVIOUS);
	return query->deploy_id && driver->cluster
		       ? limit_to_deployment(platform, driver, space, request, query, err)
		       : 0;
}

/* The one that is listed first may be either end. */
static json_t *
entries_of(const struct driver_logs *logs, bool forward)
{
	json_t *entries = json_array();

	for (size_t i = 0; i < logs->count; i++)
		json_array_append_new(entries,
				      entry(&logs->items[forward ? i : logs->count - 1 - i]));
	return entries;
}

/* What is not there yet. */
struct log_answer {
	struct stream stream;
	struct driver *driver;
	struct driver_log *log;
	bool forward;
	char *text;			/* NULL: still not */
	size_t sent;
};

static void
free_answer(struct stream *stream)
{
	struct log_answer *a = (struct log_answer *)stream;

	a->driver->ops->close_log(a->log);
	free(a->text);
	free(a);
}

static bool
read_answer(struct log_answer *a)
{
	struct driver_logs logs;
	json_t *entries;

	if (!a->driver->ops->read_log(a->log, &logs))
		return false;
	entries = entries_of(&logs, a->forward);
	a->text = json_text(entries, 0);
	json_decref(entries);
	driver_logs_clear(&logs);
	return true;
}

static bool
more_of_answer(struct stream *stream, struct buf *out)
{
	struct log_answer *a = (struct log_answer *)stream;
	size_t left, room = out->max - out->length;

	if (!a->text && !read_answer(a))
		return true;
	left = strlen(a->text) - a->sent;
	(void)buf_append(out, a->text + a->sent, left < room ? left : room);
	a->sent += left < room ? left : room;
	return left > room;
}

/* Takes the log. */
static int
answer_later(struct driver *driver, struct driver_log *log, bool forward,
	     const struct request *request, struct response *response, struct error *err)
{
	struct log_answer *a;

	if (!request->may_wait) {
		driver->ops->close_log(log);
		return error_set_code(err, CODE_TOO_MANY_WAIT);
	}
	a = xcalloc(1, sizeof(*a));
	a->stream = (struct stream){
		.more = more_of_answer, .free = free_answer, .look_ms = LOOK_MS};
	a->driver = driver;
	a->log = log;
	a->forward = forward;
	response->content_type = xstrdup("application/json");
	response->stream = &a->stream;
	return 0;
}

static int
answer_once(struct driver *driver, const struct request *request, struct response *response,
	    const char *space, const struct driver_log_query *query, bool invert,
	    struct error *err)
{
	struct driver_log *log = driver->ops->open_log(driver, space, query);
	bool forward = query->oldest != invert;
	struct driver_logs logs;
	json_t *entries;

	if (!driver->ops->read_log(log, &logs))
		return answer_later(driver, log, forward, request, response, err);
	driver->ops->close_log(log);
	entries = entries_of(&logs, forward);
	driver_logs_clear(&logs);
	return answer(response, 200, entries);
}

/* `asc` says which end is wanted and comes first; `invert` turns what was found around. */
int
get_logs(struct platform *platform, const struct request *request, struct response *response,
	 struct error *err)
{
	struct driver_log_query query;
	bool invert = false, follows = false;
	struct driver *driver;
	char *space;
	int ret;

	driver = env_driver(platform, &request->place, err);
	if (!driver)
		return -1;
	space = place_space(&request->place);
	ret = read_query(platform, driver, space, request, &query, &invert, &follows, err);
	if (ret == 0)
		ret = follows ? follow(driver, request, response, space, &query, err)
			      : answer_once(driver, request, response, space, &query, invert, err);
	free(space);
	return ret;
}
