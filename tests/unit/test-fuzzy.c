/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Finding as you type puts first what a person means, and marks why. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/fuzzy.h"

static double
score(const char *needle, const char *text)
{
	double value;

	assert_true(fuzzy_score(needle, text, &value));
	return value;
}

static void
only_what_holds_the_characters_in_order_matches(void **state)
{
	static const struct { const char *needle, *text; bool matches; } cases[] = {
		{"", "anything", true},	   {"", "", true},	       {"a", "", false},
		{"hkr", "hotfix-korean", true}, {"rkh", "hotfix-korean", false},
		{"HOT", "hotfix", true},   {"hotfixx", "hotfix", false},
		{"한", "한국지사", true},  {"사한", "한국지사", false},
		{"\xff", "a\xff" "b", true}, {"\xff", "\xc3\xbf", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		double value;

		assert_int_equal(fuzzy_score(cases[i].needle, cases[i].text, &value),
				 cases[i].matches);
	}
}

static void
beginnings_and_runs_come_before_scattered_letters(void **state)
{
	(void)state;
	assert_true(score("prod", "production") > score("prod", "pr-old-dev"));
	assert_true(score("kor", "hotfix-korean") > score("kor", "ticket-order"));
	assert_true(score("143", "1.4.3") > score("143", "1.14.03"));
	assert_true(score("web", "web") > score("web", "webhook"));
	assert_true(score("qa", "qa-2") > score("qa", "quota"));
	assert_true(score("app", "org/app") > score("app", "snapper"));
}

static void
the_marks_are_the_characters_that_made_the_score(void **state)
{
	size_t at[FUZZY_NEEDLE_MAX];

	(void)state;
	assert_int_equal(fuzzy_positions("hk", "hotfix-korean", at), 2);
	assert_int_equal(at[0], 0);
	assert_int_equal(at[1], 7);
	assert_int_equal(fuzzy_positions("kor", "ok-korean", at), 3);
	assert_int_equal(at[0], 3);
	assert_int_equal(at[2], 5);
	assert_int_equal(fuzzy_positions("국지", "한국지사", at), 2);
	assert_int_equal(at[0], 3);
	assert_int_equal(at[1], 6);
	assert_int_equal(fuzzy_positions("x", "한국", at), 0);
	assert_int_equal(fuzzy_positions("", "한국", at), 0);
}

static void
texts_and_needles_of_any_length_are_taken(void **state)
{
	size_t length = 100000, at[FUZZY_NEEDLE_MAX];
	char *text = malloc(length + 1), *needle = malloc(1001);
	double value;

	(void)state;
	memset(text, 'a', length);
	text[length] = '\0';
	memset(needle, 'a', 1000);
	needle[1000] = '\0';
	assert_true(fuzzy_score(needle, text, &value));
	assert_int_equal(fuzzy_positions(needle, text, at), FUZZY_NEEDLE_MAX);
	assert_true(at[FUZZY_NEEDLE_MAX - 1] < FUZZY_TEXT_MAX);
	free(text);
	free(needle);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_holds_the_characters_in_order_matches),
		cmocka_unit_test(beginnings_and_runs_come_before_scattered_letters),
		cmocka_unit_test(the_marks_are_the_characters_that_made_the_score),
		cmocka_unit_test(texts_and_needles_of_any_length_are_taken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
