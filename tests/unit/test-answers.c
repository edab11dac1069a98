/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Answers that are kept: each only under its own key, and only for its own version. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/xmalloc.h"
#include "platform/http/answers.h"

#define KEYS 2000		/* many more than there are places: most share one */

static void
an_answer_is_found_under_its_own_key_only(void **state)
{
	struct answers *answers = answers_new();
	size_t kept = 0;

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < KEYS; i++) {
			char key[64], text[64];
			const struct known_answer *known;

			snprintf(key, sizeof(key), "user-%d  token /orgs/acme", i);
			snprintf(text, sizeof(text), "for user-%d", i);
			known = answers_find(answers, key, 7);
			if (known) {
				assert_string_equal(known->text, text);
				assert_string_equal(known->key, key);
				kept++;
			}
			answers_put(answers, known_answer_new(key), 7, text, "\"tag\"");
			assert_string_equal(answers_find(answers, key, 7)->text, text);
		}
	}
	assert_true(kept < KEYS);	/* else no two shared a place, and nothing was tested */
	answers_free(answers);
}

static void
a_change_of_the_platform_ends_every_answer(void **state)
{
	struct answers *answers = answers_new();

	(void)state;
	answers_put(answers, known_answer_new("a"), 7, "seven", "\"7\"");
	assert_non_null(answers_find(answers, "a", 7));
	assert_null(answers_find(answers, "a", 8));
	assert_null(answers_find(answers, "a", 6));
	answers_put(answers, known_answer_new("a"), 8, "eight", "\"8\"");
	assert_string_equal(answers_find(answers, "a", 8)->etag, "\"8\"");
	assert_null(answers_find(answers, "a", 7));
	answers_free(answers);
	answers_free(NULL);
}

static void
what_is_very_large_is_not_kept_and_does_not_hide_what_is(void **state)
{
	struct answers *answers = answers_new();
	char *large = xmalloc(1024 * 1024);

	(void)state;
	memset(large, 'x', 1024 * 1024 - 1);
	large[1024 * 1024 - 1] = '\0';
	answers_put(answers, known_answer_new("a"), 7, "small", "\"1\"");
	answers_put(answers, known_answer_new("a"), 8, large, "\"2\"");
	assert_null(answers_find(answers, "a", 8));
	free(large);
	answers_free(answers);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_answer_is_found_under_its_own_key_only),
		cmocka_unit_test(a_change_of_the_platform_ends_every_answer),
		cmocka_unit_test(what_is_very_large_is_not_kept_and_does_not_hide_what_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
