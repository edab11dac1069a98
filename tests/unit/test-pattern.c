/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Patterns from elsewhere: they mean what POSIX says, and always end soon. */
#include "config.h"

#include <regex.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/pattern.h"
#include "base/xmalloc.h"

#define SOON_MS 2000	/* a match takes some milliseconds; one that explodes, years */

static const char *
result_of(const char *text, const char *subject)
{
	struct error err = {0};
	struct pattern *pattern = pattern_new(text, &err);
	bool same = pattern && pattern_matches(pattern, subject);
	const char *result = !pattern ? "refused" : same ? "yes" : "no";

	assert_true(pattern || err.kind == ERROR_INPUT);
	pattern_free(pattern);
	return result;
}

static void
it_means_what_posix_says(void **state)
{
	static const struct {
		const char *pattern, *text, *result;
	} cases[] = {
		{"main", "refs/heads/main", "yes"},
		{"^main$", "refs/heads/main", "no"},
		{"^refs/heads/(main|release-.*)$", "refs/heads/release-1.2", "yes"},
		{"^refs/heads/(main|release-.*)$", "refs/heads/releas", "no"},
		{"^refs/tags/v[0-9]+\\.[0-9]+\\.[0-9]+$", "refs/tags/v1.20.3", "yes"},
		{"^refs/tags/v[0-9]+\\.[0-9]+\\.[0-9]+$", "refs/tags/v1.20.x", "no"},
		{"^a{2,3}$", "a", "no"}, {"^a{2,3}$", "aaa", "yes"}, {"^a{2,3}$", "aaaa", "no"},
		{"^a{2,}$", "aaaaaa", "yes"}, {"^(ab){2}$", "abab", "yes"}, {"^a{0}b$", "b", "yes"},
		{"^(a|b|cd)*$", "abcdcdba", "yes"}, {"^(a|b|cd)*$", "abcc", "no"},
		{"^[^/]+$", "a/b", "no"}, {"^[]a]+$", "]a]", "yes"}, {"^[a-c-]+$", "a-c", "yes"},
		{"^[[:digit:]_]+$", "12_3", "yes"}, {"^.$", "\u00e9", "yes"}, {"^..$", "\u00e9", "no"},
		{"", "", "yes"}, {"^$", "", "yes"}, {"a||b", "x", "yes"}, {"()", "x", "yes"},
		{"(a*)*", "b", "yes"}, {"(a*)+$", "ab", "yes"}, {"x^", "x", "no"},
		{"(", "", "refused"}, {"[a", "", "refused"}, {"a{2", "", "refused"},
		{"a{3,2}", "", "refused"}, {"a{x}", "", "refused"}, {"(a)\\1", "", "refused"},
		{"*a", "", "refused"}, {"[[:no:]]", "", "refused"}, {"a\\", "", "refused"},
		{"a{256}", "", "refused"}, {"[z-a]", "", "refused"}, {"\\w", "", "refused"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *result = result_of(cases[i].pattern, cases[i].text);

		if (strcmp(result, cases[i].result) != 0)
			fail_msg("\"%s\" on \"%s\": %s", cases[i].pattern, cases[i].text, result);
	}
}

/* What is drawn, with glibc for the answer. */
static void
it_agrees_with_another_matcher(void **state)
{
	static const char *const parts[] = {
		"a", "b", "(", ")", "|", "*", "+", "?", ".", "^", "$", "[ab]", "[^a]", "{2}", "{0,1}",
		"{1,}", "(a|b)", "ab",
	};
	const size_t count = sizeof(parts) / sizeof(parts[0]);
	unsigned compared = 0;

	(void)state;
	srandom(4711);
	for (int i = 0; i < 40000; i++) {
		char pattern[80] = "", text[8] = "";
		struct pattern *own;
		regex_t theirs;

		for (long n = random() % 7; n >= 0; n--)
			strcat(pattern, parts[(size_t)random() % count]);
		for (long n = random() % 6; n > 0; n--)
			strcat(text, random() % 2 ? "a" : "b");
		own = pattern_new(pattern, NULL);
		if (own && regcomp(&theirs, pattern, REG_EXTENDED | REG_NOSUB) == 0) {
			bool same = regexec(&theirs, text, 0, NULL, 0) == 0;

			/* POSIX leaves open what "^*" and the like are. */
			if (!strstr(pattern, "^*") && !strstr(pattern, "^+") &&
			    !strstr(pattern, "^?") && !strstr(pattern, "^{") &&
			    !strstr(pattern, "$*") && !strstr(pattern, "$+") &&
			    !strstr(pattern, "$?") && !strstr(pattern, "${")) {
				if (pattern_matches(own, text) != same)
					fail_msg("\"%s\" on \"%s\": not %d", pattern, text, same);
				compared++;
			}
			regfree(&theirs);
		}
		pattern_free(own);
	}
	print_message("# %u patterns compared\n", compared);
	assert_true(compared > 5000);
}

static void
no_pattern_takes_long(void **state)
{
	static const char *const patterns[] = {
		"(a*)*b", "(a+)+b", "((a*)*)*b", "(a|a)*b", "(a|aa)+$", "(.*)*(.*)*(.*)*b",
		"((a{1,99}){1,99}){1,99}", "(((a{99}){99}){99}){99}", "(a?){200}a{200}b",
		"(a|b)*a(a|b){150}", "(((((((((a*)*)*)*)*)*)*)*)*)*b", ".*.*.*.*.*.*.*.*.*.*b",
		"[ab]*[ab]*[ab]*[ab]*[ab]*[ab]*c", "(a{0,255}){0,255}", "a{255}{255}{255}",
	};
	char *text = xmalloc(PATTERN_TEXT_MAX + 2);
	int64_t begun = clock_steady_ms();

	(void)state;
	memset(text, 'a', PATTERN_TEXT_MAX + 1);
	text[PATTERN_TEXT_MAX] = '\0';
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		assert_non_null(result_of(patterns[i], text));
	assert_true(clock_steady_ms() - begun < SOON_MS * 10);
	/* One byte more than there may be. */
	text[PATTERN_TEXT_MAX] = 'a';
	text[PATTERN_TEXT_MAX + 1] = '\0';
	assert_string_equal(result_of("a", text), "no");
	free(text);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(it_means_what_posix_says),
		cmocka_unit_test(it_agrees_with_another_matcher),
		cmocka_unit_test(no_pattern_takes_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
