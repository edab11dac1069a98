/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What comes in from files: YAML under its limits, archives, and databases of before. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <sqlite3.h>

#include "base/error.h"
#include "base/paths.h"
#include "base/xmalloc.h"
#include "model/json.h"
#include "model/yaml.h"
#include "platform/admin/document.h"
#include "platform/admin/tar.h"
#include "platform/state/repository.h"
#include "platform/state/schema.h"

static void
yaml_means_what_the_core_schema_says(void **state)
{
	static const struct {
		const char *yaml, *json;
	} cases[] = {
		{"a: 1", "{\"a\":1}"},
		{"a: -7", "{\"a\":-7}"},
		{"a: 1.5", "{\"a\":1.5}"},
		/* what JSON would write in another way keeps its text */
		{"a: +7", "{\"a\":\"+7\"}"}, {"a: .5", "{\"a\":\".5\"}"}, {"a: 1.10", "{\"a\":\"1.10\"}"},
		{"a: 1234e56", "{\"a\":\"1234e56\"}"}, {"a: 01234", "{\"a\":\"01234\"}"},
		{"a: 0x1F", "{\"a\":\"0x1F\"}"}, {"a: .inf", "{\"a\":\".inf\"}"}, {"a: 1_000", "{\"a\":\"1_000\"}"},
		{"a: 1.4.2", "{\"a\":\"1.4.2\"}"},
		{"a: \"1\"", "{\"a\":\"1\"}"},
		{"a: '1'", "{\"a\":\"1\"}"},
		{"a: no", "{\"a\":\"no\"}"},	/* a word, since YAML 1.2 */
		{"a: true", "{\"a\":true}"},
		{"a:", "{\"a\":null}"},
		{"a: ~", "{\"a\":null}"},
		{"a: -", NULL},
		{"a: x: y", NULL},
		{"- 1\n- [2, {b: c}]", "[1,[2,{\"b\":\"c\"}]]"},
		{"a: |\n  two\n  lines\n", "{\"a\":\"two\\nlines\\n\"}"},
		{"a: 99999999999999999999", "{\"a\":\"99999999999999999999\"}"},
		{"a: &x 1\nb: *x", NULL},
		{"a: 1\na: 2", NULL},
		{"a: !!str 1", NULL},
		{"? [a]\n: b", NULL},
		{"a: 1\n---\nb: 2", NULL},
		{"", NULL},
		{"a: \"\\0\"", NULL},
		{"a: [", NULL},
		{"<<: {a: 1}", NULL},
		{"\"<<\": 1", "{\"<<\":1}"},
		{"a: 1\r\nb: x\r\n", "{\"a\":1,\"b\":\"x\"}"},
		{"\xef\xbb\xbf" "a: 1", "{\"a\":1}"},
		{"%YAML 1.1\n---\na: yes\n...\n", "{\"a\":\"yes\"}"},
		{"a: &x {b: 1}", "{\"a\":{\"b\":1}}"},	/* nobody refers to it */
		{"1: a\ntrue: b", "{\"1\":\"a\",\"true\":\"b\"}"},
		{"a:\n\t- b", NULL},
		{"a: \xe9", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = {0};
		json_t *value = yaml_decode(cases[i].yaml, strlen(cases[i].yaml), NULL,
						    &err);
		char *text = value ? json_canonical(value) : NULL;

		if (!cases[i].json) {
			if (value || err.kind == ERROR_NONE)
				fail_msg("taken: %s", cases[i].yaml);
		} else if (!text) {
			fail_msg("%s: %s", cases[i].yaml, err.text);
		} else {
			assert_string_equal(text, cases[i].json);
		}
		free(text);
		json_decref(value);
	}
}

/* Whoever has a thousand lines has to know which one it is. */
static void
what_is_wrong_with_yaml_is_said_with_its_place(void **state)
{
	static const struct { const char *yaml, *said; } cases[] = {
		{"a: 1\nb: &x 1\nc: *x\n", "line 3, column 4: YAML aliases are not supported."},
		{"a: 1\n<<: {b: 1}\n", "line 2, column 1: YAML merge keys are not supported."},
		{"a: 1\n\n  b: \"\x01\"\n", "line 3, column 7: control characters are not allowed"},
		{"a: 1\nb: 2\na: 3\n", "line 3, column 1: The key is given twice."},
		{"a: 1\n---\nb: 2\n", "line 2, column 1: Only one document is allowed."},
		{"a: \xff", "The file is not UTF-8 text."},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct error err = {0};

		assert_null(yaml_decode(cases[i].yaml, strlen(cases[i].yaml), NULL, &err));
		assert_string_equal(err.text, cases[i].said);
	}
}

static void
yaml_knows_the_line_of_everything(void **state)
{
	static const char yaml[] = "a:\n  - b: 1\n    c/d: 2\n";
	struct error err = {0};
	struct document document = {.lines = json_object()};

	(void)state;
	document.value = yaml_decode(yaml, strlen(yaml), document.lines, &err);
	assert_non_null(document.value);
	assert_int_equal(document_line(&document, "/a/0/b"), 2);
	assert_int_equal(document_line(&document, "/a/0/c~1d"), 3);
	assert_int_equal(document_line(&document, "/a/0/missing"), 2);	/* of what it is in */
	assert_int_equal(document_line(&document, ""), 1);
	document_clear(&document);
}

static void
yaml_has_a_floor(void **state)
{
	char deep[2 * 40 + 1];
	struct error err = {0};
	char *large = xmalloc(YAML_BYTES_MAX + 2);
	json_t *value;

	(void)state;
	memset(deep, '[', 40);
	memset(deep + 40, ']', 40);
	deep[80] = '\0';
	assert_null(yaml_decode(deep, 80, NULL, &err));
	value = yaml_decode(deep + 20, 40, NULL, &err);
	assert_non_null(value);
	json_decref(value);
	memset(large, 'x', YAML_BYTES_MAX + 1);
	assert_null(yaml_decode(large, YAML_BYTES_MAX + 1, NULL, &err));
	assert_int_equal(err.kind, ERROR_LIMIT);
	free(large);
}

static void
archives_hold_long_names(void **state)
{
	unsigned char block[TAR_BLOCK];
	char name[TAR_NAME_MAX + 1], longest[300];
	int64_t size;

	(void)state;
	snprintf(longest, sizeof(longest), "spaces/%0100d/%0100d", 1, 2);
	assert_true(tar_encode(block, longest, 123456789, 0));
	assert_int_equal(tar_decode(block, name, &size), 1);
	assert_string_equal(name, longest);
	assert_int_equal(size, 123456789);
	block[0] ^= 1;
	assert_int_equal(tar_decode(block, name, &size), -1);	/* the sum is wrong */
	snprintf(longest, sizeof(longest), "spaces/%0200d", 1);
	assert_false(tar_encode(block, longest, 1, 0));
	assert_false(tar_encode(block, "a", TAR_SIZE_MAX + 1, 0));
	memset(block, 0, sizeof(block));
	assert_int_equal(tar_decode(block, name, &size), 0);
}

static void
a_database_is_copied_aside_before_it_is_changed(void **state)
{
	char folder[] = "/tmp/transfer-XXXXXX";
	struct repository *repository;
	struct error err = {0};
	sqlite3 *database;
	char *path, *copy;

	(void)state;
	if (platform_schema.count < 2)
		return;
	assert_non_null(mkdtemp(folder));
	path = xasprintf("%s/platform.db", folder);
	copy = xasprintf("%s.version-1", path);
	assert_int_equal(sqlite3_open(path, &database), SQLITE_OK);
	assert_int_equal(sqlite3_exec(database, platform_schema.steps[0].sql, NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_exec(database, "PRAGMA user_version = 1;"
						"INSERT INTO env_types VALUES ('o', 't', 'kept')",
				      NULL, NULL, NULL), SQLITE_OK);
	sqlite3_close(database);
	repository = repository_open(path, &err);
	assert_non_null(repository);
	repository_close(repository);
	assert_int_equal(sqlite3_open_v2(copy, &database, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
	assert_int_equal(
		sqlite3_exec(database, "SELECT description FROM env_types", NULL, NULL, NULL),
		SQLITE_OK);
	sqlite3_close(database);
	/* A fresh one has nothing to copy. */
	unlink(path);
	unlink(copy);
	repository = repository_open(path, &err);
	assert_non_null(repository);
	repository_close(repository);
	assert_int_not_equal(access(copy, F_OK), 0);
	assert_int_equal(paths_remove_tree(folder, &err), 0);
	free(path);
	free(copy);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(yaml_means_what_the_core_schema_says),
		cmocka_unit_test(what_is_wrong_with_yaml_is_said_with_its_place),
		cmocka_unit_test(yaml_knows_the_line_of_everything),
		cmocka_unit_test(yaml_has_a_floor),
		cmocka_unit_test(archives_hold_long_names),
		cmocka_unit_test(a_database_is_copied_aside_before_it_is_changed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
