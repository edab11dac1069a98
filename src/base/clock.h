/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Time: two clocks, the timestamps of the wire, and how people read it. */
#ifndef SIDESTAGE_BASE_CLOCK_H
#define SIDESTAGE_BASE_CLOCK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int64_t clock_wall_ms(void);	/* since 1970, UTC */
int64_t clock_steady_ms(void);	/* never goes back; for timers and durations */

#define CLOCK_STAMP_SIZE 32
/* "2026-03-02T09:15:04.120Z": UTC, three decimals. */
void clock_stamp(char out[CLOCK_STAMP_SIZE], int64_t wall_ms);
/* "2026-03-02 10:15:04" where the person is (TZ), for people. */
void clock_local(char out[CLOCK_STAMP_SIZE], int64_t wall_ms);
/* Reads the first 16 characters of that, which are all of it: minutes.  false: no such time. */
bool clock_parse_local(const char *text, int64_t *wall_ms);
/* Reads any date-time of RFC 3339: any number of decimals (milliseconds are kept), any offset.
 * false: it is not one, and *wall_ms is as it was. */
bool clock_parse(const char *stamp, int64_t *wall_ms);
/* "now", "48s", "5m", "3h", "12d": at most 4 columns, for people; "?" for what is older than any
 * platform: a time of 0 is one that is not known. */
void clock_age(char out[16], int64_t age_ms);
/* "just now", "48s ago", "at an unknown time", in the language of the person. */
void clock_ago(char out[64], int64_t age_ms);
/* "0.4s", "12s", "1m05", "1h12" */
void clock_duration(char out[16], int64_t ms);

/* Reads a length of time as a person writes it: "45s", "30m", "8h", "1h30", "2d", "0".  false:
 * it is none, or longer than ten years. */
bool clock_parse_duration(const char *text, int64_t *ms);

#endif
