/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One try of a probe: what is asked, and whether the answer was a good one. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_PROBE_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_PROBE_H

#include <stdbool.h>

struct error;
struct instance;
struct loop;
struct probe;

enum probe_type {
	PROBE_HTTP,
	PROBE_TCP,		/* the connection is enough */
	PROBE_COMMAND		/* a program that must end with 0, where the workload runs */
};

struct probe_target {
	enum probe_type type;
	char *path;		/* of HTTP; "/..." */
	char *headers;		/* of HTTP: lines with CR LF; "" */
	bool has_host;		/* one of them is Host */
	int port;
	char *program;		/* of COMMAND */
	char **command;		/* for execve, NULL at the end */
	int timeout_ms;
};

/* `done` is called once, from the loop, and the probe is freed after it.  why: NULL when what was
 * asked is good.  The instance is where a command runs; it must not go before. */
struct probe *probe_start(struct loop *loop, const struct probe_target *target,
			  const struct instance *instance,
			  void (*done)(void *data, const struct error *why), void *data);
void probe_cancel(struct probe *probe);	/* NULL is fine; not after `done` */

#endif
