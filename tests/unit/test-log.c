/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Lines of the log: what a value cannot do to them, and that holding some back loses none, changes
 * no order, and writes none twice. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"

#define LINE_MAX_BYTES 4096
#define MANY 2000

static struct {
	int kept;			/* stderr as it was */
	FILE *file;
	char text[1024 * 1024];
} log_file;

static int
start(void **state)
{
	(void)state;
	log_file.file = tmpfile();
	log_file.kept = dup(STDERR_FILENO);
	return dup2(fileno(log_file.file), STDERR_FILENO) < 0;
}

static int
end(void **state)
{
	(void)state;
	log_hold(false);
	dup2(log_file.kept, STDERR_FILENO);
	close(log_file.kept);
	return fclose(log_file.file);
}

/* All that was written since the start; the times are left out. */
static const char *
written(void)
{
	ssize_t length = pread(fileno(log_file.file), log_file.text, sizeof(log_file.text) - 1, 0);

	assert_true(length >= 0);
	log_file.text[length] = '\0';
	for (char *at = log_file.text; (at = strstr(at, "time=")) != NULL; at += 5)
		memset(at + 5, '#', strcspn(at + 5, " \n"));
	return log_file.text;
}

static size_t
lines(void)
{
	size_t count = 0;

	for (const char *c = written(); *c; c++)
		count += *c == '\n';
	return count;
}

static void
no_value_forges_a_line(void **state)
{
	(void)state;
	log_line(LOG_PRIORITY_INFO, "a \"message\"", "key", "a\nb\\c\x7f", "none", NULL, "empty", "",
		 NULL);
	assert_string_equal(written(), "<6>time=######################## level=info "
				       "msg=\"a \\\"message\\\"\" key=\"a\\x0ab\\\\c\\x7f\" "
				       "empty=\"\"\n");
}

static void
a_long_line_is_cut_and_still_is_one_line(void **state)
{
	static const char fillers[] = {'x', '\n', '"'};

	(void)state;
	for (size_t i = 0; i < sizeof(fillers); i++) {
		for (size_t length = LINE_MAX_BYTES - 90; length < LINE_MAX_BYTES + 90; length++) {
			char value[2 * LINE_MAX_BYTES];
			const char *text;

			assert_int_equal(ftruncate(fileno(log_file.file), 0), 0);
			lseek(STDERR_FILENO, 0, SEEK_SET);
			memset(value, fillers[i], length);
			value[length] = '\0';
			log_line(LOG_PRIORITY_INFO, "long", "key", value, NULL);
			text = written();
			assert_true(strlen(text) <= LINE_MAX_BYTES);
			assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
		}
	}
}

static void
what_is_held_is_written_in_its_order(void **state)
{
	(void)state;
	log_hold(true);
	log_line(LOG_PRIORITY_INFO, "one", NULL);
	log_line(LOG_PRIORITY_INFO, "two", NULL);
	assert_string_equal(written(), "");
	log_flush();
	assert_int_equal(lines(), 2);
	log_line(LOG_PRIORITY_INFO, "three", NULL);
	assert_int_equal(lines(), 2);
	log_line(LOG_PRIORITY_NOTICE, "four", NULL);
	assert_int_equal(lines(), 4);
	assert_true(strstr(written(), "three") < strstr(written(), "four"));
	log_line(LOG_PRIORITY_INFO, "five", NULL);
	log_hold(false);
	assert_int_equal(lines(), 5);
	log_line(LOG_PRIORITY_INFO, "six", NULL);
	assert_int_equal(lines(), 6);
}

/* More than there is room for goes to the file meanwhile. */
static void
nothing_that_is_held_is_lost(void **state)
{
	const char *at;

	(void)state;
	log_hold(true);
	for (int i = 0; i < MANY; i++) {
		char number[16];

		snprintf(number, sizeof(number), "%d", i);
		log_line(LOG_PRIORITY_INFO, "line", "n", number, NULL);
	}
	log_flush();
	assert_int_equal(lines(), MANY);
	at = written();
	for (int i = 0; i < MANY; i++) {
		char number[16];

		snprintf(number, sizeof(number), "n=\"%d\"\n", i);
		at = strstr(at, number);
		assert_non_null(at);
	}
}

static void
a_child_writes_its_own_lines_and_none_of_its_parents(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	log_hold(true);
	log_line(LOG_PRIORITY_INFO, "of the parent", NULL);
	pid = fork();
	if (pid == 0) {
		log_line(LOG_PRIORITY_INFO, "of the child", NULL);
		log_line(LOG_PRIORITY_ERROR, "its end", NULL);
		log_flush();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(lines(), 2);
	assert_null(strstr(written(), "parent"));
	log_flush();
	assert_int_equal(lines(), 3);
	assert_non_null(strstr(written(), "parent"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			no_value_forges_a_line, start, end),
		cmocka_unit_test_setup_teardown(a_long_line_is_cut_and_still_is_one_line, start,
						end),
		cmocka_unit_test_setup_teardown(what_is_held_is_written_in_its_order, start, end),
		cmocka_unit_test_setup_teardown(nothing_that_is_held_is_lost, start, end),
		cmocka_unit_test_setup_teardown(
			a_child_writes_its_own_lines_and_none_of_its_parents, start, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
