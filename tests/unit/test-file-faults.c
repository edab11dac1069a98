/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * Our own files on a machine that has no descriptors, no room, no right to do it: each call fails
 * in its turn.  What is asked for is done, or fails with a reason and leaves what was there; and it
 * is done when it is asked for again.
 */
#include "config.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/config-file.h"
#include "base/error.h"
#include "base/paths.h"
#include "base/secret-file.h"
#include "base/xmalloc.h"
#include "db/copy.h"
#include "db/db.h"
#include "faults.h"
#include "net/listener.h"
#include "platform/admin/backup.h"
#include "platform/admin/restore.h"
#include "platform/admin/socket-secret.h"
#include "platform/admin/state-socket.h"
#include "platform/state/repository.h"
#include "store/store.h"

#define CALLS_MAX 400
#define FRESH "fresh"

static char *folder, *previous;

static int
make_folder(void **state)
{
	char path[] = "/tmp/file-faults-XXXXXX";

	(void)state;
	folder = xstrdup(mkdtemp(path));
	previous = getcwd(NULL, 0);
	return chdir(folder);
}

static int
remove_folder(void **state)
{
	int failed;

	(void)state;
	fault_end();
	failed = chdir(previous) || paths_remove_tree(folder, NULL);
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

static bool
is_there(const char *name)
{
	struct stat st;

	return lstat(name, &st) == 0;
}

static int
count_descriptors(void)
{
	DIR *directory = opendir("/proc/self/fd");
	int count = 0;

	assert_non_null(directory);
	while (readdir(directory))
		count++;
	closedir(directory);
	return count;
}

/* What is tried: 0 when it was done, -1 with err. */
struct deed {
	void (*prepare)(void); /* NULL: nothing; nothing fails meanwhile */
	int (*try)(struct error *err);
	void (*expect)(bool done); /* what holds after it; NULL: nothing more */
	const enum fault *kinds;
	size_t count;
};
#define KINDS(list) .kinds = list, .count = sizeof(list) / sizeof(list[0])

static void
expect_right(const struct deed *deed, enum fault kind, int n, int before)
{
	struct error err = {0};
	int ret;

	if (deed->prepare)
		deed->prepare();
	fault_once(kind, n);
	ret = deed->try(&err);
	fault_end();
	if (ret != 0 && !err.text[0])
		fail_msg("%s %d: it failed without a word", fault_name(kind), n);
	if (deed->expect)
		deed->expect(ret == 0);
	if (count_descriptors() != before)
		fail_msg("%s %d: a descriptor stays open", fault_name(kind), n);
	if (ret == 0)
		return;
	err = (struct error){0};
	if (deed->try(&err) != 0)
		fail_msg("after %s %d: %s", fault_name(kind), n, err.text);
	if (deed->expect)
		deed->expect(true);
}

static void
try_with_each(const struct deed *deed)
{
	int before = count_descriptors();

	for (size_t i = 0; i < deed->count; i++)
		for (int n = 0; n < CALLS_MAX; n++) {
			struct error err = {0};
			bool more;

			/* Once to see whether there are so many calls. */
			if (deed->prepare)
				deed->prepare();
			fault_once(deed->kinds[i], n);
			(void)deed->try(&err);
			more = fault_end();
			if (!more)
				break;
			expect_right(deed, deed->kinds[i], n, before);
		}
}

static const enum fault files[] = {FAULT_OPEN,	   FAULT_CREATE,  FAULT_OPENAT, FAULT_MKDIR,
				   FAULT_RENAME,   FAULT_WRITE,	  FAULT_SYNC,	FAULT_UNLINK,
				   FAULT_UNLINKAT, FAULT_OPENDIR, FAULT_CHMOD};
static const enum fault databases[] = {FAULT_OPEN, FAULT_CREATE, FAULT_MKDIR,  FAULT_FCNTL,
				       FAULT_SYNC, FAULT_UNLINK, FAULT_PWRITE, FAULT_WRITE};
static const enum fault sockets[] = {FAULT_SOCKET, FAULT_BIND,	 FAULT_LISTEN, FAULT_OPTION,
				     FAULT_CHMOD,  FAULT_UNLINK, FAULT_OPEN,   FAULT_FCNTL};

/* --- directories --- */

static int
make_deep(struct error *err)
{
	return paths_make("a/b/c/d", err);
}

static void
forget_deep(void)
{
	assert_int_equal(paths_remove_tree("a", NULL), 0);
}

static void
expect_deep(bool done)
{
	assert_true(!done || is_there("a/b/c/d"));
}

static void
directories_are_made_or_the_reason_is_told(void **state)
{
	static const struct deed deed = {forget_deep, make_deep, expect_deep, KINDS(files)};

	(void)state;
	try_with_each(&deed);
}

static void
plant_tree(void)
{
	assert_int_equal(paths_make("tree/deep/deeper", NULL), 0);
	put("tree/file", "x");
	put("tree/deep/file", "x");
	put("tree/deep/deeper/file", "x");
	put("outside", "stays");
	if (!is_there("tree/link"))
		assert_int_equal(symlink("../outside", "tree/link"), 0);
	assert_int_equal(chmod("tree/deep/deeper", 0), 0);
}

static int
remove_planted(struct error *err)
{
	return paths_remove_tree("tree", err);
}

static void
expect_removed(bool done)
{
	assert_true(is_there("outside"));
	assert_int_equal(is_there("tree"), !done);
}

/* What it cannot remove it says, and what a link leads to stays in any case. */
static void
a_tree_is_gone_or_the_reason_is_told(void **state)
{
	static const struct deed deed = {plant_tree, remove_planted, expect_removed, KINDS(files)};

	(void)state;
	try_with_each(&deed);
}

/* --- secrets --- */

#define LONG_SECRET "0123456789abcdef0123456789abcdef"

static int
write_secret(struct error *err)
{
	int directory = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), ret;

	if (directory < 0)
		return error_set(err, ERROR_SYSTEM, "no directory");
	ret = secret_file_write(directory, "secret", FRESH);
	if (ret != 0)
		error_set(err, ERROR_SYSTEM, "%s", strerror(errno));
	close(directory);
	return ret;
}

static void
put_old_secret(void)
{
	put("secret", LONG_SECRET);
	assert_int_equal(chmod("secret", 0600), 0);
}

static void
expect_secret(bool done)
{
	int directory = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	char text[64];
	struct stat st;

	assert_int_equal(secret_file_read(directory, "secret", text, sizeof(text)), 0);
	close(directory);
	/* The old one or the new one, and never a part. */
	if (strcmp(text, FRESH) != 0)
		assert_string_equal(text, LONG_SECRET);
	if (done)
		assert_string_equal(text, FRESH);
	assert_int_equal(stat("secret", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

static void
a_secret_is_the_old_or_the_new_one(void **state)
{
	static const struct deed deed = {put_old_secret, write_secret, expect_secret, KINDS(files)};

	(void)state;
	try_with_each(&deed);
}

static int
make_socket_secret(struct error *err)
{
	char made[SOCKET_SECRET_SIZE] = "", read[SOCKET_SECRET_SIZE] = "";

	if (socket_secret_make(".", made, err) != 0 || socket_secret_read(".", read, err) != 0)
		return -1;
	assert_string_equal(made, read);
	assert_int_equal(strlen(made), SOCKET_SECRET_SIZE - 1);
	return 0;
}

static void
the_secret_of_a_daemon_is_made_or_the_reason_is_told(void **state)
{
	static const struct deed deed = {.try = make_socket_secret, KINDS(files)};

	(void)state;
	try_with_each(&deed);
}

/* --- sockets --- */

static int
listen_at_path(struct error *err)
{
	int fd = listener_unix("api.sock", 0600, err);

	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static int
listen_at_port(struct error *err)
{
	int fd = listener_tcp("127.0.0.1:0", err);

	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static int
listen_in_state(struct error *err)
{
	int fd = state_socket_listen(".", "control", err);

	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static int
connect_to_state(struct error *err)
{
	int listener = state_socket_listen(".", "control", NULL), fd;

	if (listener < 0)
		return error_set(err, ERROR_SYSTEM, "no listener");
	fd = state_socket_connect(".", "control", 0, err);
	close(listener);
	if (fd < 0)
		return -1;
	close(fd);
	return 0;
}

static void
sockets_listen_or_the_reason_is_told(void **state)
{
	static const struct deed deeds[] = {
		{.try = listen_at_path, KINDS(sockets)},
		{.try = listen_at_port, KINDS(sockets)},
		{.try = listen_in_state, KINDS(sockets)},
		{.try = connect_to_state, KINDS(sockets)},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
		try_with_each(&deeds[i]);
}

/* Nothing of somebody else's is replaced by a socket. */
static void
an_address_that_cannot_be_is_refused_by_name(void **state)
{
	static const struct {
		const char *address, *words;
	} addresses[] = {
		{"127.0.0.1", "127.0.0.1"},	{"localhost:80", "localhost:80"},
		{"[::1:80", "[::1:80"},		{"127.0.0.1:70000", "70000"},
		{"127.0.0.1:", "127.0.0.1:"},	{":80", ":80"},
		{"192.0.2.1:9", "192.0.2.1:9"}, /* nobody's here */
	};
	char *far = xasprintf("%0120d", 7);
	struct error err = {0};

	(void)state;
	put("file", "mine");
	assert_int_equal(listener_unix("file", 0600, &err), -1);
	assert_non_null(strstr(err.text, "file"));
	assert_int_equal(listener_unix("nowhere/api.sock", 0600, &err), -1);
	assert_non_null(strstr(err.text, "nowhere/api.sock"));
	assert_int_equal(listener_unix(far, 0600, &err), -1);
	assert_non_null(strstr(err.text, "too long"));
	free(far);
	for (size_t i = 0; i < sizeof(addresses) / sizeof(addresses[0]); i++) {
		err = (struct error){0};
		assert_int_equal(listener_tcp(addresses[i].address, &err), -1);
		if (!strstr(err.text, addresses[i].words))
			fail_msg("%s: %s", addresses[i].address, err.text);
	}
}

/* --- configuration --- */

static void
ignore_fault(void *data, const char *text)
{
	(void)data;
	(void)text;
}

static int
read_configuration(struct error *err)
{
	struct config_file file = {0};
	size_t faults = 0;

	if (config_file_read(&file, "config", ignore_fault, NULL, &faults, err) != 0)
		return -1;
	assert_int_equal(faults, 0);
	assert_int_equal(file.count, 1);
	assert_string_equal(file.entries[0].value, "ember");
	config_file_clear(&file);
	return 0;
}

static void
a_configuration_is_read_or_the_reason_is_told(void **state)
{
	static const struct deed deed = {.try = read_configuration, KINDS(files)};

	(void)state;
	put("config", "[ui]\n\ttheme = ember\n");
	try_with_each(&deed);
}

/* --- databases --- */

static int
open_store(struct error *err)
{
	struct store *store = store_open("history/history.db", "cache/cache.db", err);

	if (!store)
		return -1;
	store_close(store);
	return 0;
}

static void
forget_store(void)
{
	assert_int_equal(paths_remove_tree("history", NULL), 0);
	assert_int_equal(paths_remove_tree("cache", NULL), 0);
}

static void
expect_private(bool done)
{
	struct stat st;

	if (!done)
		return;
	assert_int_equal(stat("history/history.db", &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

/* A new one and one that is there. */
static void
a_history_opens_or_the_reason_is_told(void **state)
{
	static const struct deed deeds[] = {
		{forget_store, open_store, expect_private, KINDS(databases)},
		{NULL, open_store, expect_private, KINDS(databases)},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
		try_with_each(&deeds[i]);
}

static void
forget_made(void)
{
	(void)remove("made.db");
	(void)remove("made.db-journal");
}

/* Where there is none, as its caller sees to. */
static int
make_database(struct error *err)
{
	forget_made();
	return db_make("made.db", "CREATE TABLE t (x TEXT); INSERT INTO t VALUES ('a');", err);
}

static void
a_database_is_made_or_the_reason_is_told(void **state)
{
	static const struct deed deed = {forget_made, make_database, NULL, KINDS(databases)};
	static const struct {
		const char *sql, *words;
	} wrong[] = {
		{"CREATE TABLE t (x TEXT", ""},
		{"ATTACH 'other.db' AS o;", ""},
		{"INSERT INTO nowhere VALUES (1);", "nowhere"},
		{"VACUUM INTO 'other.db';", ""},
	};

	(void)state;
	try_with_each(&deed);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct error err = {0};

		forget_made();
		assert_int_equal(db_make("made.db", wrong[i].sql, &err), -1);
		assert_int_equal(err.kind, ERROR_INPUT);
		assert_non_null(strstr(err.text, wrong[i].words));
		assert_false(is_there("other.db"));
	}
}

/* --- backups --- */

static int
back_up(struct error *err)
{
	struct backup *backup = backup_new(NULL, "state", "backup.tar", err);
	int ret = backup ? 1 : -1;

	while (ret > 0)
		ret = backup_step(backup, err);
	backup_free(backup);
	return ret;
}

static void
forget_backup(void)
{
	unlink("backup.tar");
}

static void
expect_backup(bool done)
{
	assert_int_equal(is_there("backup.tar"), done);
}

static int
restore(struct error *err)
{
	return backup_restore("backup.tar", "restored", err);
}

static void
forget_restored(void)
{
	assert_int_equal(paths_remove_tree("restored", NULL), 0);
}

static void
make_state(void)
{
	struct repository *repository;
	struct error err = {0};

	assert_int_equal(paths_make("state", NULL), 0);
	repository = repository_open("state/platform.db", &err);
	assert_non_null(repository);
	repository_close(repository);
}

/* There is a whole one or none, and a state is made from it or left as it was. */
static void
a_backup_is_whole_or_not_there(void **state)
{
	static const struct deed deeds[] = {
		{forget_backup, back_up, expect_backup, KINDS(files)},
		{forget_restored, restore, NULL, KINDS(files)},
	};
	struct repository *repository;
	struct error err = {0};

	(void)state;
	make_state();
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++)
		try_with_each(&deeds[i]);
	repository = repository_open("restored/platform.db", &err);
	assert_non_null(repository);
	repository_close(repository);
}

/* What is no backup, or one that was cut or changed, makes no state. */
static void
no_state_is_made_of_what_is_no_backup(void **state)
{
	struct error err = {0};
	struct stat st;

	(void)state;
	make_state();
	assert_int_equal(back_up(&err), 0);
	assert_int_equal(backup_restore("nowhere.tar", "restored", &err), -1);
	put("text.tar", "this is no archive, and it is longer than nothing");
	assert_int_equal(backup_restore("text.tar", "restored", &err), -1);
	put("empty.tar", "");
	assert_int_equal(backup_restore("empty.tar", "restored", &err), -1);
	assert_int_equal(stat("backup.tar", &st), 0);
	for (off_t length = st.st_size - 1024; length > 0; length -= st.st_size / 7) {
		err = (struct error){0};
		assert_int_equal(truncate("backup.tar", length), 0);
		if (backup_restore("backup.tar", "restored", &err) == 0) {
			/* Only the end that fills the last block was missing. */
			assert_true(length >= st.st_size - 10240);
			forget_restored();
			continue;
		}
		assert_true(err.text[0] != '\0');
		if (is_there("restored"))
			assert_int_equal(rmdir("restored"), 0);
	}
	assert_int_equal(mkdir("full", 0700), 0);
	put("full/file", "x");
	assert_int_equal(backup_restore("backup.tar", "full", &err), -1);
	assert_true(is_there("full/file"));
}

#define WITH_FOLDER(test) cmocka_unit_test_setup_teardown(test, make_folder, remove_folder)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_FOLDER(directories_are_made_or_the_reason_is_told),
		WITH_FOLDER(a_tree_is_gone_or_the_reason_is_told),
		WITH_FOLDER(a_secret_is_the_old_or_the_new_one),
		WITH_FOLDER(the_secret_of_a_daemon_is_made_or_the_reason_is_told),
		WITH_FOLDER(sockets_listen_or_the_reason_is_told),
		WITH_FOLDER(an_address_that_cannot_be_is_refused_by_name),
		WITH_FOLDER(a_configuration_is_read_or_the_reason_is_told),
		WITH_FOLDER(a_history_opens_or_the_reason_is_told),
		WITH_FOLDER(a_database_is_made_or_the_reason_is_told),
		WITH_FOLDER(a_backup_is_whole_or_not_there),
		WITH_FOLDER(no_state_is_made_of_what_is_no_backup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
