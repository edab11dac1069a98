/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The configuration file's form: what is read, and where a fault is said to be. */
#include "config.h"

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

#include "base/config-file.h"
#include "base/error.h"
#include "base/xmalloc.h"

static char first[1024];

static void
keep_first(void *data, const char *text)
{
	(void)data;
	if (!first[0])
		snprintf(first, sizeof(first), "%s", text);
}

static size_t
parse(struct config_file *file, const char *text)
{
	first[0] = '\0';
	return config_file_parse(file, "f", text, strlen(text), keep_first, NULL);
}

static void
values_are_what_they_look_like(void **state)
{
	static const struct {
		const char *text, *value;
	} cases[] = {
		{"[a]\nk = v", "v"},
		{"[a]\n\tk=v\n", "v"},
		{"[a]\r\nk = v\r\n", "v"},
		{"[a]\nk = two words  ", "two words"},
		{"[a]\nk = v # comment", "v"},
		{"[a]\nk = v ; comment", "v"},
		{"[a]\nk = \"v # ; x \" # comment", "v # ; x "},
		{"[a]\nk = \"a\\\"b\\\\c\\n\\t\"", "a\"b\\c\n\t"},
		{"[a]\nk =", ""},
		{"[a]\nk = \"\"", ""},
		{"[a] # comment\nk = \xc3\xa4", "\xc3\xa4"},
		{"; first\n\n[a]\n# second\nk = v", "v"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct config_file file;

		assert_int_equal(parse(&file, cases[i].text), 0);
		assert_int_equal(file.count, 1);
		assert_string_equal(file.entries[0].section, "a");
		assert_string_equal(file.entries[0].name, "");
		assert_string_equal(file.entries[0].key, "k");
		assert_string_equal(file.entries[0].value, cases[i].value);
		config_file_clear(&file);
	}
}

static void
a_section_may_have_a_name(void **state)
{
	struct config_file file;

	(void)state;
	assert_int_equal(parse(&file, "[context \"at \\\"home\\\"\"]\n  url = x\n"), 0);
	assert_string_equal(file.entries[0].section, "context");
	assert_string_equal(file.entries[0].name, "at \"home\"");
	assert_int_equal(file.entries[0].line, 2);
	assert_int_equal(file.entries[0].column, 3);
	assert_int_equal(file.entries[0].value_column, 9);
	config_file_clear(&file);
}

static void
faults_are_where_they_stand(void **state)
{
	static const struct {
		const char *text, *where;
	} cases[] = {
		{"k = v", "f:1:1: "},			/* below no section */
		{"[a\nk = v", "f:1:3: "},
		{"[]\n", "f:1:2: "},
		{"[a] k = v\n", "f:1:5: "},
		{"[A]\n", "f:1:2: "},
		{"[a]\nk\n", "f:2:2: "},
		{"[a]\n= v\n", "f:2:1: "},
		{"[a]\nk = \"v\n", "f:2:7: "},
		{"[a]\nk = \"v\" x\n", "f:2:9: "},
		{"[a]\nk = \"\\x\"\n", "f:2:6: "},
		{"[a]\nk = v\"w\n", "f:2:5: "},
		{"[a]\nk = \xff\n", "f:2:1: "},	/* no UTF-8 */
		{"[a \"b]\n", "f:1:7: "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct config_file file;

		assert_true(parse(&file, cases[i].text) > 0);
		if (strncmp(first, cases[i].where, strlen(cases[i].where)) != 0)
			fail_msg("%s: said at %s", cases[i].text, first);
		config_file_clear(&file);
	}
}

static void
a_fault_does_not_hide_the_next(void **state)
{
	struct config_file file;

	(void)state;
	assert_int_equal(parse(&file, "[a]\n!\nk = v\n?\n[b\n"), 3);
	assert_int_equal(file.count, 1);
	config_file_clear(&file);
}

static void
nothing_grows_without_bound(void **state)
{
	char *line = xmalloc(CONFIG_FILE_LINE_MAX + 64);
	struct config_file file;

	(void)state;
	strcpy(line, "[a]\nk = ");
	memset(line + 8, 'x', CONFIG_FILE_LINE_MAX);
	strcpy(line + 8 + CONFIG_FILE_LINE_MAX, "\nk = v\n");
	assert_int_equal(parse(&file, line), 1);
	assert_int_equal(file.count, 1);
	assert_string_equal(file.entries[0].value, "v");
	config_file_clear(&file);
	free(line);
}

static void
a_nul_is_a_fault(void **state)
{
	static const char text[] = "[a]\nk = v\0w\n";
	struct config_file file;

	(void)state;
	first[0] = '\0';
	assert_int_equal(config_file_parse(&file, "f", text, sizeof(text) - 1, keep_first, NULL),
			 1);
	config_file_clear(&file);
}

static void
a_pipe_is_not_an_empty_file(void **state)
{
	char folder[] = "/tmp/config-XXXXXX", *path;
	struct config_file file;
	struct error err = {0};
	size_t faults;

	(void)state;
	assert_non_null(mkdtemp(folder));
	path = xasprintf("%s/pipe", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	assert_int_equal(config_file_read(&file, path, keep_first, NULL, &faults, &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	unlink(path);
	rmdir(folder);
	free(path);
}

static void
what_was_meant_is_suggested(void **state)
{
	static const char *const names[] = {"directory", "images", "socket", "socket-mode"};
	static const struct {
		const char *word, *meant;
	} cases[] = {
		{"directroy", "directory"}, {"image", "images"},    {"sokcet", "socket"},
		{"socket-mod", "socket-mode"}, {"colour", NULL}, {"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *meant = config_suggest(cases[i].word, names, 4);

		if (cases[i].meant)
			assert_string_equal(meant, cases[i].meant);
		else
			assert_null(meant);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_are_what_they_look_like),
		cmocka_unit_test(a_section_may_have_a_name),
		cmocka_unit_test(faults_are_where_they_stand),
		cmocka_unit_test(a_fault_does_not_hide_the_next),
		cmocka_unit_test(nothing_grows_without_bound),
		cmocka_unit_test(a_nul_is_a_fault),
		cmocka_unit_test(a_pipe_is_not_an_empty_file),
		cmocka_unit_test(what_was_meant_is_suggested),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
