/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The files of RFC 8536 (TZif): a list of changes, and a rule of POSIX for what comes after.  Some
 * systems list changes for decades and some leave nearly all to the rule, so both are read.
 * tzset() would do the same for the whole program, which shows times in the person's own zone.
 */
#include "config.h"

#include "base/time-zone.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/xmalloc.h"

#define FOLDER "/usr/share/zoneinfo"
#define FILE_MAX 262144
#define HEADER 44
#define DAY 86400
#define NAME_MAX_BYTES 200

enum { IS_UT, IS_STD, LEAPS, TIMES, TYPES, CHARS, COUNTS };

/* When the clocks are changed each year. */
struct zone_change {
	char form;		/* 'M': month, week, weekday; 'J': 1 to 365 without the 29th of
				 * February; 'D': 0 to 365 */
	int month, week, day;
	int time;		/* seconds after midnight by the clock until then */
};

struct zone_rule {
	bool is_there;
	int standard, summer;	/* seconds east */
	bool has_summer;
	struct zone_change begin, end;	/* of summer */
};

struct time_zone {
	int64_t *times;
	int *offsets;		/* from times[i] on */
	size_t count;
	int first;		/* before them */
	struct zone_rule rule;	/* after them */
};

/* --- the rule --- */

static bool
read_digits(const char **at, int max, int *out)
{
	size_t digits = strspn(*at, "0123456789");

	*out = 0;
	if (digits == 0 || digits > 4)
		return false;
	for (; digits > 0; digits--)
		*out = *out * 10 + (*(*at)++ - '0');
	return *out <= max;
}

/* [+-]hh[:mm[:ss]] */
static bool
read_clock(const char **at, int hours_max, int *seconds)
{
	int sign = **at == '-' ? -1 : 1, part = 0, unit = 3600;

	if (**at == '-' || **at == '+')
		++*at;
	if (!read_digits(at, hours_max, &part))
		return false;
	*seconds = part * unit;
	while (**at == ':' && unit > 1) {
		++*at;
		unit /= 60;
		if (!read_digits(at, 59, &part))
			return false;
		*seconds += part * unit;
	}
	*seconds *= sign;
	return true;
}

/* Letters, or anything between < and >. */
static bool
read_name(const char **at)
{
	const char *start = *at;

	if (**at == '<') {
		*at += strcspn(*at, ">");
		return *(*at)++ == '>';
	}
	while ((**at >= 'A' && **at <= 'Z') || (**at >= 'a' && **at <= 'z'))
		++*at;
	return *at - start >= 3;
}

static bool
read_change(const char **at, struct zone_change *change)
{
	*change = (struct zone_change){.form = 'D', .time = 2 * 3600};
	if (*(*at)++ != ',')
		return false;
	if (**at == 'M') {
		change->form = *(*at)++;
		if (!read_digits(at, 12, &change->month) || *(*at)++ != '.' ||
		    !read_digits(at, 5, &change->week) || *(*at)++ != '.' ||
		    change->month < 1 || change->week < 1 || !read_digits(at, 6, &change->day))
			return false;
	} else {
		if (**at == 'J')
			change->form = *(*at)++;
		if (!read_digits(at, 365, &change->day))
			return false;
	}
	if (**at != '/')
		return true;
	++*at;
	return read_clock(at, 167, &change->time);
}

static bool
read_rule(const char *text, struct zone_rule *rule)
{
	*rule = (struct zone_rule){0};
	if (!read_name(&text) || !read_clock(&text, 24, &rule->standard))
		return false;
	rule->standard = -rule->standard;
	rule->is_there = true;
	if (!*text)
		return true;
	rule->has_summer = true;
	rule->summer = rule->standard + 3600;
	if (!read_name(&text))
		return false;
	if (*text && *text != ',') {
		if (!read_clock(&text, 24, &rule->summer))
			return false;
		rule->summer = -rule->summer;
	}
	return read_change(&text, &rule->begin) && read_change(&text, &rule->end) && !*text;
}

static bool
is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days from 1970 to the first of January. */
static int64_t
days_to_year(int64_t year)
{
	int64_t before = year - 1;

	return (year - 1970) * 365 + (before / 4 - before / 100 + before / 400) -
	       (1969 / 4 - 1969 / 100 + 1969 / 400);
}

static int64_t
year_of(int64_t seconds)
{
	int64_t days = seconds / DAY - (seconds % DAY < 0), year = 1970 + days / 366;

	while (days_to_year(year + 1) <= days)
		year++;
	return year;
}

/* Seconds from 1970 by the clock. */
static int64_t
time_of(const struct zone_change *change, int64_t year)
{
	static const int before[] = {0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
	int64_t day = days_to_year(year);
	int leap = is_leap(year), length, first, date;

	if (change->form == 'D')
		return (day + change->day) * DAY + change->time;
	if (change->form == 'J')
		return (day + change->day - 1 + (leap && change->day > 59)) * DAY + change->time;
	length = before[change->month] - before[change->month - 1] + (leap && change->month == 2);
	day += before[change->month - 1] + (leap && change->month > 2);
	first = (int)((day + 4) % 7);	/* weekday of the month's first; 1970 began on a Thursday */
	date = (change->day - first + 7) % 7 + (change->week - 1) * 7;
	while (date >= length)
		date -= 7;
	return (day + date) * DAY + change->time;
}

/* The one that begins in the rule of this year; in the south it ends in the next. */
static bool
is_in_summer(const struct zone_rule *rule, int64_t year, int64_t at)
{
	int64_t begin = time_of(&rule->begin, year) - rule->standard;
	int64_t end = time_of(&rule->end, year) - rule->summer;

	if (end <= begin)
		end = time_of(&rule->end, year + 1) - rule->summer;
	return at >= begin && at < end;
}

/* A change may be up to a week before or after its day, and so in another year. */
static int
rule_offset(const struct zone_rule *rule, int64_t at)
{
	int64_t year;

	if (!rule->has_summer)
		return rule->standard;
	year = year_of(at + rule->standard);
	for (int64_t y = year - 1; y <= year + 1; y++)
		if (is_in_summer(rule, y, at))
			return rule->summer;
	return rule->standard;
}

/* --- the file --- */

static int64_t
read_big(const unsigned char *at, size_t bytes)
{
	uint64_t number = at[0] & 0x80 ? ~UINT64_C(0) : 0;

	for (size_t i = 0; i < bytes; i++)
		number = number << 8 | at[i];
	return (int64_t)number;
}

/* Of a header, and how many bytes follow it in all; false: it is none. */
static bool
read_header(const unsigned char *at, size_t left, size_t time_bytes, size_t counts[COUNTS],
	    size_t *length)
{
	if (left < HEADER || memcmp(at, "TZif", 4) != 0)
		return false;
	for (size_t i = 0; i < COUNTS; i++) {
		int64_t count = read_big(at + 20 + 4 * i, 4);

		if (count < 0 || count > FILE_MAX)
			return false;
		counts[i] = (size_t)count;
	}
	*length = counts[TIMES] * (time_bytes + 1) + counts[TYPES] * 6 + counts[CHARS] +
		  counts[LEAPS] * (time_bytes + 4) + counts[IS_STD] + counts[IS_UT];
	return counts[TYPES] > 0 && *length <= left - HEADER;
}

static bool
read_times(struct time_zone *zone, const unsigned char *at, const size_t counts[COUNTS])
{
	const unsigned char *which = at + counts[TIMES] * 8, *types = which + counts[TIMES];

	zone->times = xcalloc(counts[TIMES] + 1, sizeof(*zone->times));
	zone->offsets = xcalloc(counts[TIMES] + 1, sizeof(*zone->offsets));
	zone->count = counts[TIMES];
	zone->first = (int)read_big(types, 4);
	for (size_t i = 0; i < zone->count; i++) {
		if (which[i] >= counts[TYPES])
			return false;
		zone->times[i] = read_big(at + i * 8, 8);
		zone->offsets[i] = (int)read_big(types + (size_t)which[i] * 6, 4);
		if (i > 0 && zone->times[i] <= zone->times[i - 1])
			return false;
	}
	return true;
}

/* The second half, which has times of 64 bits; a file without one is older than 2005. */
static bool
read_all(struct time_zone *zone, const unsigned char *bytes, size_t size)
{
	size_t counts[COUNTS], length, at;
	char *rule, *end;

	if (!read_header(bytes, size, 4, counts, &length) || bytes[4] < '2')
		return false;
	at = HEADER + length;
	if (!read_header(bytes + at, size - at, 8, counts, &length) ||
	    !read_times(zone, bytes + at + HEADER, counts))
		return false;
	at += HEADER + length;
	if (at >= size || bytes[at] != '\n')
		return true;
	rule = xstrndup((const char *)bytes + at + 1, size - at - 1);
	end = strchr(rule, '\n');
	if (end)
		*end = '\0';
	if (!read_rule(rule, &zone->rule))
		zone->rule = (struct zone_rule){0};
	free(rule);
	return true;
}

static bool
read_file(struct time_zone *zone, const char *path)
{
	unsigned char *bytes = xcalloc(FILE_MAX, 1);
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	size_t size = 0;
	ssize_t n;
	bool done;

	while (fd >= 0 && size < FILE_MAX && (n = read(fd, bytes + size, FILE_MAX - size)) > 0)
		size += (size_t)n;
	done = read_all(zone, bytes, size);
	if (fd >= 0)
		close(fd);
	free(bytes);
	return done;
}

/* No way out of the folder of the zones. */
static bool
is_name(const char *name)
{
	for (const char *at = name; *at; at++)
		if (!(*at >= 'a' && *at <= 'z') && !(*at >= 'A' && *at <= 'Z') &&
		    !(*at >= '0' && *at <= '9') && !strchr("/_+-", *at))
			return false;
	return *name && *name != '/' && strlen(name) <= NAME_MAX_BYTES;
}

static void
clear(struct time_zone *zone)
{
	free(zone->times);
	free(zone->offsets);
	*zone = (struct time_zone){0};
}

static bool
read_named(struct time_zone *zone, const char *name)
{
	char *path = is_name(name) ? xasprintf(FOLDER "/%s", name) : NULL;
	bool done = path && read_file(zone, path);

	free(path);
	if (done)
		return true;
	clear(zone);
	return read_rule(name, &zone->rule);
}

/* As tzset() would find it. */
static bool
read_own(struct time_zone *zone)
{
	const char *name = getenv("TZ");

	if (!name)
		return read_file(zone, "/etc/localtime");
	if (*name == ':')
		name++;
	return *name == '/' ? read_file(zone, name) : read_named(zone, name);
}

struct time_zone *
time_zone_new(const char *name)
{
	struct time_zone *zone = xcalloc(1, sizeof(*zone));

	if (name ? read_named(zone, name) : read_own(zone))
		return zone;
	clear(zone);
	if (!name)
		return zone;	/* UTC, as everywhere where nothing is said */
	time_zone_free(zone);
	return NULL;
}

void
time_zone_free(struct time_zone *zone)
{
	if (!zone)
		return;
	clear(zone);
	free(zone);
}

int
time_zone_offset(const struct time_zone *zone, int64_t at)
{
	size_t low = 0, high;

	if (!zone)
		return 0;
	high = zone->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (zone->times[middle] <= at)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == zone->count && zone->rule.is_there)
		return rule_offset(&zone->rule, at);
	return low > 0 ? zone->offsets[low - 1] : zone->first;
}
