/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The process driver's files in directories where workloads could have been: whatever somebody puts
 * in their place (links, FIFOs, directories, trees without end), nothing else is opened, written or
 * removed, and nobody waits.
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
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/error.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "net/loop.h"
#include "platform/drivers/driver.h"
#include "platform/drivers/process/beneath.h"
#include "platform/drivers/process/images.h"
#include "platform/drivers/process/jobs.h"
#include "platform/drivers/process/layout.h"
#include "platform/drivers/process/mounts.h"
#include "platform/drivers/process/output.h"
#include "platform/drivers/process/remover.h"

struct place {
	char *folder, *previous;	/* where the test works, and where it was before */
};

static int
make_place(void **state)
{
	struct place *place = xcalloc(1, sizeof(*place));
	char folder[] = "/tmp/process-files-XXXXXX";

	place->folder = xstrdup(mkdtemp(folder));
	place->previous = getcwd(NULL, 0);
	*state = place;
	return chdir(place->folder);
}

static int
remove_place(void **state)
{
	struct place *place = *state;
	int failed = chdir(place->previous) || paths_remove_tree(place->folder, NULL);

	free(place->folder);
	free(place->previous);
	free(place);
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

static char *
text_of(const char *name)
{
	char text[4096];
	FILE *file = fopen(name, "r");
	size_t n;

	assert_non_null(file);
	n = fread(text, 1, sizeof(text) - 1, file);
	text[n] = '\0';
	fclose(file);
	return xstrdup(text);
}

static void
assert_holds(const char *name, const char *text)
{
	char *found = text_of(name);

	assert_string_equal(found, text);
	free(found);
}

static bool
is_there(const char *name)
{
	struct stat st;

	return lstat(name, &st) == 0;
}

/* --- a file below an open directory --- */

static void
only_what_lies_below_is_opened(void **state)
{
	static const struct { const char *path; bool opens; } cases[] = {
		{"plain", true},
		{"inner/plain", true},
		{"inner/deep/plain", true},
		{"fifo", true},			/* the caller looks at what it is */
		{"missing", false},
		{"inner/missing", false},
		{"link", false},		/* to plain, beside it */
		{"out", false},			/* to a file elsewhere */
		{"around/plain", false},	/* a directory that is a link */
		{"up/plain", false},		/* a link to ".." */
		{"plain/plain", false},		/* a file is no directory */
		{"fifo/plain", false},
		{"../outside", false},
		{"inner/../plain", false},
		{"./plain", false},
		{"inner//plain", false},
		{"inner/", false},
		{"/etc/passwd", false},
		{"", false},
		{".", false},
		{"..", false},
	};
	int directory, fd;

	(void)state;
	put("outside", "secret");
	assert_int_equal(mkdir("top", 0700) + mkdir("top/inner", 0700) + mkdir("top/inner/deep", 0700), 0);
	put("top/plain", "a");
	put("top/inner/plain", "b");
	put("top/inner/deep/plain", "c");
	assert_int_equal(mkfifo("top/fifo", 0600), 0);
	assert_int_equal(symlink("plain", "top/link"), 0);
	assert_int_equal(symlink("../outside", "top/out"), 0);
	assert_int_equal(symlink("inner", "top/around"), 0);
	assert_int_equal(symlink("..", "top/up"), 0);
	directory = open("top", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	assert_true(directory >= 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		errno = 0;
		fd = beneath_open(directory, cases[i].path, O_RDONLY | O_NONBLOCK);
		if ((fd >= 0) != cases[i].opens)
			fail_msg("\"%s\" is %sopened: %s", cases[i].path, fd >= 0 ? "" : "not ",
				 strerror(errno));
		assert_true(fd >= 0 || errno != 0);
		if (fd >= 0) {
			assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
			close(fd);
		}
	}
	assert_int_equal(fcntl(directory, F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);	/* still open */
	close(directory);
}

/* --- what a program prints --- */

static void
print(const char *file, const char *text)
{
	struct output *output = output_new(file, "main", "d1");

	output_take(output, text, strlen(text));
	output_free(output);
}

/* The texts of the lines, each with its end; free() it. */
static char *
lines_of(const char *file, const struct driver_log_query *query)
{
	struct driver_logs logs = {0};
	char *text = xstrdup("");

	output_read(file, "web", query, &logs);
	for (size_t i = 0; i < logs.count; i++) {
		char *longer = xasprintf("%s%s\n", text, logs.items[i].text);

		assert_string_equal(logs.items[i].module, "web");
		free(text);
		text = longer;
	}
	driver_logs_clear(&logs);
	return text;
}

static void
assert_lines(const char *file, const char *expected)
{
	static const struct driver_log_query all;
	char *lines = lines_of(file, &all);

	assert_string_equal(lines, expected);
	free(lines);
}

static void
a_log_is_written_to_a_regular_file_or_nowhere(void **state)
{
	char byte;
	int fd;

	(void)state;
	put("victim", "as it was\n");
	assert_int_equal(symlink("victim", "link"), 0);
	print("link", "through a link\n");
	assert_holds("victim", "as it was\n");
	assert_lines("link", "");
	/* Nobody reads it, and nobody waits for that. */
	assert_int_equal(mkfifo("fifo", 0600), 0);
	print("fifo", "into a FIFO\n");
	assert_lines("fifo", "");
	/* Also where somebody does: they hear nothing, and are not listened to. */
	fd = open("fifo", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	print("fifo", "into a FIFO\n");
	assert_int_equal(read(fd, &byte, 1), -1);
	assert_int_equal(write(fd, "1 d c planted\n", 14), 14);
	assert_lines("fifo", "");
	close(fd);
	assert_int_equal(mkdir("directory", 0700), 0);
	print("directory", "into a directory\n");
	assert_lines("directory", "");
	/* The older half of a log may be a link just as well. */
	put("log", "");
	assert_int_equal(symlink("victim", "log.1"), 0);
	print("log", "mine\n");
	assert_lines("log", "mine\n");
}

static void
output_becomes_lines_of_text(void **state)
{
	static const struct { const char *printed, *lines; } cases[] = {
		{"", ""},
		{"one\n", "one\n"},
		{"one\ntwo", "one\ntwo\n"},		/* the last has no end */
		{"\n\nx\n", "\n\nx\n"},			/* empty ones count */
		{"with\r\nreturns\r\n", "with\nreturns\n"},
		{"bar 10%\rbar 20%\n", "bar 10%\rbar 20%\n"},
		{"bad \xff byte\n", "bad \xef\xbf\xbd byte\n"},
		{"cut \xe2\x82\n", "cut \xef\xbf\xbd\xef\xbf\xbd\n"},
		{"한글 ok\n", "한글 ok\n"},
		{"12 d c looks like ours\n", "12 d c looks like ours\n"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *name = xasprintf("log-%zu", i);

		print(name, cases[i].printed);
		if (*cases[i].printed)
			assert_lines(name, cases[i].lines);
		else
			assert_false(is_there(name));
		free(name);
	}
}

/* However a program's writes are cut, its lines are whole. */
static void
a_line_that_comes_in_pieces_is_one(void **state)
{
	static const char text[] = "the first line\nthe second\n\nand the last";
	struct output *output;

	(void)state;
	for (size_t step = 1; step <= sizeof(text); step++) {
		unlink("log");
		output = output_new("log", "main", "d1");
		for (size_t at = 0; at < strlen(text); at += step)
			output_take(output, text + at,
				    strlen(text) - at < step ? strlen(text) - at : step);
		output_free(output);
		assert_lines("log", "the first line\nthe second\n\nand the last\n");
	}
}

/* A program that ends no line fills no memory, and nothing of it is lost or cut in two. */
static void
a_line_without_end_is_cut_and_kept(void **state)
{
	static const struct driver_log_query all;
	char *long_line = xcalloc(1, 90001), *lines, *to;

	(void)state;
	for (int i = 0; i < 30000; i++)
		memcpy(long_line + 3 * i, i % 7 ? "\xed\x95\x9c" : "abc", 3);
	print("log", long_line);
	lines = lines_of("log", &all);
	to = lines;
	for (const char *from = lines; *from; from++)	/* without the ends */
		if (*from != '\n')
			*to++ = *from;
	*to = '\0';
	assert_string_equal(lines, long_line);
	free(lines);
	free(long_line);
}

static void
lines_are_asked_for_by_time_container_and_deployment(void **state)
{
	static const struct { struct driver_log_query query; const char *lines; } cases[] = {
		{{0}, "a\nb\nc\nd\n"},
		{{.from = 200}, "b\nc\nd\n"},
		{{.to = 200}, "a\nb\n"},
		{{.from = 200, .to = 300}, "b\nc\n"},
		{{.from = 201, .to = 299}, ""},
		{{.container = "main"}, "a\nc\n"},
		{{.container = "mai"}, ""},
		{{.container = "main2"}, ""},
		{{.deploy_id = "d2"}, "c\nd\n"},
		{{.deploy_id = "d2", .container = "side"}, "d\n"},
		{{.deploy_id = "d3"}, ""},
	};

	(void)state;
	put("log", "100 d1 main a\n200 d1 side b\n300 d2 main c\n400 d2 side d\n"
		   "no line of ours\n500\n600 d1\n700 d1 main");	/* the disk was full */
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *lines = lines_of("log", &cases[i].query);

		assert_string_equal(lines, cases[i].lines);
		free(lines);
	}
}

static void
the_last_lines_are_the_last(void **state)
{
	static const struct { const char *text; size_t lines; const char *last; } cases[] = {
		{"a\nb\nc\n", 2, "b\nc"}, {"a\nb\nc", 2, "b\nc"}, {"a\nb\nc\n\n\n", 1, "c"},
		{"a", 5, "a"}, {"", 3, ""}, {"\n\n", 3, ""}, {"a\r\nb\r\n", 2, "a\nb"},
		{"\xff\n", 1, "\xef\xbf\xbd"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *last = output_last_lines(cases[i].text, strlen(cases[i].text),
					       cases[i].lines);

		assert_string_equal(last, cases[i].last);
		free(last);
	}
	put("log.1", "1 d c old\n2 d c older half\n");
	put("log", "3 d c new\n");
	{
		char *tail = output_tail("log", 2);

		assert_string_equal(tail, "older half\nnew");
		free(tail);
	}
}

/* --- the directory of an environment --- */

static void
what_an_earlier_release_left_is_put_in_its_place(void **state)
{
	struct error err = {0};

	(void)state;
	put("victim", "as it was\n");
	assert_int_equal(paths_make("env/resources/web.files", &err), 0);
	assert_int_equal(paths_make("env/modules/web", &err), 0);
	put("env/resources/web.files/page", "made by a resource");
	put("env/resources/shared.dns", "20001");
	put("env/resources/db.sqlite", "a database");
	assert_int_equal(symlink("../../victim", "env/resources/evil.dns"), 0);
	put("env/modules/web/output.log", "1 d c line\n");
	assert_int_equal(symlink("../../../victim", "env/modules/web/output.log.1"), 0);
	assert_int_equal(symlink("../..", "env/modules/evil"), 0);
	assert_int_equal(mkfifo("env/modules/fifo", 0600), 0);
	assert_int_equal(layout_make("env", &err), 0);
	assert_holds("env/records/shared.dns", "20001");
	assert_holds("env/files/web/page", "made by a resource");
	assert_holds("env/resources/db.sqlite", "a database");
	assert_holds("env/modules/web/output.log", "1 d c line\n");
	assert_false(is_there("env/modules/web/output.log.1"));
	assert_false(is_there("env/modules/evil"));
	assert_false(is_there("env/modules/fifo"));
	assert_false(is_there("env/records/evil.dns"));
	assert_true(is_there("env/data"));
	assert_holds("victim", "as it was\n");
	/* What workloads do later in what is theirs is left to them. */
	assert_int_equal(symlink("../victim", "env/data/link"), 0);
	put("env/resources/mine.dns", "7");
	assert_int_equal(layout_make("env", &err), 0);
	assert_true(is_there("env/data/link"));
	assert_true(is_there("env/resources/mine.dns"));
	assert_false(is_there("env/records/mine.dns"));
}

static void
a_directory_that_is_something_else_is_refused(void **state)
{
	struct error err = {0};

	(void)state;
	assert_int_equal(mkdir("real", 0700), 0);
	assert_int_equal(symlink("real", "link"), 0);
	assert_int_equal(layout_make("link", &err), -1);
	assert_true(*err.text);
	assert_false(is_there("real/records"));
	put("file", "x");
	memset(&err, 0, sizeof(err));
	assert_int_equal(layout_make("file", &err), -1);
	assert_true(*err.text);
	assert_string_equal(layout_space("/state/spaces/acme/shop/production"),
			    "acme/shop/production");
	assert_string_equal(layout_space("acme/shop/production"), "acme/shop/production");
}

/* --- jobs --- */

static void
a_job_is_done_once_for_a_deployment(void **state)
{
	char deployment[16];

	(void)state;
	assert_false(jobs_is_done("env", "web", 0, "d1"));	/* there is no directory */
	jobs_set_done("env", "web", 0, "d1");
	assert_false(jobs_is_done("env", "web", 0, "d1"));
	assert_int_equal(mkdir("env", 0700) + mkdir("env/records", 0700), 0);
	jobs_set_done("env", "web", 0, "d1");
	assert_true(jobs_is_done("env", "web", 0, "d1"));
	assert_false(jobs_is_done("env", "web", 1, "d1"));
	assert_false(jobs_is_done("env", "other", 0, "d1"));
	assert_false(jobs_is_done("env", "web", 0, "d2"));
	jobs_set_done("env", "web", 0, "d2");
	assert_true(jobs_is_done("env", "web", 0, "d1"));	/* a rollback may come back to it */
	for (int i = 0; i < 200; i++) {
		snprintf(deployment, sizeof(deployment), "e%d", i);
		jobs_set_done("env", "web", 0, deployment);
		assert_true(jobs_is_done("env", "web", 0, deployment));
	}
	assert_false(jobs_is_done("env", "web", 0, "d1"));	/* the list has an end */
	put("env/records/jobs.json", "{\"web/0\": [\"e199\", ");	/* a crash of the machine */
	assert_false(jobs_is_done("env", "web", 0, "e199"));
	jobs_set_done("env", "web", 0, "f1");
	assert_true(jobs_is_done("env", "web", 0, "f1"));
	put("env/records/jobs.json", "{\"web/0\": \"f1\"}");
	assert_false(jobs_is_done("env", "web", 0, "f1"));
	jobs_set_done("env", "web", 0, "f2");
	assert_true(jobs_is_done("env", "web", 0, "f2"));
}

/* --- removal --- */

struct removal {
	struct loop *loop;
	struct remover *remover;
	int done;
};

static void
one_is_done(void *data)
{
	((struct removal *)data)->done++;
}

static int64_t
cpu_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void
begin(struct removal *removal)
{
	struct error err = {0};

	*removal = (struct removal){.loop = loop_new(&err)};
	assert_non_null(removal->loop);
	assert_int_equal(loop_take_signals(removal->loop, &err), 0);
	removal->remover = remover_new(removal->loop, ".");
}

static void
end(struct removal *removal)
{
	remover_free(removal->remover);
	loop_free(removal->loop);
}

static void
wait_until_done(struct removal *removal, int wanted)
{
	while (removal->done < wanted)
		assert_int_equal(loop_turn(removal->loop, -1, NULL), 0);
}

static void
a_small_directory_is_gone_at_once(void **state)
{
	struct removal removal;

	(void)state;
	begin(&removal);
	assert_int_equal(mkdir("env", 0700), 0);
	put("env/file", "x");
	assert_int_equal(symlink("/etc/passwd", "env/link"), 0);
	assert_int_equal(mkfifo("env/fifo", 0600), 0);
	assert_false(remover_take(removal.remover, "env", one_is_done, &removal));
	assert_false(is_there("env"));
	assert_int_equal(removal.done, 0);
	assert_false(remover_take(removal.remover, "env", one_is_done, &removal));	/* missing */
	put("file", "x");
	assert_false(remover_take(removal.remover, "file", NULL, NULL));
	assert_false(is_there("file"));
	end(&removal);
	assert_false(is_there(".removed"));
}

/* The name is free and the loop goes on, whatever there is to remove. */
static void
many_files_are_removed_beside_the_loop(void **state)
{
	struct removal removal;
	int64_t before;

	(void)state;
	begin(&removal);
	assert_int_equal(mkdir("env", 0700), 0);
	for (int i = 0; i < 3000; i++) {
		char name[32];

		snprintf(name, sizeof(name), "env/file-%d", i);
		put(name, "");
	}
	before = cpu_ms();
	assert_true(remover_take(removal.remover, "env", one_is_done, &removal));
	assert_true(cpu_ms() - before < 50);
	assert_false(is_there("env"));
	assert_int_equal(mkdir("env", 0700), 0);	/* a new one of the same name */
	put("env/new", "stays");
	wait_until_done(&removal, 1);
	assert_holds("env/new", "stays");
	end(&removal);
	assert_false(is_there(".removed"));
}

static void
a_tree_deeper_than_any_path_is_gone(void **state)
{
	struct removal removal;
	int top = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	(void)state;
	begin(&removal);
	assert_int_equal(mkdir("env", 0700), 0);
	assert_int_equal(chdir("env"), 0);
	for (int i = 0; i < 400; i++) {		/* 400 times 21 bytes: more than PATH_MAX */
		assert_int_equal(mkdir("a-directory-in-another", 0700), 0);
		assert_int_equal(chdir("a-directory-in-another"), 0);
	}
	assert_int_equal(fchdir(top), 0);
	close(top);
	if (remover_take(removal.remover, "env", one_is_done, &removal))
		wait_until_done(&removal, 1);
	assert_false(is_there("env"));
	end(&removal);
	assert_false(is_there(".removed"));	/* it is empty, so it could go */
}

static bool
has_leftover(void)
{
	DIR *directory = opendir(".");
	struct dirent *entry;
	bool found = false;

	while ((entry = readdir(directory)))
		found |= strncmp(entry->d_name, ".removed-", 9) == 0;
	closedir(directory);
	return found;
}

/* A daemon that ended meanwhile leaves it to the next. */
static void
what_was_not_finished_is_removed_after_the_next_start(void **state)
{
	struct removal removal;
	struct error err = {0};

	(void)state;
	assert_int_equal(paths_make(".removed/0123456789abcdef/inner", &err), 0);
	put(".removed/0123456789abcdef/inner/file", "x");
	begin(&removal);
	assert_false(is_there(".removed/0123456789abcdef"));
	assert_int_equal(mkdir("env", 0700), 0);
	assert_false(remover_take(removal.remover, "env", NULL, NULL));
	while (has_leftover())
		loop_turn(removal.loop, 10, NULL);
	end(&removal);
}

/* --- what a workload's root is made of --- */

static const struct mount *
mount_at(const struct mounts *mounts, const char *to)
{
	for (size_t i = mounts->count; i-- > 0;)	/* the last lies on top */
		if (strcmp(mounts->items[i].to, to) == 0)
			return &mounts->items[i];
	return NULL;
}

static void
of_etc_only_a_short_list_is_there(void **state)
{
	static const char *const never[] = {
		"/etc", "/etc/shadow", "/etc/gshadow", "/etc/sidestaged.conf", "/etc/sidestage",
		"/etc/ssl", "/etc/ssl/private", "/etc/sudoers", "/etc/ssh", "/etc/machine-id",
		"/", "/home", "/root", "/var", "/run", "/run/secrets", "/tmp", "/dev", "/sys",
		"/proc/1", "/dev/mem", "/dev/sda", "/boot", "/srv", "/mnt",
	};
	struct mounts mounts = {0};
	const struct mount *found;

	(void)state;
	mounts_lay_out(&mounts, "images", NULL);
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		found = mount_at(&mounts, never[i]);
		if (found && (found->kind == MOUNT_READ_ONLY || found->kind == MOUNT_WRITABLE ||
			      found->kind == MOUNT_DEVICE))
			fail_msg("a workload sees %s", never[i]);
	}
	for (size_t i = 0; i < mounts.count; i++)
		assert_int_not_equal(mounts.items[i].kind, MOUNT_WRITABLE);
	assert_non_null(mount_at(&mounts, "/usr"));
	assert_non_null(mount_at(&mounts, "/etc/passwd"));
	assert_int_equal(mount_at(&mounts, "/dev/null")->kind, MOUNT_DEVICE);
	assert_int_equal(mount_at(&mounts, "/proc")->kind, MOUNT_PROCESSES);
	mounts_clear(&mounts);
}

/* A token file or a key in a place that workloads see is not readable there. */
static void
what_the_configuration_names_is_hidden(void **state)
{
	static const char *const hidden[] = {
		"/etc/ssl/certs/sidestaged-of-this-test.pem", "/usr/share",
		"/usr/share/sidestaged-of-this-test.sock", "/nowhere/seen/token", NULL,
	};
	struct mounts mounts = {0};

	(void)state;
	mounts_lay_out(&mounts, "images", hidden);
	if (access("/etc/ssl/certs", F_OK) == 0)
		assert_int_equal(mount_at(&mounts, hidden[0])->kind, MOUNT_HIDDEN);
	assert_int_equal(mount_at(&mounts, hidden[1])->kind, MOUNT_COVERED);
	assert_int_equal(mount_at(&mounts, hidden[2])->kind, MOUNT_HIDDEN);
	assert_null(mount_at(&mounts, hidden[3]));	/* its name alone would tell something */
	mounts_clear(&mounts);
}

/* --- images --- */

static void
an_image_is_an_executable_file_below_its_directory(void **state)
{
	static const struct { const char *reference; bool found; } cases[] = {
		{"acme/web:1.0", true},
		{"acme/web:1.1", false},		/* not executable */
		{"acme/web:dir", false},
		{"acme/web:fifo", false},
		{"acme/web:", false},
		{"acme/web", false},
		{"acme:web/1.0", false},
		{":1.0", false},
		{"", false},
		{"../web:1.0", false},
		{"acme/../acme/web:1.0", false},
		{"acme/web:../web/1.0", false},
		{"acme/web:1.0/../1.0", false},
		{"/acme/web:1.0", false},
		{"acme//web:1.0", false},
		{"acme/web:1.0@sha256:0123456789012345678901234567890123456789012345678901234567890123",
		 false},
	};
	struct error err = {0};
	struct images *images;

	(void)state;
	assert_null(images_open("missing", &err));
	assert_true(*err.text);
	assert_int_equal(paths_make("images/acme/web/dir", &err), 0);
	put("images/acme/web/1.0", "#!/bin/sh\n");
	put("images/acme/web/1.1", "#!/bin/sh\n");
	assert_int_equal(mkfifo("images/acme/web/fifo", 0700), 0);
	assert_int_equal(chmod("images/acme/web/1.0", 0755), 0);
	images = images_open("images", &err);
	assert_non_null(images);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char *path;

		memset(&err, 0, sizeof(err));
		path = images_find(images, cases[i].reference, &err);
		if ((path != NULL) != cases[i].found)
			fail_msg("%s: %s", cases[i].reference, path ? path : err.text);
		if (!path) {
			assert_int_equal(err.kind, ERROR_INPUT);
			assert_non_null(strstr(err.text, cases[i].reference));
		}
		free(path);
	}
	images_free(images);
}

#define IN_PLACE(test) cmocka_unit_test_setup_teardown(test, make_place, remove_place)

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		IN_PLACE(only_what_lies_below_is_opened),
		IN_PLACE(a_log_is_written_to_a_regular_file_or_nowhere),
		IN_PLACE(output_becomes_lines_of_text),
		IN_PLACE(a_line_that_comes_in_pieces_is_one),
		IN_PLACE(a_line_without_end_is_cut_and_kept),
		IN_PLACE(lines_are_asked_for_by_time_container_and_deployment),
		IN_PLACE(the_last_lines_are_the_last),
		IN_PLACE(what_an_earlier_release_left_is_put_in_its_place),
		IN_PLACE(a_directory_that_is_something_else_is_refused),
		IN_PLACE(a_job_is_done_once_for_a_deployment),
		IN_PLACE(a_small_directory_is_gone_at_once),
		IN_PLACE(many_files_are_removed_beside_the_loop),
		IN_PLACE(a_tree_deeper_than_any_path_is_gone),
		IN_PLACE(what_was_not_finished_is_removed_after_the_next_start),
		IN_PLACE(of_etc_only_a_short_list_is_there),
		IN_PLACE(what_the_configuration_names_is_hidden),
		IN_PLACE(an_image_is_an_executable_file_below_its_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
