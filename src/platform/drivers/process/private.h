/* SPDX-License-Identifier: GPL-3.0-or-later */

/*
 * The inside of the process driver.  From below: guard-registry (which guards live), images
 * (what may be run), output (log files), probe, tcp-proxy, addresses (of services); replicas (from
 * a workload to its processes), plan (what one of them asks for), confine (what its processes see),
 * translation (of the ports that they choose), guard (what they run below), instance (one program
 * from start to end), workload (a plan kept running), cron (one that runs at its times), space (all
 * workloads of an environment and the change from one set of them to the next).
 *
 * On disk, below <spaces>, which only the daemon can write to but for what is marked:
 *	processes.json
 *	<org>/<app>/<env>/resources/<resource>.sqlite		(the workloads', all of resources)
 *	<org>/<app>/<env>/data					(theirs as well)
 *	<org>/<app>/<env>/volumes/<volume>			(theirs who mount it)
 *	<org>/<app>/<env>/records/<resource>.dns, .sqlite
 *	<org>/<app>/<env>/hosts					(they see it as /etc/hosts)
 *	<org>/<app>/<env>/records/jobs.json, runs.json		(what jobs and cronjobs did)
 *	<org>/<app>/<env>/files/<resource>/...			(they can read it)
 *	<org>/<app>/<env>/modules/<module>/output.log, output.log.1
 *	<org>/<app>/<env>/modules/<module>/<generation>		(one workload's)
 *	<org>/<app>/<env>/modules/<module>/<generation>/files/...	(it can read it)
 * <generation> is the working directory of one candidate and its restarts: the declared file
 * /etc/x is `files/etc/x` seen from there, and mounted at /etc/x too.  A next deployment gets a
 * directory of its own, so that the files of the processes which may have to go on are not touched.
 */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_PRIVATE_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_PRIVATE_H

#include <stdbool.h>
#include <stddef.h>

#include "platform/drivers/driver.h"

struct addresses;
struct confinement;
struct disk_watch;
struct filling;
struct guard_registry;
struct images;
struct ports;
struct remover;
struct space;

struct process_driver {
	struct driver base;
	struct guard_registry *registry;
	struct confinement *confinement;
	struct remover *remover;
	struct http_client *grpc;	/* what asks in probes: grpc-health.h */
	struct disk_watch *disk;
	struct images *images;
	struct ports *ports;
	struct addresses *addresses;
	bool translates;		/* ports that programs chose (translation.h) */
	int lowest_port;		/* that may be listened on */
	char *spaces_dir;
	char *templates_dir;		/* NULL: none */
	struct driver_template *templates;
	size_t template_count;
	int ready_timeout_ms, min_ready_ms;
	unsigned generation;		/* of the last candidate; grows */
	struct space *spaces;
	struct filling *fillings;	/* that are not done yet */
};

#endif
