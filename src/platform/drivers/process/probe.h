/* SPDX-License-Identifier: GPL-3.0-or-later */

/* One try of a probe: what is asked, and whether the answer was a good one. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_PROBE_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_PROBE_H

#include <stdbool.h>

struct error;
struct http_client;
struct instance;
struct loop;
struct probe;

enum probe_type {
	PROBE_HTTP,
	PROBE_TCP,		/* the connection is enough */
	PROBE_GRPC,		/* a health check must be answered with SERVING */
	PROBE_COMMAND		/* a program that must end with 0, where the workload runs */
};

struct probe_target {
	enum probe_type type;
	char *path;		/* of HTTP; "/..." */
	char *headers;		/* of HTTP: lines with CR LF; "" */
	bool has_host;		/* one of them is Host */
	char *service;		/* of GRPC; "": the program as a whole */
	int port;
	char *program;		/* of COMMAND */
	char **command;		/* for execve, NULL at the end */
	int timeout_ms;
};

struct probe_means {
	struct loop *loop;
	struct http_client *grpc;		/* grpc-health.h */
	const struct instance *instance;	/* where a command runs; must not go before */
};

/* `done` is called once, from the loop, and the probe is freed after it.  why: NULL when what was
 * asked is good. */
struct probe *probe_start(const struct probe_means *means, const struct probe_target *target,
			  void (*done)(void *data, const struct error *why), void *data);
void probe_cancel(struct probe *probe);	/* NULL is fine; not after `done` */

#endif
