/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Schedules of cron, and the clocks that they go by. */
#include "config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/time-zone.h"
#include "model/schedule.h"
#include "tests/skip.h"

/* Rules, so that no zone files are needed. */
#define BERLIN "CET-1CEST,M3.5.0,M10.5.0/3"
#define ADELAIDE "ACST-9:30ACDT,M10.1.0,M4.1.0/3"

static int64_t
seconds(const char *stamp)
{
	int64_t ms;

	if (!clock_parse(stamp, &ms))
		fail_msg("%s", stamp);
	return ms / 1000;
}

/* --- the fields --- */

static void
test_next_times(void **state)
{
	static const struct {
		const char *schedule, *zone, *after, *next;	/* zone NULL: UTC */
	} rows[] = {
		{"* * * * *", NULL, "2026-11-28T17:59:00Z", "2026-11-28T18:00:00Z"},
		{"* * * * *", NULL, "2026-11-28T17:59:59Z", "2026-11-28T18:00:00Z"},
		{"*/15 * * * *", NULL, "2026-11-28T18:00:00Z", "2026-11-28T18:15:00Z"},
		{"5/20 * * * *", NULL, "2026-11-28T18:25:00Z", "2026-11-28T18:45:00Z"},
		{"10-14/2,50 * * * *", NULL, "2026-11-28T18:12:00Z", "2026-11-28T18:14:00Z"},
		{"10-14/2,50 * * * *", NULL, "2026-11-28T18:14:00Z", "2026-11-28T18:50:00Z"},
		{"0 0 31 * *", NULL, "2026-01-31T00:00:00Z", "2026-03-31T00:00:00Z"},
		{"0 0 29 2 *", NULL, "2026-01-01T00:00:00Z", "2028-02-29T00:00:00Z"},
		{"0 0 29 feb *", NULL, "2096-03-01T00:00:00Z", "2104-02-29T00:00:00Z"},
		{"30 4 1,15 * *", NULL, "2026-11-28T18:00:00Z", "2026-12-01T04:30:00Z"},
		{"0 9 * * mon-fri", NULL, "2026-11-28T18:00:00Z", "2026-11-30T09:00:00Z"},
		{"0 9 * * 7", NULL, "2026-11-28T18:00:00Z", "2026-11-29T09:00:00Z"},
		{"0 9 * * 5-7", NULL, "2026-11-29T18:00:00Z", "2026-12-04T09:00:00Z"},
		{"0 9 ? JAN SUN", NULL, "2026-11-28T18:00:00Z", "2027-01-03T09:00:00Z"},
		/* One of the two is enough, unless one is any. */
		{"0 0 13 * 5", NULL, "2026-11-28T18:00:00Z", "2026-12-04T00:00:00Z"},
		{"0 0 13 * 5", NULL, "2026-12-11T00:00:00Z", "2026-12-13T00:00:00Z"},
		{"0 0 13 * *", NULL, "2026-11-28T18:00:00Z", "2026-12-13T00:00:00Z"},
		{"@hourly", NULL, "2026-11-28T18:00:01Z", "2026-11-28T19:00:00Z"},
		{"@daily", NULL, "2026-11-28T18:00:00Z", "2026-11-29T00:00:00Z"},
		{"@midnight", NULL, "2026-11-28T18:00:00Z", "2026-11-29T00:00:00Z"},
		{"@weekly", NULL, "2026-11-28T18:00:00Z", "2026-11-29T00:00:00Z"},
		{"@monthly", NULL, "2026-11-28T18:00:00Z", "2026-12-01T00:00:00Z"},
		{"@Yearly", NULL, "2026-11-28T18:00:00Z", "2027-01-01T00:00:00Z"},
		/* By the clocks of a place. */
		{"0 6 * * *", BERLIN, "2026-11-28T18:00:00Z", "2026-11-29T05:00:00Z"},
		{"0 6 * * *", BERLIN, "2026-06-28T18:00:00Z", "2026-06-29T04:00:00Z"},
		{"0 0 1 * *", ADELAIDE, "2026-11-28T18:00:00Z", "2026-11-30T13:30:00Z"},
		{"0 0 * * *", "<x>-3:30:03", "2026-11-28T18:00:00Z", "2026-11-28T20:29:57Z"},
		{"* * * * *", "<x>-3:30:03", "2026-11-28T20:29:56Z", "2026-11-28T20:29:57Z"},
		/* A summer that ends a week after its year has one midnight a day. */
		{"0 0 1 1 *", "<x>-3:30<y>,60/0,365/167", "2024-12-31T12:00:00Z", "2024-12-31T19:30:00Z"},
		{"0 0 1 1 *", "<x>-3:30<y>,60/0,365/167", "2024-12-31T19:30:00Z", "2025-12-31T19:30:00Z"},
		/* The hour that spring leaves out, and the one that autumn has twice. */
		{"30 2 * * *", BERLIN, "2026-03-28T12:00:00Z", "2026-03-30T00:30:00Z"},
		{"0 3 * * *", BERLIN, "2026-03-28T12:00:00Z", "2026-03-29T01:00:00Z"},
		{"30 2 * * *", BERLIN, "2026-10-24T12:00:00Z", "2026-10-25T00:30:00Z"},
		{"30 2 * * *", BERLIN, "2026-10-25T00:30:00Z", "2026-10-25T01:30:00Z"},
		{"30 2 * * *", BERLIN, "2026-10-25T01:30:00Z", "2026-10-26T01:30:00Z"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct time_zone *zone = rows[i].zone ? time_zone_new(rows[i].zone) : NULL;
		char stamp[CLOCK_STAMP_SIZE];
		struct schedule schedule;
		int64_t next;

		if (!schedule_parse(&schedule, rows[i].schedule))
			fail_msg("%s is refused", rows[i].schedule);
		next = schedule_next(&schedule, zone, seconds(rows[i].after));
		clock_stamp(stamp, next * 1000);
		if (next != seconds(rows[i].next))
			fail_msg("\"%s\" after %s: %s, not %s", rows[i].schedule, rows[i].after,
				 stamp, rows[i].next);
		time_zone_free(zone);
	}
}

static void
test_what_is_no_schedule(void **state)
{
	static const char *const rows[] = {
		"", " ", "*", "* * * *", "* * * * * *", "60 * * * *", "-1 * * * *", "* 24 * * *",
		"* * 0 * *", "* * 32 * *", "* * * 0 *", "* * * 13 *", "* * * * 8", "* * * * fri-",
		"* * * foo *", "*/0 * * * *", "*/x * * * *", "5-1 * * * *", "1,,2 * * * *",
		", * * * *", "1- * * * *", "1-2-3 * * * *", "1/2/3 * * * *", "** * * * *",
		"1.5 * * * *", "@reboot", "@every 5m", "@",
		"TZ=UTC 0 0 * * *", "99999 * * * *", "0x1 * * * *", "+1 * * * *", "* * * january *",
	};
	struct schedule schedule = {.minutes = 7};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (schedule_parse(&schedule, rows[i]))
			fail_msg("\"%s\" is taken", rows[i]);
	assert_int_equal(schedule.minutes, 7);
}

/* Kubernetes takes it, and people write it for what is only started by hand. */
static void
test_a_day_that_does_not_exist(void **state)
{
	static const char *const never[] = {"0 0 30 2 *", "0 0 31 4,6,sep,nov *", "* * 31 feb ?"};
	static const char *const rarely[] = {"0 0 29 2 *", "0 0 30 2 mon", "0 0 31 1,2 *"};
	struct time_zone *zone = time_zone_new(BERLIN);
	struct schedule schedule;

	(void)state;
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++) {
		assert_true(schedule_parse(&schedule, never[i]));
		assert_false(schedule_has_a_day(&schedule));
		assert_int_equal(schedule_next(&schedule, zone, 0), 0);
	}
	for (size_t i = 0; i < sizeof(rarely) / sizeof(rarely[0]); i++) {
		assert_true(schedule_parse(&schedule, rarely[i]));
		assert_true(schedule_has_a_day(&schedule));
		assert_true(schedule_next(&schedule, zone, 0) > 0);
	}
	time_zone_free(zone);
}

/* Each next time is the first of all minutes that fit, looked at one by one. */
static void
test_no_time_is_left_out(void **state)
{
	static const char *const texts[] = {"*/7 3-5,22 * * *", "0 */6 */10 * mon", "59 23 28-31 * *",
					    "13 2 * mar,oct sun"};
	struct time_zone *zone = time_zone_new(BERLIN);

	(void)state;
	for (size_t k = 0; k < sizeof(texts) / sizeof(texts[0]); k++) {
		int64_t start = seconds("2026-03-20T00:00:00Z"), next;
		struct schedule s;

		assert_true(schedule_parse(&s, texts[k]));
		next = schedule_next(&s, zone, start);
		for (int64_t at = start + 60; at < start + 20 * 86400; at += 60) {
			time_t shown = (time_t)(at + time_zone_offset(zone, at));
			struct tm l;
			bool day, weekday;

			gmtime_r(&shown, &l);
			day = s.days >> l.tm_mday & 1;
			weekday = s.weekdays >> l.tm_wday & 1;
			if (!(s.minutes >> l.tm_min & 1) || !(s.hours >> l.tm_hour & 1) ||
			    !(s.months >> (l.tm_mon + 1) & 1) ||
			    !(s.any_day || s.any_weekday ? day && weekday : day || weekday)) {
				assert_true(next != at);
				continue;
			}
			assert_int_equal(next, at);
			next = schedule_next(&s, zone, at);
		}
	}
	time_zone_free(zone);
}

/* --- the clocks --- */

static void
test_rules(void **state)
{
	static const struct {
		const char *zone, *at;
		int offset;
	} rows[] = {
		{"UTC0", "2026-07-01T00:00:00Z", 0},
		{"EST5", "2026-07-01T00:00:00Z", -5 * 3600},
		{"<+0545>-5:45", "2026-07-01T00:00:00Z", 20700},
		{BERLIN, "2026-03-29T00:59:59Z", 3600},
		{BERLIN, "2026-03-29T01:00:00Z", 7200},
		{BERLIN, "2026-10-25T00:59:59Z", 7200},
		{BERLIN, "2026-10-25T01:00:00Z", 3600},
		{BERLIN, "2099-07-01T00:00:00Z", 7200},
		{ADELAIDE, "2026-01-01T00:00:00Z", 37800},	/* summer is over the new year */
		{ADELAIDE, "2026-07-01T00:00:00Z", 34200},
		{"EST5EDT,J60/0,J300/0", "2028-02-29T12:00:00Z", -5 * 3600},	/* J60: 1 March */
		{"EST5EDT,J60/0,J300/0", "2028-03-01T12:00:00Z", -4 * 3600},
		{"EST5EDT,59/0,300/0", "2028-02-29T12:00:00Z", -4 * 3600},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct time_zone *zone = time_zone_new(rows[i].zone);

		assert_non_null(zone);
		if (time_zone_offset(zone, seconds(rows[i].at)) != rows[i].offset)
			fail_msg("%s at %s: %d", rows[i].zone, rows[i].at,
				 time_zone_offset(zone, seconds(rows[i].at)));
		time_zone_free(zone);
	}
}

static void
test_what_is_no_zone(void **state)
{
	static const char *const rows[] = {
		"", "Europe", "Europe/Nowhere", "../../etc/passwd", "/etc/localtime", "CET", "X1",
		"CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0", "CET-1CEST,M3.5.0,M10.5.0/3x",
		"CET-25", "<abc", "tzdata.zi", "zone.tab",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct time_zone *zone = time_zone_new(rows[i]);

		/* Old names are files in some systems. */
		if (zone && strcmp(rows[i], "CET") != 0)
			fail_msg("\"%s\" is taken", rows[i]);
		time_zone_free(zone);
	}
}

/* As the C library reads them, over a hundred years. */
static void
test_files_are_read_as_the_library_does(void **state)
{
	static const char *const names[] = {"Europe/Berlin", "America/New_York", "Australia/Adelaide",
					    "Asia/Kathmandu", "Pacific/Apia", "Africa/Casablanca",
					    "Asia/Seoul", "Etc/UTC"};
	size_t seen = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct time_zone *zone = time_zone_new(names[i]);

		if (!zone)
			continue;
		seen++;
		setenv("TZ", names[i], 1);
		tzset();
		for (int64_t at = 0; at < INT64_C(3155760000); at += 86400 / 2 * 3 + 1801) {
			time_t t = (time_t)at;
			struct tm local;

			localtime_r(&t, &local);
			if (time_zone_offset(zone, at) != local.tm_gmtoff)
				fail_msg("%s at %lld: %d, not %ld", names[i], (long long)at,
					 time_zone_offset(zone, at), local.tm_gmtoff);
		}
		time_zone_free(zone);
	}
	unsetenv("TZ");
	tzset();
	if (seen == 0)
		SKIP_TEST("there are no time zones");
}

/* The machine's own: by TZ, as everywhere. */
static void
test_the_own_zone(void **state)
{
	struct time_zone *zone;

	(void)state;
	setenv("TZ", ":" BERLIN, 1);
	zone = time_zone_new(NULL);
	assert_int_equal(time_zone_offset(zone, seconds("2026-07-01T00:00:00Z")), 7200);
	time_zone_free(zone);
	setenv("TZ", "/no/such/file", 1);
	zone = time_zone_new(NULL);
	assert_int_equal(time_zone_offset(zone, 0), 0);
	time_zone_free(zone);
	unsetenv("TZ");
	assert_int_equal(time_zone_offset(NULL, 0), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_next_times),
		cmocka_unit_test(test_what_is_no_schedule),
		cmocka_unit_test(test_a_day_that_does_not_exist),
		cmocka_unit_test(test_no_time_is_left_out),
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_what_is_no_zone),
		cmocka_unit_test(test_files_are_read_as_the_library_does),
		cmocka_unit_test(test_the_own_zone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
