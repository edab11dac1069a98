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
#include "platform/http/response-cache.h"

#define KEYS 2000		/* many more than there are places: most share one */

static void
an_answer_is_found_under_its_own_key_only(void **state)
{
	struct response_cache *cache = response_cache_new();
	size_t kept = 0;

	(void)state;
	for (int round = 0; round < 2; round++) {
		for (int i = 0; i < KEYS; i++) {
			char key[64], text[64];
			const struct cached_response *known;

			snprintf(key, sizeof(key), "user-%d  token /orgs/acme", i);
			snprintf(text, sizeof(text), "for user-%d", i);
			known = response_cache_find(cache, key, 7);
			if (known) {
				assert_string_equal(known->text, text);
				assert_string_equal(known->key, key);
				kept++;
			}
			response_cache_put(cache, cached_response_new(key), 7, text, "\"tag\"");
			assert_string_equal(response_cache_find(cache, key, 7)->text, text);
		}
	}
	assert_true(kept < KEYS);	/* else no two shared a place, and nothing was tested */
	response_cache_free(cache);
}

static void
a_change_of_the_platform_ends_every_answer(void **state)
{
	struct response_cache *cache = response_cache_new();

	(void)state;
	response_cache_put(cache, cached_response_new("a"), 7, "seven", "\"7\"");
	assert_non_null(response_cache_find(cache, "a", 7));
	assert_null(response_cache_find(cache, "a", 8));
	assert_null(response_cache_find(cache, "a", 6));
	response_cache_put(cache, cached_response_new("a"), 8, "eight", "\"8\"");
	assert_string_equal(response_cache_find(cache, "a", 8)->etag, "\"8\"");
	assert_null(response_cache_find(cache, "a", 7));
	response_cache_free(cache);
	response_cache_free(NULL);
}

static void
what_is_very_large_is_not_kept_and_does_not_hide_what_is(void **state)
{
	struct response_cache *cache = response_cache_new();
	char *large = xmalloc(1024 * 1024);

	(void)state;
	memset(large, 'x', 1024 * 1024 - 1);
	large[1024 * 1024 - 1] = '\0';
	response_cache_put(cache, cached_response_new("a"), 7, "small", "\"1\"");
	response_cache_put(cache, cached_response_new("a"), 8, large, "\"2\"");
	assert_null(response_cache_find(cache, "a", 8));
	free(large);
	response_cache_free(cache);
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
