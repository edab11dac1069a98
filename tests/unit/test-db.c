/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The one door to SQLite: statements, transactions, numbered schemas, and who writes next. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/error.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "db/db.h"
#include "db/migrate.h"
#include "db/queue.h"
#include "db/statement.h"

#define WRITERS 8

struct place {
	char *folder, *path, *queue;
};

static int
make_place(void **state)
{
	struct place *place = xcalloc(1, sizeof(*place));
	const char *tmp = getenv("TMPDIR");
	int fd;

	place->folder = xasprintf("%s/db-XXXXXX", tmp ? tmp : "/tmp");
	if (!mkdtemp(place->folder))
		return -1;
	place->path = xasprintf("%s/file.db", place->folder);
	place->queue = xasprintf("%s/file.lock", place->folder);
	fd = db_private_file(place->queue, NULL);
	close(fd);
	*state = place;
	return fd < 0 ? -1 : 0;
}

static int
remove_place(void **state)
{
	struct place *place = *state;
	int ret = paths_remove_tree(place->folder, NULL);

	free(place->folder);
	free(place->path);
	free(place->queue);
	free(place);
	return ret;
}

static struct db *
open_it(const struct place *place, enum db_mode mode, int busy_ms)
{
	const struct db_options options = {
		.mode = mode, .busy_ms = busy_ms, .queue_path = place->queue,
	};
	struct error err = {0};
	struct db *db = db_open(place->path, &options, &err);

	assert_string_equal(err.text, "");
	return db;
}

#define RUNS(db, sql) assert_int_equal(db_run(db, sql, NULL), 0)
#define COUNTS(db, n) assert_int_equal(db_number(db, "SELECT count(*) FROM t", -1), n)

static int
add(struct db *db, const char *key, struct error *err)
{
	struct statement *statement = statement_new(db, "INSERT INTO t VALUES (?1)");

	statement_text(statement, key);
	return statement_run(statement, err);
}

static void
what_was_bound_is_what_is_read(void **state)
{
	static const char *const words[] = {"open", NULL, "over"};
	struct db *db = open_it(*state, DB_SHARED, 0);
	struct statement *s = statement_new(db, "SELECT ?1, ?2, ?3, ?4, 'over', 'else', 7, ?5");
	size_t size;

	statement_text(s, "it's \"gone\"; \x1b\xff");
	statement_text(s, NULL);
	statement_int(s, INT64_MIN);
	statement_bytes(s, "a\0b", 3);
	statement_text(s, "");
	assert_true(statement_row(s));
	assert_string_equal(row_text(s, 0), "it's \"gone\"; \x1b\xff");
	assert_true(row_is_null(s, 1));
	assert_null(row_text(s, 1));
	assert_null(row_copy(s, 1));
	assert_string_equal(row_text_or(s, 1, "none"), "none");
	assert_true(row_int(s, 2) == INT64_MIN);
	assert_memory_equal(row_bytes(s, 3, &size), "a\0b", 3);
	assert_int_equal(size, 3);
	assert_int_equal(row_word(s, 4, words, 3, 9), 2);
	assert_int_equal(row_word(s, 5, words, 3, 9), 9);
	assert_int_equal(row_word(s, 1, words, 3, 9), 9);
	assert_int_equal(row_int_in(s, 6, 0, 7, 1), 7);
	assert_int_equal(row_int_in(s, 6, 0, 6, 1), 1);
	assert_string_equal(row_text(s, 7), "");
	assert_false(statement_row(s));
	assert_false(statement_row(s));
	assert_int_equal(statement_end(s, NULL), 0);
	db_close(db);
}

/* Kept by their text; what one was given is not seen by the next, also after one that failed. */
static void
statements_of_one_text_do_not_meet(void **state)
{
	struct db *db = open_it(*state, DB_SHARED, 0);
	struct statement *one, *other;
	struct error err = {0};

	RUNS(db, "CREATE TABLE t (key TEXT PRIMARY KEY)");
	assert_int_equal(add(db, "a", &err), 0);
	assert_int_equal(add(db, "a", &err), -1);
	assert_int_equal(db_failure(db), DB_TAKEN);
	assert_int_equal(err.kind, ERROR_STORE);
	assert_int_equal(add(db, "b", NULL), 0);
	one = statement_new(db, "SELECT key FROM t ORDER BY key");
	other = statement_new(db, "SELECT key FROM t ORDER BY key");
	assert_true(statement_row(one));
	assert_true(statement_row(other));
	assert_true(statement_row(other));
	assert_string_equal(row_text(one, 0), "a");
	assert_string_equal(row_text(other, 0), "b");
	assert_int_equal(statement_end(one, NULL), 0);
	assert_int_equal(statement_end(other, NULL), 0);
	one = statement_new(db, "SELECT key FROM nowhere");
	statement_text(one, "x");
	assert_false(statement_row(one));
	assert_int_equal(statement_end(one, &err), -1);
	assert_string_equal(err.text + strlen(err.text) - 22, "no such table: nowhere");
	db_close(db);
}

static void
transactions_are_kept_or_taken_back_whole(void **state)
{
	struct db *db = open_it(*state, DB_SHARED, 0);

	RUNS(db, "CREATE TABLE t (key TEXT PRIMARY KEY)");
	assert_int_equal(db_begin(db, NULL), 0);
	assert_int_equal(add(db, "a", NULL), 0);
	assert_int_equal(db_begin(db, NULL), 0);
	assert_int_equal(add(db, "b", NULL), 0);
	assert_int_equal(db_depth(db), 2);
	db_rollback(db);
	assert_int_equal(db_end(db, 0, NULL), 0);
	COUNTS(db, 1);
	assert_int_equal(db_begin(db, NULL), 0);
	assert_int_equal(add(db, "c", NULL), 0);
	assert_int_equal(db_end(db, add(db, "a", NULL), NULL), -1);
	assert_int_equal(db_depth(db), 0);
	COUNTS(db, 1);
	db_close(db);
}

/* As a full disk does: what came after it would be made durable alone. */
static void
nothing_is_made_durable_in_a_transaction_that_was_taken_back(void **state)
{
	struct db *db = open_it(*state, DB_OWNED, 0);

	RUNS(db, "CREATE TABLE t (key TEXT PRIMARY KEY)");
	assert_int_equal(db_begin(db, NULL), 0);
	assert_int_equal(add(db, "a", NULL), 0);
	RUNS(db, "ROLLBACK");
	assert_int_equal(add(db, "b", NULL), -1);
	assert_int_equal(db_failure(db), DB_TAKEN_BACK);
	assert_int_equal(db_begin(db, NULL), -1);
	assert_int_equal(db_commit(db, NULL), -1);
	db_rollback(db);
	COUNTS(db, 0);
	assert_int_equal(add(db, "c", NULL), 0);
	db_close(db);
}

static void
an_owned_file_is_for_one(void **state)
{
	struct place *place = *state;
	struct db *db = open_it(place, DB_OWNED, 0);
	struct error err = {0};
	struct stat st;

	RUNS(db, "CREATE TABLE t (key TEXT PRIMARY KEY)");
	assert_null(db_open(place->path, &(struct db_options){.mode = DB_OWNED}, &err));
	assert_int_not_equal(err.kind, ERROR_NONE);
	db_close(db);
	assert_int_equal(stat(place->path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static int
fill(struct db *db, struct error *err)
{
	return add(db, "filled", err);
}

static void
schemas_go_up_whole_or_not_at_all(void **state)
{
	static const struct db_step steps[] = {
		{"CREATE TABLE t (key TEXT PRIMARY KEY);", NULL},
		{"CREATE TABLE u (key TEXT PRIMARY KEY);", fill},
		{"CREATE TABLE t (key TEXT PRIMARY KEY);", NULL},
	};
	struct db_schema schema = {.program = "this", .steps = steps, .count = 1};
	struct db *db = open_it(*state, DB_SHARED, 0);
	struct error err = {0};

	assert_int_equal(db_migrate(db, &schema, NULL), 0);
	COUNTS(db, 0);
	schema.count = 3;
	assert_int_equal(db_migrate(db, &schema, &err), -1);
	assert_int_equal(db_version(db), 1);
	COUNTS(db, 0);
	schema.count = 2;
	assert_int_equal(db_migrate(db, &schema, NULL), 0);
	COUNTS(db, 1);
	schema.count = 1;
	assert_int_equal(db_migrate(db, &schema, &err), -1);
	assert_non_null(strstr(err.text, "newer this"));
	assert_int_equal(db_version(db), 2);
	RUNS(db, "PRAGMA user_version=0");
	assert_int_equal(db_migrate(db, &schema, &err), -1);
	assert_non_null(strstr(err.text, "another program"));
	db_close(db);
}

/* --- who writes next --- */

static void
enter(struct queue *queue, const struct place *place)
{
	queue_open(queue, place->queue);
	queue_enter(queue);
	assert_true(queue->ticket > 0);
}

static void
who_waits_longest_is_next(void **state)
{
	struct queue first, second, third;

	enter(&first, *state);
	enter(&second, *state);
	enter(&third, *state);
	assert_true(queue_is_first(&first));
	assert_false(queue_is_first(&second));
	assert_false(queue_is_first(&third));
	/* Whoever comes again is behind all that wait: nobody is overtaken. */
	queue_leave(&first);
	queue_enter(&first);
	assert_false(queue_is_first(&first));
	assert_true(queue_is_first(&second));
	assert_false(queue_is_first(&third));
	/* A program that ended waits for nothing. */
	queue_close(&second);
	assert_true(queue_is_first(&third));
	queue_close(&third);
	assert_true(queue_is_first(&first));
	queue_close(&first);
}

static void
without_a_file_it_is_always_ones_turn(void **state)
{
	struct place *place = *state;
	struct queue queue;
	char *path = xasprintf("%s/nothing/here", place->folder);

	queue_open(&queue, path);
	queue_enter(&queue);
	assert_true(queue_is_first(&queue));
	queue_leave(&queue);
	queue_close(&queue);
	free(path);
}

/* Which of those that wait gets the file is not a matter of luck. */
static void
the_turn_is_held_as_long_as_the_transaction(void **state)
{
	struct db *one = open_it(*state, DB_SHARED, 0), *other = open_it(*state, DB_SHARED, 0);
	struct queue waiting;

	RUNS(one, "CREATE TABLE t (key TEXT PRIMARY KEY)");
	assert_int_equal(db_begin(one, NULL), 0);
	assert_int_equal(add(one, "a", NULL), 0);
	enter(&waiting, *state);
	assert_false(queue_is_first(&waiting));
	assert_int_equal(db_begin(other, NULL), -1);
	assert_int_equal(db_failure(other), DB_BUSY);
	assert_false(queue_is_first(&waiting));
	assert_int_equal(db_commit(one, NULL), 0);
	assert_true(queue_is_first(&waiting));
	queue_close(&waiting);
	assert_int_equal(add(other, "b", NULL), 0);
	db_close(one);
	db_close(other);
}

static void
write_rows(const struct place *place, int writer, int rows)
{
	struct db *db = open_it(place, DB_SHARED, 60000);
	char key[32];

	for (int i = 0; i < rows; i++) {
		struct error err = {0};

		snprintf(key, sizeof(key), "%d.%d", writer, i);
		if (db_begin(db, &err) || db_end(db, add(db, key, &err), &err) ||
		    db_number(db, "SELECT count(*) FROM t", 0) <= i) {
			fprintf(stderr, "# row %s: %s\n", key, err.text);
			_exit(1);
		}
	}
	db_close(db);
	_exit(0);
}

/* Programs that write without a pause, each row durable: nobody is told that it is busy. */
static void
no_row_is_refused_however_many_write(void **state)
{
	const int rows = getenv("CHECK_LONG") ? 250 : 20;
	struct db *db = open_it(*state, DB_SHARED, 0);
	pid_t writers[WRITERS];

	RUNS(db, "CREATE TABLE t (key TEXT PRIMARY KEY)");
	db_close(db);
	for (int i = 0; i < WRITERS; i++) {
		writers[i] = fork();
		assert_true(writers[i] >= 0);
		if (writers[i] == 0)
			write_rows(*state, i, rows);
	}
	for (int i = 0; i < WRITERS; i++) {
		int status;

		assert_int_equal(waitpid(writers[i], &status, 0), writers[i]);
		assert_int_equal(status, 0);
	}
	db = open_it(*state, DB_SHARED, 0);
	COUNTS(db, WRITERS * rows);
	db_close(db);
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		IN_PLACE(what_was_bound_is_what_is_read),
		IN_PLACE(statements_of_one_text_do_not_meet),
		IN_PLACE(transactions_are_kept_or_taken_back_whole),
		IN_PLACE(nothing_is_made_durable_in_a_transaction_that_was_taken_back),
		IN_PLACE(an_owned_file_is_for_one),
		IN_PLACE(schemas_go_up_whole_or_not_at_all),
		IN_PLACE(who_waits_longest_is_next),
		IN_PLACE(without_a_file_it_is_always_ones_turn),
		IN_PLACE(the_turn_is_held_as_long_as_the_transaction),
		IN_PLACE(no_row_is_refused_however_many_write),
	};

	return cmocka_run_group_tests_name("db", tests, NULL, NULL);
}
