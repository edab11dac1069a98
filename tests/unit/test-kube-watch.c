/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * What a list of objects is now, through lists in pages that expire, watches that are cut, fall
 * silent, say 410 or talk nonsense.
 */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "kube-world.h"
#include "net/loop.h"
#include "platform/drivers/kubernetes/cluster/list.h"
#include "platform/drivers/kubernetes/cluster/watch.h"

#define PODS "/api/v1/namespaces/shop/pods"

/* --- what a server says --- */

#define META(name, uid, version)                                                                  \
	"\"metadata\":{\"name\":\"" name "\",\"namespace\":\"shop\",\"uid\":\"" uid                \
	"\",\"resourceVersion\":\"" version "\",\"managedFields\":[{\"manager\":\"x\"}]}"
#define ITEM(name, uid, version) "{" META(name, uid, version) ",\"status\":{}}"
#define POD(name, uid, version) "{\"kind\":\"Pod\",\"apiVersion\":\"v1\"," META(name, uid, version) "}"
#define LIST_OF(version, more, items)                                                             \
	"{\"kind\":\"PodList\",\"apiVersion\":\"v1\",\"metadata\":{\"resourceVersion\":\"" version \
	"\"" more "},\"items\":[" items "]}"
#define LIST(version, items) OK LIST_OF(version, "", items)
#define MORE(version, token, items) OK LIST_OF(version, ",\"continue\":\"" token "\"", items)
#define EVENT(type, object) "{\"type\":\"" type "\",\"object\":" object "}\n"
#define BOOKMARK(version)                                                                         \
	EVENT("BOOKMARK", "{\"kind\":\"Pod\",\"metadata\":{\"resourceVersion\":\"" version "\"}}")
#define EXPIRED                                                                                   \
	"{\"kind\":\"Status\",\"status\":\"Failure\",\"message\":\"too old resource version\","    \
	"\"reason\":\"Expired\",\"code\":410}"
#define GONE ANSWER("410 Gone") "\r\n" EXPIRED

/* --- what was told --- */

struct told {
	struct kube_watch *watch;
	int changes;
	char log[1024];			/* "+a1 a1>a2 -a2": names with their versions */
	bool frees;			/* the watch, at the first object */
};

static const char *
version_of(const json_t *object)
{
	return json_string_value(
		json_object_get(json_object_get(object, "metadata"), "resourceVersion"));
}

static const char *
name_of(const json_t *object)
{
	return json_string_value(json_object_get(json_object_get(object, "metadata"), "name"));
}

static void
on_changed(void *data)
{
	struct told *told = data;

	told->changes++;
}

static void
on_object(void *data, const json_t *before, const json_t *after)
{
	struct told *told = data;
	size_t used = strlen(told->log);
	char *end = told->log + used;
	size_t left = sizeof(told->log) - used;

	assert_true(before || after);
	if (!before)
		snprintf(end, left, "+%s%s ", name_of(after), version_of(after));
	else if (!after)
		snprintf(end, left, "-%s%s ", name_of(before), version_of(before));
	else
		snprintf(end, left, "%s%s>%s ", name_of(before), version_of(before),
			 version_of(after));
	if (told->frees) {
		kube_watch_free(told->watch);
		kube_watch_free(told->watch);
		told->watch = NULL;
	}
}

static void
start(struct kube_world *world, struct told *told, const struct exchange *exchanges)
{
	kube_world_start(world, exchanges);
	memset(told, 0, sizeof(*told));
	told->watch = kube_watch_new(world->cluster,
				     &(struct kube_watch_options){.path = PODS,
								  .changed = on_changed,
								  .object = on_object,
								  .data = told});
}

static void
stop(struct kube_world *world, struct told *told)
{
	kube_watch_free(told->watch);
	kube_world_stop(world);
}

/* Until so many requests have come and what they were answered was told. */
static void
until_log(struct kube_world *world, const struct told *told, const char *log)
{
	KUBE_WORLD_UNTIL(world, strcmp(told->log, log) == 0 ||
					(strlen(told->log) >= strlen(log) &&
					 (print_error("%s, not %s\n", told->log, log), fail(), 0)));
}

static void
assert_asked(const struct kube_world *world, size_t number, const char *what)
{
	if (!strstr(world->server.requests[number], what))
		print_error("%zu: %.300s\n", number, world->server.requests[number]);
	assert_non_null(strstr(world->server.requests[number], what));
}

/* --- lists --- */

static void
test_a_list_is_followed_by_a_watch(void **state)
{
	static const struct exchange exchanges[] = {
		{LIST("7", ITEM("a", "u", "3") "," ITEM("b", "v", "4")), CLOSE},
		{OK EVENT("MODIFIED", POD("a", "u", "8")) EVENT("DELETED", POD("b", "v", "9"))
			 EVENT("ADDED", POD("c", "w", "10")), HOLD}, {0}};
	int64_t before = clock_wall_ms();
	const json_t *a, *c;
	struct kube_world world;
	struct told told;

	(void)state;
	start(&world, &told, exchanges);
	assert_false(kube_watch_is_listed(told.watch));
	assert_int_equal(kube_watch_seen_at(told.watch), 0);
	until_log(&world, &told, "+a3 +b4 a3>8 -b4 +c10 ");
	assert_true(kube_watch_is_listed(told.watch));
	assert_null(kube_watch_error(told.watch));
	assert_true(kube_watch_seen_at(told.watch) >= before);
	assert_asked(&world, 0, "GET " PODS "?limit=500 HTTP/1.1\r\n");
	assert_asked(&world, 1, "GET " PODS "?watch=true&allowWatchBookmarks=true&timeoutSeconds=");
	assert_asked(&world, 1, "&resourceVersion=7 HTTP/1.1\r\n");
	a = json_object_get(kube_watch_objects(told.watch), "a");
	c = json_object_get(kube_watch_objects(told.watch), "c");
	assert_int_equal(json_object_size(kube_watch_objects(told.watch)), 2);
	assert_string_equal(version_of(a), "8");
	assert_null(json_object_get(json_object_get(a, "metadata"), "managedFields"));
	assert_null(json_object_get(json_object_get(c, "metadata"), "managedFields"));
	stop(&world, &told);
}

/* Of a list they have neither kind nor apiVersion, and managers as everywhere. */
static void
test_items_are_objects(void **state)
{
	static const struct exchange exchanges[] = {
		{LIST("7", ITEM("a", "u", "3")), CLOSE}, {OK, HOLD}, {0}};
	const json_t *a;
	struct kube_world world;
	struct told told;

	(void)state;
	start(&world, &told, exchanges);
	until_log(&world, &told, "+a3 ");
	a = json_object_get(kube_watch_objects(told.watch), "a");
	assert_string_equal(json_string_value(json_object_get(a, "kind")), "Pod");
	assert_string_equal(json_string_value(json_object_get(a, "apiVersion")), "v1");
	assert_true(json_is_object(json_object_get(a, "status")));
	assert_null(json_object_get(json_object_get(a, "metadata"), "managedFields"));
	KUBE_WORLD_UNTIL(&world, told.changes > 0);
	assert_int_equal(told.changes, 1);
	stop(&world, &told);
}

static void
test_a_list_comes_in_pages(void **state)
{
	static const struct exchange exchanges[] = {
		{MORE("7", "t/1", ITEM("a", "u", "3")), CLOSE},
		{MORE("7", "t 2", ITEM("b", "v", "4")), CLOSE},
		/* The second token has expired: from the beginning. */
		{GONE, CLOSE},
		{MORE("9", "t3", ITEM("a", "u", "3")), CLOSE},
		{MORE("9", "t4", ITEM("c", "w", "8")), CLOSE},
		{LIST("9", ITEM("d", "x", "5")), CLOSE},
		{OK, HOLD}, {0}};
	struct kube_world world;
	struct told told;

	(void)state;
	start(&world, &told, exchanges);
	until_log(&world, &told, "+a3 +c8 +d5 ");
	KUBE_WORLD_UNTIL(&world, world.server.count == 7);
	assert_asked(&world, 1, "?limit=500&continue=t%2F1 ");
	assert_asked(&world, 2, "?limit=500&continue=t%202 ");
	assert_asked(&world, 3, "?limit=500 ");
	assert_asked(&world, 6, "&resourceVersion=9 ");
	stop(&world, &told);
}

/* Few large objects do not keep it from being listed. */
static void
test_a_page_that_is_too_large_is_asked_for_in_smaller_ones(void **state)
{
	static const struct exchange exchanges[] = {
		{OK, FLOOD}, {MORE("7", "t", ITEM("a", "u", "3")), CLOSE},
		{LIST("7", ITEM("b", "v", "4")), CLOSE}, {OK, HOLD}, {0}};
	struct kube_world world;
	struct told told;

	(void)state;
	start(&world, &told, exchanges);
	until_log(&world, &told, "+a3 +b4 ");
	assert_asked(&world, 1, "?limit=100 ");
	assert_asked(&world, 2, "?limit=100&continue=t ");
	stop(&world, &told);
}

static void
test_a_selector_is_sent_with_both(void **state)
{
	static const struct exchange exchanges[] = {{LIST("7", ""), CLOSE}, {OK, HOLD}, {0}};
	struct kube_world world;
	struct kube_watch *watch;

	(void)state;
	kube_world_start(&world, exchanges);
	watch = kube_watch_new(world.cluster,
			       &(struct kube_watch_options){.path = "/api/v1/pods",
							    .selector = "app in (a, b)"});
	KUBE_WORLD_UNTIL(&world, world.server.count == 2);
	assert_asked(&world, 0, "&labelSelector=app%20in%20%28a%2C%20b%29");
	assert_asked(&world, 1, "&labelSelector=app%20in%20%28a%2C%20b%29");
	kube_watch_free(watch);
	kube_world_stop(&world);
}

/* A name is unique within a namespace alone. */
static void
test_objects_of_all_namespaces(void **state)
{
	static const struct exchange exchanges[] = {
		{LIST("7", ITEM("a", "u", "3") ",{\"metadata\":{\"name\":\"a\",\"namespace\":\"other\"}}"), CLOSE},
		{OK, HOLD}, {0}};
	struct kube_world world;
	struct kube_watch *watch;

	(void)state;
	kube_world_start(&world, exchanges);
	watch = kube_watch_new(world.cluster, &(struct kube_watch_options){.path = "/api/v1/pods"});
	KUBE_WORLD_UNTIL(&world, kube_watch_is_listed(watch));
	assert_non_null(json_object_get(kube_watch_objects(watch), "shop/a"));
	assert_non_null(json_object_get(kube_watch_objects(watch), "other/a"));
	kube_watch_free(watch);
	kube_world_stop(&world);
}

/* A connection that may be dead is left, and nothing is listed again for that. */
static void
test_a_watch_over_another_connection(void **state)
{
	static const struct exchange exchanges[] = {
		{LIST("7", ITEM("a", "u", "3")), CLOSE}, {OK BOOKMARK("50"), HOLD},
		{OK EVENT("MODIFIED", POD("a", "u", "60")), HOLD}, {0}};
	struct kube_world world;
	struct told told;

	(void)state;
	start(&world, &told, exchanges);
	kube_watch_reconnect(told.watch, 0);	/* while it is being listed: nothing */
	KUBE_WORLD_UNTIL(&world, kube_watch_is_listed(told.watch) && world.server.count == 2);
	kube_watch_reconnect(told.watch, 0);
	until_log(&world, &told, "+a3 a3>60 ");
	assert_asked(&world, 2, "?watch=true");
	stop(&world, &told);
}

/* --- of many only what is wanted --- */

struct kept {
	struct told told;
	int begun, pages, last_pages, busy;
	bool had_managers;
};

/* Of "b" nothing. */
static json_t *
keep(void *data, json_t *object)
{
	json_t *metadata = json_object_get(object, "metadata");
	struct kept *kept = data;

	kept->had_managers |= json_object_get(metadata, "managedFields") != NULL;
	if (strcmp(name_of(object), "b") == 0)
		return NULL;
	return json_pack("{s:{s:O, s:O, s:O}}", "metadata", "name",
			 json_object_get(metadata, "name"), "uid", json_object_get(metadata, "uid"),
			 "resourceVersion", json_object_get(metadata, "resourceVersion"));
}

static void
begun(void *data)
{
	((struct kept *)data)->begun++;
}

static void
page(void *data, bool is_last)
{
	struct kept *kept = data;

	kept->pages++;
	kept->last_pages += is_last;
}

static bool
is_busy(void *data)
{
	struct kept *kept = data;

	return kept->busy > 0 && kept->busy--;
}

/* A list of many thousands neither fills the memory nor runs away from whoever reads it. */
static void
test_of_many_objects_only_what_is_wanted_is_kept(void **state)
{
	static const struct exchange exchanges[] = {
		{MORE("7", "t1", ITEM("a", "u", "3") "," ITEM("b", "v", "4")), CLOSE},
		{GONE, CLOSE},
		{MORE("9", "t2", ITEM("a", "u", "3")), CLOSE},
		{LIST("9", ITEM("b", "v", "4") "," ITEM("c", "w", "8")), CLOSE},
		{OK EVENT("MODIFIED", POD("b", "v", "10")) EVENT("MODIFIED", POD("c", "w", "11"))
			 EVENT("DELETED", POD("a", "u", "12")), HOLD}, {0}};
	struct kept kept = {.busy = 3};
	const struct kube_keeper keeper = {keep, begun, page, is_busy, &kept, 100};
	struct kube_world world;
	const json_t *c;

	(void)state;
	kube_world_start(&world, exchanges);
	kept.told.watch = kube_watch_new(world.cluster, &(struct kube_watch_options){
								.path = PODS,
								.changed = on_changed,
								.object = on_object,
								.keeper = &keeper,
								.data = &kept.told});
	until_log(&world, &kept.told, "+a3 +c8 c8>11 -a3 ");
	assert_int_equal(kept.begun, 2);
	assert_int_equal(kept.pages, 3);
	assert_int_equal(kept.last_pages, 1);
	assert_int_equal(kept.busy, 0);
	assert_true(kept.had_managers);
	c = json_object_get(kube_watch_objects(kept.told.watch), "c");
	assert_int_equal(json_object_size(kube_watch_objects(kept.told.watch)), 1);
	assert_null(json_object_get(c, "kind"));
	stop(&world, &kept.told);
}

static void
test_more_than_is_taken_is_an_error(void **state)
{
	static const struct exchange exchanges[] = {
		{LIST("7", ITEM("a", "u", "3") "," ITEM("c", "v", "4")), CLOSE}, {0}};
	struct kept kept = {0};
	const struct kube_keeper keeper = {keep, NULL, NULL, NULL, &kept, 1};
	struct kube_world world;

	(void)state;
	kube_world_start(&world, exchanges);
	kept.told.watch = kube_watch_new(
		world.cluster, &(struct kube_watch_options){.path = PODS, .keeper = &keeper});
	KUBE_WORLD_UNTIL(&world, kube_watch_error(kept.told.watch));
	assert_int_equal(kube_watch_error(kept.told.watch)->kind, ERROR_LIMIT);
	assert_false(kube_watch_is_listed(kept.told.watch));
	stop(&world, &kept.told);
}

/* --- ends --- */

#define FIRST {LIST("7", ITEM("a", "u", "3")), CLOSE}

static void
test_a_watch_goes_on_where_it_was(void **state)
{
	static const struct exchange exchanges[] = {
		FIRST,
		/* Nothing happens, but time goes on. */
		{OK BOOKMARK("50"), CLOSE},
		{OK EVENT("MODIFIED", POD("a", "u", "60")), CLOSE},
		/* Cut in a line: what was whole counts, the rest comes again. */
		{CHUNKED "1000\r\n" EVENT("ADDED", POD("b", "v", "70")) "{\"type\":\"ADDED\",\"obj", CLOSE},
		/* The same where the end looks like one. */
		{OK EVENT("ADDED", POD("c", "w", "80")) "{\"type\":\"ADDED\",\"obj", CLOSE},
		{OK EVENT("DELETED", POD("a", "u", "90")), HOLD}, {0}};
	struct kube_world world;
	struct told told;

	(void)state;
	start(&world, &told, exchanges);
	until_log(&world, &told, "+a3 a3>60 +b70 +c80 -a60 ");
	assert_asked(&world, 1, "&resourceVersion=7 ");
	assert_asked(&world, 2, "&resourceVersion=50 ");
	assert_asked(&world, 3, "&resourceVersion=60 ");
	assert_asked(&world, 4, "&resourceVersion=70 ");
	assert_asked(&world, 5, "&resourceVersion=80 ");
	assert_null(kube_watch_error(told.watch));
	stop(&world, &told);
}

/* What no event told is in the list that is asked for; it is watched from there. */
static void
test_what_no_event_told_is_found(void **state)
{
	static const struct exchange exchanges[] = {
		FIRST, {OK BOOKMARK("50"), HOLD},
		{LIST("60", ITEM("a", "u", "40") "," ITEM("b", "v", "45")), CLOSE},
		{OK BOOKMARK("70"), HOLD}, {0}};
	struct kube_world world;
	struct told told;
	int64_t began;

	(void)state;
	start(&world, &told, exchanges);
	KUBE_WORLD_UNTIL(&world, kube_watch_is_listed(told.watch) && world.server.count == 2);
	kube_watch_keep_fresh(told.watch);	/* it is not silent for so long */
	began = clock_steady_ms();
	kube_watch_refresh(told.watch, 0);
	assert_true(kube_watch_listed_at(told.watch) <= began);
	assert_true(kube_watch_is_listed(told.watch));
	assert_int_equal(json_object_size(kube_watch_objects(told.watch)), 1);
	until_log(&world, &told, "+a3 a3>40 +b45 ");
	KUBE_WORLD_UNTIL(&world, world.server.count == 4);
	assert_true(kube_watch_listed_at(told.watch) >= began);
	assert_asked(&world, 3, "&resourceVersion=60 ");
	stop(&world, &told);
}

static void
test_silence_ends_a_watch(void **state)
{
	static const struct exchange exchanges[] = {
		FIRST, {OK BOOKMARK("50"), HOLD}, {OK EVENT("ADDED", POD("b", "v", "60")), HOLD}, {0}};
	struct kube_world world;
	struct told told;

	(void)state;
	start(&world, &told, exchanges);
	kube_cluster_set_deadlines(world.cluster,
				   &(struct kube_deadlines){.connect = 5000,
							    .first_byte = 5000,
							    .silence = 300,
							    .whole = 5000});
	until_log(&world, &told, "+a3 +b60 ");
	assert_asked(&world, 2, "&resourceVersion=50 ");
	stop(&world, &told);
}

/* Both say it: what happened meanwhile is found by the difference, a deletion too, and one that was
 * made anew under the same name. */
static void
test_what_is_too_old_is_listed_again(void **state)
{
	static const struct exchange endings[] = {
		{GONE, CLOSE}, {OK EVENT("ERROR", EXPIRED), HOLD},
		/* Any other is no reason to trust what comes after it. */
		{OK EVENT("ERROR", "{\"kind\":\"Status\",\"code\":500,\"message\":\"m\"}"), HOLD}};

	(void)state;
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++) {
		const struct exchange exchanges[] = {
			{LIST("7", ITEM("a", "u", "1") "," ITEM("b", "v", "2") "," ITEM("c", "w", "3") ","
			      ITEM("d", "x", "4")), CLOSE},
			endings[i],
			{LIST("90", ITEM("a", "u", "1") "," ITEM("b", "v", "80") "," ITEM("d", "y", "85") ","
			      ITEM("e", "z", "86")), CLOSE},
			{OK, HOLD}, {0}};
		struct kube_world world;
		struct told told;

		start(&world, &told, exchanges);
		until_log(&world, &told, "+a1 +b2 +c3 +d4 -c3 -d4 b2>80 +d85 +e86 ");
		KUBE_WORLD_UNTIL(&world, world.server.count == 4);
		assert_asked(&world, 3, "&resourceVersion=90 ");
		stop(&world, &told);
	}
}

static void
test_a_failure_is_said_until_it_is_over(void **state)
{
	static const struct exchange exchanges[] = {
		{ANSWER("500 No") "\r\n{\"kind\":\"Status\",\"message\":\"etcd is ill\"}", CLOSE},
		FIRST,
		{ANSWER("500 No") "\r\n{\"kind\":\"Status\",\"message\":\"etcd is dead\"}", CLOSE},
		{OK, HOLD}, {0}};
	struct kube_world world;
	struct told told;
	int changes;

	(void)state;
	start(&world, &told, exchanges);
	KUBE_WORLD_UNTIL(&world, told.changes > 0);
	assert_false(kube_watch_is_listed(told.watch));
	assert_int_equal(kube_watch_error(told.watch)->kind, ERROR_REMOTE);
	assert_non_null(strstr(kube_watch_error(told.watch)->text, "\"list pods\": etcd is ill"));
	KUBE_WORLD_UNTIL(&world, kube_watch_is_listed(told.watch));
	assert_null(kube_watch_error(told.watch));
	KUBE_WORLD_UNTIL(&world, kube_watch_error(told.watch));
	assert_non_null(strstr(kube_watch_error(told.watch)->text, "\"watch pods\": etcd is dead"));
	changes = told.changes;
	KUBE_WORLD_UNTIL(&world, !kube_watch_error(told.watch));
	/* Whoever waits for it is told. */
	KUBE_WORLD_UNTIL(&world, told.changes > changes);
	assert_string_equal(told.log, "+a3 ");
	stop(&world, &told);
}

/* Whoever has no right is told, and asks seldom. */
static void
test_a_missing_right(void **state)
{
	static const struct exchange exchanges[] = {
		{ANSWER("403 No") "\r\n{\"message\":\"x is forbidden: User \\\"bob\\\" cannot list resource "
		 "\\\"pods\\\" in API group \\\"\\\"\"}", CLOSE}, {OK, CLOSE}, {0}};
	struct kube_world world;
	struct told told;

	(void)state;
	start(&world, &told, exchanges);
	KUBE_WORLD_UNTIL(&world, told.changes > 0);
	assert_int_equal(kube_watch_error(told.watch)->kind, ERROR_ACCESS);
	assert_string_equal(kube_watch_error(told.watch)->text,
			    "User bob has no right to list pods in the namespace shop of the cluster.");
	for (int64_t end = clock_steady_ms() + 1500; clock_steady_ms() < end;)
		assert_int_equal(loop_turn(world.loop, 100, NULL), 0);
	assert_int_equal(world.server.count, 1);
	stop(&world, &told);
}

/* Credentials may come back at any moment, unlike a right. */
static void
test_refused_credentials(void **state)
{
	static const struct exchange exchanges[] = {{ANSWER("401 No") "\r\n{}", CLOSE},
						    {ANSWER("401 No") "\r\n{}", CLOSE},
						    FIRST, {OK, HOLD}, {0}};
	int64_t before = clock_steady_ms();
	struct kube_world world;
	struct told told;

	(void)state;
	start(&world, &told, exchanges);
	KUBE_WORLD_UNTIL(&world, kube_watch_error(told.watch));
	assert_int_equal(kube_watch_error(told.watch)->kind, ERROR_ACCESS);
	until_log(&world, &told, "+a3 ");
	assert_true(clock_steady_ms() - before < 20000);
	stop(&world, &told);
}

/* --- nonsense --- */

/* What is no event is left out, and said; what is around it counts. */
static void
test_odd_events(void **state)
{
	static const char *const events[] = {
		"{}\n", "[]\n", "null\n", "{\"type\":5,\"object\":{}}\n", "{\"type\":\"ADDED\"}\n",
		EVENT("ADDED", "{}"), EVENT("ADDED", "{\"metadata\":[]}"),
		EVENT("ADDED", "{\"metadata\":{\"resourceVersion\":5,\"name\":\"x\"}}"),
		EVENT("ADDED", "{\"metadata\":{\"resourceVersion\":\"5\",\"name\":{}}}"),
		EVENT("MODIFIED", "{\"metadata\":{\"resourceVersion\":\"5\",\"name\":\"\"}}"),
		EVENT("BOOKMARK", "{\"metadata\":{}}"), EVENT("EXPLODED", POD("x", "y", "5")),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(events) / sizeof(events[0]); i++) {
		struct kube_world world;
		struct told told;
		struct buf reply;

		buf_init(&reply, 10000);
		buf_printf(&reply, OK "\n%s" EVENT("ADDED", POD("b", "v", "60")), events[i]);
		start(&world, &told,
		      (struct exchange[]){FIRST, {buf_str(&reply), HOLD}, {0}});
		until_log(&world, &told, "+a3 +b60 ");
		assert_non_null(kube_watch_error(told.watch));
		assert_int_equal(kube_watch_error(told.watch)->kind, ERROR_PROTOCOL);
		assert_int_equal(json_object_size(kube_watch_objects(told.watch)), 2);
		stop(&world, &told);
		buf_clear(&reply);
	}
}

/* A deletion of what we never knew is no change. */
static void
test_an_unknown_object_is_deleted(void **state)
{
	static const struct exchange exchanges[] = {
		FIRST, {OK EVENT("DELETED", POD("x", "y", "60")) EVENT("ADDED", POD("b", "v", "61")), HOLD}, {0}};
	struct kube_world world;
	struct told told;

	(void)state;
	start(&world, &told, exchanges);
	until_log(&world, &told, "+a3 +b61 ");
	stop(&world, &told);
}

static void
test_lines_that_are_no_events(void **state)
{
	static const struct {
		struct exchange exchanges[5];
		enum error_kind kind;
		const char *log, *asked;	/* the third request */
	} cases[] = {
		/* No JSON: from where it was, which is what came before it. */
		{{FIRST, {OK BOOKMARK("50") "nonsense\n", HOLD}, {OK EVENT("ADDED", POD("b", "v", "60")), HOLD}},
		 ERROR_PROTOCOL, "+a3 +b60 ", "&resourceVersion=50 "},
		/* Without end: it may be an object, so that what is known is listed again. */
		{{FIRST, {OK "{\"type\":\"", FLOOD}, {LIST("90", ITEM("a", "u", "3") "," ITEM("b", "v", "60")), CLOSE},
		  {OK, HOLD}}, ERROR_LIMIT, "+a3 +b60 ", "?limit=500 "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct kube_world world;
		struct told told;

		start(&world, &told, cases[i].exchanges);
		KUBE_WORLD_UNTIL(&world, kube_watch_error(told.watch));
		assert_int_equal(kube_watch_error(told.watch)->kind, cases[i].kind);
		until_log(&world, &told, cases[i].log);
		assert_asked(&world, 2, cases[i].asked);
		stop(&world, &told);
	}
}

static void
test_odd_lists(void **state)
{
	static const char *const lists[] = {
		OK "{}", OK "[]", OK "7", OK "{\"items\":{}}", OK "{\"items\":[7]}",
		OK "{\"metadata\":{\"resourceVersion\":\"7\"},\"items\":[{\"metadata\":{\"name\":5}}]}",
		OK "{\"metadata\":{\"resourceVersion\":7},\"items\":[]}",
		OK "{\"metadata\":{\"resourceVersion\":\"\"},\"items\":[]}", OK, OK "{\"items\":",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		struct kube_world world;
		struct told told;

		start(&world, &told,
		      (struct exchange[]){{lists[i], CLOSE}, FIRST, {OK, HOLD}, {0}});
		KUBE_WORLD_UNTIL(&world, kube_watch_error(told.watch));
		assert_int_equal(kube_watch_error(told.watch)->kind, ERROR_PROTOCOL);
		assert_false(kube_watch_is_listed(told.watch));
		until_log(&world, &told, "+a3 ");
		assert_null(kube_watch_error(told.watch));
		stop(&world, &told);
	}
}

/* Go says null for a list of nothing. */
static void
test_a_list_of_nothing(void **state)
{
	static const struct exchange exchanges[] = {
		{OK "{\"metadata\":{\"resourceVersion\":\"7\"},\"items\":null}", CLOSE}, {OK, HOLD}, {0}};
	struct kube_world world;
	struct told told;

	(void)state;
	start(&world, &told, exchanges);
	KUBE_WORLD_UNTIL(&world, kube_watch_is_listed(told.watch));
	assert_null(kube_watch_error(told.watch));
	assert_int_equal(json_object_size(kube_watch_objects(told.watch)), 0);
	stop(&world, &told);
}

/* Not in a circle without a pause. */
static void
test_one_who_is_always_too_old_is_not_flooded(void **state)
{
	struct exchange exchanges[EXCHANGES_MAX] = {{0}};
	struct kube_world world;
	struct told told;

	(void)state;
	for (int i = 0; i + 1 < EXCHANGES_MAX; i++)
		exchanges[i] = i % 2 == 0 ? (struct exchange)FIRST : (struct exchange){GONE, CLOSE};
	start(&world, &told, exchanges);
	KUBE_WORLD_UNTIL(&world, world.server.count >= 4);
	for (int64_t end = clock_steady_ms() + 1500; clock_steady_ms() < end;)
		assert_int_equal(loop_turn(world.loop, 100, NULL), 0);
	assert_in_range(world.server.count, 4, 16);
	stop(&world, &told);
}

/* --- lifetimes --- */

static void
test_a_watch_is_freed_in_its_own_callback(void **state)
{
	static const struct exchange exchanges[] = {
		{LIST("7", ITEM("a", "u", "3") "," ITEM("b", "v", "4")), CLOSE}, {OK, HOLD}, {0}};
	static const struct exchange later[] = {
		{LIST("7", ""), CLOSE},
		{OK EVENT("ADDED", POD("a", "u", "8")) EVENT("ADDED", POD("b", "v", "9")), HOLD}, {0}};

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct kube_world world;
		struct told told;

		start(&world, &told, i == 0 ? exchanges : later);
		told.frees = true;
		KUBE_WORLD_UNTIL(&world, !told.watch);
		for (int turn = 0; turn < 3; turn++)
			assert_int_equal(loop_turn(world.loop, 20, NULL), 0);
		assert_string_equal(told.log, i == 0 ? "+a3 " : "+a8 ");
		assert_int_equal(told.changes, i == 0 ? 0 : 1);
		stop(&world, &told);
	}
}

static void
free_in_change(void *data)
{
	struct told *told = data;

	kube_watch_free(told->watch);
	told->watch = NULL;
	told->changes++;
}

static void
test_a_watch_is_freed_when_it_says_that_it_changed(void **state)
{
	static const struct exchange exchanges[] = {FIRST, {OK, HOLD}, {0}};
	struct kube_world world;
	struct told told = {0};

	(void)state;
	kube_world_start(&world, exchanges);
	told.watch = kube_watch_new(world.cluster,
				    &(struct kube_watch_options){.path = PODS,
								 .changed = free_in_change,
								 .data = &told});
	KUBE_WORLD_UNTIL(&world, !told.watch);
	assert_int_equal(told.changes, 1);
	stop(&world, &told);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_list_is_followed_by_a_watch),
		cmocka_unit_test(test_items_are_objects),
		cmocka_unit_test(test_a_list_comes_in_pages),
		cmocka_unit_test(test_a_page_that_is_too_large_is_asked_for_in_smaller_ones),
		cmocka_unit_test(test_a_selector_is_sent_with_both),
		cmocka_unit_test(test_objects_of_all_namespaces),
		cmocka_unit_test(test_a_watch_over_another_connection),
		cmocka_unit_test(test_of_many_objects_only_what_is_wanted_is_kept),
		cmocka_unit_test(test_more_than_is_taken_is_an_error),
		cmocka_unit_test(test_a_watch_goes_on_where_it_was),
		cmocka_unit_test(test_what_no_event_told_is_found),
		cmocka_unit_test(test_silence_ends_a_watch),
		cmocka_unit_test(test_what_is_too_old_is_listed_again),
		cmocka_unit_test(test_a_failure_is_said_until_it_is_over),
		cmocka_unit_test(test_a_missing_right),
		cmocka_unit_test(test_refused_credentials),
		cmocka_unit_test(test_odd_events),
		cmocka_unit_test(test_an_unknown_object_is_deleted),
		cmocka_unit_test(test_lines_that_are_no_events),
		cmocka_unit_test(test_odd_lists),
		cmocka_unit_test(test_a_list_of_nothing),
		cmocka_unit_test(test_one_who_is_always_too_old_is_not_flooded),
		cmocka_unit_test(test_a_watch_is_freed_in_its_own_callback),
		cmocka_unit_test(test_a_watch_is_freed_when_it_says_that_it_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
