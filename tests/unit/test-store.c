/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is kept on this machine: histories survive crashes, full disks, other programs and
 * other releases; caches need not, and cost only time. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "store/cache.h"
#include "store/clone-origins.h"
#include "store/history.h"
#include "store/journal.h"
#include "store/marks.h"
#include "store/moments.h"
#include "store/platforms.h"
#include "store/private.h"
#include "store/settings.h"
#include "store/store.h"

#define URL "http://localhost"

struct place {
	char *folder, *history, *cache;
};

static int
make_place(void **state)
{
	struct place *place = xcalloc(1, sizeof(*place));
	const char *tmp = getenv("TMPDIR");

	place->folder = xasprintf("%s/store-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(place->folder))
		return -1;
	place->history = xasprintf("%s/state/history.db", place->folder);
	place->cache = xasprintf("%s/cache/cache.db", place->folder);
	*state = place;
	return 0;
}

static int
remove_place(void **state)
{
	struct place *place = *state;
	int ret = paths_remove_tree(place->folder, NULL);

	free(place->folder);
	free(place->history);
	free(place->cache);
	free(place);
	return ret;
}

static struct store *
open_store(const struct place *place)
{
	struct error err = { 0 };
	struct store *store = store_open(place->history, place->cache, &err);

	assert_string_equal(err.text, "");
	assert_non_null(store);
	return store;
}

static void
fill(struct operation *operation, const char *id, const char *env)
{
	static const char *const names[] = { "first", "second" };

	memset(operation, 0, sizeof(*operation));
	untrusted_init(&operation->id, id);
	untrusted_init(&operation->verb, "deploy");
	untrusted_init(&operation->url, URL);
	untrusted_init(&operation->org, "acme");
	untrusted_init(&operation->app, "shop");
	untrusted_init(&operation->env, env);
	untrusted_init(&operation->undo, "{\"shared\":[]}");
	operation->state = OPERATION_PREPARED;
	operation->created_at = 1000;
	operation->steps = xcalloc(2, sizeof(*operation->steps));
	operation->step_count = 2;
	for (size_t i = 0; i < 2; i++)
		operation->steps[i].id = xstrdup(names[i]);
}

static void
begin(struct store *store, const char *id, const char *env)
{
	struct operation operation;

	fill(&operation, id, env);
	assert_int_equal(store_operation_begin(store, &operation, NULL), 0);
	operation_clear(&operation);
}

static void
keeps_an_operation(void **state)
{
	struct store *store = open_store(*state);
	struct operation operation, kept;

	fill(&operation, "01", "qa");
	assert_int_equal(store_operation_begin(store, &operation, NULL), 0);
	operation.state = OPERATION_FAILED;
	operation.ended_at = 2000;
	operation.steps[1].state = RECORD_FAILED;
	operation.steps[1].started_at = 1500;
	untrusted_set(&operation.steps[1].detail, "\x1b[31m\xff");
	untrusted_set(&operation.error, "web: it's \"gone\"");
	untrusted_set(&operation.error_kind, "not-found");
	untrusted_set(&operation.deployment_id, "d1");
	assert_int_equal(store_operation_update(store, &operation, 1, NULL), 0);
	store_close(store);

	store = open_store(*state);
	assert_int_equal(store_operation_get(store, "01", &kept, NULL), 0);
	assert_int_equal(kept.state, OPERATION_FAILED);
	assert_int_equal(kept.ended_at, 2000);
	assert_true(untrusted_is(&kept.error, "web: it's \"gone\""));
	assert_true(untrusted_is(&kept.error_kind, "not-found"));
	assert_true(untrusted_is(&kept.deployment_id, "d1"));
	assert_true(untrusted_is(&kept.undo, "{\"shared\":[]}"));
	assert_null(kept.reason.raw);
	assert_int_equal(kept.step_count, 2);
	assert_string_equal(kept.steps[0].id, "first");
	assert_null(kept.steps[0].name);
	assert_int_equal(kept.steps[0].state, RECORD_TODO);
	assert_int_equal(kept.steps[1].state, RECORD_FAILED);
	assert_int_equal(kept.steps[1].started_at, 1500);
	/* Bytes stay as they came: making them drawable is the screen's business. */
	assert_true(untrusted_is(&kept.steps[1].detail, "\x1b[31m\xff"));
	operation_clear(&kept);
	operation_clear(&operation);
	store_close(store);
}

static void
refuses_the_same_id_twice(void **state)
{
	struct store *store = open_store(*state);
	struct operation operation;
	struct error err = { 0 };

	fill(&operation, "01", "qa");
	assert_int_equal(store_operation_begin(store, &operation, &err), 0);
	assert_int_equal(store_operation_begin(store, &operation, &err), -1);
	assert_int_equal(err.kind, ERROR_STORE);
	untrusted_set(&operation.id, "02");
	assert_int_equal(store_operation_update(store, &operation, 0, &err), -1);
	operation_clear(&operation);
	assert_int_equal(store_operation_get(store, "02", &operation, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	store_close(store);
}

static void
lists_newest_first(void **state)
{
	struct store *store = open_store(*state);
	struct operation_list list;
	struct operation operation;
	static const struct {
		struct history_query query;
		const char *ids;
	} cases[] = {
		{ { .url = URL }, "030201" },
		{ { .url = "http://elsewhere" }, "" },
		{ { .env = "qa" }, "0301" },
		{ { .env = "qa", .before = "03" }, "01" },
		{ { .limit = 1 }, "03" },
		{ { .unfinished = true }, "0302" },
		{ { .verb = "clone" }, "" },
	};

	begin(store, "01", "qa");
	begin(store, "02", "production");
	begin(store, "03", "qa");
	fill(&operation, "01", "qa");
	operation.state = OPERATION_DONE;
	assert_int_equal(store_operation_update(store, &operation, SIZE_MAX, NULL), 0);
	operation_clear(&operation);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char ids[16] = "";

		assert_int_equal(store_history_list(store, &cases[i].query, &list, NULL), 0);
		for (size_t j = 0; j < list.count; j++) {
			assert_int_equal(list.items[j].step_count, 2);
			strcat(ids, list.items[j].id.raw);
		}
		assert_string_equal(ids, cases[i].ids);
		operation_list_clear(&list);
	}
	store_close(store);
}

/* What is open is asked for at each start: it must not cost more as the history grows. */
static void
what_is_open_is_found_by_its_index(void **state)
{
	struct place *place = *state;
	struct store *store = open_store(place);
	struct operation_list list;
	struct operation operation;
	sqlite3 *database;
	sqlite3_stmt *statement;
	bool found = false;

	begin(store, "01", "qa");
	begin(store, "02", "qa");
	fill(&operation, "02", "qa");
	operation.state = OPERATION_UNWATCHED;
	assert_int_equal(store_operation_update(store, &operation, SIZE_MAX, NULL), 0);
	operation_clear(&operation);
	assert_int_equal(store_history_list(store,
					    &(struct history_query){.url = URL, .unwatched = true},
					    &list, NULL),
			 0);
	assert_int_equal(list.count, 1);
	assert_true(untrusted_is(&list.items[0].id, "02"));
	operation_list_clear(&list);
	assert_int_equal(store_history_list(store,
					    &(struct history_query){.url = URL, .unfinished = true},
					    &list, NULL),
			 0);
	assert_int_equal(list.count, 1);
	assert_true(untrusted_is(&list.items[0].id, "01"));
	operation_list_clear(&list);
	store_close(store);
	assert_int_equal(sqlite3_open(place->history, &database), SQLITE_OK);
	assert_int_equal(
		sqlite3_prepare_v2(
			database,
			"EXPLAIN QUERY PLAN SELECT id FROM operation WHERE state IN ('prepared', 'running', "
			"'unwatched') AND state IN ('prepared', 'running') AND +url='x' ORDER BY id DESC LIMIT 5",
			-1, &statement, NULL),
		SQLITE_OK);
	while (sqlite3_step(statement) == SQLITE_ROW)
		found = found ||
			strstr((const char *)sqlite3_column_text(statement, 3), "operation_open");
	assert_true(found);
	sqlite3_finalize(statement);
	sqlite3_close(database);
}

/* A program that is killed between two steps leaves all it wrote, free to be taken over. */
static void
survives_a_kill(void **state)
{
	struct store *store;
	struct operation kept;
	int ready[2], status;
	char byte;
	pid_t child;

	assert_int_equal(pipe(ready), 0);
	child = fork();
	if (child == 0) {
		struct operation operation;

		store = store_open(((struct place *)*state)->history,
				   ((struct place *)*state)->cache, NULL);
		fill(&operation, "01", "qa");
		if (!store || store_operation_begin(store, &operation, NULL))
			_exit(1);
		operation.state = OPERATION_RUNNING;
		operation.steps[0].state = RECORD_DONE;
		if (store_operation_update(store, &operation, 0, NULL))
			_exit(1);
		if (write(ready[1], "", 1) != 1)
			_exit(1);
		for (;;)
			pause();
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	close(ready[1]);
	store = open_store(*state);
	assert_true(store_operation_is_claimed(store, "01"));
	assert_false(store_operation_claim(store, "01"));
	kill(child, SIGKILL);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_false(store_operation_is_claimed(store, "01"));
	assert_true(store_operation_claim(store, "01"));
	assert_int_equal(store_operation_get(store, "01", &kept, NULL), 0);
	assert_int_equal(kept.state, OPERATION_RUNNING);
	assert_int_equal(kept.steps[0].state, RECORD_DONE);
	assert_int_equal(kept.steps[1].state, RECORD_TODO);
	operation_clear(&kept);
	store_close(store);
}

static void
run_sql(const char *path, const char *sql)
{
	sqlite3 *database;

	assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
	assert_int_equal(sqlite3_exec(database, sql, NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(database);
}

static int
schema_of(const char *path)
{
	sqlite3 *database;
	sqlite3_stmt *statement;
	int version;

	assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
	assert_int_equal(sqlite3_prepare_v2(database, "PRAGMA user_version", -1, &statement, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_step(statement), SQLITE_ROW);
	version = sqlite3_column_int(statement, 0);
	sqlite3_finalize(statement);
	sqlite3_close(database);
	return version;
}

static void
refuses_a_newer_file(void **state)
{
	struct place *place = *state;
	struct error err = { 0 };
	char *back;

	store_close(open_store(place));
	back = xasprintf("PRAGMA user_version=%d", schema_of(place->history));
	run_sql(place->history, "PRAGMA user_version=99");
	assert_null(store_open(place->history, place->cache, &err));
	assert_int_equal(err.kind, ERROR_STORE);
	assert_non_null(strstr(err.text, "newer sidestage"));
	run_sql(place->history, back);
	free(back);
	store_close(open_store(place));
}

/* As the first release made it, with a clone in it. */
static const char first_schema[] =
	"CREATE TABLE operation ("
	" id TEXT PRIMARY KEY, verb TEXT NOT NULL, context TEXT, url TEXT, org TEXT, app TEXT,"
	" env TEXT, source TEXT, env_name TEXT, env_type TEXT, who TEXT, reason TEXT,"
	" summary TEXT, request TEXT, state TEXT NOT NULL, created_at INTEGER NOT NULL,"
	" ended_at INTEGER NOT NULL, from_deployment TEXT, from_set TEXT, to_set TEXT,"
	" source_deployment TEXT, delta_id TEXT, deployment_id TEXT, undo TEXT, way_back TEXT,"
	" undoes TEXT, error TEXT) WITHOUT ROWID;"
	"CREATE TABLE step ("
	" operation TEXT NOT NULL REFERENCES operation (id) ON DELETE CASCADE,"
	" number INTEGER NOT NULL, name TEXT NOT NULL, state INTEGER NOT NULL,"
	" started_at INTEGER NOT NULL, ended_at INTEGER NOT NULL, detail TEXT,"
	" PRIMARY KEY (operation, number)) WITHOUT ROWID;"
	"CREATE TABLE clone ("
	" url TEXT NOT NULL, org TEXT NOT NULL, app TEXT NOT NULL, env TEXT NOT NULL,"
	" origin TEXT NOT NULL, deployment_id TEXT NOT NULL, set_id TEXT NOT NULL,"
	" operation_id TEXT, cloned_at INTEGER NOT NULL, expires_at INTEGER NOT NULL,"
	" PRIMARY KEY (url, org, app, env)) WITHOUT ROWID;"
	"INSERT INTO clone VALUES ('u','o','a','hotfix','production','d1','s1',NULL,5,0);"
	"INSERT INTO operation (id, verb, url, org, app, env, request, state, created_at, ended_at)"
	" VALUES ('01','deploy','u','o','a','qa','{\"images\":[]}','running',5,0);"
	"INSERT INTO step VALUES ('01',0,'Check that nothing moved',2,5,6,'');"
	"INSERT INTO step VALUES ('01',1,'Create the change',1,6,0,'half');"
	"INSERT INTO operation (id, verb, url, org, app, env, state, created_at, ended_at) VALUES"
	" ('02','clone','https://API.example.com:8443/base','o','a','x','done',5,6),"
	" ('03','clone','http://localhost unix:/run/x.sock','o','a','x','done',5,6);"
	"PRAGMA user_version=1;";

static void
an_older_file_is_brought_up_to_date_and_keeps_what_it_has(void **state)
{
	struct place *place = *state;
	struct clone_list clones;
	struct mark_list marks;
	struct mark mark = {.at = 7};
	struct operation kept;
	struct store *store;

	store_close(open_store(place));		/* makes the folders */
	unlink(place->history);
	run_sql(place->history, first_schema);
	store = open_store(place);
	assert_int_equal(store_clone_list(store, "u", &clones, NULL), 0);
	assert_int_equal(clones.count, 1);
	assert_string_equal(clones.items[0].env, "hotfix");
	assert_string_equal(clones.items[0].origin.set_id, "s1");
	assert_int_equal(clones.items[0].origin.cloned_at, 5);
	clone_list_clear(&clones);
	/* Its steps have texts and no ids: they can be shown, and not be matched. */
	assert_int_equal(store_operation_get(store, "01", &kept, NULL), 0);
	assert_int_equal(kept.state, OPERATION_RUNNING);
	assert_int_equal(kept.step_count, 2);
	assert_null(kept.steps[1].id);
	assert_string_equal(kept.steps[1].name, "Create the change");
	assert_int_equal(kept.steps[1].state, RECORD_ACTIVE);
	kept.state = OPERATION_ABANDONED;
	assert_int_equal(store_operation_update(store, &kept, 1, NULL), 0);
	operation_clear(&kept);
	assert_int_equal(store_operation_get(store, "01", &kept, NULL), 0);
	assert_null(kept.steps[1].id);
	assert_string_equal(kept.steps[1].name, "Create the change");
	operation_clear(&kept);
	/* Under the platform's name, not its address, which is kept beside it. */
	assert_int_equal(store_operation_get(store, "02", &kept, NULL), 0);
	assert_true(untrusted_is(&kept.url, "api.example.com"));
	assert_true(untrusted_is(&kept.address, "https://API.example.com:8443/base"));
	operation_clear(&kept);
	assert_int_equal(store_operation_get(store, "03", &kept, NULL), 0);
	assert_true(untrusted_is(&kept.url, "unix:/run/x.sock"));
	operation_clear(&kept);
	untrusted_init(&mark.step, "verify");
	assert_int_equal(store_put_mark(store, "u", "o", "a", "d2", &mark, NULL), 0);
	untrusted_clear(&mark.step);
	store_close(store);
	store = open_store(place);
	assert_int_equal(store_mark_list(store, "u", "o", "a", "d2", &marks, NULL), 0);
	assert_int_equal(marks.count, 1);
	assert_int_equal(marks.items[0].at, 7);
	mark_list_clear(&marks);
	store_close(store);
}

static void
a_platform_is_its_host_until_it_says_more(void **state)
{
	static const struct {
		const char *address, *key;
	} cases[] = {
		{ "https://api.example.com", "api.example.com" },
		{ "http://API.Example.com:8080/base/", "api.example.com" },
		{ "https://user:pass@api.example.com/x?y", "api.example.com" },
		{ "https://[2001:db8::1]:8443/", "[2001:db8::1]" },
		/* Here every port is another platform. */
		{ "http://localhost:8080/", "localhost:8080" },
		{ "http://127.0.0.1:8080", "127.0.0.1:8080" },
		{ "http://[::1]:8080", "[::1]:8080" },
		{ "http://127.example.com:8080", "127.example.com" },
		{ "http://localhost", "localhost" },
		{ "http://localhost unix:/run/user/0/api.sock", "unix:/run/user/0/api.sock" },
		{ "", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *key = store_platform_key(cases[i].address);

		assert_string_equal(key, cases[i].key);
		free(key);
	}
}

static char *
text(const char *ours)
{
	return (char *)(uintptr_t)ours;
}

static void
put_clone(struct store *store, const char *platform, const char *env, const char *set, int64_t at)
{
	const struct clone_origin origin = {.origin = text("production"),
					    .deployment_id = text("d"),
					    .set_id = text(set),
					    .cloned_at = at};

	assert_int_equal(store_put_clone_origin(store, platform, "o", "a", env, &origin, NULL), 0);
}

static void
assert_clone(struct store *store, const char *platform, const char *env, const char *set)
{
	struct clone_origin origin = { 0 };

	assert_int_equal(store_clone_origin(store, platform, "o", "a", env, &origin, NULL), 0);
	assert_string_equal(origin.set_id, set);
	clone_origin_clear(&origin);
}

/* History, clones and the rest follow the platform to every address that it has. */
static void
what_was_written_at_an_address_belongs_to_the_platform(void **state)
{
	struct store *store = open_store(*state);
	const struct mark mark = { .step = { .raw = text("verify") }, .at = 7 };
	struct operation operation;
	struct operation_list list;
	struct mark_list marks;
	char *key, *again;

	fill(&operation, "01", "qa");
	untrusted_set(&operation.url, "old.example.com");
	assert_int_equal(store_operation_begin(store, &operation, NULL), 0);
	operation_clear(&operation);
	put_clone(store, "old.example.com", "hotfix", "s1", 5);
	assert_int_equal(store_put_mark(store, "old.example.com", "o", "a", "d", &mark, NULL), 0);
	assert_int_equal(store_put_setting(store, "old.example.com", "o", "a", "board", "x", NULL),
			 0);

	key = store_platform_at(store, "http://old.example.com", NULL);
	assert_string_equal(key, "old.example.com");
	free(key);
	key = store_platform_seen(store, "http://old.example.com", "0198-abc", NULL);
	assert_string_equal(key, "platform:0198-abc");
	again = store_platform_at(store, "http://old.example.com", NULL);
	assert_string_equal(again, key);
	free(again);
	/* Over https, and at another host: the same platform. */
	again = store_platform_seen(store, "https://new.example.com:1", "0198-abc", NULL);
	assert_string_equal(again, key);
	free(again);
	assert_int_equal(
		store_history_list(store, &(struct history_query){.url = key}, &list, NULL), 0);
	assert_int_equal(list.count, 1);
	operation_list_clear(&list);
	assert_clone(store, key, "hotfix", "s1");
	assert_int_equal(store_mark_list(store, key, "o", "a", "d", &marks, NULL), 0);
	assert_int_equal(marks.count, 1);
	mark_list_clear(&marks);
	again = store_get_setting(store, key, "o", "a", "board", NULL);
	assert_string_equal(again, "x");
	free(again);

	/* A program that did not know it wrote meanwhile: the newer clone of one name counts. */
	put_clone(store, "new.example.com", "hotfix", "s2", 9);
	put_clone(store, "new.example.com", "another", "s3", 1);
	free(store_platform_seen(store, "https://new.example.com:1", "0198-abc", NULL));
	assert_clone(store, key, "hotfix", "s2");
	assert_clone(store, key, "another", "s3");
	put_clone(store, "new.example.com", "hotfix", "s4", 2);
	free(store_platform_seen(store, "https://new.example.com:1", "0198-abc", NULL));
	assert_clone(store, key, "hotfix", "s2");

	/* Another platform that took the address over gets nothing of it. */
	again = store_platform_seen(store, "http://old.example.com", "0199-def", NULL);
	assert_string_equal(again, "platform:0199-def");
	assert_int_equal(
		store_history_list(store, &(struct history_query){.url = again}, &list, NULL), 0);
	assert_int_equal(list.count, 0);
	operation_list_clear(&list);
	free(again);
	assert_null(store_platform_seen(store, "http://old.example.com", "a b", NULL));
	free(key);
	store_close(store);
}

static void
a_mark_is_replaced_and_taken_back(void **state)
{
	struct place *place = *state;
	struct store *store = open_store(place);
	struct mark mark = {.at = 1};
	struct mark_list list;

	untrusted_init(&mark.step, "reproduce");
	untrusted_init(&mark.who, "oncall");
	assert_int_equal(store_put_mark(store, "u", "o", "a", "story", &mark, NULL), 0);
	mark.at = 2;
	untrusted_init(&mark.note, "titles are cut");
	assert_int_equal(store_put_mark(store, "u", "o", "a", "story", &mark, NULL), 0);
	assert_int_equal(store_put_mark(store, "u", "o", "a", "another", &mark, NULL), 0);
	assert_int_equal(store_mark_list(store, "u", "o", "a", "story", &list, NULL), 0);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.items[0].at, 2);
	assert_true(untrusted_is(&list.items[0].who, "oncall"));
	assert_true(untrusted_is(&list.items[0].note, "titles are cut"));
	mark_list_clear(&list);
	assert_int_equal(store_drop_mark(store, "u", "o", "a", "story", "reproduce", NULL), 0);
	assert_int_equal(store_mark_list(store, "u", "o", "a", "story", &list, NULL), 0);
	assert_int_equal(list.count, 0);
	mark_list_clear(&list);
	assert_int_equal(store_mark_list(store, "u", "o", "a", "another", &list, NULL), 0);
	assert_int_equal(list.count, 1);
	mark_list_clear(&list);
	untrusted_clear(&mark.step);
	untrusted_clear(&mark.who);
	untrusted_clear(&mark.note);
	store_close(store);
}

static void
note_setting(void *data, const char *org, const char *app, const char *name, const char *value)
{
	char **found = data, *more = xasprintf("%s%s/%s/%s=%s ", *found, org, app, name, value);

	free(*found);
	*found = more;
}

/* However many others there are, and no more than are asked for. */
static void
settings_are_found_by_what_their_name_begins_with(void **state)
{
	struct store *store = open_store(*state);
	char *found = xstrdup("");
	int64_t before;

	assert_int_equal(db_run(store->history,
				"WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i+1 FROM n"
				" WHERE i<5000) INSERT INTO setting SELECT 'u', 'o', 'a' || i,"
				" 'board', '{}' FROM n", NULL), 0);
	for (int i = 0; i < 3; i++) {
		const char *const names[] = {"note/qa/x", "note/z", "notf"};

		assert_int_equal(store_put_setting(store, "u", "o", "a7", names[i], "1", NULL), 0);
		assert_int_equal(store_put_setting(store, "v", "o", "a7", names[i], "2", NULL), 0);
	}
	assert_int_equal(store_put_setting(store, "u", "o", "a1", "note/dev/x", "3", NULL), 0);
	before = db_work(store->history);
	assert_int_equal(store_each_setting(store, "u", "note/", 2, note_setting, &found, NULL), 0);
	assert_string_equal(found, "o/a1/note/dev/x=3 o/a7/note/qa/x=1 ");
	assert_int_equal(store_each_setting(store, "u", "note/q", 9, note_setting, &found, NULL), 0);
	assert_string_equal(found, "o/a1/note/dev/x=3 o/a7/note/qa/x=1 o/a7/note/qa/x=1 ");
	assert_true(db_work(store->history) - before < 1000);
	free(found);
	store_close(store);
}

static void
a_setting_is_kept_for_one_application(void **state)
{
	struct store *store = open_store(*state);
	struct error err = {0};
	char *value;

	assert_null(store_get_setting(store, "u", "o", "a", "board", &err));
	assert_int_equal(err.kind, ERROR_NONE);
	assert_int_equal(store_put_setting(store, "u", "o", "a", "board", "{}", &err), 0);
	assert_int_equal(store_put_setting(store, "u", "o", "a", "board", "{\"cell\":20}", &err),
			 0);
	store_close(store);
	store = open_store(*state);
	value = store_get_setting(store, "u", "o", "a", "board", &err);
	assert_string_equal(value, "{\"cell\":20}");
	free(value);
	assert_null(store_get_setting(store, "u", "o", "b", "board", &err));
	assert_int_equal(err.kind, ERROR_NONE);
	store_close(store);
}

static void
every_clone_of_one_platform_is_listed(void **state)
{
	struct place *place = *state;
	struct store *store = open_store(place);
	struct clone_origin origin = {.origin = (char *)(uintptr_t)"production",
				      .deployment_id = (char *)(uintptr_t)"d",
				      .set_id = (char *)(uintptr_t)"s", .expires_at = 9};
	struct clone_list list;

	assert_int_equal(store_put_clone_origin(store, "u", "o", "b", "one", &origin, NULL), 0);
	assert_int_equal(store_put_clone_origin(store, "u", "o", "a", "two", &origin, NULL), 0);
	assert_int_equal(store_put_clone_origin(store, "v", "o", "a", "three", &origin, NULL), 0);
	assert_int_equal(store_clone_list(store, "u", &list, NULL), 0);
	assert_int_equal(list.count, 2);
	assert_string_equal(list.items[0].env, "two");
	assert_string_equal(list.items[1].env, "one");
	assert_int_equal(list.items[1].origin.expires_at, 9);
	assert_null(list.items[1].origin.operation_id);
	assert_true(list.items[1].has_expiry);
	clone_list_clear(&list);
	store_close(store);
}

static void
refuses_what_is_no_history(void **state)
{
	struct place *place = *state;
	struct error err = { 0 };
	FILE *file;

	store_close(open_store(place));
	unlink(place->history);
	run_sql(place->history, "CREATE TABLE other (x)");
	assert_null(store_open(place->history, place->cache, &err));
	assert_non_null(strstr(err.text, "another program"));
	file = fopen(place->history, "w");
	assert_non_null(file);
	for (int i = 0; i < 1000; i++)
		fputs("not a database\n", file);
	fclose(file);
	assert_null(store_open(place->history, place->cache, &err));
	assert_int_equal(err.kind, ERROR_STORE);
	unlink(place->history);
	assert_int_equal(mkdir(place->history, 0700), 0);
	assert_null(store_open(place->history, place->cache, &err));
	assert_int_equal(err.kind, ERROR_STORE);
}

/* The bytes of a file; free() them. */
static char *
read_bytes(const char *path, size_t *length)
{
	FILE *file = fopen(path, "r");
	char *bytes = xmalloc(1 << 20);

	assert_non_null(file);
	*length = fread(bytes, 1, 1 << 20, file);
	fclose(file);
	return bytes;
}

static void
write_bytes(const char *path, const char *bytes, size_t length)
{
	FILE *file = fopen(path, "w");

	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	fclose(file);
}

/* store_open() fails, saying this; what stands in begins no operation; the file stays as it is. */
static struct store *
open_unusable(struct place *place, const char *says)
{
	struct operation operation;
	struct error why = {0}, err = {0};
	size_t before, after;
	char *was = read_bytes(place->history, &before), *is;
	struct store *store;

	assert_null(store_open(place->history, place->cache, &why));
	assert_int_equal(why.kind, ERROR_STORE);
	if (!strstr(why.text, says))
		fail_msg("%s", why.text);
	store = store_open_without_history(place->history, place->cache, &why, &err);
	assert_non_null(store);
	fill(&operation, "02", "qa");
	assert_int_equal(store_operation_begin(store, &operation, &err), -1);
	assert_non_null(strstr(err.text, says));
	is = read_bytes(place->history, &after);
	assert_int_equal(before, after);
	assert_memory_equal(was, is, before);
	free(was);
	free(is);
	operation_clear(&operation);
	return store;
}

static void
a_history_that_cannot_be_used_is_left_alone_and_not_taken_for_an_empty_one(void **state)
{
	struct place *place = *state;
	struct history_query all = {0};
	struct operation_list list = {0};
	struct error err = {0};
	struct store *store = open_store(place);
	size_t length;
	char *good, *bad;

	begin(store, "01", "qa");
	store_close(store);
	good = read_bytes(place->history, &length);

	/* read-only: what was done can still be read */
	assert_int_equal(chmod(place->history, 0400), 0);
	store = open_unusable(place, "read-only");
	assert_int_equal(store_history_list(store, &all, &list, &err), 0);
	assert_int_equal(list.count, 1);
	operation_list_clear(&list);
	store_close(store);
	assert_int_equal(chmod(place->history, 0600), 0);

	/* damaged: unknown, and not "nothing was done" */
	bad = xmalloc(length);
	memcpy(bad, good, length);
	memset(bad + length / 3, 0x5a, length / 3);
	write_bytes(place->history, bad, length);
	store = open_unusable(place, place->history);
	free(bad);
	assert_int_equal(store_history_list(store, &all, &list, &err), -1);
	assert_int_equal(err.kind, ERROR_STORE);
	store_close(store);

	write_bytes(place->history, "no database at all, but longer than a header", 44);
	store_close(open_unusable(place, place->history));

	/* empty where there was something */
	write_bytes(place->history, "", 0);
	store = open_unusable(place, "operations were kept in it");
	assert_int_equal(store_history_list(store, &all, &list, &err), -1);
	store_close(store);

	/* mended by hand, or moved away by hand */
	write_bytes(place->history, good, length);
	store_close(open_store(place));
	unlink(place->history);
	store_close(open_store(place));
	free(good);
}

static void
files_are_private(void **state)
{
	struct place *place = *state;
	struct store *store;
	struct stat st;
	mode_t old = umask(0);

	store = open_store(place);
	umask(old);
	begin(store, "01", "qa");
	assert_int_equal(stat(place->history, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	assert_int_equal(stat(place->cache, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
	store_close(store);
	assert_int_equal(chmod(place->history, 0644), 0);
	store_close(open_store(place));
	assert_int_equal(stat(place->history, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void
put_and_get(struct store *store, const char *app)
{
	json_t *set = json_pack("{s:s, s:{}}", "id", "abc", "modules");
	json_t *kept;

	store_put_set(store, URL, "acme", app, "abc", set);
	kept = store_get_set(store, URL, "acme", app, "abc", NULL);
	assert_true(json_equal(set, kept));
	json_decref(kept);
	json_decref(set);
}

static void
append_entry(void *data, const json_t *entry)
{
	json_array_append(data, (json_t *)entry);
}

static void
caches_sets_and_bodies(void **state)
{
	struct store *store = open_store(*state);
	json_t *answer = json_pack("[s, {s:i}]", "a", "n", 1), *body, *entries = json_array();
	char digest[IDS_SHA256_B64_SIZE] = "";
	int64_t read_at = 0;

	put_and_get(store, "shop");
	assert_null(store_get_set(store, URL, "acme", "other", "abc", NULL));
	assert_null(store_get_set(store, "http://other", "acme", "shop", "abc", NULL));
	assert_null(store_cache_get(store, "envs", NULL, NULL));
	store_cache_put(store, "envs", answer, "of its bytes");
	store_close(store);
	store = open_store(*state);
	body = store_cache_get(store, "envs", digest, &read_at);
	assert_true(json_equal(body, answer));
	assert_string_equal(digest, "of its bytes");
	assert_true(read_at > 1700000000000);
	store_cache_put_of(store, "envs", answer, "of its bytes", 1700000000000);
	json_decref(body);
	body = store_cache_get(store, "envs", digest, &read_at);
	assert_true(json_equal(body, answer));
	assert_int_equal(read_at, 1700000000000);
	assert_true(store_cache_each(store, "envs", digest, &read_at, append_entry, entries));
	assert_true(json_equal(entries, answer));
	assert_false(store_cache_each(store, "apps", digest, &read_at, append_entry, entries));
	json_decref(entries);
	json_decref(body);
	json_decref(answer);
	store_cache_drop(store, "envs");
	assert_null(store_cache_get(store, "envs", NULL, NULL));
	store_close(store);
}

static void
put_text(struct store *store, const char *key, const char *text)
{
	json_t *body = json_string(text);

	store_cache_put(store, key, body, "");
	json_decref(body);
}

static bool
has_text(struct store *store, const char *key, const char *text)
{
	json_t *body = store_cache_get(store, key, NULL, NULL);
	bool has = body && strcmp(json_string_value(body), text) == 0;

	json_decref(body);
	return has;
}

/* Who holds what is read keeps others from writing, and reads on when its file was thrown away. */
static void
what_is_held_does_not_change(void **state)
{
	struct place *place = *state;
	struct store *store = open_store(place), *other = open_store(place);

	put_text(store, "k", "first");
	store_cache_hold(store);
	assert_true(has_text(store, "k", "first"));
	put_text(other, "k", "second");
	assert_true(has_text(store, "k", "first"));
	store_cache_release(store);
	put_text(other, "k", "second");
	assert_true(has_text(store, "k", "second"));
	store_cache_hold(store);
	put_text(store, "k", "by the holder");
	run_sql(place->cache, "SELECT 1");
	store_cache_release(store);
	assert_true(has_text(other, "k", "by the holder"));
	store_cache_hold(store);
	cache_close(store);
	cache_open(store);
	put_text(store, "k", "in another file");
	store_cache_release(store);
	store_cache_release(store);
	assert_true(has_text(other, "k", "in another file"));
	store_close(other);
	store_close(store);
}

/* What 50 answers cost to be put, in steps of SQLite. */
static int64_t
cost_of_puts(struct store *store)
{
	int64_t before = db_work(store->cache);

	for (int i = 0; i < 50; i++)
		put_text(store, "envs", "x");
	return db_work(store->cache) - before;
}

static int64_t
count_bodies(const struct store *store)
{
	return db_number(store->cache, "SELECT count(*) FROM body", -1);
}

static void
a_full_cache_costs_what_an_empty_one_does_and_loses_the_oldest(void **state)
{
	struct place *place = *state;
	struct store *store = open_store(place);
	int64_t empty;

	put_text(store, "first", "x");
	empty = cost_of_puts(store);
	run_sql(place->cache,
		"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)"
		" INSERT INTO body (key, bytes, hash, digest, put_at)"
		" SELECT 'old' || i, 'n', '', '', i FROM n");
	assert_true(cost_of_puts(store) < 2 * empty);
	for (int i = 0; i < 400; i++)
		put_text(store, "envs", "x");
	assert_true(count_bodies(store) <= 4000);
	assert_true(count_bodies(store) > 3000);
	assert_true(has_text(store, "first", "x"));
	assert_int_equal(db_number(store->cache, "SELECT count(*) FROM body WHERE key='old1'", -1),
			 0);
	store_close(store);
}

static void
remakes_a_bad_cache(void **state)
{
	struct place *place = *state;
	struct store *store = open_store(place);
	FILE *file;

	put_and_get(store, "shop");
	/* gone while it is open */
	assert_int_equal(unlink(place->cache), 0);
	put_text(store, "k", "v");
	put_and_get(store, "shop");
	/* changed under our feet: the hash does not fit */
	run_sql(place->cache, "UPDATE body SET bytes='{}'");
	assert_null(store_get_set(store, URL, "acme", "shop", "abc", NULL));
	put_and_get(store, "shop");
	/* overwritten while it is open */
	file = fopen(place->cache, "r+");
	assert_non_null(file);
	for (int i = 0; i < 4000; i++)
		fputs("rubbish\n", file);
	fclose(file);
	(void)has_text(store, "k", "v");
	put_and_get(store, "shop2");
	store_close(store);
	/* rubbish from the start */
	file = fopen(place->cache, "w");
	assert_non_null(file);
	fputs("rubbish rubbish rubbish rubbish rubbish", file);
	fclose(file);
	store = open_store(place);
	put_and_get(store, "shop");
	store_close(store);
}

static void
knows_where_a_clone_comes_from(void **state)
{
	struct store *store = open_store(*state);
	struct clone_origin origin = { (char *)(uintptr_t) "production", (char *)(uintptr_t) "d1",
				       (char *)(uintptr_t) "s1", (char *)(uintptr_t) "01", 5, 0 };
	struct clone_origin kept;
	struct error err = { 0 };

	assert_int_equal(store_put_clone_origin(store, URL, "acme", "shop", "hotfix", &origin,
						&err), 0);
	assert_int_equal(store_clone_origin(store, URL, "acme", "shop", "hotfix", &kept, &err), 0);
	assert_string_equal(kept.origin, "production");
	assert_string_equal(kept.deployment_id, "d1");
	assert_string_equal(kept.set_id, "s1");
	assert_int_equal(kept.cloned_at, 5);
	clone_origin_clear(&kept);
	assert_int_equal(store_clone_origin(store, URL, "acme", "blog", "hotfix", &kept, &err), -1);
	assert_int_equal(err.kind, ERROR_NOT_FOUND);
	assert_int_equal(store_drop_clone_origin(store, URL, "acme", "shop", "hotfix", &err), 0);
	assert_int_equal(store_drop_clone_origin(store, URL, "acme", "shop", "hotfix", &err), 0);
	assert_int_equal(store_clone_origin(store, URL, "acme", "shop", "hotfix", &kept, &err), -1);
	store_close(store);
}

/* It was made here, or somebody said here when it ends: else another history may know of an end. */
static void
knows_whose_clone_ends(void **state)
{
	struct store *store = open_store(*state);
	char qa[] = "qa", d[] = "d1", s[] = "s1", known[] = "01", unknown[] = "02";
	const struct clone_origin ours = {qa, d, s, known, 5, 0},
				  theirs = {qa, d, s, unknown, 5, 0}, ends = {qa, d, s, NULL, 5, 9};
	struct clone_list list;

	begin(store, "01", "a");
	assert_int_equal(store_put_clone_origin(store, URL, "acme", "shop", "a", &ours, NULL), 0);
	assert_int_equal(store_put_clone_origin(store, URL, "acme", "shop", "b", &theirs, NULL), 0);
	assert_int_equal(store_put_clone_origin(store, URL, "acme", "shop", "c", &ends, NULL), 0);
	assert_int_equal(store_clone_list(store, URL, &list, NULL), 0);
	assert_int_equal(list.count, 3);
	assert_true(list.items[0].has_expiry);
	assert_false(list.items[1].has_expiry);
	assert_true(list.items[2].has_expiry);
	clone_list_clear(&list);
	store_close(store);
}

/* As of a page that is damaged: every question about it fails, and none is answered with "none". */
static void
what_cannot_be_read_is_not_taken_for_nothing(void **state)
{
	struct place *place = *state;
	struct store *store = open_store(place);
	struct clone_origin origin = {0};
	struct clone_list clones = {0};
	struct mark_list marks = {0};
	struct moment_list moments = {0};
	struct operation operation = {0};
	struct error errors[9] = {0};
	sqlite3 *database;

	assert_int_equal(sqlite3_open(place->history, &database), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(database,
			     "DROP TABLE address; DROP TABLE moment; DROP TABLE clone; DROP TABLE mark;"
			     "DROP TABLE setting; ALTER TABLE operation RENAME TO away",
			     NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(database);
	assert_null(store_platform_at(store, "http://example.com", &errors[0]));
	assert_int_equal(store_moment_before(store, URL, "acme", "shop", 9, &errors[1]), -1);
	assert_int_equal(store_moment_after(store, URL, "acme", "shop", 9, &errors[2]), -1);
	assert_int_equal(store_clone_origin(store, URL, "acme", "shop", "a", &origin, &errors[3]),
			 -1);
	assert_int_equal(store_clone_list(store, URL, &clones, &errors[4]), -1);
	assert_int_equal(store_mark_list(store, URL, "acme", "shop", "d", &marks, &errors[5]), -1);
	assert_null(store_get_setting(store, URL, "acme", "shop", "board", &errors[6]));
	assert_int_equal(store_moments_at(store, URL, "acme", "shop", 9, &moments, &errors[7]), -1);
	assert_int_equal(store_operation_get(store, "01", &operation, &errors[8]), -1);
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		assert_int_equal(errors[i].kind, ERROR_STORE);
		assert_non_null(strstr(errors[i].text, "history"));
	}
	clone_list_clear(&clones);
	mark_list_clear(&marks);
	store_close(store);
}

static void
shares_the_files(void **state)
{
	struct store *a = open_store(*state), *b = open_store(*state);
	struct operation kept;

	begin(a, "01", "qa");
	assert_false(store_operation_claim(b, "01"));
	assert_int_equal(store_operation_get(b, "01", &kept, NULL), 0);
	operation_clear(&kept);
	begin(b, "02", "qa");
	put_and_get(a, "shop");
	put_and_get(b, "shop");
	store_close(a);
	assert_true(store_operation_claim(b, "01"));
	store_close(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(function) cmocka_unit_test_setup_teardown(function, make_place, remove_place)
		TEST(keeps_an_operation),
		TEST(refuses_the_same_id_twice),
		TEST(lists_newest_first),
		TEST(what_is_open_is_found_by_its_index),
		TEST(survives_a_kill),
		TEST(a_platform_is_its_host_until_it_says_more),
		TEST(what_was_written_at_an_address_belongs_to_the_platform),
		TEST(refuses_a_newer_file),
		TEST(an_older_file_is_brought_up_to_date_and_keeps_what_it_has),
		TEST(a_mark_is_replaced_and_taken_back),
		TEST(a_setting_is_kept_for_one_application),
		TEST(settings_are_found_by_what_their_name_begins_with),
		TEST(every_clone_of_one_platform_is_listed),
		TEST(refuses_what_is_no_history),
		TEST(a_history_that_cannot_be_used_is_left_alone_and_not_taken_for_an_empty_one),
		TEST(what_cannot_be_read_is_not_taken_for_nothing),
		TEST(files_are_private),
		TEST(caches_sets_and_bodies),
		TEST(a_full_cache_costs_what_an_empty_one_does_and_loses_the_oldest),
		TEST(what_is_held_does_not_change),
		TEST(remakes_a_bad_cache),
		TEST(knows_where_a_clone_comes_from),
		TEST(knows_whose_clone_ends),
		TEST(shares_the_files),
#undef TEST
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
