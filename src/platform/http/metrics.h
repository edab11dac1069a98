/* SPDX-License-Identifier: GPL-3.0-or-later */

/* What is counted, and all of it as Prometheus' text format 0.0.4. */
#ifndef SIDESTAGE_PLATFORM_HTTP_METRICS_H
#define SIDESTAGE_PLATFORM_HTTP_METRICS_H

#include <stdbool.h>
#include <stdint.h>

struct metrics;
struct platform;

/* Everything at 0. */
struct metrics *metrics_new(void);
void metrics_free(struct metrics *metrics);	/* NULL is fine */

/* Counting into NULL is fine: nobody wants to know.
 * route: a pattern of the table of routes, which lives as long as we do; NULL: none.
 * status 0: the connection ended before the answer. */
void metrics_request(struct metrics *metrics, const char *route, const char *method, int status,
		     int64_t ms);
/* One that has ended, and how long it took. */
void metrics_deployment(struct metrics *metrics, bool succeeded, int64_t ms);

#define METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"
/* free() it. */
char *metrics_text(struct platform *platform);

#endif
