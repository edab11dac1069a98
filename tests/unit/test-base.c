/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The ground floor: nothing from outside drives the terminal, overruns a buffer or leaves a
 * tree. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "base/buf.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/ids.h"
#include "base/input.h"
#include "base/knowledge.h"
#include "base/owner-secret.h"
#include "base/paths.h"
#include "base/secrecy.h"
#include "base/text.h"
#include "base/xmalloc.h"

static void
no_byte_reaches_the_terminal_raw(void **state)
{
	static const struct { const char *in, *out; int columns; } cases[] = {
		{"plain", "plain", 5},
		{"한글", "한글", 4},
		{"e\xcc\x81", "e\xcc\x81", 1},
		{"\x1b[31mred", "^[[31mred", 9},
		{"a\rb", "a\\rb", 4},
		{"a\nb\tc", "a\\nb\\tc", 7},
		{"\x7f", "^?", 2},
		{"\xc2\x9b", "<U+009B>", 8},
		{"\xe2\x80\xae", "<U+202E>", 8},	/* right-to-left override */
		{"\xe2\x80\x8b", "<U+200B>", 8},	/* zero width space */
		{"\xef\xbb\xbf", "<U+FEFF>", 8},
		{"\xf3\xa0\x81\x81", "<U+E0041>", 9},	/* a tag character */
		{"\xcc\x81", "<U+0301>", 8},		/* a mark without a base */
		{"\xff", "\\xFF", 4},
		{"\xed\xa0\x80", "\\xED\\xA0\\x80", 12},	/* a surrogate */
		{"\xc0\xaf", "\\xC0\\xAF", 8},		/* overlong */
		{"", "", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct drawable drawable;

		text_sanitise(&drawable, cases[i].in, 0);
		assert_string_equal(drawable.utf8, cases[i].out);
		assert_int_equal(drawable.columns, cases[i].columns);
		drawable_clear(&drawable);
	}
}

static void
what_does_not_fit_ends_in_a_mark_and_never_inside_a_character(void **state)
{
	static const struct { const char *in; int max; const char *out; int columns; } cases[] = {
		{"abcdef", 6, "abcdef", 6}, {"abcdef", 5, "abcd…", 5}, {"한글날", 6, "한글날", 6},
		{"한글날", 5, "한글…", 5}, {"한글날", 4, "한…", 3}, {"\x1b\x1b", 3, "^[…", 3},
		{"abc", 1, "…", 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct drawable drawable;

		text_sanitise(&drawable, cases[i].in, cases[i].max);
		assert_string_equal(drawable.utf8, cases[i].out);
		assert_int_equal(drawable.columns, cases[i].columns);
		drawable_clear(&drawable);
	}
}

static void
a_buffer_stops_at_its_maximum(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 4);
	assert_true(buf_puts(&buf, "abc"));
	assert_false(buf_puts(&buf, "de"));
	assert_string_equal(buf_str(&buf), "abc");
	buf_drop_front(&buf, 2);
	assert_string_equal(buf_str(&buf), "c");
	assert_false(buf_append(&buf, "x", SIZE_MAX));
	buf_clear(&buf);
	assert_string_equal(buf_str(&buf), "");
}

static void
an_error_too_long_is_cut_at_a_character(void **state)
{
	struct error err = {0};
	char long_text[2000] = "";

	(void)state;
	for (size_t i = 0; i + 3 < sizeof(long_text); i += 3)
		memcpy(long_text + i, "한", 4);
	assert_int_equal(error_set(&err, ERROR_INPUT, "%s", long_text), -1);
	assert_true(text_is_utf8(err.text, strlen(err.text)));
	error_prefix(&err, "where");
	assert_memory_equal(err.text, "where: 한", 10);
	assert_true(text_is_utf8(err.text, strlen(err.text)));
}

static void
names_follow_the_wire(void **state)
{
	static const struct { const char *name; bool good; } cases[] = {
		{"hotfix-1042", true}, {"ab", true}, {"a1-b2-c3", true},
		{"a", false}, {"", false}, {"-ab", false}, {"ab-", false}, {"a--b", false},
		{"Ab", false}, {"a_b", false}, {"a b", false}, {"a/b", false}, {"../x", false},
		{"a2345678901234567890123456789012345678901234567890", true},
		{"a23456789012345678901234567890123456789012345678901", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (ids_is_name(cases[i].name) != cases[i].good)
			fail_msg("\"%s\"", cases[i].name);
}

/* A cache that was damaged must not be read as what it was. */
static void
a_checksum_finds_each_flipped_bit_and_each_lost_byte(void **state)
{
	unsigned char bytes[41] = "what lies in a file for a long time:";
	uint64_t whole = ids_checksum(bytes, sizeof(bytes));

	(void)state;
	for (size_t i = 0; i < 8 * sizeof(bytes); i++) {
		bytes[i / 8] ^= (unsigned char)(1u << i % 8);
		assert_true(ids_checksum(bytes, sizeof(bytes)) != whole);
		bytes[i / 8] ^= (unsigned char)(1u << i % 8);
	}
	for (size_t length = 0; length < sizeof(bytes); length++)
		assert_true(ids_checksum(bytes, length) != whole);
	assert_true(ids_checksum(bytes, sizeof(bytes)) == whole);
}

static void
operation_ids_grow(void **state)
{
	char last[IDS_UUID_SIZE] = "", next[IDS_UUID_SIZE];

	(void)state;
	for (int i = 0; i < 5000; i++) {
		ids_uuid7(next);
		assert_true(strcmp(last, next) < 0);
		assert_int_equal(next[14], '7');
		strcpy(last, next);
	}
}

static void
times_are_read_in_every_form_of_rfc_3339(void **state)
{
	static const struct { const char *stamp; bool good; int64_t ms; } cases[] = {
		{"1970-01-01T00:00:00Z", true, 0}, {"2026-03-02T09:15:04.120Z", true, 1772442904120},
		{"2026-03-02T09:15:04.1Z", true, 1772442904100},
		{"2026-03-02T09:15:04.12Z", true, 1772442904120},
		{"2026-03-02T09:15:04.120999Z", true, 1772442904120},
		{"2026-03-02T09:15:04.123456789Z", true, 1772442904123},
		{"2026-03-02T09:15:04.12000000000000000000000000000000001Z", true, 1772442904120},
		{"2026-03-02t09:15:04.120z", true, 1772442904120},
		{"2026-03-02T11:15:04.120+02:00", true, 1772442904120},
		{"2026-03-02T03:45:04.120-05:30", true, 1772442904120},
		{"2026-03-02T09:15:04-00:00", true, 1772442904000},
		{"2026-03-02T09:15:04+00:00", true, 1772442904000},
		{"2026-03-03T08:15:04+23:00", true, 1772442904000},
		{"1990-12-31T23:59:60Z", true, 662688000000},	/* the examples of RFC 3339 */
		{"1990-12-31T15:59:60-08:00", true, 662688000000},
		{"1937-01-01T12:00:27.87+00:20", true, -1041337172130},
		{"2024-02-29T00:00:00Z", true, 1709164800000}, {"2026-02-29T00:00:00Z", false, 0},
		{"2026-02-31T00:00:00Z", false, 0}, {"2026-03-02 09:15:04Z", false, 0},
		{"2026-03-02T09:15:04.Z", false, 0}, {"2026-03-02T09:15:04", false, 0},
		{"2026-03-02T09:15:04+2:00", false, 0}, {"2026-03-02T09:15:04+0200", false, 0},
		{"2026-03-02T09:15:04+24:00", false, 0}, {"2026-03-02T09:15:04+02:60", false, 0},
		{"2026-03-02T09:15:04Z ", false, 0}, {"2026-03-02T09:15:61Z", false, 0},
		{"2026-13-02T09:15:04Z", false, 0}, {"", false, 0}, {"2026-03-02T24:00:00Z", false, 0},
	};
	char stamp[CLOCK_STAMP_SIZE], ago[64];
	int64_t ms;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		ms = 0;
		if (clock_parse(cases[i].stamp, &ms) != cases[i].good ||
		    (cases[i].good && ms != cases[i].ms))
			fail_msg("\"%s\": %lld", cases[i].stamp, (long long)ms);
	}
	clock_ago(ago, 999);
	assert_string_equal(ago, "just now");
	clock_ago(ago, 14000);
	assert_string_equal(ago, "14s ago");
	clock_ago(ago, 1772442904120);			/* since a time that was never set */
	assert_string_equal(ago, "at an unknown time");
	clock_stamp(stamp, 1772442904120);
	assert_string_equal(stamp, "2026-03-02T09:15:04.120Z");
}

static void
a_person_s_time_is_that_of_the_place(void **state)
{
	static const char *const wrong[] = {"", "yesterday", "2026-13-02 09:15", "2026-03-02T09:15",
					    "2026-03-02 09:15:04", "2026-03-02 9:15"};
	char *before = getenv("TZ") ? xstrdup(getenv("TZ")) : NULL;
	char text[CLOCK_STAMP_SIZE];
	int64_t at = 0;

	(void)state;
	setenv("TZ", "KST-9", 1);
	tzset();
	clock_local(text, 1772410504120);
	assert_string_equal(text, "2026-03-02 09:15:04");
	assert_true(clock_parse_local("2026-03-02 09:15", &at));
	assert_true(at == 1772410500000);
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_false(clock_parse_local(wrong[i], &at));
	if (before)
		setenv("TZ", before, 1);
	else
		unsetenv("TZ");
	tzset();
	free(before);
}

static void
lengths_of_time_are_read_as_a_person_writes_them(void **state)
{
	static const struct { const char *text; int64_t seconds; } cases[] = {
		{"0", 0}, {"45s", 45}, {"30m", 1800}, {"8h", 28800}, {"1h30", 5400}, {"2d", 172800},
		{"3653d", 3653LL * 86400}, {"3654d", -1}, {"99999999999999999999h", -1}, {"", -1},
		{"h", -1}, {"8", -1}, {"-1h", -1}, {"8 h", -1}, {"8hours", -1}, {"1h60", -1}, {"1h5", -1},
		{"1d12", -1}, {"8w", -1}, {"0x8h", -1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t ms = -1;
		bool good = clock_parse_duration(cases[i].text, &ms);

		if (good != (cases[i].seconds >= 0) || (good && ms != cases[i].seconds * 1000))
			fail_msg("\"%s\" is read as %lld", cases[i].text, (long long)ms);
	}
}

static void
what_could_not_be_read_is_neither_absent_nor_current(void **state)
{
	const struct error gone = {.kind = ERROR_NOT_FOUND, .text = "it is not there"};
	const struct error busy = {.kind = ERROR_REMOTE, .text = "the platform failed (503)"};
	struct knowledge known = {0};
	char *text = knowledge_text(&known, 5000);

	(void)state;
	assert_string_equal(text, "not read yet");
	free(text);
	assert_false(knowledge_is_settled(&known) || knowledge_has_content(&known));

	knowledge_set_remembered(&known, 1000);
	assert_false(knowledge_is_settled(&known) || knowledge_is_current(&known));
	assert_true(knowledge_has_content(&known));
	text = knowledge_text(&known, 5000);
	assert_string_equal(text, "from the cache, read 4s ago");
	free(text);

	assert_true(knowledge_set_answer(&known, &(struct error){0}, 2000));
	assert_false(knowledge_set_known(&known, 3000));	/* an age alone is no change */
	assert_true(knowledge_is_current(&known) && knowledge_is_settled(&known));
	knowledge_set_remembered(&known, 1);
	assert_int_equal(known.at, 3000);

	assert_true(knowledge_set_answer(&known, &busy, 9000));
	assert_false(knowledge_set_unreadable(&known, &busy));
	assert_int_equal(known.state, KNOWLEDGE_UNREADABLE);
	assert_int_equal(known.at, 3000);			/* of the last good answer */
	assert_true(knowledge_is_settled(&known) && knowledge_has_content(&known));
	assert_false(knowledge_is_current(&known));
	text = knowledge_text(&known, 63000);
	assert_string_equal(text,
			    "could not be read (last read 1m ago): the platform failed (503)");
	free(text);

	assert_true(knowledge_set_answer(&known, &gone, 9000));
	assert_int_equal(known.state, KNOWLEDGE_ABSENT);
	assert_int_equal(knowledge_why(&known)->kind, ERROR_NONE);
	assert_true(knowledge_is_current(&known));
	assert_false(knowledge_has_content(&known));
}

/* Of the text one half after the other, so that it stands nowhere but where it was put together. */
static bool
heap_has(const char *half, const char *other)
{
	FILE *maps = fopen("/proc/self/maps", "r");
	unsigned long start = 0, end = 0;
	char line[512], name[128] = "";
	const char *at;

	assert_non_null(maps);
	while (strcmp(name, "[heap]") != 0 && fgets(line, sizeof(line), maps))
		if (sscanf(line, "%lx-%lx %*s %*s %*s %*s %127s", &start, &end, name) < 3)
			name[0] = '\0';
	fclose(maps);
	if (strcmp(name, "[heap]") != 0)
		return false;
	for (at = (const char *)start;
	     (at = memmem(at, end - (uintptr_t)at - strlen(other), half, strlen(half))); at++)
		if (memcmp(at + strlen(half), other, strlen(other)) == 0)
			return true;
	return false;
}

static void
what_a_wiped_buffer_had_is_nowhere_in_freed_memory(void **state)
{
	char *filler = xmalloc(4001);
	struct buf buf;

	(void)state;
	memset(filler, '.', 4000);
	filler[4000] = '\0';
	buf_init(&buf, 1 << 20);
	buf.wipe = true;
	for (int i = 0; i < 20; i++)
		assert_true(buf_printf(&buf, "%s%s%s%s", filler, "the-half-of-", "a-password", filler));
	buf_clear(&buf);
	assert_false(heap_has("the-half-of-", "a-password"));
	free(filler);
}

static void
no_core_is_left_behind(void **state)
{
	pid_t child = fork();
	struct rlimit core;
	int status;

	(void)state;
	assert_true(child >= 0);
	if (child == 0) {
		(void)getrlimit(RLIMIT_CORE, &core);
		core.rlim_cur = core.rlim_max;
		(void)setrlimit(RLIMIT_CORE, &core);
		signal(SIGABRT, SIG_DFL);
		secrecy_forbid_cores();
		if (getrlimit(RLIMIT_CORE, &core) != 0 || core.rlim_cur != 0 ||
		    prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
			_exit(1);
		abort();
	}
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_true(WIFSIGNALED(status));
	assert_false(WCOREDUMP(status));
}

static void
a_path_from_outside_stays_inside(void **state)
{
	static const struct { const char *path; bool good; } cases[] = {
		{"local/web/1.4.2", true}, {"a", true}, {"", false}, {"/a", false}, {"a//b", false},
		{"a/../b", false}, {"..", false}, {"./a", false}, {"a/", false}, {"..a/b..", true},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (paths_is_inside(cases[i].path) != cases[i].good)
			fail_msg("\"%s\"", cases[i].path);
}

static void
a_pipe_that_nobody_writes_to_is_neither_waited_for_nor_empty(void **state)
{
	char folder[] = "/tmp/base-XXXXXX", bytes[8], *path;
	struct error err = {0};
	int fd, writer;

	(void)state;
	assert_non_null(mkdtemp(folder));
	path = xasprintf("%s/pipe", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = input_open(path);
	assert_true(fd >= 0);
	assert_int_equal(input_read(fd, bytes, sizeof(bytes), clock_steady_ms() + 20), -1);
	assert_int_equal(errno, ETIMEDOUT);
	input_error(path, &err);
	assert_int_equal(err.kind, ERROR_INPUT);
	writer = open(path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(write(writer, "late", 4), 4);
	assert_int_equal(input_read(fd, bytes, sizeof(bytes), -1), 4);
	assert_memory_equal(bytes, "late", 4);
	close(writer);
	assert_int_equal(input_read(fd, bytes, sizeof(bytes), -1), 0);
	close(fd);
	assert_int_equal(paths_remove_tree(folder, NULL), 0);
	free(path);
}

static void
removing_a_tree_follows_no_link(void **state)
{
	char root[] = "/tmp/sidestage-test-XXXXXX";
	struct error err = {0};
	struct stat st;
	char *deep, *kept, *link;

	(void)state;
	assert_non_null(mkdtemp(root));
	deep = xasprintf("%s/tree/a/b", root);
	kept = xasprintf("%s/kept", root);
	link = xasprintf("%s/tree/a/link", root);
	assert_int_equal(paths_make(deep, &err), 0);
	assert_int_equal(paths_make(kept, &err), 0);
	assert_int_equal(symlink(kept, link), 0);
	deep[strlen(deep) - 4] = '\0';
	assert_int_equal(paths_remove_tree(deep, &err), 0);
	assert_int_equal(stat(deep, &st), -1);
	assert_int_equal(stat(kept, &st), 0);
	assert_int_equal(paths_remove_tree(deep, &err), 0);	/* gone already is fine */
	assert_int_equal(paths_remove_tree(root, &err), 0);
	free(deep);
	free(kept);
	free(link);
}

/* The kernel's own tree takes no directory from anybody. */
static void
a_directory_that_cannot_be_made_has_its_reason(void **state)
{
	struct error err = {0};

	(void)state;
	assert_int_equal(paths_make("/sys/sidestage/inner", &err), -1);
	assert_non_null(strstr(err.text, "/sys/sidestage: "));
	assert_null(strstr(err.text, strerror(ENOENT)));
}

/* Deeper than there are descriptors and longer than a path may be, crowded, and closed. */
static void
a_tree_goes_however_it_was_made(void **state)
{
	char folder[] = "/tmp/sidestage-unit-XXXXXX", name[201], *outside, *inside, *path;
	int fd, deep, parts = 0, ret;
	struct error err = {0};

	(void)state;
	assert_non_null(mkdtemp(folder));
	outside = xasprintf("%s/outside", folder);
	inside = xasprintf("%s/inside", folder);
	assert_int_equal(mkdir(outside, 0700), 0);
	path = xasprintf("%s/kept", outside);
	close(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	assert_int_equal(mkdir(inside, 0700), 0);
	memset(name, 'd', 200);
	name[200] = '\0';
	deep = open(inside, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	for (int level = 0; level < 300; level++) {
		assert_int_equal(mkdirat(deep, name, 0700), 0);
		assert_int_equal(symlinkat(outside, deep, "link"), 0);
		assert_int_equal(mkfifoat(deep, "fifo", 0600), 0);
		fd = openat(deep, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		if (level % 7 == 0)
			assert_int_equal(fchmod(deep, 0), 0);
		close(deep);
		deep = fd;
	}
	for (int i = 0; i < 500; i++) {
		snprintf(name, sizeof(name), "%d", i);
		close(openat(deep, name, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
	}
	assert_true(paths_size(inside) >= 0);
	close(deep);
	/* A piece at a time, as a daemon does it that has other things to do. */
	while ((ret = paths_remove_part(inside, 100, &err)) == 1)
		parts++;
	if (ret != 0)
		fail_msg("%s", err.text);
	assert_true(parts >= 10);
	assert_int_not_equal(access(inside, F_OK), 0);
	assert_int_equal(access(path, F_OK), 0);
	assert_int_equal(paths_remove_tree(folder, &err), 0);
	assert_int_not_equal(access(folder, F_OK), 0);
	free(path);
	free(inside);
	free(outside);
}

/* --- a socket's secret --- */

#define HEX "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"

static void
put_secret(const char *path, const char *text, mode_t mode)
{
	int fd;

	unlink(path);
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	close(fd);
}

static void
a_secret_of_somebody_else_is_not_read(void **state)
{
	static const char good[] = "Sidestage-Secret: " HEX "\n";
	static const struct { const char *text; mode_t mode; bool is_read; } cases[] = {
		{good, 0600, true}, {good, 0400, true},
		{good, 0640, false}, {good, 0604, false}, {good, 0620, false},
		{"Sidestage-Secret: " HEX, 0600, false},
		{"Sidestage-Secret: " HEX "\nX: y\n", 0600, false},
		{"Sidestage-Secret: " HEX "0\n", 0600, false},
		{"Sidestage-Secret: 0011\n", 0600, false},
		{"Authorization: Bearer " HEX "\n", 0600, false},
		{"root:x:0:0::/root:/bin/sh\n", 0600, false},
		{"", 0600, false},
	};
	char folder[] = "/tmp/sidestage-base-XXXXXX", line[OWNER_SECRET_LINE_SIZE];
	char *socket, *path, *elsewhere, *link;
	struct error err = {0};
	struct stat st;

	(void)state;
	assert_non_null(mkdtemp(folder));
	socket = xasprintf("%s/api.sock", folder);
	path = owner_secret_path(socket);
	elsewhere = xasprintf("%s/elsewhere", folder);
	assert_false(owner_secret_read(socket, line));
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		put_secret(path, cases[i].text, cases[i].mode);
		if (owner_secret_read(socket, line) != cases[i].is_read)
			fail_msg("case %zu", i);
		assert_string_equal(line, cases[i].is_read ? "Sidestage-Secret: " HEX : "");
	}
	/* A link to the socket is fine; it is where the file is looked for that counts. */
	put_secret(path, good, 0600);
	put_secret(socket, "", 0600);
	link = xasprintf("%s/link", folder);
	assert_int_equal(symlink(socket, link), 0);
	assert_true(owner_secret_read(link, line));
	/* A link, a pipe that nobody writes to, a directory. */
	put_secret(elsewhere, good, 0600);
	unlink(path);
	assert_int_equal(symlink(elsewhere, path), 0);
	assert_false(owner_secret_read(socket, line));
	/* What is written replaces the link, and leaves alone what it led to. */
	assert_int_equal(owner_secret_write(path, HEX, &err), 0);
	assert_int_equal(lstat(path, &st), 0);
	assert_true(S_ISREG(st.st_mode) && (st.st_mode & 0777) == 0600);
	assert_true(owner_secret_read(socket, line));
	unlink(path);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_false(owner_secret_read(socket, line));
	unlink(path);
	assert_int_equal(mkdir(path, 0700), 0);
	assert_false(owner_secret_read(socket, line));
	assert_int_not_equal(owner_secret_write(path, HEX, &err), 0);
	assert_int_equal(paths_remove_tree(folder, &err), 0);
	free(link);
	free(elsewhere);
	free(path);
	free(socket);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_checksum_finds_each_flipped_bit_and_each_lost_byte),
		cmocka_unit_test(a_secret_of_somebody_else_is_not_read),
		cmocka_unit_test(a_tree_goes_however_it_was_made),
		cmocka_unit_test(no_byte_reaches_the_terminal_raw),
		cmocka_unit_test(what_does_not_fit_ends_in_a_mark_and_never_inside_a_character),
		cmocka_unit_test(a_buffer_stops_at_its_maximum),
		cmocka_unit_test(what_a_wiped_buffer_had_is_nowhere_in_freed_memory),
		cmocka_unit_test(an_error_too_long_is_cut_at_a_character),
		cmocka_unit_test(names_follow_the_wire),
		cmocka_unit_test(operation_ids_grow),
		cmocka_unit_test(times_are_read_in_every_form_of_rfc_3339),
		cmocka_unit_test(a_person_s_time_is_that_of_the_place),
		cmocka_unit_test(lengths_of_time_are_read_as_a_person_writes_them),
		cmocka_unit_test(what_could_not_be_read_is_neither_absent_nor_current),
		cmocka_unit_test(no_core_is_left_behind),
		cmocka_unit_test(a_path_from_outside_stays_inside),
		cmocka_unit_test(a_pipe_that_nobody_writes_to_is_neither_waited_for_nor_empty),
		cmocka_unit_test(removing_a_tree_follows_no_link),
		cmocka_unit_test(a_directory_that_cannot_be_made_has_its_reason),
	};

	if (!setlocale(LC_ALL, "C.UTF-8"))
		return 1;
	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
