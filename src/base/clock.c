/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The two clocks, and timestamps: written in one form, read in all of RFC 3339.
 *
 * Wall time is for what is stored, sent and shown; steady time is for timers and durations,
 * since somebody may set the wall clock while we wait.  Both are milliseconds in an int64_t,
 * so nothing but care keeps them apart.
 *
 * Stamps are parsed by hand: strptime() depends on the locale, skips blanks and takes fields
 * that are too short, and a stamp comes from a platform that is not trusted.
 */
#include "config.h"

#include "base/clock.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/i18n.h"
#include "base/xmalloc.h"

static int64_t
read_clock(clockid_t id)
{
	struct timespec now;

	clock_gettime(id, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int64_t
clock_wall_ms(void)
{
	return read_clock(CLOCK_REALTIME);
}

int64_t
clock_steady_ms(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

void
clock_stamp(char out[CLOCK_STAMP_SIZE], int64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	int rest = (int)(wall_ms % 1000);
	struct tm tm;
	char whole[16];

	/* Before 1970 the remainder of C's division is negative. */
	if (rest < 0) {
		rest += 1000;
		seconds--;
	}
	/* strftime's year has no zeros before it. */
	if (!gmtime_r(&seconds, &tm) || tm.tm_year < -1900 || tm.tm_year > 9999 - 1900 ||
	    strftime(whole, sizeof(whole), "%m-%dT%H:%M:%S", &tm) == 0)
		snprintf(out, CLOCK_STAMP_SIZE, "1970-01-01T00:00:00.%03dZ", rest);
	else
		snprintf(out, CLOCK_STAMP_SIZE, "%04u-%s.%03uZ",
			 (unsigned)(tm.tm_year + 1900) % 10000, whole, (unsigned)rest % 1000);
}

void
clock_local(char out[CLOCK_STAMP_SIZE], int64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / 1000);
	struct tm tm;

	if (!localtime_r(&seconds, &tm) ||
	    strftime(out, CLOCK_STAMP_SIZE, "%Y-%m-%d %H:%M:%S", &tm) == 0)
		strcpy(out, "1970-01-01 00:00:00");
}

/* Exactly `digits` digits at *s, which moves behind them; -1 when they are not there. */
static int
read_digits(const char **s, int digits)
{
	int value = 0;

	for (int i = 0; i < digits; i++, (*s)++) {
		if (**s < '0' || **s > '9')
			return -1;
		value = value * 10 + (**s - '0');
	}
	return value;
}

/* ".5", ".123456789": what is finer than a millisecond is left out. */
static bool
read_fraction(const char **s, int *ms)
{
	int weight = 100;

	*ms = 0;
	if (**s != '.')
		return true;
	for (++*s; **s >= '0' && **s <= '9'; ++*s, weight /= 10)
		*ms += (**s - '0') * weight;
	return weight < 100;
}

/* "Z", "+02:00", "-00:00". */
static bool
read_offset(const char **s, int *minutes)
{
	int sign = **s == '-' ? -1 : 1, hour, minute;

	*minutes = 0;
	if (**s == 'Z' || **s == 'z') {
		++*s;
		return true;
	}
	if (**s != '+' && **s != '-')
		return false;
	++*s;
	hour = read_digits(s, 2);
	if (hour < 0 || hour > 23 || **s != ':')
		return false;
	++*s;
	minute = read_digits(s, 2);
	*minutes = sign * (hour * 60 + minute);
	return minute >= 0 && minute <= 59;
}

bool
clock_parse(const char *stamp, int64_t *wall_ms)
{
	/* RFC 3339 §5.6: fixed widths, so that no separator has to be looked for. 60 seconds are
	 * a leap second. */
	static const struct { int digits; char behind; int low, high; } parts[] = {
		{4, '-', 0, 9999}, {2, '-', 1, 12}, {2, 'T', 1, 31},
		{2, ':', 0, 23}, {2, ':', 0, 59}, {2, '\0', 0, 60},
	};
	int v[6], ms, offset;
	struct tm tm = {0};
	int64_t seconds;

	if (!stamp)
		return false;
	for (size_t i = 0; i < 6; i++) {
		v[i] = read_digits(&stamp, parts[i].digits);
		if (v[i] < parts[i].low || v[i] > parts[i].high)
			return false;
		if (parts[i].behind && *stamp != parts[i].behind &&
		    !(parts[i].behind == 'T' && *stamp == 't'))
			return false;
		stamp += parts[i].behind != '\0';
	}
	if (!read_fraction(&stamp, &ms) || !read_offset(&stamp, &offset) || *stamp != '\0')
		return false;
	/* A leap second is the first one of the next minute for us, as for the clocks. */
	tm = (struct tm){.tm_year = v[0] - 1900, .tm_mon = v[1] - 1, .tm_mday = v[2]};
	seconds = (int64_t)timegm(&tm);
	if (tm.tm_mday != v[2])			/* timegm moves 31 February to March */
		return false;
	seconds += v[3] * 3600 + v[4] * 60 + v[5] - (int64_t)offset * 60;
	*wall_ms = seconds * 1000 + ms;
	return true;
}

/* The form is checked by clock_parse(), as if it were UTC; mktime() then says which moment that
 * is where the person is, summer time included. */
bool
clock_parse_local(const char *text, int64_t *wall_ms)
{
	struct tm tm;
	int64_t as_utc;
	char *stamp = strlen(text) == 16 ? xasprintf("%.10sT%.5s:00Z", text, text + 11) : NULL;
	time_t seconds = 0;
	bool right = stamp && text[10] == ' ' && clock_parse(stamp, &as_utc);

	free(stamp);
	if (!right)
		return false;
	seconds = (time_t)(as_utc / 1000);
	if (!gmtime_r(&seconds, &tm))
		return false;
	tm.tm_isdst = -1;
	seconds = mktime(&tm);
	*wall_ms = (int64_t)seconds * 1000;
	return true;
}

/* Since 1970 or before: a time that was never set, or could not be read. */
static bool
is_unknown(int64_t age_ms)
{
	return age_ms >= 40LL * 365 * 86400 * 1000;
}

/* Whole units, rounded down: an age is compared at a glance and need not be exact. */
void
clock_age(char out[16], int64_t age_ms)
{
	int64_t s = age_ms / 1000;

	if (s < 1)
		snprintf(out, 16, "now");
	else if (s < 60)
		snprintf(out, 16, "%ds", (int)s);
	else if (s < 3600)
		snprintf(out, 16, "%dm", (int)(s / 60));
	else if (s < 86400)
		snprintf(out, 16, "%dh", (int)(s / 3600));
	else if (s < 86400LL * 1000)
		snprintf(out, 16, "%dd", (int)(s / 86400));
	else if (!is_unknown(age_ms))
		snprintf(out, 16, "%dy", (int)(s / (86400 * 365)));
	else
		snprintf(out, 16, "?");
}

/* The age is formed by one function for all languages; only the
 * sentence around it is translated. */
void
clock_ago(char out[64], int64_t age_ms)
{
	char age[16];

	clock_age(age, age_ms);
	if (age_ms < 1000)
		snprintf(out, 64, "%s", _("just now"));
	else if (is_unknown(age_ms))
		snprintf(out, 64, "%s", _("at an unknown time"));
	else
		snprintf(out, 64, _("%s ago"), age);
}

/* A tenth of a second matters up to ten seconds, where a person
 * waits; beyond that it is noise. */
void
clock_duration(char out[16], int64_t ms)
{
	int64_t s = ms / 1000;

	if (ms < 0)
		s = ms = 0;
	if (ms < 10000)
		snprintf(out, 16, "%d.%ds", (int)s, (int)(ms % 1000 / 100));
	else if (s < 60)
		snprintf(out, 16, "%ds", (int)s);
	else if (s < 3600)
		snprintf(out, 16, "%dm%02d", (int)(s / 60), (int)(s % 60));
	else
		snprintf(out, 16, "%dh%02d", (int)(s / 3600 % 100000), (int)(s % 3600 / 60));
}

bool
clock_parse_duration(const char *text, int64_t *ms)
{
	static const struct { char letter; int64_t ms; } units[] = {
		{'s', 1000}, {'m', 60000}, {'h', 3600000}, {'d', 86400000},
	};
	const int64_t most = 3653LL * 86400000;
	int64_t number = 0, minutes = 0;
	size_t unit = 0;

	if (strcmp(text, "0") == 0) {
		*ms = 0;
		return true;
	}
	if (*text < '0' || *text > '9')
		return false;
	/* The loop ends before the number can overflow; what is
	 * longer than `most` fails below. */
	for (; *text >= '0' && *text <= '9' && number <= most; text++)
		number = number * 10 + *text - '0';
	while (unit < sizeof(units) / sizeof(units[0]) && units[unit].letter != *text)
		unit++;
	if (*text == '\0' || unit == sizeof(units) / sizeof(units[0]))
		return false;
	text++;
	if (units[unit].letter == 'h' && *text) {
		minutes = read_digits(&text, 2);
		if (minutes < 0 || minutes > 59)
			return false;
	}
	if (*text || number > most / units[unit].ms)
		return false;
	*ms = number * units[unit].ms + minutes * 60000;
	return true;
}
