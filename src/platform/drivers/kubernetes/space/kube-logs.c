/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A stream for each container that the watch of pods shows.  What a workload must not tell is known
 * from the deployment that was applied last: until this daemon has applied or resumed one, no
 * output is given.
 */
#include "config.h"

#include "platform/drivers/kubernetes/space/kube-logs.h"

#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/kubernetes/cluster/kube-log-stream.h"
#include "platform/drivers/kubernetes/cluster/names.h"
#include "platform/drivers/kubernetes/space/kube-driver.h"
#include "platform/drivers/kubernetes/space/kube-space.h"

#define STREAMS_MAX 100			/* of one log */
#define WHOLE_MAX_MS 10000		/* what has not come by then is done without */

struct kube_log {
	struct kube_driver *driver;
	char *space;
	struct driver_log_query query;	/* owned strings */
	int64_t opened_at;		/* steady ms */
	struct kube_log_stream **streams;
	size_t count;
};

struct kube_log *
kube_log_open(struct kube_driver *driver, const char *space, const struct driver_log_query *query)
{
	struct kube_log *log = xcalloc(1, sizeof(*log));

	log->driver = driver;
	log->space = xstrdup(space);
	log->query = *query;
	log->query.module = xstrdup_or_null(query->module);
	log->query.container = xstrdup_or_null(query->container);
	log->query.deploy_id = xstrdup_or_null(query->deploy_id);
	log->opened_at = clock_steady_ms();
	return log;
}

void
kube_log_close(struct driver_log *opaque)
{
	struct kube_log *log = (struct kube_log *)opaque;

	for (size_t i = 0; i < log->count; i++)
		kube_log_stream_free(log->streams[i]);
	free(log->streams);
	free((char *)log->query.module);
	free((char *)log->query.container);
	free((char *)log->query.deploy_id);
	free(log->space);
	free(log);
}

/* --- which containers --- */

static struct kube_log_stream *
find_stream(struct kube_log *log, const struct kube_log_container *container)
{
	for (size_t i = 0; i < log->count; i++)
		if (kube_log_stream_is_of(log->streams[i], container->pod, container->container))
			return log->streams[i];
	if (log->count >= STREAMS_MAX)
		return NULL;
	log->streams = xreallocarray(log->streams, log->count + 1,
				     sizeof(struct kube_log_stream *));
	log->streams[log->count] =
		kube_log_stream_new(log->driver->cluster, container, &log->query);
	return log->streams[log->count++];
}

static void
update_container(struct kube_log *log, const struct kube_space *space,
		 struct kube_log_container *container, const json_t *status)
{
	const char *run = json_member_string(status, "containerID");
	bool is_running = json_object_get(json_object_get(status, "state"), "running") != NULL;
	struct kube_log_stream *stream;

	container->container = json_member_string(status, "name");
	if (!container->container ||
	    (log->query.container && strcmp(log->query.container, container->container) != 0))
		return;
	/* Of one that was never restarted the cluster has nothing before. */
	if (log->query.previous && json_integer_value(json_object_get(status, "restartCount")) == 0)
		return;
	container->secrets = json_object_get(space->secrets, container->module);
	stream = find_stream(log, container);
	if (stream)
		kube_log_stream_update(stream, is_running, run && *run ? run : NULL);
}

static void
update_pod(struct kube_log *log, const struct kube_space *space, const char *name,
	   const json_t *pod)
{
	static const char *const lists[] = {"initContainerStatuses", "containerStatuses"};
	const json_t *notes = json_object_get(json_object_get(pod, "metadata"), "annotations");
	struct kube_log_container container = {
		.namespace = space->namespace,
		.pod = name,
		.module = json_member_string(notes, KUBE_NOTE_MODULE),
	};
	json_t *status;
	size_t i;

	if (!container.module ||
	    (log->query.module && strcmp(log->query.module, container.module) != 0))
		return;
	for (size_t k = 0; k < sizeof(lists) / sizeof(lists[0]); k++)
		json_array_foreach(json_object_get(json_object_get(pod, "status"), lists[k]), i,
				   status)
			update_container(log, space, &container, status);
}

/* false: it is not known yet which there are. */
static bool
update_streams(struct kube_log *log)
{
	struct kube_space *space = kube_space_find(log->driver, log->space);
	struct kube_seen seen;
	const char *name;
	json_t *pod;

	if (!space)
		return true;
	kube_space_use(space);
	kube_space_seen(space, &seen);
	if (!seen.pods || !space->secrets)
		return false;
	json_object_foreach((json_t *)seen.pods, name, pod)
		update_pod(log, space, name, pod);
	return true;
}

/* --- reading --- */

static int
by_time(const void *a, const void *b)
{
	const struct driver_log_line *x = a, *y = b;

	return x->at < y->at ? -1 : x->at > y->at;
}

/* Those of one stream are in order already; qsort() would mix those of one millisecond. */
static void
merge(struct driver_logs *out, size_t old)
{
	struct driver_log_line *merged = xcalloc(out->count + 1, sizeof(*merged));
	size_t a = 0, b = old;

	for (size_t i = 0; i < out->count; i++)
		merged[i] = a < old && (b == out->count ||
					by_time(&out->items[a], &out->items[b]) <= 0)
				    ? out->items[a++] : out->items[b++];
	free(out->items);
	out->items = merged;
	out->capacity = out->count + 1;
}

static void
cut(struct driver_logs *out, const struct driver_log_query *query)
{
	bool is_more = query->limit > 0 && out->count > query->limit;
	size_t extra = is_more ? out->count - query->limit : 0;
	size_t first = query->oldest ? query->limit : 0;

	if (extra == 0)
		return;
	for (size_t i = first; i < first + extra; i++) {
		free(out->items[i].module);
		free(out->items[i].container);
		free(out->items[i].text);
	}
	if (!query->oldest)
		memmove(out->items, out->items + extra, query->limit * sizeof(*out->items));
	out->count = query->limit;
}

/* All streams have said all that they were asked for. */
static bool
is_whole(const struct kube_log *log)
{
	for (size_t i = 0; i < log->count; i++)
		if (!kube_log_stream_is_whole(log->streams[i]))
			return false;
	return true;
}

bool
kube_log_read(struct driver_log *opaque, struct driver_logs *out)
{
	struct kube_log *log = (struct kube_log *)opaque;
	bool is_known = update_streams(log);

	*out = (struct driver_logs){0};
	if (!log->query.follows && (!is_known || !is_whole(log)) &&
	    clock_steady_ms() - log->opened_at < WHOLE_MAX_MS)
		return false;
	for (size_t i = 0; i < log->count; i++) {
		size_t old = out->count;

		kube_log_stream_take(log->streams[i], out);
		merge(out, old);
		if (!log->query.follows)
			cut(out, &log->query);
	}
	return true;
}
