/* SPDX-License-Identifier: GPL-3.0-or-later */

/* The probes of one running program, from its start to its end. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_HEALTH_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_HEALTH_H

#include <stdbool.h>

#include "platform/drivers/process/probe.h"

struct error;
struct health;

enum health_kind { HEALTH_STARTUP, HEALTH_READINESS, HEALTH_LIVENESS, HEALTH_KINDS };

/* A probe as it was declared. */
struct health_probe {
	bool is_declared;
	struct probe_target target;
	int initial_ms;
	int period_ms;		/* 0: as often as it makes sense */
	int successes, failures;	/* in a row, from which on it counts; at least 1 */
};

/* All from the loop; health may be freed in each. */
struct health_events {
	void (*ready)(void *data);	/* for the first time, or again */
	void (*unready)(void *data, const struct error *said);	/* after it was */
	void (*waiting)(void *data, const struct error *said);	/* it is not ready yet */
	/* It must be started again: it did not start in time, or lives no more.  Nothing is asked
	 * from here on.  how: for "ended with ...", in English. */
	void (*dead)(void *data, const char *how);
};

/* Of `probes` (HEALTH_KINDS of them, which stay) at least one is declared.  Without a readiness
 * probe it is ready when it has started; without that too, ready() never comes. */
struct health *health_start(const struct probe_means *means, const struct health_probe *probes,
			    const struct health_events *events, void *data);
void health_free(struct health *health);	/* NULL is fine */

#endif
