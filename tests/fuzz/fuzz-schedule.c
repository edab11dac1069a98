/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The first line is a schedule of cron, the second an amount, the third a time zone.  The next time
 * is the first minute that fits, found here by asking each minute; an amount means the same in
 * thousandths and in whole; no clock is further from UTC than a week, the most that POSIX has. */
#include "config.h"

#include "fuzz.h"

#include <time.h>

#include "base/time-zone.h"
#include "model/quantity.h"
#include "model/schedule.h"

#define BEGIN 1709164740	/* 2024-02-28 23:59 UTC: before a leap day */
#define MINUTES 3000		/* that are asked one by one */

static int
fits(const struct schedule *schedule, int64_t at)
{
	time_t seconds = (time_t)at;
	struct tm tm;
	int day, weekday;

	gmtime_r(&seconds, &tm);
	day = schedule->days >> tm.tm_mday & 1;
	weekday = schedule->weekdays >> tm.tm_wday & 1;
	return (schedule->minutes >> tm.tm_min & 1) && (schedule->hours >> tm.tm_hour & 1) &&
	       (schedule->months >> (tm.tm_mon + 1) & 1) &&
	       (schedule->any_day || schedule->any_weekday ? day && weekday : day || weekday);
}

static void
look_at_schedule(const char *text)
{
	struct time_zone *zone = time_zone_new("UTC");
	struct schedule schedule;
	int64_t next = 0, at = BEGIN;

	if (zone && schedule_parse(&schedule, text)) {
		next = schedule_next(&schedule, zone, BEGIN);
		assert(schedule_has_a_day(&schedule) == (next > 0));
	}
	if (zone && next > 0) {
		assert(next > BEGIN && next % 60 == 0 && fits(&schedule, next));
		for (int i = 0; i < MINUTES; i++) {
			at += 60 - at % 60;
			assert(fits(&schedule, at) == (at == next) || at > next);
			if (at >= next)
				break;
		}
		assert(schedule_next(&schedule, zone, next - 1) == next);
		assert(schedule_next(&schedule, zone, next) > next);
	}
	time_zone_free(zone);
}

static void
look_at_amount(const char *text)
{
	int64_t milli = -7, whole = -7;
	int reads = quantity_parse(text, &milli);

	assert(quantity_parse_whole(text, &whole) == reads);
	if (!reads) {
		assert(milli == -7 && whole == -7);
		return;
	}
	assert(milli >= 0 && whole >= 0 && (milli > 0) >= (whole > 0));
	/* Both are rounded up; a double tells 15 digits. */
	if (whole < (int64_t)1e9)
		assert(milli <= whole * 1000 + 2 && milli > whole * 1000 - 1001);
}

static void
look_at_zone(const char *name, const char *text)
{
	struct time_zone *zone = time_zone_new(name);
	struct schedule schedule;
	int64_t next;

	if (!zone)
		return;
	for (int64_t at = BEGIN; at < BEGIN + 400 * 86400; at += 40 * 86400)
		assert(llabs(time_zone_offset(zone, at)) <= 7 * 86400);
	if (schedule_parse(&schedule, text)) {
		next = schedule_next(&schedule, zone, BEGIN);
		/* A minute that spring leaves out each year never comes. */
		assert(next == 0 || next > BEGIN);
		assert(next == 0 || schedule_next(&schedule, zone, next - 1) == next);
	}
	time_zone_free(zone);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	char *text = fuzz_text(bytes, length), *amount = strchr(text, '\n'),
	     *zone = amount ? strchr(amount + 1, '\n') : NULL;

	if (amount)
		*amount++ = '\0';
	if (zone)
		*zone++ = '\0';
	look_at_schedule(text);
	look_at_amount(amount ? amount : text);
	if (zone)
		look_at_zone(zone, text);
	free(text);
	return 0;
}
