/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The table of extensions, and doc/api/extensions, which is the page of it. */
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
#include "base/error.h"
#include "base/xmalloc.h"
#include "model/extensions.h"

#define VALUES EXTENSION_BIT(EXTENSION_DEPLOY_VALUES)
#define TAG EXTENSION_BIT(EXTENSION_DEPLOY_TAG)

static void
test_a_list_is_read_whatever_else_is_in_it(void **state)
{
	static const struct { const char *list; unsigned set; } cases[] = {
		{"", 0},
		{"deploy-values", VALUES},
		{"deploy-tag,\tdeploy-values , ", VALUES | TAG},
		{"deploy, deploy-tags, Deploy-Tag", 0},		/* names are whole */
		{", ,deploy-hyperspace,deploy-tag", TAG},	/* of a newer platform */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(extensions_read(cases[i].list), cases[i].set);
}

static void
expect_written(unsigned set)
{
	char list[EXTENSIONS_LIST_SIZE];

	extensions_write(list, set);
	assert_true(strlen(list) < sizeof(list) - 1);
	assert_int_equal(extensions_read(list), set);
}

/* Of a million sets each hundredth, and those of one, and all but one. */
static void
test_what_is_written_is_read_again(void **state)
{
	(void)state;
	for (unsigned set = 0; set <= EXTENSIONS_ALL; set += 97)
		expect_written(set);
	for (unsigned i = 0; i < EXTENSION_COUNT; i++) {
		expect_written(EXTENSION_BIT(i));
		expect_written(EXTENSIONS_ALL & ~EXTENSION_BIT(i));
	}
	expect_written(EXTENSIONS_ALL);
}

static void
test_what_a_person_says_is_no_guess(void **state)
{
	struct error err = {0};
	unsigned set = 1;

	(void)state;
	assert_int_equal(extensions_choose(&set, "none", &err), 0);
	assert_int_equal(set, 0);
	assert_int_equal(extensions_choose(&set, "all", &err), 0);
	assert_int_equal(set, EXTENSIONS_ALL);
	assert_int_equal(extensions_choose(&set, "deploy-tag, deploy-values", &err), 0);
	assert_int_equal(set, VALUES | TAG);
	assert_int_equal(extensions_choose(&set, "deploy-tag,tags", &err), -1);
	assert_int_equal(err.kind, ERROR_INPUT);
	assert_non_null(strstr(err.text, "\"tags\""));
	assert_int_equal(set, VALUES | TAG);
}

static void
test_a_row_is_of_the_operations_that_it_names(void **state)
{
	const struct extension_addition one = {0, ADDS_HEADER, "putValue", "If-Match"};
	const struct extension_addition several = {0, ADDS_HEADER, "putValueOf*", "If-Match"};

	(void)state;
	assert_true(extension_addition_is_of(&one, "putValue"));
	assert_false(extension_addition_is_of(&one, "putValueOfApp"));
	assert_true(extension_addition_is_of(&several, "putValueOfApp"));
	assert_true(extension_addition_is_of(&several, "putValueOfEnv"));
	assert_false(extension_addition_is_of(&several, "putValue"));
}

static void
test_each_extension_adds_something(void **state)
{
	const struct extension_addition *row;
	unsigned seen = 0;

	(void)state;
	for (size_t i = 0; (row = extension_addition(i)) != NULL; i++) {
		seen |= EXTENSION_BIT(row->extension);
		assert_int_equal(row->kind == ADDS_ROUTE, row->name == NULL);
	}
	assert_int_equal(seen, EXTENSIONS_ALL);
}

/* With one space where the page has any. */
static char *
read_page(void)
{
	const char *srcdir = getenv("srcdir");
	char *path = xasprintf("%s/doc/api/extensions", srcdir ? srcdir : ".");
	FILE *file = fopen(path, "r");
	struct buf page;
	bool space = false;
	int c;

	free(path);
	assert_non_null(file);
	buf_init(&page, 1u << 20);
	while ((c = getc(file)) != EOF) {
		bool is_space = c == ' ' || c == '\n';

		if (!is_space || !space)
			assert_true(buf_append(&page, is_space ? " " : (char[]){(char)c}, 1));
		space = is_space;
	}
	fclose(file);
	return buf_take(&page);
}

static void
test_the_page_has_every_extension_in_order_and_what_is_said_without(void **state)
{
	char *page = read_page(), list[EXTENSIONS_LIST_SIZE], *header;
	const char *at = page;

	(void)state;
	extensions_write(list, EXTENSIONS_ALL);
	header = xasprintf("Sidestage-Extensions: %s Sidestage-Platform", list);
	assert_non_null(strstr(page, header));
	free(header);
	for (size_t i = 0; i < EXTENSION_COUNT; i++) {
		const char *absent = extension_absent((enum extension)i);
		char *head = xasprintf(" %zu. %s ", i + 2, extension_name((enum extension)i));

		at = strstr(at, head);
		if (!at)
			fail_msg("no section%s", head);
		free(head);
		if (absent && !strstr(at, absent))
			fail_msg("the page does not say: %s", absent);
	}
	free(page);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_a_list_is_read_whatever_else_is_in_it),
		cmocka_unit_test(test_what_is_written_is_read_again),
		cmocka_unit_test(test_what_a_person_says_is_no_guess),
		cmocka_unit_test(test_a_row_is_of_the_operations_that_it_names),
		cmocka_unit_test(test_each_extension_adds_something),
		cmocka_unit_test(
			test_the_page_has_every_extension_in_order_and_what_is_said_without),
	};

	return cmocka_run_group_tests_name("extensions", tests, NULL, NULL);
}
