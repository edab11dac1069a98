/* SPDX-License-Identifier: GPL-3.0-or-later */

/* From a workload to the processes that it is to be. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_REPLICAS_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_REPLICAS_H

#include <jansson.h>
#include <stddef.h>

struct driver_workload;
struct error;
struct ports;

struct replica {
	const struct driver_workload *workload;
	int number;			/* 0, 1, ... */
	const char *fingerprint;	/* equal to that of what runs: leave it alone */
	json_t *spec;			/* with the ports of this one */
	struct ports *holder;		/* of the own ones */
	int (*ports)[2];		/* public, own */
	size_t port_count;
};

/* Of image, spec and public ports.  free() it. */
char *replica_fingerprint(const struct driver_workload *workload);
/* Workload and fingerprint must live as long.  -1 with err: there is no port for it; to be
 * cleared all the same. */
int replica_init(struct replica *replica, const struct driver_workload *workload, int number,
		 const char *fingerprint, struct ports *ports, struct error *err);
void replica_clear(struct replica *replica);

#endif
