/* SPDX-License-Identifier: GPL-3.0-or-later */

/* How the process driver is made; what it does is driver.h. */
#ifndef SIDESTAGE_PLATFORM_DRIVERS_PROCESS_PROCESS_H
#define SIDESTAGE_PLATFORM_DRIVERS_PROCESS_PROCESS_H

#include <stddef.h>

#include "platform/drivers/driver.h"
#include "platform/drivers/kinds.h"
#include "platform/drivers/process/cgroups.h"

struct error;
struct loop;

/* What keeps a workload to its environment.  NONE is for programs that the operator trusts, SAMPLE
 * for our own: namespaces, or none where they are refused. */
enum driver_confine { DRIVER_CONFINE_NAMESPACES, DRIVER_CONFINE_NONE, DRIVER_CONFINE_SAMPLE };

/* SQL that a definition of a database may name. */
struct driver_template {
	char *name, *file;
};

struct driver_process_options {
	const char *spaces_dir; /* one directory an environment: <spaces>/<org>/<app>/<env> */
	const char *images_dir;		/* <images>/<name>/<version> is the executable */
	const struct driver_template *templates;	/* that the operator named */
	size_t template_count;
	const char *templates_dir;	/* its files are templates by their names; NULL: none */
	int ready_timeout_ms;		/* 0: 20000 */
	int min_ready_ms; /* that a workload without probes must stay up; 0: a moment */
	enum driver_confine confine;
	struct cgroup_limits limits;	/* of each environment */
	const char *const *hidden; /* what no workload sees, wherever it is; NULL at the end */
};
/* Also kills what an earlier daemon left behind (recorded process groups, checked by start
 * time). */
struct driver *driver_process_new(struct loop *loop, const struct driver_process_options *options,
				  struct error *err);
/* Whether workloads see what lies there, or will lie there, unless it is hidden from them. */
bool driver_process_shows(const char *images_dir, const char *path);

/* What it is in definitions, also where there is none. */
extern const struct driver_kind driver_process_kind;
#define DRIVER_PROCESS_NAME "process"
#define DRIVER_PROCESS_TYPE "sidestage/machine"

#endif
