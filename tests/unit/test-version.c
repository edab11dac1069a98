/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Versions compare by what they are, and what is not known is not guessed. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "model/version.h"
#include "property.h"

static const char *const names[] = {
	[VERSION_SAME] = "same", [VERSION_OLDER] = "older", [VERSION_NEWER] = "newer",
	[VERSION_UNKNOWN] = "unknown",
};

static void
expect(const char *a, const char *b, enum version_order expected)
{
	enum version_order got = version_compare(a, b), back = version_compare(b, a);
	enum version_order turned = expected == VERSION_OLDER ? VERSION_NEWER
				    : expected == VERSION_NEWER ? VERSION_OLDER : expected;

	if (got != expected || back != turned)
		fail_msg("%s against %s: %s and %s, not %s", a, b, names[got], names[back],
			 names[expected]);
	if (expected == VERSION_OLDER && (version_sort(a, b) >= 0 || version_sort(b, a) <= 0))
		fail_msg("%s and %s are sorted otherwise than they compare", a, b);
}

/* Each row is in order, oldest first. */
static void
versions_compare_as_people_read_them(void **state)
{
	static const char *const rows[][18] = {
		/* semver 2.0.0 §11, and what it leaves to bytes */
		{"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta", "1.0.0-beta.2",
		 "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.4.2", "1.4.10", "2.0.0-rc1",
		 "2.0.0-rc3", "2.0.0-rc10", "2.0.0"},
		{"1.0.0-0.3.7", "1.0.0-x.7.z.92", "1.0.0"},
		{"v1.9.0", "1.10.0", "v1.10.1"},
		{"1.2.3.9", "1.2.3.10"},
		{"1.9.0.4", "1.10.1"},
		{"1.9", "1.9.1", "1.10"},
		{"99999999999999999999.0.0", "100000000000000000000.0.0"},
		/* git describe */
		{"v2.8.1-rc1", "v2.8.1-rc1-4-gaaaaaaa", "v2.8.1", "v2.8.1-9-gaaaaaaa",
		 "v2.8.1-11-gbbbbbbb", "v2.8.2", "v2.8.2-1-g0123abc-dirty", "v2.9.0"},
		/* Python, Spring, JBoss, Maven */
		{"0.9.1.dev3", "0.9.1a1", "0.9.1b2", "0.9.1rc1", "0.9.1", "0.9.1.post1", "0.9.2rc9",
		 "0.9.2rc10"},
		{"2.7.0.M1", "2.7.0.M2", "2.7.0.RC1", "2.7.0.RELEASE", "2.7.9.RELEASE",
		 "2.7.10.RELEASE"},
		{"3.0.0.Alpha1", "3.0.0.Beta2", "3.0.0.CR1", "3.0.0.Final", "3.0.0.SP1"},
		{"1.0-SNAPSHOT", "1.0", "1.1-SNAPSHOT"},
		/* builds, and names before the number */
		{"build-999", "build-1000"},
		{"999", "1000"},
		{"r99", "r100"},
		{"release-1.9", "release-1.10", "release-v1.11"},
		{"go1.9", "go1.10"},
		{"log4j-2.9.1", "log4j-2.17.1"},
		{"main-99-0123abc", "main-100-abcdef1"},
		{"main-0123abc-1700000000", "main-abcdef1-1700000099"},
		{"1.2.3-build.9", "1.2.3-build.10"},
		{"1.4.2-hotfix.2", "1.4.2-hotfix.10"},
		/* calendars */
		{"2023.12.1", "2024.1.15", "2024.01.15-2", "2024.1.16"},
		{"24.04", "24.10"},
		{"20231231", "20240115", "20240115-2", "20240116"},
		{"2023-12-31", "2024-01-15", "20240116", "2024-02-01T09-30-00Z",
		 "2024-02-01T10-00-00Z"},
		{"RELEASE.2023-12-31T23-00-00Z", "RELEASE.2024-01-16T16-07-38Z"},
		{"20240115093000", "20240115-093001"},
		/* the same variant */
		{"1.25.3-alpine", "1.26.0-alpine"},
		{"1.25-alpine3.9", "1.25-alpine3.18"},
		{"3.9-slim-bookworm", "3.12-slim-bookworm"},
		{"1.25.3-rc1-alpine", "1.25.3-alpine", "1.25.4"},
	};

	(void)state;
	for (size_t row = 0; row < sizeof(rows) / sizeof(rows[0]); row++)
		for (size_t i = 0; rows[row][i]; i++)
			for (size_t k = 0; rows[row][k]; k++)
				expect(rows[row][i], rows[row][k],
				       i < k   ? VERSION_OLDER
				       : i > k ? VERSION_NEWER
					       : VERSION_SAME);
}

static void
what_cannot_be_compared_is_unknown(void **state)
{
	static const char *const pairs[][2] = {
		{"latest", "stable"}, {"latest", "1.2.3"}, {"", "1.2.3"}, {"main", "main-2"},
		{"abcdef1", "1234abc"}, {"1.2.3-abcdef1", "1.2.3-1234abc"}, {"1.2.3", "1.2.3-abcdef1"},
		{"sha-abcdef1", "sha-1234abc"}, {"v1.0-3-gaaaaaaa", "v1.0-3-gbbbbbbb"},
		{"1.2.3-4-gabcdef1", "1.2.3-4-gabcdef1-dirty"},
		{"20240115", "1.2.3"}, {"2024.1.0", "1.4.2"}, {"1000", "1.2.3"}, {"build-9", "release-10"},
		{"pr-12", "pr-13"}, {"feature-1", "feature-2"}, {"ABC-12", "ABC-13"},
		{"1.25.3-alpine", "1.25.3"}, {"1.25.3-alpine", "1.25.3-bookworm"}, {"1.4.2-hotfix", "1.4.2"},
		{"1.1.1b", "1.1.1"}, {"api-1.2", "web-1.3"}, {"1.0.0-rc1", "1.0.0rc2"},
		{"1.0-SNAPSHOT", "1.0-rc1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		expect(pairs[i][0], pairs[i][1], VERSION_UNKNOWN);
}

static void
one_version_may_be_written_in_several_ways(void **state)
{
	static const char *const pairs[][2] = {
		{"v1.2.3", "1.2.3"}, {"1.2", "1.2.0"}, {"V1.2.3", "v1.2.3"}, {"1.2.3+1", "1.2.3+2"},
		{"v1.0-3-gabcdef1", "v1.0-3-gabcdef123"}, {"0123abc", "0123abcdef"}, {"1.0.0.Final", "1.0.0"},
		{"2024-01-15", "20240115"}, {"1.01", "1.1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		expect(pairs[i][0], pairs[i][1], VERSION_SAME);
}

static void
the_step_is_named(void **state)
{
	static const struct { const char *from, *to, *step; } cases[] = {
		{"1.4.2", "1.4.3", "patch"}, {"1.4.2", "1.5.0", "minor"}, {"1.4.2", "2.0.0-rc1", "major"},
		{"2.0.0-rc1", "2.0.0-rc3", "pre-release"}, {"2.0.0-rc1", "2.0.0", "pre-release"},
		{"2.0.0", "2.0.0-rc1", "pre-release"}, {"1.2.3.9", "1.2.3.10", "other"},
		{"latest", "stable", "other"}, {"20240115", "20240116", "other"}, {"v1.2.3", "1.2.3", "other"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(version_step(cases[i].from, cases[i].to), cases[i].step);
}

static void
any_bytes_are_a_version(void **state)
{
	char longer[2][600];

	(void)state;
	memset(longer, '1', sizeof(longer));
	for (size_t i = 1; i < 598; i += 2)
		longer[0][i] = longer[1][i] = '.';
	longer[0][599] = longer[1][599] = '\0';
	longer[1][598] = '2';
	expect(longer[0], longer[1], VERSION_UNKNOWN);
	longer[0][199] = longer[1][199] = '\0';
	longer[1][198] = '2';
	expect(longer[0], longer[1], VERSION_OLDER);
	expect("-", "--", VERSION_UNKNOWN);
	expect("v", "\xff\xfe", VERSION_UNKNOWN);
}

/* --- any versions at all --- */

#define LENGTH_MAX 64
#define VERSIONS 12

static void
draw_version(struct source *source, char *out)
{
	static const char *const parts[] = {
		"1",	    "2",       "10",	"0",	   "01",   "v",		  ".",
		".",	    ".",       "-",	"-",	   "_",	   "rc",	  "alpha",
		"beta",	    "dev",     "a",	"b",	   "post", "final",	  "snapshot",
		"alpine",   "hotfix",  "build", "release", "2024", "20240115",	  "20240116",
		"gabcdef1", "0123abc", "main",	"x",	   "+",	   "-9-gabcdef1", "t",
		"z",	    "0930",    "pr",	"-dirty",  "sp",   "m",
	};
	size_t length = 0;

	*out = '\0';
	for (unsigned left = source_draw(source, 9); left > 0; left--) {
		const char *part = parts[source_draw(source, sizeof(parts) / sizeof(parts[0]))];

		if (length + strlen(part) < LENGTH_MAX)
			length += (size_t)snprintf(out + length, LENGTH_MAX - length, "%s", part);
	}
}

/* Near to each other, or hardly any two of them could be compared. */
static void
draw_versions(struct source *source, char versions[VERSIONS][LENGTH_MAX])
{
	static const char *const stems[] = {"",	       "1.2.3",	   "v1.2", "1.0-",
					    "2024.1.", "20240115", "r"};
	const char *stem = stems[source_draw(source, sizeof(stems) / sizeof(stems[0]))];

	for (size_t i = 0; i < VERSIONS; i++) {
		char rest[LENGTH_MAX];

		draw_version(source, rest);
		snprintf(versions[i], LENGTH_MAX, "%s%.50s", stem, rest);
	}
}

static size_t triples, ordered;

static bool
is_a_strict_partial_order(struct source *source)
{
	char v[VERSIONS][LENGTH_MAX];
	enum version_order order[VERSIONS][VERSIONS];
	bool good = true;

	draw_versions(source, v);
	for (size_t i = 0; i < VERSIONS; i++)
		for (size_t k = 0; k < VERSIONS; k++) {
			int sort = version_sort(v[i], v[k]);

			order[i][k] = version_compare(v[i], v[k]);
			good = good && (i != k || order[i][k] == VERSION_SAME) &&
			       (order[i][k] != VERSION_OLDER || sort < 0) &&
			       (order[i][k] != VERSION_NEWER || sort > 0);
			if (k >= i)
				continue;
			good = good &&
			       (order[i][k] == VERSION_OLDER) == (order[k][i] == VERSION_NEWER) &&
			       (order[i][k] == VERSION_NEWER) == (order[k][i] == VERSION_OLDER) &&
			       (order[i][k] == VERSION_SAME) == (order[k][i] == VERSION_SAME);
		}
	for (size_t i = 0; i < VERSIONS; i++)
		for (size_t j = 0; j < VERSIONS; j++)
			for (size_t k = 0; k < VERSIONS; k++) {
				triples++;
				if (version_sort(v[i], v[j]) <= 0 && version_sort(v[j], v[k]) <= 0)
					good = good && version_sort(v[i], v[k]) <= 0;
				if (order[i][j] != VERSION_OLDER || order[j][k] != VERSION_OLDER)
					continue;
				ordered++;
				good = good && order[i][k] == VERSION_OLDER;
				if (order[i][k] != VERSION_OLDER) {
					json_t *row = json_pack("[s, s, s]", v[i], v[j], v[k]);

					source_note(source, "not transitive", row);
					json_decref(row);
				}
			}
	return good;
}

static void
the_order_is_strict_and_transitive(void **state)
{
	(void)state;
	assert_true(property_holds("is_a_strict_partial_order", is_a_strict_partial_order));
	printf("# %zu triples, %zu of them in order\n", triples, ordered);
	assert_true(triples >= 200000 && ordered >= 1000);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(versions_compare_as_people_read_them),
		cmocka_unit_test(what_cannot_be_compared_is_unknown),
		cmocka_unit_test(one_version_may_be_written_in_several_ways),
		cmocka_unit_test(the_step_is_named),
		cmocka_unit_test(any_bytes_are_a_version),
		cmocka_unit_test(the_order_is_strict_and_transitive),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
