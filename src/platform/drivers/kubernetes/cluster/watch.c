/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Lists, then watches, then waits and goes on where that makes sense:
 *
 *   a list        in pages; one that expired in its midst (410) begins again, one that is too large
 *                 is asked for with fewer objects in it
 *   a watch       from the version of the list, then of the last event; bookmarks move it on where
 *                 nothing happens, so that it does not expire
 *   its end       at once again where it was; one that failed, or that did not last, with a pause
 *   410           as status or as event: a list, and its difference is told as changes
 */
#include "config.h"

#include "platform/drivers/kubernetes/cluster/watch.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/error-codes.h"
#include "model/json.h"
#include "net/loop.h"
#include "net/url.h"
#include "platform/drivers/kubernetes/cluster/access.h"
#include "platform/drivers/kubernetes/cluster/answer.h"
#include "platform/drivers/kubernetes/cluster/backoff.h"
#include "platform/drivers/kubernetes/cluster/cluster.h"
#include "platform/drivers/kubernetes/cluster/list.h"
#include "platform/drivers/kubernetes/cluster/meta.h"

#define LINE_MAX_BYTES (8u * 1024 * 1024)
#define URL_MAX 8192
#define TIMEOUT_S 240			/* of a watch, and up to a quarter more */
#define LASTED_MS 1000			/* what ends before has failed */
#define SELDOM_MS 30000			/* what has no right, or is not there */
#define QUIET_MS 10000			/* without an event, after which one who has to know asks */
#define QUIET_MAX_MS 60000

struct kube_watch {
	struct kube_cluster *cluster;
	char *path, *selector;
	void (*changed)(void *data);
	void (*object)(void *data, const json_t *before, const json_t *after);
	void *data;
	struct kube_keeper keeper;	/* keep NULL: all is kept */

	json_t *objects;
	bool is_listed;
	char version[KUBE_VERSION_SIZE];	/* of the objects; "": a list is needed */
	int64_t seen_at;
	struct error err;

	struct kube_request *request;
	struct loop_timer *due;
	struct loop_task *telling;
	int failures;			/* in a row */

	struct kube_list *list;		/* under way */
	int64_t list_began_at, listed_at;	/* steady ms; when the last that is whole began */
	int64_t told_at;		/* steady ms of the last event, or list */
	int64_t quiet_ms;		/* after which it is listed anew */

	bool is_connected;
	int64_t connected_at;		/* steady ms */
	struct buf line;
	struct error broken;		/* why the watch was stopped by us */

	int busy;			/* within a callback of whoever uses it */
	bool is_freed;
};

static void start_list(struct kube_watch *watch);
static void start_watch(struct kube_watch *watch);

/* --- whoever uses it --- */

static void
release(struct kube_watch *watch)
{
	json_decref(watch->objects);
	buf_clear(&watch->line);
	free(watch->path);
	free(watch->selector);
	free(watch);
}

/* Between these two it can be freed, and is not gone before the second, which says so. */
static void
enter(struct kube_watch *watch)
{
	watch->busy++;
}

static bool
leave(struct kube_watch *watch)
{
	bool is_freed = watch->is_freed;

	watch->busy--;
	if (is_freed && watch->busy == 0)
		release(watch);
	return !is_freed;
}

static void
tell(void *data)
{
	struct kube_watch *watch = data;

	watch->telling = NULL;
	watch->changed(watch->data);
}

static void
tell_soon(struct kube_watch *watch)
{
	if (watch->changed && !watch->telling)
		watch->telling = loop_defer(kube_cluster_loop(watch->cluster), tell, watch);
}

static void
tell_object(struct kube_watch *watch, const json_t *before, const json_t *after)
{
	tell_soon(watch);
	if (watch->object)
		watch->object(watch->data, before, after);
}

static struct kube_question
question_of(const struct kube_watch *watch)
{
	const struct kube_target *target = kube_access_target(kube_cluster_access(watch->cluster));

	return (struct kube_question){.verb = KUBE_GET, .path = watch->path,
				      .server = target->server, .user = target->user};
}

static void
set_error(struct kube_watch *watch, const struct error *err)
{
	if (watch->err.kind == err->kind && strcmp(watch->err.text, err->text) == 0)
		return;
	watch->err = *err;
	tell_soon(watch);
}

/* --- again --- */

static void
go_on(void *data)
{
	struct kube_watch *watch = data;

	watch->due = NULL;
	if (watch->version[0])
		start_watch(watch);
	else
		start_list(watch);
}

static void
go_on_in(struct kube_watch *watch, int64_t delay_ms)
{
	loop_remove_timer(watch->due);
	watch->due = loop_add_timer(kube_cluster_loop(watch->cluster), delay_ms, go_on, watch);
}

/* A right that is missing, and a kind that the server does not have, are for a person to add; a
 * credential may be replaced at any moment.  status 0: what went wrong is no answer. */
static void
go_on_after(struct kube_watch *watch, const struct error *err, long status)
{
	watch->failures++;
	if (err->kind != ERROR_NONE)
		set_error(watch, err);
	if (status == 403 || status == 404)
		go_on_in(watch, SELDOM_MS + kube_jitter(SELDOM_MS));
	else
		go_on_in(watch, kube_backoff(watch->failures));
}

/* What is known is too old.  At once, but for one who says so again and again. */
static void
list_again(struct kube_watch *watch)
{
	watch->version[0] = '\0';
	go_on_in(watch, watch->failures++ == 0 ? 0 : kube_backoff(watch->failures - 1));
}

/* --- objects --- */

/* false: the watch is freed. */
static bool
tell_difference(struct kube_watch *watch, json_t *before, json_t *after)
{
	const char *key;
	json_t *object;

	enter(watch);
	json_object_foreach (before, key, object) {
		const json_t *now = json_object_get(after, key);

		if (!watch->is_freed && (!now || kube_meta_is_other(object, now)))
			tell_object(watch, object, NULL);
	}
	json_object_foreach (after, key, object) {
		const json_t *old = json_object_get(before, key);

		if (watch->is_freed)
			break;
		if (!old || kube_meta_is_other(old, object))
			tell_object(watch, NULL, object);
		else if (!kube_meta_has_same_version(old, object))
			tell_object(watch, old, object);
	}
	return leave(watch);
}

/* --- the list --- */

static void
note_told(struct kube_watch *watch)
{
	watch->told_at = clock_steady_ms();
	watch->quiet_ms = QUIET_MS + kube_jitter(QUIET_MS / 2);
}

/* Who was told everything finds nothing in it, and is asked more seldom. */
static void
note_list(struct kube_watch *watch, const json_t *before, bool was_listed)
{
	int64_t twice = watch->quiet_ms * 2;

	watch->listed_at = watch->list_began_at;
	if (!was_listed || !kube_meta_are_same(before, watch->objects)) {
		note_told(watch);
		return;
	}
	watch->told_at = clock_steady_ms();
	watch->quiet_ms = twice < QUIET_MAX_MS ? twice : QUIET_MAX_MS + kube_jitter(QUIET_MS / 2);
}

static void
finish_list(struct kube_watch *watch, const struct kube_list_result *result)
{
	json_t *before = watch->objects;
	bool was_listed = watch->is_listed;
	const struct error none = {0};

	snprintf(watch->version, sizeof(watch->version), "%s", result->version);
	watch->objects = json_incref(result->objects);
	watch->is_listed = true;
	watch->seen_at = clock_wall_ms();
	note_list(watch, before, was_listed);
	set_error(watch, &none);
	if (!was_listed)
		tell_soon(watch);
	start_watch(watch);
	(void)tell_difference(watch, before, watch->objects);
	json_decref(before);
}

static void
on_list(void *data, const struct kube_list_result *result)
{
	struct kube_watch *watch = data;
	struct kube_list *list = watch->list;

	watch->list = NULL;
	if (result->objects)
		finish_list(watch, result);
	else if (result->has_expired)
		list_again(watch);
	else
		go_on_after(watch, &result->err, result->status);
	kube_list_free(list);
}

static void
start_list(struct kube_watch *watch)
{
	watch->version[0] = '\0';
	watch->list_began_at = clock_steady_ms();
	watch->list = kube_list_start(watch->cluster, watch->path, watch->selector, on_list, watch);
	if (watch->keeper.keep)
		kube_list_keep_as(watch->list, &watch->keeper);
}

static void
leave_connection(struct kube_watch *watch, int64_t within_ms)
{
	if (watch->is_connected)
		watch->seen_at = clock_wall_ms();
	kube_cancel(watch->request);
	watch->request = NULL;
	watch->is_connected = false;
	go_on_in(watch, within_ms > 0 ? kube_jitter(within_ms) : 0);
}

/* Nothing is lost by leaving a watch: the list has it all. */
void
kube_watch_refresh(struct kube_watch *watch, int64_t within_ms)
{
	if (watch->list)
		return;
	watch->version[0] = '\0';
	leave_connection(watch, within_ms);
}

void
kube_watch_reconnect(struct kube_watch *watch, int64_t within_ms)
{
	if (!watch->list && watch->request)
		leave_connection(watch, within_ms);
}

void
kube_watch_keep_fresh(struct kube_watch *watch)
{
	if (watch->is_connected && clock_steady_ms() - watch->told_at >= watch->quiet_ms)
		kube_watch_refresh(watch, 0);
}

/* --- events --- */

/* All of these: false: the watch is stopped, or freed. */

static bool
stop(struct kube_watch *watch, bool needs_list)
{
	if (needs_list)
		watch->version[0] = '\0';
	return false;
}

/* One that makes no sense is left out, and that is told: what is known may be wrong from here. */
static bool
pass_over(struct kube_watch *watch, const char *reason)
{
	struct error err = {0};

	kube_answer_odd(watch->path, "watch", reason, &err);
	set_error(watch, &err);
	return true;
}

/* New reference; NULL: nothing of it is kept. */
static json_t *
kept_of(struct kube_watch *watch, json_t *object)
{
	if (watch->keeper.keep)
		return watch->keeper.keep(watch->keeper.data, object);
	kube_meta_drop_managers(object);
	return json_incref(object);
}

static bool
take_change(struct kube_watch *watch, json_t *object, bool is_deleted)
{
	char *key = kube_list_key(watch->path, object);
	size_t max = watch->keeper.keep ? watch->keeper.max : KUBE_LIST_MAX;
	json_t *before, *after;

	if (!key)
		return pass_over(watch, "an object without a name");
	if (!is_deleted && !json_object_get(watch->objects, key) &&
	    json_object_size(watch->objects) >= max) {
		free(key);
		kube_answer_too_many(watch->path, (long long)max, &watch->broken);
		return stop(watch, true);
	}
	note_told(watch);
	kube_meta_drop_applied(object);
	before = json_incref(json_object_get(watch->objects, key));
	after = is_deleted ? NULL : kept_of(watch, object);
	if (after)
		json_object_set(watch->objects, key, after);
	else
		json_object_del(watch->objects, key);
	free(key);
	enter(watch);
	if (before || after)
		tell_object(watch, before, after);
	json_decref(before);
	json_decref(after);
	return leave(watch);
}

static bool
take_error(struct kube_watch *watch, const json_t *status)
{
	const struct kube_question question = question_of(watch);
	long code = (long)json_integer_value(json_object_get(status, "code"));
	struct kube_reply reply = {0};

	kube_answer_read(&question, code >= 400 && code < 600 ? code : 500, status, NULL, &reply);
	watch->broken = reply.err;
	return stop(watch, true);
}

static bool
take_event(struct kube_watch *watch, const json_t *event)
{
	const char *type = json_member_string(event, "type");
	json_t *object = json_object_get(event, "object");
	bool is_deleted = type && strcmp(type, "DELETED") == 0;
	char version[KUBE_VERSION_SIZE];

	if (!type || !json_is_object(object))
		return pass_over(watch, "an event without a type or an object");
	if (strcmp(type, "ERROR") == 0)
		return take_error(watch, object);
	if (!kube_meta_version(object, version))
		return pass_over(watch, "an event without a resourceVersion");
	memcpy(watch->version, version, sizeof(version));
	if (strcmp(type, "BOOKMARK") == 0)
		return true;
	if (is_deleted || strcmp(type, "ADDED") == 0 || strcmp(type, "MODIFIED") == 0)
		return take_change(watch, object, is_deleted);
	return pass_over(watch, "an event of an unknown type");
}

/* A line that is no JSON is no line: where it was cut, the rest comes from where we were. */
static bool
take_line(struct kube_watch *watch)
{
	const struct kube_question question = question_of(watch);
	json_t *event;
	bool goes_on;

	if (watch->line.length == 0)
		return true;
	event = kube_answer_decode(&question, watch->line.data, watch->line.length, &watch->broken);
	buf_clear(&watch->line);
	if (!event)
		return stop(watch, watch->failures > 0);
	goes_on = take_event(watch, event);
	json_decref(event);
	return goes_on;
}

/* It may be an object, so what is known is not all any more. */
static bool
lose_line(struct kube_watch *watch)
{
	const struct kube_question question = question_of(watch);

	kube_answer_too_large(&question, LINE_MAX_BYTES, &watch->broken);
	return stop(watch, true);
}

static bool
on_piece(void *data, const char *bytes, size_t length)
{
	struct kube_watch *watch = data;

	watch->seen_at = clock_wall_ms();
	while (length > 0) {
		const char *end = memchr(bytes, '\n', length);
		size_t part = end ? (size_t)(end - bytes) : length;

		if (!buf_append(&watch->line, bytes, part))
			return lose_line(watch);
		if (!end)
			return true;
		if (!take_line(watch))
			return false;
		bytes += part + 1;
		length -= part + 1;
	}
	return true;
}

/* --- the watch --- */

static void
on_begun(void *data)
{
	struct kube_watch *watch = data;
	const struct error none = {0};

	watch->is_connected = true;
	watch->connected_at = clock_steady_ms();
	watch->seen_at = clock_wall_ms();
	set_error(watch, &none);
}

/* That a watch which was good for a while is cut, or falls silent, happens: it is no failure before
 * the next one fails. */
static void
on_end(void *data, const struct kube_reply *reply)
{
	struct kube_watch *watch = data;
	bool was_connected = watch->is_connected;
	bool has_lasted = was_connected && clock_steady_ms() - watch->connected_at >= LASTED_MS;
	const struct error none = {0};

	watch->request = NULL;
	watch->is_connected = false;
	if (was_connected && reply->err.kind == ERROR_NONE && watch->broken.kind == ERROR_NONE)
		watch->seen_at = clock_wall_ms();
	if (has_lasted)
		watch->failures = 0;
	if (reply->err.kind == ERROR_STALE || watch->broken.kind == ERROR_STALE)
		list_again(watch);
	else if (watch->broken.kind != ERROR_NONE)
		go_on_after(watch, &watch->broken, 0);
	else if (has_lasted)
		go_on_in(watch, reply->err.kind == ERROR_NONE ? 0 : kube_backoff(1));
	else
		go_on_after(watch, was_connected ? &none : &reply->err, reply->status);
}

static void
start_watch(struct kube_watch *watch)
{
	struct buf path;

	buf_init(&path, URL_MAX);
	buf_printf(&path, "%s?watch=true&allowWatchBookmarks=true&timeoutSeconds=%lld&resourceVersion=",
		   watch->path, (long long)(TIMEOUT_S + kube_jitter(TIMEOUT_S / 4)));
	url_append_escaped(&path, watch->version);
	if (watch->selector)
		buf_printf(&path, "&labelSelector=%s", watch->selector);
	watch->is_connected = false;
	watch->broken = (struct error){0};
	buf_clear(&watch->line);
	watch->request = kube_send(watch->cluster,
				   &(struct kube_request_options){.verb = KUBE_GET,
								  .path = buf_str(&path),
								  .streams = true,
								  .begun = on_begun,
								  .piece = on_piece,
								  .done = on_end,
								  .data = watch});
	buf_clear(&path);
}

struct kube_watch *
kube_watch_new(struct kube_cluster *cluster, const struct kube_watch_options *options)
{
	struct kube_watch *watch = xcalloc(1, sizeof(*watch));
	struct buf selector;

	watch->cluster = cluster;
	watch->path = xstrdup(options->path);
	if (options->selector) {
		buf_init(&selector, URL_MAX);
		url_append_escaped(&selector, options->selector);
		watch->selector = buf_take(&selector);
	}
	watch->changed = options->changed;
	watch->object = options->object;
	watch->data = options->data;
	if (options->keeper)
		watch->keeper = *options->keeper;
	watch->objects = json_object();
	buf_init(&watch->line, LINE_MAX_BYTES);
	watch->line.wipe = true;	/* it may bring a Secret */
	start_list(watch);
	return watch;
}

void
kube_watch_free(struct kube_watch *watch)
{
	if (!watch || watch->is_freed)
		return;
	kube_cancel(watch->request);
	loop_remove_timer(watch->due);
	loop_cancel_task(watch->telling);
	kube_list_free(watch->list);
	watch->request = NULL;
	watch->due = NULL;
	watch->telling = NULL;
	watch->list = NULL;
	watch->is_freed = true;
	if (watch->busy == 0)
		release(watch);
}

/* --- what is known --- */

bool
kube_watch_is_listed(const struct kube_watch *watch)
{
	return watch->is_listed;
}

const json_t *
kube_watch_objects(const struct kube_watch *watch)
{
	return watch->objects;
}

int64_t
kube_watch_listed_at(const struct kube_watch *watch)
{
	return watch->listed_at;
}

int64_t
kube_watch_seen_at(const struct kube_watch *watch)
{
	return watch->is_connected ? clock_wall_ms() : watch->seen_at;
}

const struct error *
kube_watch_error(const struct kube_watch *watch)
{
	return watch->err.kind == ERROR_NONE ? NULL : &watch->err;
}
