/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Files and directories of our own: where they are, what a full disk or a pipe does to them, how
 * much room they take, copies of databases that are in use, and the ids in their names. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/input.h"
#include "base/output.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "db/copy.h"
#include "db/db.h"

static char *folder, *previous;

static int
make_folder(void **state)
{
	char path[] = "/tmp/files-XXXXXX";

	(void)state;
	folder = xstrdup(mkdtemp(path));
	previous = getcwd(NULL, 0);
	return chdir(folder);
}

static int
remove_folder(void **state)
{
	int failed = chdir(previous) || paths_remove_tree(folder, NULL);

	(void)state;
	free(folder);
	free(previous);
	return failed;
}

static void
put(const char *name, const char *text)
{
	FILE *file = fopen(name, "w");

	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

/* --- where --- */

static void
directories_are_those_of_xdg_or_of_home(void **state)
{
	static const struct { const char *home, *xdg, *found; } cases[] = {
		{"/home/a", NULL, "/home/a/.local/state/sidestage"},
		{"/home/a", "", "/home/a/.local/state/sidestage"},
		{"/home/a", "/state", "/state/sidestage"},
		{"/home/a", "relative", "/home/a/.local/state/sidestage"},	/* is to be ignored */
		{NULL, "/state", "/state/sidestage"},
		{"relative", NULL, NULL},
		{"", NULL, NULL},
		{NULL, NULL, NULL},
	};
	char *home = xstrdup_or_null(getenv("HOME")), *xdg = xstrdup_or_null(getenv("XDG_STATE_HOME"));

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = {0};
		char *found;

		cases[i].home ? setenv("HOME", cases[i].home, 1) : unsetenv("HOME");
		cases[i].xdg ? setenv("XDG_STATE_HOME", cases[i].xdg, 1) : unsetenv("XDG_STATE_HOME");
		found = paths_state(&err);
		if (cases[i].found) {
			assert_non_null(found);
			assert_string_equal(found, cases[i].found);
		} else {
			assert_null(found);
			assert_int_equal(err.kind, ERROR_SYSTEM);
		}
		free(found);
	}
	home ? setenv("HOME", home, 1) : unsetenv("HOME");
	xdg ? setenv("XDG_STATE_HOME", xdg, 1) : unsetenv("XDG_STATE_HOME");
	free(home);
	free(xdg);
}

static void
directories_are_made_for_us_alone(void **state)
{
	static const struct { const char *path; bool is_made; } cases[] = {
		{"a", true}, {"a/b/c", true}, {"a/b/c", true}, {"a//d/", true}, {"link/x", true},
		{"file", false}, {"file/x", false}, {"dangling/x", false}, {"a/file/x", false},
	};
	struct stat st;

	(void)state;
	put("file", "x");
	assert_int_equal(mkdir("a", 0755), 0);
	put("a/file", "x");
	assert_int_equal(symlink("a", "link"), 0);
	assert_int_equal(symlink("nowhere", "dangling"), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = {0};

		if ((paths_make(cases[i].path, &err) == 0) != cases[i].is_made)
			fail_msg("%s: %s", cases[i].path, err.text);
		assert_int_equal(err.kind == ERROR_NONE, cases[i].is_made);
	}
	assert_int_equal(stat("a/b/c", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0700);
	assert_int_equal(stat("a", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0755);	/* what was there stays */
}

static void
the_room_of_a_tree_is_what_the_disk_gives(void **state)
{
	char *block = xcalloc(1, 100001);
	int64_t empty, full;

	(void)state;
	assert_int_equal(mkdir("tree", 0700), 0);
	empty = paths_size("tree");
	assert_int_equal(empty, 0);
	memset(block, 'x', 100000);
	put("tree/file", block);
	full = paths_size("tree");
	assert_true(full - empty >= 100000 && full - empty < 200000);
	/* A link is as small as it is, wherever it leads. */
	assert_int_equal(symlink("/", "tree/link"), 0);
	assert_int_equal(mkfifo("tree/fifo", 0600), 0);
	assert_true(paths_size("tree") - full >= 2 * (int64_t)PATHS_ENTRY_BYTES);
	assert_true(paths_size("tree") - full < 100000);
	/* A file with holes takes what is in it. */
	assert_int_equal(truncate("tree/file", 1 << 30), 0);
	assert_true(paths_size("tree") < 10000000);
	assert_int_equal(paths_size("missing"), 0);
	free(block);
}

/* --- writing and reading --- */

static void
a_disk_that_takes_a_part_is_full(void **state)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC), ends[2];
	char text[64], *large = xcalloc(1, 100000);
	struct stat st;

	(void)state;
	if (fd >= 0) {
		errno = 0;
		assert_int_equal(output_write(fd, "x", 1), -1);
		assert_int_equal(errno, ENOSPC);
		assert_int_equal(output_write(fd, "", 0), 0);
		close(fd);
	}
	assert_int_equal(output_write(-1, "x", 1), -1);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(output_write(ends[1], "one", 3), 0);
	assert_int_equal(read(ends[0], text, sizeof(text)), 3);
	close(ends[0]);
	close(ends[1]);
	fd = open("file", O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_int_equal(output_write(fd, large, 100000), 0);
	close(fd);
	assert_int_equal(stat("file", &st), 0);
	assert_int_equal(st.st_size, 100000);
	free(large);
}

static void
a_pipe_is_read_to_its_end_and_no_longer_than_that(void **state)
{
	int ends[2], fd;
	char text[8];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_NONBLOCK), 0);
	errno = 0;
	assert_int_equal(input_read(ends[0], text, sizeof(text), clock_steady_ms() - 1), -1);
	assert_int_equal(errno, ETIMEDOUT);
	assert_int_equal(write(ends[1], "abc", 3), 3);
	assert_int_equal(input_read(ends[0], text, sizeof(text), -1), 3);
	close(ends[1]);
	assert_int_equal(input_read(ends[0], text, sizeof(text), -1), 0);
	close(ends[0]);
	assert_int_equal(mkfifo("fifo", 0600), 0);
	fd = input_open("fifo");		/* nobody writes, and nobody waits for that */
	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(input_open("missing"), -1);
	assert_int_equal(errno, ENOENT);
}

static void
a_library_opens_only_regular_files(void **state)
{
	static const struct { const char *path; bool fine; } cases[] = {
		{"file", true}, {"link", true}, {"missing", true},	/* the library says so itself */
		{"fifo", false}, {"directory", false}, {"/dev/null", false},
	};

	(void)state;
	put("file", "x");
	assert_int_equal(symlink("file", "link") + mkfifo("fifo", 0600) + mkdir("directory", 0700), 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = {0};

		if ((input_check_regular(cases[i].path, &err) == 0) != cases[i].fine)
			fail_msg("%s: %s", cases[i].path, err.text);
		if (!cases[i].fine)
			assert_int_equal(err.kind, ERROR_INPUT);
	}
}

/* --- databases --- */

static struct db *
open_db(const char *path)
{
	const struct db_options options = {.mode = DB_SHARED};
	struct error err = {0};
	struct db *db = db_open(path, &options, &err);

	if (!db)
		fail_msg("%s", err.text);
	return db;
}

static int
copy_whole(struct db_copy *copy, struct error *err)
{
	int more;

	while ((more = db_copy_step(copy, 1, err)) == 1)
		;
	return more;
}

static void
a_copy_is_whole_while_its_source_is_written(void **state)
{
	struct db *db = open_db("source.db"), *made;
	struct error err = {0};
	struct db_copy *copy;

	(void)state;
	assert_int_equal(db_run(db, "CREATE TABLE t (n INTEGER, x TEXT); WITH RECURSIVE c(i) AS (SELECT 1 "
				    "UNION ALL SELECT i + 1 FROM c WHERE i < 500) INSERT INTO t SELECT i, "
				    "hex(randomblob(100)) FROM c", &err), 0);
	close(db_private_file("copy.db", &err));
	copy = db_copy_new(db, NULL, "copy.db", &err);
	assert_non_null(copy);
	assert_int_equal(db_copy_step(copy, 1, &err), 1);
	assert_int_equal(db_run(db, "UPDATE t SET x = 'new' WHERE n = 500", &err), 0);
	assert_int_equal(copy_whole(copy, &err), 0);
	db_copy_free(copy);
	db_close(db);
	made = open_db("copy.db");
	assert_int_equal(db_check_whole(made, &err), 0);
	assert_int_equal(db_number(made, "SELECT count(*) FROM t", -1), 500);
	assert_int_equal(db_number(made, "SELECT count(*) FROM t WHERE x = 'new'", -1), 1);
	db_close(made);
}

static void
what_is_no_database_is_not_copied(void **state)
{
	struct error err = {0};
	struct db_copy *copy;

	(void)state;
	db_close(open_db("source.db"));
	put("text", "this is no database, though it is long enough to be one, which it is not");
	assert_int_equal(symlink("source.db", "link.db"), 0);
	close(db_private_file("copy.db", &err));
	assert_null(db_copy_new(NULL, "missing.db", "copy.db", &err));
	assert_true(*err.text);
	assert_null(db_copy_new(NULL, "link.db", "copy.db", &err));	/* never through a link */
	copy = db_copy_new(NULL, "text", "copy.db", &err);
	if (copy)
		assert_int_equal(copy_whole(copy, &err), -1);
	assert_int_equal(err.kind, ERROR_STORE);
	db_copy_free(copy);
	assert_null(db_copy_new(NULL, "source.db", "nowhere/copy.db", &err));
	db_copy_free(NULL);
}

/* A template is data: it makes its own file, and reaches no other. */
static void
a_template_makes_one_file_and_no_other(void **state)
{
	static const struct { const char *sql; enum error_kind kind; } cases[] = {
		{"CREATE TABLE t (x); INSERT INTO t VALUES (1)", ERROR_NONE},
		{"", ERROR_NONE},
		{"CREATE TABLE", ERROR_INPUT},
		{"CREATE TABLE t (x); SELECT nonsense", ERROR_INPUT},
		{"ATTACH 'other.db' AS o; CREATE TABLE o.t (x)", ERROR_INPUT},
		{"VACUUM INTO 'other.db'", ERROR_INPUT},
		{"SELECT load_extension('x')", ERROR_INPUT},
		{"SELECT readfile('/etc/passwd')", ERROR_INPUT},
		{"SELECT writefile('other.db', 'x')", ERROR_INPUT},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *path = xasprintf("made-%zu.db", i);
		struct error err = {0};
		int ret = db_make(path, cases[i].sql, &err);

		if (err.kind != cases[i].kind)
			fail_msg("%s: %d %s", cases[i].sql, ret, err.text);
		assert_int_equal(ret, cases[i].kind == ERROR_NONE ? 0 : -1);
		assert_int_equal(access("other.db", F_OK), -1);
		free(path);
	}
	{
		struct error err = {0};

		assert_int_equal(db_make("nowhere/made.db", "", &err), -1);
		assert_int_equal(err.kind, ERROR_SYSTEM);
	}
}

/* --- ids --- */

static void
ids_rise_differ_and_are_of_their_form(void **state)
{
	static const struct { const char *name; bool is_good; } cases[] = {
		{"a", false}, {"ab", true}, {"a-b", true}, {"a--b", false}, {"-ab", false}, {"ab-", false},
		{"Ab", false}, {"a_b", false}, {"a.b", false}, {"", false}, {"a b", false}, {"12", true},
		{"01234567890123456789012345678901234567890123456789", true},
		{"012345678901234567890123456789012345678901234567890", false},
		{"\xc3\xa4\xc3\xb6", false}, {"a\n", false},
	};
	char last[IDS_UUID_SIZE] = "", id[IDS_UUID_SIZE], hex[17], whole[IDS_SHA256_B64_SIZE],
	     pieces[IDS_SHA256_B64_SIZE], digest[IDS_SHA256_HEX_SIZE];
	struct ids_sha256 *sha;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (ids_is_name(cases[i].name) != cases[i].is_good)
			fail_msg("\"%s\"", cases[i].name);
	for (int i = 0; i < 2000; i++) {
		ids_uuid7(id);
		assert_int_equal(strlen(id), 36);
		assert_true(id[14] == '7' && strchr("89ab", id[19]));
		assert_true(strcmp(id, last) > 0);
		memcpy(last, id, sizeof(last));
	}
	for (size_t digits = 1; digits < sizeof(hex); digits++) {
		ids_random_hex(hex, digits);
		assert_int_equal(strlen(hex), digits);
		assert_int_equal(strspn(hex, "0123456789abcdef"), digits);
	}
	ids_sha256_hex(digest, "abc", 3);	/* FIPS 180-4 */
	assert_string_equal(digest, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	ids_sha256_b64(whole, "abc", 3);
	assert_string_equal(whole, "ungWv48Bz-pBQUDeXa4iI7ADYaOWF3qctBD_YfIAFa0");
	sha = ids_sha256_new();
	ids_sha256_add(sha, "a", 1);
	ids_sha256_add(sha, "", 0);
	ids_sha256_add(sha, "bc", 2);
	ids_sha256_end_b64(sha, pieces);
	assert_string_equal(pieces, whole);
	/* Where one text ends counts. */
	assert_true(ids_hash((const char *const[]){"ab", "c"}, 2) !=
		    ids_hash((const char *const[]){"a", "bc"}, 2));
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_FOLDER(directories_are_those_of_xdg_or_of_home),
		IN_FOLDER(directories_are_made_for_us_alone),
		IN_FOLDER(the_room_of_a_tree_is_what_the_disk_gives),
		IN_FOLDER(a_disk_that_takes_a_part_is_full),
		IN_FOLDER(a_pipe_is_read_to_its_end_and_no_longer_than_that),
		IN_FOLDER(a_library_opens_only_regular_files),
		IN_FOLDER(a_copy_is_whole_while_its_source_is_written),
		IN_FOLDER(what_is_no_database_is_not_copied),
		IN_FOLDER(a_template_makes_one_file_and_no_other),
		IN_FOLDER(ids_rise_differ_and_are_of_their_form),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
