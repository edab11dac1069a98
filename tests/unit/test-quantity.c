/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Amounts as Kubernetes writes them. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "model/quantity.h"

static void
test_amounts(void **state)
{
	static const struct {
		const char *text;
		int64_t milli, whole;
	} rows[] = {
		{"0", 0, 0},
		{"1", 1000, 1},
		{"+1", 1000, 1},
		{"250m", 250, 1},		/* rounded up, as Kubernetes does */
		{"0.1", 100, 1},
		{"0.3", 300, 1},
		{"1.5", 1500, 2},
		{".5", 500, 1},
		{"2.", 2000, 2},
		{"100u", 1, 1},
		{"1n", 1, 1},
		{"64Mi", INT64_C(67108864000), INT64_C(67108864)},
		{"1.5Gi", INT64_C(1610612736000), INT64_C(1610612736)},
		{"1.53Gi", INT64_C(1642824990720), INT64_C(1642824991)},	/* however large */
		{"1k", 1000000, 1000},
		{"1e3", 1000000, 1000},
		{"1E3", 1000000, 1000},
		{"1e+3", 1000000, 1000},
		{"1500e-3", 1500, 2},
		{"1E", INT64_MAX, INT64_C(1000000000000000000)},	/* exa, no exponent */
		{"8Ei", INT64_MAX, INT64_MAX},
		{"9e99", INT64_MAX, INT64_MAX},
		{"1e-99", 1, 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t milli = -1, whole = -1;

		if (!quantity_parse(rows[i].text, &milli) ||
		    !quantity_parse_whole(rows[i].text, &whole) || milli != rows[i].milli ||
		    whole != rows[i].whole)
			fail_msg("%s: %lld thousandths, %lld", rows[i].text, (long long)milli,
				 (long long)whole);
	}
}

static void
test_what_is_none(void **state)
{
	static const char *const rows[] = {
		"", " 1", "1 ", "-1", "1,5", ".", "m", "1K", "1mi", "1MiB", "64 Mi", "64MB", "0x10",
		"1e", "1e1.5", "1e3m", "1ee3", "++1", "1.2.3", "inf", "nan", "${n}",
		"11111111111111111111111111111111111111111111111111111111111111111",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int64_t milli = -7, whole = -7;

		if (quantity_parse(rows[i], &milli) || quantity_parse_whole(rows[i], &whole) ||
		    milli != -7 || whole != -7)
			fail_msg("\"%s\" was taken", rows[i]);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_amounts),
		cmocka_unit_test(test_what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
