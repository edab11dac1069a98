/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How far the clocks of a place are from UTC, without changing the zone of this program. */
#ifndef SIDESTAGE_BASE_TIME_ZONE_H
#define SIDESTAGE_BASE_TIME_ZONE_H

#include <stdint.h>

struct time_zone;

/* By its name in the zone files ("Europe/Berlin"), or a rule as POSIX has them ("CET-1CEST,M3.5.0,
 * M10.5.0/3"); NULL: that of this machine.  NULL is returned for an unknown one. */
struct time_zone *time_zone_new(const char *name);
void time_zone_free(struct time_zone *zone);	/* NULL is fine */
/* Seconds east of UTC at that time (seconds since 1970).  zone NULL: UTC. */
int time_zone_offset(const struct time_zone *zone, int64_t at);

#endif
