/* SPDX-License-Identifier: GPL-3.0-or-later */

/* When something is to run: the five fields of cron, as Kubernetes reads them. */
#ifndef SIDESTAGE_MODEL_SCHEDULE_H
#define SIDESTAGE_MODEL_SCHEDULE_H

#include <stdbool.h>
#include <stdint.h>

struct time_zone;

struct schedule {
	uint64_t minutes;	/* a bit for each, as below */
	uint32_t hours;
	uint32_t days;		/* of the month, from bit 1 */
	uint16_t months;	/* from bit 1 */
	uint8_t weekdays;	/* Sunday is bit 0 */
	bool any_day, any_weekday;	/* else it is enough that one of the two fits */
};

/*
 * "MINUTE HOUR DAY MONTH WEEKDAY", each a list of *, N, N-M, and these with /STEP; months and
 * weekdays also by name (jan, SUN), and 7 is Sunday.  Or @yearly, @annually, @monthly, @weekly,
 * @daily, @midnight, @hourly.  false: it is none of these; *out stays.
 */
bool schedule_parse(struct schedule *out, const char *text);
/* Whether there is such a day at all: there is no 30th of February.  That is how one writes what is
 * only started by hand. */
bool schedule_has_a_day(const struct schedule *schedule);
/* The first minute after `after` (seconds since 1970) at which the zone's clocks show such a time.
 * An hour that is left out in spring has none; one that comes twice in autumn has both.  0: it
 * never comes. */
int64_t schedule_next(const struct schedule *schedule, const struct time_zone *zone,
		      int64_t after);

#endif
