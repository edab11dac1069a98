/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One try of a readiness probe. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_PROBE_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_PROBE_H

#include <stdbool.h>

struct error;
struct loop;
struct probe;

struct probe_target {
	bool http;		/* else: the connection is enough */
	char *path;
	int port;
};

/* `done` is called once, from the loop, and the probe is freed after it.  why: NULL when what was
 * asked is ready. */
struct probe *probe_start(struct loop *loop, const struct probe_target *target,
			  void (*done)(void *data, const struct error *why), void *data);
void probe_cancel(struct probe *probe);	/* NULL is fine; not after `done` */

#endif
