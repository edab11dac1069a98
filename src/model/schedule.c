/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * A field is a set of numbers, one bit each.  The next time is found by walking through the zone's
 * clock: by hours where the day or the hour does not fit, by minutes where they do.  The longest
 * way is that to the next 29th of February, eight years over a century: some milliseconds.
 *
 * The day of the month and the day of the week are both asked for when one of them is "*", and else
 * one of them is enough, as in cron since 1979.
 */
#include "config.h"

#include "model/schedule.h"

#include <string.h>
#include <strings.h>
#include <time.h>

#include "base/time-zone.h"

#define HOUR 3600
#define YEARS_MAX 9
#define FIELDS 5
#define FIELD_MAX 100
#define LENGTH_MAX 400

static const char *const months[] = {"jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep",
				     "oct", "nov", "dec", NULL};
static const char *const weekdays[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat", NULL};

static const struct schedule_field {
	int min, max;
	const char *const *names;	/* the first is min */
} fields[FIELDS] = {
	{0, 59, NULL}, {0, 23, NULL}, {1, 31, NULL}, {1, 12, months}, {0, 7, weekdays},
};

static const struct {
	const char *word, *fields;
} words[] = {
	{"@yearly", "0 0 1 1 *"}, {"@annually", "0 0 1 1 *"}, {"@monthly", "0 0 1 * *"},
	{"@weekly", "0 0 * * 0"}, {"@daily", "0 0 * * *"}, {"@midnight", "0 0 * * *"},
	{"@hourly", "0 * * * *"},
};

/* One number or name of the field; -1: neither. */
static int
read_number(const struct schedule_field *field, const char **at)
{
	int number = 0;
	size_t digits = strspn(*at, "0123456789");

	for (int i = 0; field->names && field->names[i]; i++)
		if (strncasecmp(*at, field->names[i], 3) == 0) {
			*at += 3;
			return field->min + i;
		}
	if (digits == 0 || digits > 4)
		return -1;
	for (; digits > 0; digits--)
		number = number * 10 + (*(*at)++ - '0');
	return number;
}

/* "5", "5-10", "5-10/2", "5/2" (to the end), "*", "*" "/2"; up to a comma or the end. */
static bool
read_range(const struct schedule_field *field, const char **at, uint64_t *bits, bool *is_any)
{
	int from = field->min, to = field->max, step = 1;
	bool is_star = **at == '*' || **at == '?';

	if (is_star)
		++*at;
	else
		to = from = read_number(field, at);
	if (!is_star && **at == '-') {
		++*at;
		to = read_number(field, at);
	} else if (!is_star && **at == '/')
		to = field->max;
	if (**at == '/') {
		++*at;
		if (**at < '0' || **at > '9')
			return false;
		step = read_number(&(struct schedule_field){0, 0, NULL}, at);
	}
	if (from < field->min || to > field->max || from > to || step < 1 ||
	    (**at && **at != ','))
		return false;
	for (int i = from; i <= to; i += step)
		*bits |= UINT64_C(1) << i;
	*is_any = *is_any || (is_star && step == 1);
	return true;
}

static bool
read_field(const struct schedule_field *field, const char *text, uint64_t *bits, bool *is_any)
{
	*bits = 0;
	*is_any = false;
	for (;;) {
		if (!read_range(field, &text, bits, is_any))
			return false;
		if (!*text)
			return true;
		text++;
	}
}

/* Only what a day of the month asks for alone can be impossible: the 31st of two months that have
 * none. */
bool
schedule_has_a_day(const struct schedule *schedule)
{
	static const int lengths[] = {0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

	if (!schedule->any_weekday)
		return true;
	for (int month = 1; month <= 12; month++)
		for (int day = 1; day <= lengths[month]; day++)
			if ((schedule->months >> month & 1) && (schedule->days >> day & 1))
				return true;
	return false;
}

bool
schedule_parse(struct schedule *out, const char *text)
{
	uint64_t bits[FIELDS];
	bool any[FIELDS];
	size_t count = 0;

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcasecmp(words[i].word, text) == 0)
			text = words[i].fields;
	if (strlen(text) > LENGTH_MAX)
		return false;
	for (const char *at = text + strspn(text, " \t"); *at; at += strspn(at, " \t")) {
		size_t length = strcspn(at, " \t");
		char field[FIELD_MAX + 1];

		if (count == FIELDS || length > FIELD_MAX)
			return false;
		memcpy(field, at, length);
		field[length] = '\0';
		if (!read_field(&fields[count], field, &bits[count], &any[count]))
			return false;
		count++;
		at += length;
	}
	if (count != FIELDS)
		return false;
	*out = (struct schedule){
		.minutes = bits[0], .hours = (uint32_t)bits[1], .days = (uint32_t)bits[2],
		.months = (uint16_t)bits[3], .weekdays = (uint8_t)((bits[4] | bits[4] >> 7) & 0x7f),
		.any_day = any[2], .any_weekday = any[4],
	};
	return true;
}

static bool
fits_day(const struct schedule *schedule, const struct tm *local)
{
	bool day = schedule->days >> local->tm_mday & 1;
	bool weekday = schedule->weekdays >> local->tm_wday & 1;

	if (!(schedule->months >> (local->tm_mon + 1) & 1))
		return false;
	return schedule->any_day || schedule->any_weekday ? day && weekday : day || weekday;
}

int64_t
schedule_next(const struct schedule *schedule, const struct time_zone *zone, int64_t after)
{
	int64_t at = after + 1;
	int64_t end = after + (int64_t)YEARS_MAX * 366 * 24 * HOUR;

	if (!schedule_has_a_day(schedule))
		return 0;
	while (at < end) {
		time_t shown = (time_t)(at + time_zone_offset(zone, at));
		struct tm local;

		gmtime_r(&shown, &local);
		/* By its own clocks: a zone may be seconds off. */
		if (local.tm_sec != 0)
			at += 60 - local.tm_sec;
		else if (!fits_day(schedule, &local) || !(schedule->hours >> local.tm_hour & 1))
			at += HOUR - local.tm_min * 60;
		else if (!(schedule->minutes >> local.tm_min & 1))
			at += 60;
		else
			return at;
	}
	return 0;
}
